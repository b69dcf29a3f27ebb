"""What several assessors of one sitting add up to, and when a third one is needed. Pure.

The rule is that of extended answers (`certification.scoring.grading.combined`): two who differ by
no more than the gap decide by the mean of their points, criterion by criterion; else a third one
judges, whose judgement then stands alone. A criterion that has to be passed is no matter of points:
when one saw it passed and the other did not, the third decides whatever the gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from certification.rubrics.rules import RULE, Rubric, missed_by, points_of

MEAN = "share-1-mean"
"""As `RULE`, with the mean of two assessors' points."""
MODERATION = 3
"""The round of the third assessor."""
Levels: TypeAlias = Mapping[str, int]
"""By criterion; 1 is the lowest."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided, or the round that is still needed."""

    next_round: int | None = None
    levels: Levels = field(default_factory=dict)
    """Of two assessors the lower one: what both saw reached."""
    points: Mapping[str, Fraction] = field(default_factory=dict)
    """By criterion."""
    rule: str = RULE


def settled(rubric: Rubric, rounds: Mapping[int, Levels], *, gap: int) -> Settled:
    """What the judgements of a sitting that takes two assessors come to."""
    if MODERATION in rounds:
        return _alone(rubric, rounds[MODERATION])
    if 1 not in rounds or 2 not in rounds:
        return Settled(1 if 1 not in rounds else 2)
    if are_apart(rubric, rounds[1], rounds[2], gap=gap):
        return Settled(MODERATION)
    return _mean(rubric, rounds[1], rounds[2])


def _alone(rubric: Rubric, levels: Levels) -> Settled:
    return Settled(levels=levels, points=points_of(rubric, levels))


def _mean(rubric: Rubric, first: Levels, second: Levels) -> Settled:
    one, other = points_of(rubric, first), points_of(rubric, second)
    return Settled(
        levels={name: min(first[name], second[name]) for name in one},
        points={name: (one[name] + other[name]) / 2 for name in one},
        rule=MEAN,
    )


def are_apart(rubric: Rubric, first: Levels, second: Levels, *, gap: int) -> bool:
    """Whether two judgements differ too much for a mean."""
    sums = [sum(points_of(rubric, one).values(), Fraction(0)) for one in (first, second)]
    return abs(sums[0] - sums[1]) > gap or missed_by(rubric, first) != missed_by(rubric, second)
