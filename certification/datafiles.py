"""The shapes of `competencies.yaml` and `certification.yaml`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from certification.designs.content import Content
from lms.datafile import FileModel


class LevelFile(FileModel):
    """A level of a scale."""

    level: int
    title: str
    description: str = ""


class CompetencyFile(FileModel):
    """A competency and what shows it."""

    code: str
    title: Annotated[str, Field(max_length=22)]
    statement: str
    evidence: dict[str, Annotated[int, Field(ge=1, le=9)]] = {}


class FrameworkFile(FileModel):
    """A competency framework."""

    code: str
    programme: str
    title: str
    sample: bool = False
    levels: Annotated[list[LevelFile], Field(min_length=2)]
    competencies: Annotated[list[CompetencyFile], Field(min_length=1)]


class CompetenciesFile(FileModel):
    """`competencies.yaml`."""

    version: str
    frameworks: list[FrameworkFile]


class ExamFile(FileModel):
    """An exam's marks."""

    code: str
    full_marks: Annotated[int, Field(gt=0, le=10000)]
    cut_score: Annotated[int, Field(ge=0)]
    reason: str = ""
    sample: bool = False


class RequirementFile(FileModel):
    """One requirement: a course, an exam or a competency."""

    course: str | None = None
    exam: str | None = None
    at_least: int | None = None
    competency: str | None = None
    level: int | None = None

    @model_validator(mode="after")
    def names_one_thing(self) -> "RequirementFile":
        """Exactly one kind, with its number."""
        named = [name for name in (self.course, self.exam, self.competency) if name]
        if len(named) != 1:
            raise ValueError("names one of course, exam and competency")
        if bool(self.exam) != (self.at_least is not None):
            raise ValueError("at_least belongs to an exam, and an exam needs it")
        if bool(self.competency) != (self.level is not None):
            raise ValueError("level belongs to a competency, and a competency needs it")
        return self

    def names(self) -> tuple[str, str]:
        """(kind, code) of the one thing that is required."""
        if self.course:
            return "course", self.course
        if self.exam:
            return "exam", self.exam
        return "competency", self.competency or ""

    def rule(self) -> dict[str, object]:
        """The requirement as the rule tree has it."""
        return self.model_dump(exclude_none=True)


class WordingFile(FileModel):
    """The certificate's words."""

    title: str
    kind: str
    statement: str
    signatory_name: str = ""
    signatory_role: str = ""
    page_format: Literal["A4", "Letter"] = "A4"


class SchemeFile(FileModel):
    """A certification scheme."""

    code: str
    programme: str
    title: str
    effective_from: date
    term_months: Annotated[int, Field(gt=0, le=600)] | None = None
    sample: bool = False
    requirements: Annotated[list[RequirementFile], Field(min_length=1)]
    wording: WordingFile


class CertificationFile(FileModel):
    """`certification.yaml`."""

    version: str
    exams: list[ExamFile] = []
    schemes: list[SchemeFile]


class DesignFile(FileModel):
    """How certificates look, and which schemes take it where nobody chose otherwise."""

    code: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    title: Annotated[str, Field(max_length=120)]
    schemes: list[str] = []
    content: Content

    @model_validator(mode="after")
    def brings_no_pictures(self) -> "DesignFile":
        """Pictures are uploaded, never named by a file."""
        if self.content.images():
            raise ValueError("pictures cannot come with a data file")
        return self


class DesignsFile(FileModel):
    """`designs.yaml`."""

    version: str
    designs: list[DesignFile] = []
