"""What makes an item usable, and how its versions move. Pure."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from certification.items.content import (
    LANGUAGES,
    MARK,
    UNDESCRIBED,
    WITH_MARKS,
    WITH_OPTIONS,
    WITH_PLACES,
    Area,
    ItemContent,
    Picture,
    Texts,
)
from lms.reasons import Reason

LONGEST_TITLE = 120
_MARKDOWN = re.compile(r"!\[[^\]]*\]\([^)]*\)|[*_`#>]")
_FIGURES = re.compile(r"(^\|.*\n?)+|^```[^`]*```", re.MULTILINE)
"""A table or a listing, of which a line of text shows nothing."""
LEAST_WEIGHT = Decimal("0.999")
"""What the right options must add up to: thirds are written with a few digits."""


def flaws(content: ItemContent) -> list[Reason]:
    """Everything that keeps the content from being asked and scored."""
    return [
        *_language_flaws(content),
        *_part_flaws(content),
        *_key_flaws(content),
        *_scoring_flaws(content),
    ]


def unready(content: ItemContent) -> list[Reason]:
    """Everything that keeps a draft from its review: its flaws, and what a file may bring but an
    author puts right, namely pictures that nobody described and areas beside the picture."""
    return [*flaws(content), *_undescribed(content), *_misplaced(content)]


def _undescribed(content: ItemContent) -> Iterator[Reason]:
    for tag, texts in content.texts.items():
        said = {"body": texts.body, **texts.options, **texts.places, **texts.criteria}
        said |= {f"feedback-{name}": text for name, text in texts.feedback.items()}
        for part in (part for part, text in said.items() if UNDESCRIBED.search(text)):
            yield Reason("item_alt_missing", {"language": tag, "part": part})


def _misplaced(content: ItemContent) -> Iterator[Reason]:
    for option in content.options if content.picture else ():
        if option.area and content.picture and not _lies_on(option.area, content.picture):
            yield Reason("item_area_outside", {"part": option.id})


def _lies_on(area: Area, picture: Picture) -> bool:
    """Whether the area has a size and its corners or its centre lie on the picture."""
    at = area.at
    if area.shape == "rect" and not (at[0] < at[2] and at[1] < at[3]):
        return False
    if area.shape == "circle":
        at = (at[0], at[1]) if at[2] else (-1, -1)
    return all(0 <= x <= picture.width for x in at[::2]) and all(
        0 <= y <= picture.height for y in at[1::2]
    )


def _language_flaws(content: ItemContent) -> Iterator[Reason]:
    if not content.texts:
        yield Reason("item_without_text")
    for tag, texts in content.texts.items():
        if tag not in LANGUAGES:
            yield Reason("item_language_unknown", {"language": tag[:20]})
        elif not texts.body.strip():
            yield Reason("item_text_missing", {"language": tag, "part": "body"})
        else:
            yield from _text_flaws(content, tag, texts)


def _text_flaws(content: ItemContent, tag: str, texts: Texts) -> Iterator[Reason]:
    needed = {
        "options": set(content.option_ids()),
        "places": set() if content.kind in WITH_MARKS else {one.id for one in content.places},
        "criteria": {one.id for one in content.criteria},
    }
    for name, ids in needed.items():
        given = getattr(texts, name)
        for missing in sorted(one for one in ids if not given.get(one, "").strip()):
            yield Reason("item_text_missing", {"language": tag, "part": missing})
    if content.kind in WITH_MARKS:
        marks = MARK.findall(texts.body)
        if sorted(marks) != sorted(place.id for place in content.places):
            yield Reason("item_marks_differ", {"language": tag})


def _part_flaws(content: ItemContent) -> Iterator[Reason]:
    ids = [*content.option_ids(), *(one.id for one in content.places)]
    ids += [one.id for one in content.criteria]
    if len(set(ids)) < len(ids):
        yield Reason("item_part_twice")
    if content.kind in WITH_OPTIONS and len(content.options) < _least(content.kind):
        yield Reason("item_options_too_few")
    if content.kind in WITH_PLACES and not content.places:
        yield Reason("item_places_missing")
    known = set(content.option_ids())
    if any(set(place.options) - known for place in content.places):
        yield Reason("item_option_unknown")
    if content.kind == "hotspot":
        yield from _hotspot_flaws(content)


def _least(kind: str) -> int:
    return 1 if kind in ("gaps", "match", "hotspot") else 2


def _hotspot_flaws(content: ItemContent) -> Iterator[Reason]:
    if content.picture is None:
        yield Reason("item_picture_missing")
    if any(option.area is None for option in content.options):
        yield Reason("item_area_missing")


def _key_flaws(content: ItemContent) -> Iterator[Reason]:
    return _KEYS[content.kind](content)


def _choice_key_flaws(content: ItemContent) -> Iterator[Reason]:
    key = content.key_choices
    if not key:
        yield Reason("item_key_missing")
    if set(key) - set(content.option_ids()) or len(set(key)) < len(key):
        yield Reason("item_option_unknown")
    if content.most and len(key) > content.most and content.scoring.rule != "weights":
        yield Reason("item_key_exceeds_choices")


def _order_key_flaws(content: ItemContent) -> Iterator[Reason]:
    if sorted(content.key_choices) != sorted(content.option_ids()):
        yield Reason("item_key_missing")


def _place_key_flaws(content: ItemContent) -> Iterator[Reason]:
    key = content.key_places
    if set(key) != {place.id for place in content.places}:
        yield Reason("item_key_missing")
    if any(key.get(one.id) not in (*content.choices_of(one), None) for one in content.places):
        yield Reason("item_option_unknown")
    if content.once and len(set(key.values())) < len(key):
        yield Reason("item_option_used_twice")


def _answer_flaws(content: ItemContent) -> Iterator[Reason]:
    if not any(answer.credit == 1 for answer in content.answers):
        yield Reason("item_key_missing")
    if any(not 0 <= answer.credit <= 1 or answer.tolerance < 0 for answer in content.answers):
        yield Reason("item_credit_out_of_range")
    if content.kind == "text" and any(not answer.text.strip() for answer in content.answers):
        yield Reason("item_key_missing")


def _rubric_flaws(content: ItemContent) -> Iterator[Reason]:
    if not content.criteria:
        yield Reason("item_rubric_missing")
    elif sum(one.points for one in content.criteria) != content.scoring.points:
        yield Reason("item_rubric_sum", {"points": content.scoring.points})
    if any(one.points <= 0 for one in content.criteria):
        yield Reason("item_credit_out_of_range")


_KEYS: dict[str, Callable[[ItemContent], Iterator[Reason]]] = {
    "choice": _choice_key_flaws,
    "hotspot": _choice_key_flaws,
    "order": _order_key_flaws,
    "inline": _place_key_flaws,
    "match": _place_key_flaws,
    "gaps": _place_key_flaws,
    "text": _answer_flaws,
    "number": _answer_flaws,
    "essay": _rubric_flaws,
}


def _scoring_flaws(content: ItemContent) -> Iterator[Reason]:
    scoring = content.scoring
    if not 0 < scoring.points <= 1000 or not 0 <= scoring.penalty <= 1:
        yield Reason("item_points_out_of_range")
    weighed = scoring.rule == "weights"
    if weighed != bool(scoring.weights) or (weighed and content.kind not in ("choice", "hotspot")):
        yield Reason("item_weights_wrong")
    elif weighed and set(scoring.weights) - set(content.option_ids()):
        yield Reason("item_option_unknown")
    elif weighed and sum(one for one in scoring.weights.values() if one > 0) < LEAST_WEIGHT:
        yield Reason("item_weights_wrong")


def title_of(content: ItemContent) -> str:
    """The beginning of the body, for lists: plain words, 120 characters at most."""
    body = content.texts[content.languages[0]].body if content.texts else ""
    body = _FIGURES.sub(" … ", body)
    plain = " ".join(MARK.sub("…", _MARKDOWN.sub(" ", body)).split())
    if len(plain) <= LONGEST_TITLE:
        return plain
    begun = plain[: LONGEST_TITLE - 1]
    whole = begun if plain[LONGEST_TITLE - 1] == " " else begun.rpartition(" ")[0] or begun
    return f"{whole.rstrip(' .,;:…')}…"
