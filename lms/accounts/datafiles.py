"""The shapes of `plans.yaml` and `people.yaml`."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, Strict, StringConstraints

from lms.accounts.rules import plain_name
from lms.datafile import FileModel, Zone
from lms.permissions import Role

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _plain(value: object) -> object:
    return plain_name(value) if isinstance(value, str) else value


PersonName = Annotated[Words, BeforeValidator(_plain)]
"""As forms take it."""
Address = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")]
# Files write lists and plain words where the program has tuples and roles.
Seats = Annotated[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]], Strict(False)]
AnyRole = Annotated[Role, Strict(False)]


class FeatureFile(FileModel):
    """A comparable row of a plan."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
    title: Words
    value: Words
    description: str = ""


class CoverageFile(FileModel):
    """What a plan covers."""

    sample: bool = False
    programmes: list[str] = []
    courses: list[str] = []


class PlanFile(FileModel):
    """A support plan."""

    code: Code
    name: Words
    rank: Annotated[int, Field(gt=0, lt=1000)]
    response_minutes: Annotated[int, Field(gt=0)]
    resolution_percent: Annotated[str, StringConstraints(pattern=r"^\d{1,3}(\.\d+)?$")]
    features: Annotated[list[FeatureFile], Field(min_length=1)]
    covers: CoverageFile


class PlansFile(FileModel):
    """`plans.yaml`."""

    version: str
    plans: Annotated[list[PlanFile], Field(min_length=1)]


class OrganisationFile(FileModel):
    """A demonstration organisation."""

    code: Code
    name: Words
    plan: str | None = None
    region: str | None = None
    partner: bool = False


class PersonFile(FileModel):
    """A demonstration person with an account."""

    email: Address
    name: PersonName
    organisation: str | None = None
    zone: Zone = "UTC"
    language: Language = "en"
    roles: list[AnyRole] = []
    limit: str | None = None
    consents: bool = False


class ClassFile(FileModel):
    """A class session, by days from today; learners by the first part of their address."""

    course: str
    format: str
    day: int
    zone: Zone
    venue: str = ""
    room: str = ""
    seats: Seats
    learners: list[str]
    outcome: Literal["passed", "open"]


class SittingFile(FileModel):
    """An exam's results of one day."""

    code: str
    day: int
    scores: dict[str, int]


class AssessedFile(FileModel):
    """Somebody judged by an exam's rubric: the name of the level that each criterion reached."""

    code: str
    email: str
    day: int
    kind: str
    levels: dict[str, str]
    comments: dict[str, str] = {}
    comment: str = ""


class AttemptFile(FileModel):
    """An exam that somebody takes here: minutes spent and how many per cent of it are right."""

    code: str
    email: str
    day: int
    minutes: Annotated[int, Field(ge=1, le=600)]
    right: Annotated[int, Field(ge=0, le=100)]


class TurnFile(FileModel):
    """An award that was withdrawn, or suspended, on a day."""

    email: str
    scheme: str
    day: Annotated[int, Field(le=0)]
    reason: str


class NameFile(TurnFile):
    """A certificate that was issued to a name written wrong, and replaced."""

    was: PersonName


class ObservedFile(FileModel):
    """A competency that an assessor saw."""

    email: str
    competency: str
    level: int
    day: Annotated[int, Field(le=0)]
    note: str


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
    assessments: list[AssessedFile] = []
    attempts: list[AttemptFile] = []
    observations: list[ObservedFile] = []
    revocations: list[TurnFile] = []
    suspensions: list[TurnFile] = []
    corrected_names: list[NameFile] = []
    validations: list[AskedFile]
    self_paced: list[SelfPacedFile]
