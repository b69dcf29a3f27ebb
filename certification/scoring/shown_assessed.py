"""Appeals against a result by a rubric, as the pages of that result show them."""

from dataclasses import dataclass
from datetime import date, datetime

from certification.exams.models import ExamResult
from certification.scoring import queries_assessed, wording


@dataclass(frozen=True, slots=True)
class Line:
    """An appeal: when, in which state, and what came of it."""

    at: datetime
    badge: tuple[str, str]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page says below a result."""

    lines: list[Line]
    until: date | None
    """None: this exam knows no appeal."""
    is_in_time: bool
    zone: str


def objections(result: ExamResult, *, now: datetime) -> Shown:
    """The appeals against a result and those that it replaced, and until when one may appeal."""
    found = queries_assessed.objections(result, now=now)
    lines = [
        Line(one.at, wording.appeal_state(one.state), wording.assessed_texts(one))
        for one in found.appeals
    ]
    return Shown(lines, found.until, found.is_in_time, found.zone)
