"""The shape of a rubric in a data folder's `exam-….yaml`."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from certification.rubrics.rules import (
    FEWEST_LEVELS,
    MOST_CRITERIA,
    MOST_LEVELS,
    Criterion,
    Level,
    Rubric,
)
from lms.datafile import FileModel


class LevelFile(FileModel):
    """A level of a criterion."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    points: Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2, strict=False)]
    text: Annotated[str, Field(max_length=1000)] = ""


class CriterionFile(FileModel):
    """What is judged, with its levels from the lowest to the highest."""

    code: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=24)]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    text: Annotated[str, Field(max_length=1000)] = ""
    competency: str = ""
    needs: str | None = None
    """Name of the level below which the exam is not passed."""
    levels: Annotated[list[LevelFile], Field(min_length=FEWEST_LEVELS, max_length=MOST_LEVELS)]

    @model_validator(mode="after")
    def is_in_order(self) -> "CriterionFile":
        """Each level has more points than the one before; what is needed is above the lowest."""
        if any(low.points >= high.points for low, high in pairwise(self.levels)):
            raise ValueError("each level has more points than the one before it")
        if self.needs is not None and self.needs not in [one.name for one in self.levels[1:]]:
            raise ValueError(f"needs “{self.needs}”, which is no level above the lowest")
        return self

    def criterion(self) -> Criterion:
        """As rules have it."""
        names = [one.name for one in self.levels]
        levels = (Level(one.name, Fraction(one.points), one.text) for one in self.levels)
        return Criterion(
            self.code, self.name, self.text, self.competency, tuple(levels),
            names.index(self.needs) + 1 if self.needs else None,
        )  # fmt: skip


class RubricFile(FileModel):
    """By what assessors judge people in an exam."""

    kinds: Annotated[list[Literal["practical", "interview", "work"]], Field(min_length=1)]
    criteria: Annotated[list[CriterionFile], Field(min_length=1, max_length=MOST_CRITERIA)]

    @model_validator(mode="after")
    def has_each_once(self) -> "RubricFile":
        """A criterion is judged once."""
        codes = [one.code for one in self.criteria]
        for code in codes:
            if codes.count(code) > 1:
                raise ValueError(f"the criterion “{code}” stands there twice")
        return self

    def rubric(self) -> Rubric:
        """As rules have it."""
        return Rubric(tuple(one.criterion() for one in self.criteria), tuple(self.kinds))
