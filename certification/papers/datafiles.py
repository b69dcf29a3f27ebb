"""The shape of a data folder's `exam-….yaml`: how an exam is delivered and what its forms hold."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from certification.items.content import LANGUAGES
from certification.rubrics.datafiles import RubricFile
from lms.datafile import FileModel

Days = Annotated[int, Field(ge=0, le=3650)]
Percent = Annotated[int, Field(ge=0, le=100)]


class RetakesFile(FileModel):
    """When the exam may be taken again, as `ExamPolicy.retakes` has it."""

    waits: Annotated[list[Days], Field(min_length=1)]
    """Days after the first, second, ... attempt that did not pass; the last one repeats."""
    most: Annotated[int, Field(ge=1, le=100)] | None = None
    """Attempts in a window."""
    window_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    after_pass_days: Days | None = None
    """None for never again."""
    reset_on_new_version: bool = True

    @model_validator(mode="after")
    def has_a_window(self) -> "RetakesFile":
        """A number of attempts needs the days in which they are counted, and the reverse."""
        if (self.most is None) != (self.window_days is None):
            raise ValueError("most and window_days belong together")
        return self


class PolicyFile(FileModel):
    """How the exam is delivered."""

    effective_from: date
    minutes: Annotated[int, Field(ge=1, le=1440)]
    grace_seconds: Annotated[int, Field(ge=0, le=120)] = 10
    languages: Annotated[list[str], Field(min_length=1)]
    booking: Literal["any", "slot", "both"] = "any"
    form_choice: Literal["fixed", "random"] = "fixed"
    is_proctored: bool = False
    scale_bottom: Annotated[int, Field(ge=0)] = 0
    is_double_marked: bool = False
    moderation_gap: Annotated[int, Field(ge=0, le=100)] = 1
    retakes: RetakesFile
    appeal_days: Annotated[int, Field(ge=0, le=365)] = 30
    rules: Annotated[dict[str, str], Field(min_length=1)]
    """Language -> Markdown that a candidate acknowledges."""

    @model_validator(mode="after")
    def has_rules_in_its_languages(self) -> "PolicyFile":
        """Nobody acknowledges what they cannot read."""
        for language in (*self.languages, *self.rules):
            if language not in LANGUAGES:
                raise ValueError(f"the language “{language}” is not known")
        for language in self.languages:
            if not self.rules.get(language, "").strip():
                raise ValueError(f"the rules are missing in “{language}”")
        return self


class BandFile(FileModel):
    """Estimated difficulties, both ends included: of 100 candidates, so many get the item right."""

    hardest: Percent
    easiest: Percent

    @model_validator(mode="after")
    def is_in_order(self) -> "BandFile":
        """The hardest item is the one that fewest get right."""
        if self.hardest > self.easiest:
            raise ValueError("hardest is above easiest")
        return self


class CellFile(FileModel):
    """How many scored items of a competency and a band a form takes."""

    competency: str
    band: str
    least: Annotated[int, Field(ge=0, le=500)]
    most: Annotated[int, Field(ge=0, le=500)]

    @model_validator(mode="after")
    def is_in_order(self) -> "CellFile":
        """At least so many is not more than at most so many."""
        if self.least > self.most:
            raise ValueError("least is above most")
        return self


class BlueprintFile(FileModel):
    """What a form of the exam consists of."""

    scored_items: Annotated[int, Field(ge=1, le=500)]
    pilot_items: Annotated[int, Field(ge=0, le=100)] = 0
    exposure_cap: Annotated[int, Field(ge=1, le=100)] = 100
    most_shared: Percent = 100
    note: Annotated[str, Field(max_length=2000)] = ""
    bands: Annotated[dict[str, BandFile], Field(min_length=1)]
    cells: Annotated[list[CellFile], Field(min_length=1)]

    @model_validator(mode="after")
    def adds_up(self) -> "BlueprintFile":
        """The cells have room for the scored items, and no more is asked than there are."""
        least = sum(cell.least for cell in self.cells)
        most = sum(cell.most for cell in self.cells)
        if not least <= self.scored_items <= most:
            raise ValueError(
                f"the cells add up to {least} to {most} items, the form has {self.scored_items}"
            )
        return self

    @model_validator(mode="after")
    def has_each_cell_once(self) -> "BlueprintFile":
        """No item is counted in two cells."""
        named = [(cell.competency, cell.band) for cell in self.cells]
        for competency, band in named:
            if band not in self.bands:
                raise ValueError(f"unknown band “{band}”")
            if named.count((competency, band)) > 1:
                raise ValueError(f"the cell of {competency} and {band} stands there twice")
        bands = sorted(self.bands.values(), key=lambda band: band.hardest)
        if any(a.easiest >= b.hardest for a, b in pairwise(bands)):
            raise ValueError("two bands overlap")
        return self


class FormFile(FileModel):
    """A form, assembled by its seed: the same seed, blueprint and bank give the same form."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,10}$")]
    seed: Annotated[str, Field(min_length=1, max_length=64)]


class CutFile(FileModel):
    """A fixed cut score in per cent of the full points, with its reason."""

    percent: Annotated[Decimal, Field(gt=0, le=100, strict=False)]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class PaperFile(FileModel):
    """`exam-….yaml`: one exam of `certification.yaml`, ready to be taken."""

    version: str
    exam: str
    sample: bool = False
    policy: PolicyFile
    blueprint: BlueprintFile
    forms: list[FormFile] = []
    cut_score: CutFile
    rubric: RubricFile | None = None
    """For practical exams, interviews and work that is handed in."""
