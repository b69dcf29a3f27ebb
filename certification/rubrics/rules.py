"""What a rubric is, when it can be judged by, and how levels become a score. Pure.

The score (`RULE`): the points of the levels that were reached, added without rounding, as a share
of the points of the highest levels; that share of the exam's full marks, rounded down to whole
marks. Nothing is ever rounded up to a pass. A criterion may have to be passed: below its level the
exam is not passed, whatever the sum, and the score stays a mark below the cut, so that nobody who
failed reads, and no certification counts, a passing score. A higher level never gives a lower
score.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

from lms.reasons import Reason

RULE = "share-1"
MOST_CRITERIA, FEWEST_LEVELS, MOST_LEVELS = 30, 2, 6
KINDS = ("practical", "interview", "work")
"""The forms of exam that are judged by a rubric; `work` was handed in before."""


@dataclass(frozen=True, slots=True)
class Level:
    """How well a criterion was met."""

    name: str
    points: Fraction
    text: str = ""
    """What one sees of somebody who is on it."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is judged: levels from the lowest to the highest."""

    id: str
    """Lasts through the versions of a rubric."""
    name: str
    text: str
    competency: str
    """Code of a competency that the exam shows, or empty."""
    levels: tuple[Level, ...]
    needed: int | None = None
    """The level (1 is the lowest) below which the exam is not passed; None for any."""

    @property
    def most(self) -> Fraction:
        """The points of the highest level."""
        return self.levels[-1].points


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria of an exam and for which forms of it they are meant."""

    criteria: tuple[Criterion, ...] = ()
    kinds: tuple[str, ...] = ("practical",)

    @property
    def full(self) -> Fraction:
        """The points of somebody who is on the highest level everywhere."""
        return sum((one.most for one in self.criteria), Fraction(0))


@dataclass(frozen=True, slots=True)
class Notes:
    """What an assessor noted about a person, perhaps not all of it yet."""

    levels: Mapping[str, int] = field(default_factory=dict)
    """By criterion; 1 is the lowest."""
    comments: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    """On the whole."""
    reason: str = ""
    """Of a correction."""


@dataclass(frozen=True, slots=True)
class Score:
    """What levels come to."""

    points: Fraction
    full: Fraction
    score: int
    """0 to the exam's full marks."""
    passed: bool
    missed: tuple[str, ...]
    """Ids of the criteria that had to be passed and were not."""


def rubric_from(content: Mapping[str, Any]) -> Rubric:
    """A rubric as it is stored."""
    return Rubric(
        tuple(_criterion(one) for one in content.get("criteria", [])),
        tuple(content.get("kinds", KINDS[:1])),
    )


def _criterion(value: Mapping[str, Any]) -> Criterion:
    levels = (
        Level(one["name"], Fraction(one["points"]), one.get("text", "")) for one in value["levels"]
    )
    return Criterion(
        id=value["id"],
        name=value["name"],
        text=value.get("text", ""),
        competency=value.get("competency", ""),
        levels=tuple(levels),
        needed=value.get("needed"),
    )


def content_of(rubric: Rubric) -> dict[str, Any]:
    """The rubric as it is stored: points as exact text."""
    return {
        "kinds": list(rubric.kinds),
        "criteria": [
            {
                "id": one.id,
                "name": one.name,
                "text": one.text,
                "competency": one.competency,
                "needed": one.needed,
                "levels": [
                    {"name": level.name, "points": str(level.points), "text": level.text}
                    for level in one.levels
                ],
            }
            for one in rubric.criteria
        ],
    }


def notes_from(stored: Mapping[str, Any]) -> Notes:
    """Notes as they are stored."""
    return Notes(
        dict(stored.get("levels", {})),
        dict(stored.get("comments", {})),
        stored.get("comment", ""),
        stored.get("reason", ""),
    )


def flaws(rubric: Rubric) -> list[Reason]:
    """Why nobody can be judged by it yet."""
    found = [] if rubric.criteria else [Reason("rubric_empty")]
    if len(rubric.criteria) > MOST_CRITERIA:
        found.append(Reason("rubric_too_long", {"most": MOST_CRITERIA}))
    if not rubric.kinds or set(rubric.kinds) - set(KINDS):
        found.append(Reason("rubric_without_kind"))
    if len({one.id for one in rubric.criteria}) < len(rubric.criteria):
        found.append(Reason("rubric_criterion_twice"))
    return found + [flaw for one in rubric.criteria for flaw in _flaws(one)]


def _flaws(one: Criterion) -> list[Reason]:
    """Of a criterion."""
    named: dict[str, object] = {"criterion": one.name}
    found = []
    if not one.name.strip() or not all(level.name.strip() for level in one.levels):
        found.append(Reason("rubric_name_missing", named))
    if not FEWEST_LEVELS <= len(one.levels) <= MOST_LEVELS:
        found.append(
            Reason("rubric_levels_count", named | {"least": FEWEST_LEVELS, "most": MOST_LEVELS})
        )
    points = [level.points for level in one.levels]
    if (points and points[0] < 0) or any(a >= b for a, b in pairwise(points)):
        found.append(Reason("rubric_levels_order", named))
    if one.needed is not None and not 2 <= one.needed <= len(one.levels):
        found.append(Reason("rubric_needed_level", named))
    return found


def open_criteria(rubric: Rubric, levels: Mapping[str, int]) -> list[str]:
    """Ids of the criteria that have no level yet, or one that they do not have."""
    return [one.id for one in rubric.criteria if not 1 <= levels.get(one.id, 0) <= len(one.levels)]


def points_of(rubric: Rubric, levels: Mapping[str, int]) -> dict[str, Fraction]:
    """The points of the levels, by criterion."""
    return {one.id: one.levels[levels[one.id] - 1].points for one in rubric.criteria}


def missed_by(rubric: Rubric, levels: Mapping[str, int]) -> tuple[str, ...]:
    """Ids of the criteria that have to be passed and are not."""
    return tuple(
        one.id for one in rubric.criteria if one.needed is not None and levels[one.id] < one.needed
    )


def scored(
    rubric: Rubric,
    levels: Mapping[str, int],
    *,
    full_marks: int,
    cut: int,
    points: Mapping[str, Fraction] | None = None,
) -> Score:
    """What the levels (by criterion, 1 is the lowest) come to; each criterion has one. `points` by
    criterion are those of the levels, unless two assessors gave other ones."""
    reached = points_of(rubric, levels) if points is None else points
    total, full = sum(reached.values(), Fraction(0)), rubric.full
    missed = missed_by(rubric, levels)
    score = math.floor(total / full * full_marks)
    if missed:
        score = min(score, max(cut - 1, 0))
    return Score(total, full, score, score >= cut and not missed, missed)
