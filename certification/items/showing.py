"""What a candidate sees of an item: no key, no feedback, no names that tell. Pure.

    shown(content, language, seed) -> dict, JSON:
        {kind, language, body, options: [{id, text, area?}], places: [{id, text, options: [ids]}],
         most, once, words, picture}
    taken(content, response, seed) -> the response with the author's ids, ready for `score`;
                                      an empty place of an order is ""
    given(content, response, seed) -> the reverse, to show an answer again

Ids are numbers in the order shown, so that neither their names nor their order tell the key. The
same seed gives the same view on every machine; use one seed per attempt and item version. Marks
`{{p}}` in the body are renamed to the shown ids of their places.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from certification.items.content import ALWAYS_SHUFFLED, MARK, WITH_MARKS, ItemContent


def shown(content: ItemContent, language: str, seed: str) -> dict[str, Any]:
    """The candidate's view in their language, or the item's first."""
    tag = content.language_for(language)
    texts = content.texts[tag]
    options, places = _options(content, seed), _places(content)
    return {
        "kind": content.kind,
        "language": tag,
        "body": _marked(texts.body, places) if content.kind in WITH_MARKS else texts.body,
        "options": [
            {"id": number, "text": texts.options.get(name, ""), **_area(content, name)}
            for name, number in options.items()
        ],
        "places": [
            {
                "id": places[place.id],
                "text": texts.places.get(place.id, ""),
                "options": [n for o, n in options.items() if o in content.choices_of(place)],
            }
            for place in content.places
        ],
        "most": content.most,
        "once": content.once,
        "words": content.words,
        "picture": content.picture
        and {
            "sha256": content.picture.sha256,
            "width": content.picture.width,
            "height": content.picture.height,
        },
    }


def taken(content: ItemContent, response: object, seed: str) -> Any:
    """A candidate's response with the author's ids; what was never shown is left out."""
    options = {number: name for name, number in _options(content, seed).items()}
    places = {number: name for name, number in _places(content).items()}
    return _renamed(content, response, options, places)


def given(content: ItemContent, response: object, seed: str) -> Any:
    """A stored response with the ids that the candidate sees."""
    return _renamed(content, response, _options(content, seed), _places(content))


def _renamed(
    content: ItemContent,
    response: object,
    options: Mapping[str, str],
    places: Mapping[str, str],
) -> Any:
    if isinstance(response, Mapping):
        return {
            places[place]: options[option]
            for place, option in response.items()
            if place in places and isinstance(option, str) and option in options
        }
    if isinstance(response, list | tuple):
        if content.kind == "order":
            return _in_place(response, options)
        return [options[one] for one in response if isinstance(one, str) and one in options]
    return response


def _in_place(row: Sequence[object], options: Mapping[str, str]) -> list[str]:
    """An order by place: what is empty, or was never shown, leaves a gap before what follows it."""
    named = [options.get(one, "") if isinstance(one, str) else "" for one in row]
    while named and not named[-1]:
        named.pop()
    return named


def _options(content: ItemContent, seed: str) -> dict[str, str]:
    """The shown number of each option, in the order shown."""
    ids = content.option_ids()
    if content.shuffle or content.kind in ALWAYS_SHUFFLED:
        ids = tuple(_shuffled(ids, seed, {one.id for one in content.options if one.fixed}))
    return {name: f"o{place}" for place, name in enumerate(ids, 1)}


def _places(content: ItemContent) -> dict[str, str]:
    return {place.id: f"p{number}" for number, place in enumerate(content.places, 1)}


def _shuffled(ids: Sequence[str], seed: str, fixed: set[str]) -> list[str]:
    """Ordered by digest, not by a generator whose stream may change; fixed ones stay."""
    free = iter(sorted((one for one in ids if one not in fixed), key=lambda one: _rank(seed, one)))
    return [one if one in fixed else next(free) for one in ids]


def _rank(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{name}".encode()).digest()


def _marked(body: str, places: Mapping[str, str]) -> str:
    return MARK.sub(lambda found: f"{{{{{places.get(found[1], found[1])}}}}}", body)


def _area(content: ItemContent, name: str) -> dict[str, Any]:
    area = next(option.area for option in content.options if option.id == name)
    return {"area": {"shape": area.shape, "at": list(area.at)}} if area else {}
