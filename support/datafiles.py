"""The shapes of `support.yaml` and `services.yaml`."""

from typing import Annotated

from pydantic import Field, StringConstraints

from lms.datafile import FileModel, Zone

Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-4]):[0-5]\d$")]
Minutes = Annotated[int, Field(gt=0)]


class Described(FileModel):
    """A title and what it means."""

    title: str
    description: str = ""


class ChannelEntry(FileModel):
    """A channel."""

    code: str
    title: str
    value: str = ""
    description: str = ""
    plans: list[str] = []


class ChannelGroup(FileModel):
    """Channels of one kind."""

    title: str
    entries: list[ChannelEntry]


class PriorityFile(FileModel):
    """A ticket priority."""

    code: str
    title: str
    definition: str
    response_minutes: Minutes
    resolution_minutes: Minutes


class OpeningFile(FileModel):
    """Opening hours on some days (ISO: Monday is 1)."""

    days: list[Annotated[int, Field(ge=1, le=7)]]
    opens: Clock
    closes: Clock


class RegionFile(FileModel):
    """A support centre."""

    code: str
    title: str
    location: str
    time_zone: Zone
    coverage: str
    languages: list[str]
    specialisations: list[str]
    sample: bool = False
    opening: list[OpeningFile]


class DutyFile(FileModel):
    """Who takes over, and when."""

    from_utc: Clock
    region: str


class FollowTheSun(FileModel):
    """The round-the-clock rota."""

    features: list[Described]
    sample: bool = False
    duty: Annotated[list[DutyFile], Field(min_length=1)]


class PartnersFile(FileModel):
    """Partner types and the partner support framework."""

    types: list[Described]
    framework: list[Described]


class LeadFile(FileModel):
    """A team's lead."""

    role: str
    name: str
    email: str


class TeamFile(FileModel):
    """A support team."""

    title: str
    lead: LeadFile
    members: list[Described]


class ContactEntry(FileModel):
    """Somebody to call."""

    role: str
    name: str = ""
    region: str | None = None
    email: str = ""
    phone: str = ""
    plans: list[str] = []


class ContactGroup(FileModel):
    """Contacts that belong together; a chain is climbed step by step."""

    code: str
    title: str
    chain: bool = False
    entries: list[ContactEntry]


class SupportFile(FileModel):
    """`support.yaml`."""

    version: str
    channels: list[ChannelGroup]
    priorities: list[PriorityFile]
    escalations: list[Described]
    regions: list[RegionFile]
    follow_the_sun: FollowTheSun
    partners: PartnersFile
    teams: list[TeamFile]
    contacts: list[ContactGroup]
    commitments: list[Described]
    targets: list[Described]


class ServiceGroup(FileModel):
    """Services of one kind; `ordered` when one follows the other."""

    title: str
    ordered: bool = False
    entries: Annotated[list[Described], Field(min_length=1)]


class ServiceSection(FileModel):
    """A numbered part of a chapter of the document."""

    number: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+$")]
    title: str
    groups: Annotated[list[ServiceGroup], Field(min_length=1)]


class ServiceArea(FileModel):
    """A chapter of the document."""

    code: str
    title: str
    sections: Annotated[list[ServiceSection], Field(min_length=1)]


class ServicesFile(FileModel):
    """`services.yaml`."""

    version: str
    areas: Annotated[list[ServiceArea], Field(min_length=1)]
