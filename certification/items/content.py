"""What an item consists of: frozen values, one shape for all kinds. Pure.

JSON (and YAML) form; a language has one entry in `texts`, numbers may be strings:

    kind: choice | text | number | inline | match | order | gaps | hotspot | essay
    texts:                        # by language, each complete; the first is the fallback
      en: {body: Markdown, options: {a: "…"}, places: {p: "…"}, criteria: {c: "…"},
           feedback: {right: "…", wrong: "…", general: "…", a: "…"}}
    options: [{id: a, fixed: false, area: null}]   # choice inline match order gaps hotspot
    places: [{id: p, options: [a, b]}]             # inline (own options), match, gaps
    key:                          # by kind
      choice, hotspot: [a, b]     # the right ones
      order: [b, a, c]            # the right order
      inline, match, gaps: {p: a}
      text, number, essay: left out
    answers:                      # text: {text, credit: 1, language: ""}
                                  # number: {value, tolerance: 0, credit: 1}
    criteria: [{id: c, points: 2}]                 # essay
    most: 1                       # choice, hotspot: how many may be chosen, 0 for any number
    once: false                   # match, gaps: an option is used at most once
    shuffle: true                 # order, match and gaps are always shuffled
    ignore_case: true             # text
    words: 0                      # essay: how many at most, 0 for no limit
    picture: {sha256, width, height}               # hotspot
    scoring: {points: 1, rule: all | share | weights, penalty: 0, weights: {a: "0.5"}}

Marks `{{p}}` in the body of inline and gaps say where the place stands. Pictures in Markdown are
`![what it shows](picture:<sha256>)`. An area is {shape: rect | circle | poly, at: [numbers]} in
pixels: rect left top right bottom, circle x y radius, poly x y x y x y.

`certification.items.reading.content_from(data)` reads and checks, `as_json(content)` writes.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

KINDS = ("choice", "text", "number", "inline", "match", "order", "gaps", "hotspot", "essay")
WITH_OPTIONS = ("choice", "inline", "match", "order", "gaps", "hotspot")
WITH_PLACES = ("inline", "match", "gaps")
WITH_MARKS = ("inline", "gaps")
ALWAYS_SHUFFLED = ("match", "order", "gaps")
RULES = ("all", "share", "weights")
LANGUAGES = ("en", "es", "de", "fr", "nl", "zh", "ja")
MARK = re.compile(r"\{\{([A-Za-z][A-Za-z0-9_.-]{0,39})\}\}")
PICTURE = re.compile(r"\(picture:([0-9a-f]{64})\)")
UNDESCRIBED = re.compile(r"!\[\s*\]\(picture:")
"""A picture in Markdown without a word of what it shows."""

Key: TypeAlias = tuple[str, ...] | dict[str, str]


@dataclass(frozen=True, slots=True)
class Area:
    """Where a hotspot lies, in pixels of the picture."""

    shape: str
    at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; a fixed one ("all of these") keeps its place when shuffled."""

    id: str
    fixed: bool = False
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Something to fill; `options` are its own (inline), or none for all of the item's."""

    id: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An accepted text or number and the share of the points that it earns."""

    text: str = ""
    language: str = ""
    value: Decimal = Decimal(0)
    tolerance: Decimal = Decimal(0)
    credit: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Criterion:
    """What an assessor looks at and how many points it is worth."""

    id: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture under hotspots."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Scoring:
    """How many points, and what a part of the answer or a wrong answer earns."""

    points: Decimal = Decimal(1)
    rule: str = "all"
    penalty: Decimal = Decimal(0)
    """Share of the points that a wrong answer costs; no answer costs nothing."""
    weights: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Texts:
    """All words in one language."""

    body: str
    options: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    criteria: dict[str, str] = field(default_factory=dict)
    feedback: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemContent:
    """A whole item as one version keeps it."""

    kind: str
    texts: dict[str, Texts]
    options: tuple[Option, ...] = ()
    places: tuple[Place, ...] = ()
    key: Key = ()
    answers: tuple[Answer, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    most: int = 1
    once: bool = False
    shuffle: bool = True
    ignore_case: bool = True
    words: int = 0
    picture: Picture | None = None
    scoring: Scoring = field(default_factory=Scoring)

    @property
    def languages(self) -> tuple[str, ...]:
        """Its languages, the first being what other readers get."""
        return tuple(self.texts)

    def language_for(self, wanted: str) -> str:
        """The language for a reader: their own if the item has it."""
        tag = wanted.replace("_", "-").partition("-")[0]
        return tag if tag in self.texts else self.languages[0]

    def option_ids(self) -> tuple[str, ...]:
        """Of all options, in the author's order."""
        return tuple(option.id for option in self.options)

    def choices_of(self, place: Place) -> tuple[str, ...]:
        """The options that may stand in a place."""
        return place.options or self.option_ids()

    def pictures(self) -> list[str]:
        """The SHA-256 of every picture that a candidate is shown: who sits the exam may read
        these, and none of the feedback or the rubric."""
        found = [self.picture.sha256] if self.picture else []
        for texts in self.texts.values():
            found += _named(texts.body, *texts.options.values(), *texts.places.values())
        return list(dict.fromkeys(found))

    def every_picture(self) -> list[str]:
        """The same with those of feedback and rubric, for whoever keeps or copies the item."""
        found = self.pictures()
        for texts in self.texts.values():
            found += _named(*texts.criteria.values(), *texts.feedback.values())
        return list(dict.fromkeys(found))

    @property
    def key_choices(self) -> tuple[str, ...]:
        """The key of choice, hotspot and order."""
        return self.key if isinstance(self.key, tuple) else ()

    @property
    def key_places(self) -> dict[str, str]:
        """The key of inline, match and gaps."""
        return self.key if isinstance(self.key, dict) else {}


def _named(*texts: str) -> list[str]:
    return [sha256 for text in texts for sha256 in PICTURE.findall(text)]
