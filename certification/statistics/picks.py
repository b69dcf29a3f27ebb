"""What a response chose, as the statistics count it: one entry an option. Pure."""

from collections.abc import Mapping

from certification.items.content import ItemContent
from certification.items.scoring import normal
from certification.statistics.responses import Picks

LONGEST = 40


def picks_of(content: ItemContent, response: object) -> Picks:
    """Chosen options; `place=option` where places are filled; free text as it is compared."""
    if content.kind == "essay" or not response:
        return ()
    if isinstance(response, Mapping):
        return tuple(f"{place}={option}" for place, option in sorted(response.items()))
    if isinstance(response, list | tuple):
        if content.kind == "order":
            return (" ".join(str(one) or "–" for one in response)[:LONGEST],)
        return tuple(sorted(map(str, response)))
    said = normal(str(response), ignore_case=content.ignore_case)[:LONGEST]
    return (said,) if said else ()


def key_of(content: ItemContent) -> Picks:
    """What is right, in the same form."""
    if content.kind == "text":
        full = (one for one in content.answers if one.credit == 1)
        return tuple(
            dict.fromkeys(
                normal(one.text, ignore_case=content.ignore_case)[:LONGEST] for one in full
            )
        )
    if content.kind == "number":
        return tuple(format(one.value, "f") for one in content.answers if one.credit == 1)
    if content.key_places:
        return picks_of(content, content.key_places)
    return picks_of(content, list(content.key_choices)) if content.key_choices else ()


def options_of(content: ItemContent) -> Picks:
    """All that can be chosen."""
    if content.kind in ("choice", "hotspot"):
        return content.option_ids()
    return tuple(
        f"{place.id}={option}" for place in content.places for option in content.choices_of(place)
    )
