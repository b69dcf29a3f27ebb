"""The shapes of `plans.yaml` and `people.yaml`."""

from typing import Annotated, Literal

from pydantic import Field

from lms.datafile import FileModel
from lms.permissions import Role


class FeatureFile(FileModel):
    """A comparable row of a plan."""

    key: str
    title: str
    value: str
    description: str = ""


class CoverageFile(FileModel):
    """What a plan covers."""

    sample: bool = False
    programmes: list[str] = []
    courses: list[str] = []


class PlanFile(FileModel):
    """A support plan."""

    code: str
    name: str
    rank: Annotated[int, Field(gt=0, lt=1000)]
    response_minutes: Annotated[int, Field(gt=0)]
    resolution_percent: str
    features: list[FeatureFile]
    covers: CoverageFile


class PlansFile(FileModel):
    """`plans.yaml`."""

    version: str
    plans: Annotated[list[PlanFile], Field(min_length=1)]


class OrganisationFile(FileModel):
    """A demonstration organisation."""

    code: str
    name: str
    plan: str | None = None
    region: str | None = None
    partner: bool = False


class PersonFile(FileModel):
    """A demonstration person with an account."""

    email: str
    name: str
    organisation: str | None = None
    zone: str = "UTC"
    roles: list[Role] = []
    limit: str | None = None
    consents: bool = False


class ClassFile(FileModel):
    """A class session, by days from today; learners by the first part of their address."""

    course: str
    format: str
    day: int
    zone: str
    venue: str = ""
    room: str = ""
    seats: tuple[int, int]
    learners: list[str]
    outcome: Literal["passed", "open"]


class SittingFile(FileModel):
    """An exam's results of one day."""

    code: str
    day: int
    scores: dict[str, int]


class RevocationFile(FileModel):
    """An award that was withdrawn."""

    email: str
    scheme: str
    reason: str


class AskedFile(FileModel):
    """A validation that waits."""

    email: str
    competency: str
    level: int
    note: str


class SelfPacedFile(FileModel):
    """A course that somebody takes in their own time."""

    email: str
    course: str
    day: int


class PeopleFile(FileModel):
    """`people.yaml`."""

    version: str
    organisations: list[OrganisationFile]
    people: list[PersonFile]
    classes: list[ClassFile]
    exams: list[SittingFile]
    revocations: list[RevocationFile]
    validations: list[AskedFile]
    self_paced: list[SelfPacedFile]
