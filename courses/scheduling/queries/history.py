"""All facts of a roster, and what became of each."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from courses.scheduling.models import Attendance, Result
from lms.db import db


def history(class_session_id: int) -> list[Attendance | Result]:
    """All facts of the roster with who and whom, newest first."""
    facts: list[Attendance | Result] = []
    for model in (Attendance, Result):
        facts += db.session.scalars(
            sa.select(model)
            .options(joinedload(model.by), joinedload(model.person))
            .where(model.class_session_id == class_session_id)
        )
    return sorted(facts, key=lambda fact: (fact.at, fact.id), reverse=True)


class Standing(StrEnum):
    """What became of a fact, or what it is."""

    RECORDED = "recorded"
    CORRECTION = "correction"
    CORRECTED = "corrected"
    MISTAKE = "mistake"
    TAKES_BACK = "takes_back"


def standing_of(
    facts: Sequence[Attendance | Result],
) -> Iterator[tuple[Attendance | Result, Standing]]:
    """All facts of a roster, each with what became of it."""
    by_id = {(type(fact), fact.id): fact for fact in facts}
    later = {(type(fact), fact.replaces_id): fact for fact in facts}
    for fact in facts:
        before = by_id.get((type(fact), fact.replaces_id or 0))
        yield fact, _standing(fact, before, later.get((type(fact), fact.id)))


def _standing(
    fact: Attendance | Result,
    before: Attendance | Result | None,
    later: Attendance | Result | None,
) -> Standing:
    if fact.mistake:
        return Standing.TAKES_BACK
    if later is not None:
        return Standing.MISTAKE if later.mistake else Standing.CORRECTED
    is_anew = before is None or bool(before.mistake)
    return Standing.RECORDED if is_anew else Standing.CORRECTION
