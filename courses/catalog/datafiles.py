"""The shape of `catalog.yaml`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from lms.datafile import FileModel
from lms.i18n import is_language

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=8000)]


def _known_language(tag: str) -> str:
    if not is_language(tag):
        raise ValueError(f"the language “{tag}” is not known")
    return tag


Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$"),
    AfterValidator(_known_language),
]


class SiteFile(FileModel):
    """Who issues."""

    name: Title
    vendor: Title
    product: Title
    strapline: Text = ""
    contact_email: str = ""
    certificate_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,6}$")]


class ModeFile(FileModel):
    """A delivery mode."""

    code: Code
    title: Title
    icon: str = ""
    room: bool
    virtual: bool


class FormatFile(FileModel):
    """A delivery format."""

    code: Code
    mode: Code
    title: Title
    description: Text = ""
    self_paced: bool = False


class ModuleFile(FileModel):
    """A module."""

    title: Title
    minutes: Annotated[int, Field(gt=0, le=60000)]
    topics: list[Title] = []


class CourseFile(FileModel):
    """A course as its next version will be."""

    code: Code
    slug: Slug
    kind: Literal["course", "exam"] = "course"
    title: Title
    summary: Text
    description: Text = ""
    audience: Text = ""
    outcomes: list[Title] = []
    hours: Annotated[float, Field(gt=0, le=1000)] | None = None
    length_note: Text = ""
    prerequisites: list[Code] = []
    languages: Annotated[list[Language], Field(min_length=1)]
    formats: Annotated[list[Code], Field(min_length=1)]
    modules: Annotated[list[ModuleFile], Field(min_length=1)]
    sample: bool = False

    @property
    def minutes(self) -> int | None:
        """The length in minutes."""
        return None if self.hours is None else round(self.hours * 60)


class ProgrammeFile(FileModel):
    """A programme with its courses in order."""

    code: Code
    slug: Slug
    title: Title
    summary: Text = ""
    courses: list[CourseFile]


class CatalogFile(FileModel):
    """`catalog.yaml`."""

    version: str
    source: str = ""
    site: SiteFile
    modes: Annotated[list[ModeFile], Field(min_length=1)]
    formats: Annotated[list[FormatFile], Field(min_length=1)]
    programmes: Annotated[list[ProgrammeFile], Field(min_length=1)]
