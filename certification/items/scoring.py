"""What a response earns, exactly. Pure: fractions, no floats, and the same answer every time.

A response is JSON, None for no answer:
    choice, hotspot: [ids]    order: [ids, "" where one is missing]
    inline, match, gaps: {place: option}
    text, number, essay: "…"

    score(content, response, language="en", marks=None) -> Score
    regrade(content, response, treatment, …) -> Score     treatment: none | neutral | credit
    normal(text, ignore_case=…) -> str                     number_in(text, language) -> Fraction

`Score.raw` is between −penalty × points and points and rises with every part that is right. An
extended text waits (`waits`) until `marks` ({criterion: points}) are there.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from certification.items.content import ItemContent

LONGEST_NUMBER = 40
COMMA_LANGUAGES = ("es", "de", "fr", "nl")
_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?", re.ASCII)
_DASHES = str.maketrans({"\u2212": "-", "\u2013": "-", "\ufe63": "-"})


@dataclass(frozen=True, slots=True)
class Score:
    """Points of one answer, unrounded."""

    raw: Fraction
    points: Fraction
    """What could be earned; 0 if the item does not count."""
    answered: bool = True
    waits: bool = False
    """For an assessor."""

    @property
    def is_right(self) -> bool:
        """Whether it earned everything."""
        return self.points > 0 and self.raw == self.points


@dataclass(frozen=True, slots=True)
class Parts:
    """How many parts are right and wrong, of how many."""

    right: Fraction
    wrong: Fraction
    of: int


def score(
    content: ItemContent,
    response: object,
    *,
    language: str = "en",
    marks: Mapping[str, Decimal] | None = None,
) -> Score:
    """The points of a response; one that this kind of item cannot have counts as none."""
    points = Fraction(content.scoring.points)
    if not is_answered(content, response):
        return Score(Fraction(0), points, answered=False)
    if content.kind == "essay":
        return _marked(content, marks)
    return Score(points * _share(content, response, language), points)


def regrade(
    content: ItemContent,
    response: object,
    treatment: str = "none",
    *,
    language: str = "en",
    marks: Mapping[str, Decimal] | None = None,
) -> Score:
    """The points after a decision on the item: it no longer counts, or everyone gets them all.
    A new key is a new version: score with that content."""
    found = score(content, response, language=language, marks=marks)
    if treatment == "neutral":
        return Score(Fraction(0), Fraction(0), found.answered)
    return Score(found.points, found.points, found.answered) if treatment == "credit" else found


def is_answered(content: ItemContent, response: object) -> bool:
    """Whether there is an answer of the right shape."""
    if content.kind in ("text", "number", "essay"):
        return isinstance(response, str) and bool(response.strip())
    if content.kind in ("inline", "match", "gaps"):
        return isinstance(response, Mapping) and bool(_filled(content, response))
    return isinstance(response, list | tuple) and any(_chosen(content, response))


def _marked(content: ItemContent, marks: Mapping[str, Decimal] | None) -> Score:
    points = Fraction(content.scoring.points)
    if marks is None or any(one.id not in marks for one in content.criteria):
        return Score(Fraction(0), points, waits=True)
    earned = (min(max(marks[one.id], Decimal(0)), one.points) for one in content.criteria)
    return Score(sum((Fraction(one) for one in earned), Fraction(0)), points)


def _share(content: ItemContent, response: object, language: str) -> Fraction:
    scoring = content.scoring
    penalty = Fraction(scoring.penalty)
    if scoring.rule == "weights":
        return min(max(_weighed(content, response), -penalty), Fraction(1))
    parts = _parts(content, response, language)
    if scoring.rule == "all" and content.kind not in ("text", "number"):
        return Fraction(1) if parts.right == parts.of and not parts.wrong else -penalty
    cost = Fraction(1) if content.kind in ("choice", "hotspot") else penalty
    return max((parts.right - cost * parts.wrong) / parts.of, -penalty)


def _weighed(content: ItemContent, response: object) -> Fraction:
    weights = content.scoring.weights
    chosen = _chosen(content, response)
    total = sum((Fraction(weights.get(one, Decimal(0))) for one in chosen), Fraction(0))
    # Thirds are written 0.33333 or 33.33333 per cent: three of them are everything.
    return Fraction(1) if abs(total - 1) < Fraction(1, 1000) else total


def _parts(content: ItemContent, response: object, language: str) -> Parts:
    if content.kind in ("text", "number"):
        credit = _credit(content, str(response), language)
        return Parts(credit, Fraction(0 if credit else 1), 1)
    if content.kind in ("inline", "match", "gaps"):
        key = content.key_places
        filled = _filled(content, response)
        right = sum(key[place] == option for place, option in filled.items())
        return Parts(Fraction(right), Fraction(len(filled) - right), len(key))
    chosen = _chosen(content, response)
    if content.kind == "order":
        right = sum(a == b for a, b in zip(chosen, content.key_choices, strict=False))
    else:
        right = sum(one in content.key_choices for one in chosen)
    put = len(chosen) - chosen.count("")
    return Parts(Fraction(right), Fraction(put - right), len(content.key_choices))


def _chosen(content: ItemContent, response: object) -> tuple[str, ...]:
    """The known options of a response, each once; too many at once are none. In an order the empty
    places stay, and so does the place of an option that stood before: nothing moves up."""
    given = response if isinstance(response, list | tuple) else ()
    known = set(content.option_ids())
    if content.kind == "order":
        row = [one for one in given if isinstance(one, str) and (not one or one in known)]
        return tuple("" if one in row[:at] else one for at, one in enumerate(row))
    chosen = tuple(dict.fromkeys(one for one in given if isinstance(one, str) and one in known))
    return () if content.most and len(chosen) > content.most else chosen


def _filled(content: ItemContent, response: object) -> dict[str, str]:
    """The places that hold one of their options."""
    given = response if isinstance(response, Mapping) else {}
    found = {
        place.id: given[place.id]
        for place in content.places
        if given.get(place.id) in content.choices_of(place)
    }
    if content.once and len(set(found.values())) < len(found):
        return {}
    return found


def _credit(content: ItemContent, response: str, language: str) -> Fraction:
    """The best credit of the accepted answers that this one equals."""
    if content.kind == "number":
        value = number_in(response, language)
        fits = [
            one.credit
            for one in content.answers
            if value is not None and abs(value - Fraction(one.value)) <= Fraction(one.tolerance)
        ]
    else:
        said = normal(response, ignore_case=content.ignore_case)
        fits = [
            one.credit
            for one in content.answers
            if one.language in ("", language)
            and normal(one.text, ignore_case=content.ignore_case) == said
        ]
    return Fraction(max(fits, default=Decimal(0)))


def normal(text: str, *, ignore_case: bool = True) -> str:
    """The text as it is compared: composed, single spaces, straight quotes, maybe caseless."""
    text = unicodedata.normalize("NFC", text).replace("\u2019", "'").replace("\u2018", "'")
    text = _SPACES.sub(" ", text).strip()
    # Folding may decompose what was composed, hence once more.
    return unicodedata.normalize("NFC", text.casefold()) if ignore_case else text


def number_in(text: str, language: str = "en") -> Fraction | None:
    """The number that a person wrote as their language does; `1,5` and `1.5` are the same where
    they can mean nothing else, `1.234` is a thousand in German and one and a bit in English."""
    text = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    text = re.sub(r"[\s'\u2019]", "", text)
    found = _NUMBER.fullmatch(_pointed(text, language)) if len(text) <= LONGEST_NUMBER else None
    if found is None or not (found[2] or found[3]):
        return None
    whole = Fraction(int((found[2] or "") + (found[3] or "")), 10 ** len(found[3] or ""))
    value = whole * Fraction(10) ** int(found[4] or 0)
    return -value if found[1] == "-" else value


def _pointed(text: str, language: str) -> str:
    """The number with a point for its decimals and without marks between thousands."""
    comma = language.partition("-")[0] in COMMA_LANGUAGES
    decimal, group = (",", ".") if comma else (".", ",")
    grouped = rf"[+-]?[0-9]{{1,3}}(\{group}[0-9]{{3}})+(\{decimal}[0-9]*)?"
    if re.fullmatch(grouped, text, re.ASCII):
        return text.replace(group, "").replace(decimal, ".")
    if text.count(",") + text.count(".") > 1:
        return "?"
    return text.replace(",", ".")
