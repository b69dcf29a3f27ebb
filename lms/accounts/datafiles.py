"""The shapes of `plans.yaml` and `people.yaml`."""

from typing import Annotated

from pydantic import Field

from lms.datafile import FileModel


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
