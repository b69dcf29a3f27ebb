"""From the answers of an attempt to its points: unrounded, and the same on every day. Pure.

    graded(places, answers, language=…, marks=…, treatments=…) -> Graded
    combined(marks, is_double=…, gap=…) -> Verdict of the markers
    judged(graded, share, scale) -> Judged: cut, scaled score, passed

A cut score is a share of what counts: of a form's cut in raw points its part of the form's full
points, of one in per cent the per cent. An item that no longer counts takes its part of the cut
with it, so that it makes an exam neither harder nor easier.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from certification.items.content import ItemContent
from certification.items.scoring import Score, regrade
from certification.scoring.scale import Scale, has_passed, scaled

Marks: TypeAlias = Mapping[str, Decimal]
"""Criterion -> points."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An item version at its place in a form."""

    position: int
    version_id: int
    content: ItemContent
    is_pilot: bool = False


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was decided about an item: `neutral`, `credit`, or `rekey` with the new content."""

    kind: str
    content: ItemContent | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a place earned."""

    position: int
    version_id: int
    raw: Fraction
    points: Fraction
    is_answered: bool
    is_pilot: bool
    treatment: str
    waits: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is part of the total."""
        return not self.is_pilot


@dataclass(frozen=True, slots=True)
class Graded:
    """All places with their totals; what `waits` for an assessor counts as nothing so far."""

    lines: tuple[Line, ...]
    raw: Fraction
    full: Fraction
    waits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A total against the cut score."""

    cut: Fraction
    scaled: int
    passed: bool


@dataclass(slots=True)
class Grader:
    """Grades attempts at the same places. An answer that was seen before is not scored again:
    of 10,000 attempts most answers are alike."""

    places: Sequence[Asked]
    treatments: Mapping[int, Treatment] = field(default_factory=dict)
    known: dict[Any, Line] = field(default_factory=dict)

    def graded(
        self,
        answers: Mapping[int, object],
        *,
        language: str = "en",
        marks: Mapping[int, Marks] | None = None,
    ) -> Graded:
        """The points of the answers by position."""
        lines = tuple(
            self._line(asked, answers.get(asked.position), language, marks or {})
            for asked in self.places
        )
        return Graded(
            lines,
            total(line.raw for line in lines if line.counts),
            total(line.points for line in lines if line.counts),
            tuple(line.position for line in lines if line.counts and line.waits),
        )

    def _line(
        self, asked: Asked, answer: object, language: str, marks: Mapping[int, Marks]
    ) -> Line:
        own = marks.get(asked.position)
        key = None if own is not None else (asked.position, language, _hashable(answer))
        if key is not None and key in self.known:
            return self.known[key]
        line = _scored(asked, answer, self.treatments.get(asked.version_id), language, own)
        if key is not None:
            self.known[key] = line
        return line


def _scored(
    asked: Asked, answer: object, treatment: Treatment | None, language: str, marks: Marks | None
) -> Line:
    kind = treatment.kind if treatment else "none"
    content = (treatment.content if treatment else None) or asked.content
    found: Score = regrade(content, answer, kind, language=language, marks=marks)
    return Line(
        asked.position,
        asked.version_id,
        found.raw,
        found.points,
        found.answered,
        asked.is_pilot,
        kind,
        found.waits,
    )


def _hashable(answer: Any) -> Any:
    """Two answers with the same key earn the same; None is not the option "None"."""
    if isinstance(answer, Mapping):
        return tuple(sorted((repr(place), repr(option)) for place, option in answer.items()))
    return tuple(map(repr, answer)) if isinstance(answer, list | tuple) else answer


def graded(
    places: Sequence[Asked],
    answers: Mapping[int, object],
    *,
    language: str = "en",
    marks: Mapping[int, Marks] | None = None,
    treatments: Mapping[int, Treatment] | None = None,
) -> Graded:
    """The points of one attempt; `treatments` by item version."""
    return Grader(places, treatments or {}).graded(answers, language=language, marks=marks)


def total(points: Iterable[Fraction]) -> Fraction:
    """The exact sum, by denominators: adding fractions one by one takes five times as long."""
    sums: dict[int, int] = defaultdict(int)
    for one in points:
        sums[one.denominator] += one.numerator
    return sum((Fraction(top, bottom) for bottom, top in sums.items()), Fraction(0))


def judged(raw: Fraction, full: Fraction, share: Fraction, scale: Scale) -> Judged:
    """Decided on unrounded raw points; `share` of what counts has to be reached. ValueError where
    nothing counts."""
    if full <= 0:
        raise ValueError("no item of this form counts")
    cut = share * full
    return Judged(cut, scaled(raw, cut, full, scale), has_passed(raw, cut))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the markers of one answer add up to: their marks, or the round that is still needed."""

    marks: Marks | None = None
    next_round: int | None = None


def combined(rounds: Mapping[int, Marks], *, is_double: bool, gap: int) -> Verdict:
    """One marker decides alone; two who differ by no more than the gap by their mean; else the
    third, whose marks then stand alone. A third who marked decides in any case (an appeal)."""
    if 3 in rounds:
        return Verdict(rounds[3])
    if 1 not in rounds:
        return Verdict(next_round=1)
    if not is_double:
        return Verdict(rounds[1])
    if 2 not in rounds:
        return Verdict(next_round=2)
    first, second = rounds[1], rounds[2]
    if abs(sum(first.values(), Decimal(0)) - sum(second.values(), Decimal(0))) > gap:
        return Verdict(next_round=3)
    return Verdict({one: (first[one] + second[one]) / 2 for one in first if one in second})
