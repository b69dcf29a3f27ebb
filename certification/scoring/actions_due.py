"""Reminding those who may answer an appeal: once before the answer is due, once when it is late."""

from datetime import datetime

import sqlalchemy as sa

from certification.scoring import queries_due
from certification.scoring.models import Appeal, AppealState
from certification.scoring.models_assessed import AssessmentAppeal
from lms.accounts import letters
from lms.accounts.queries import mail_addresses
from lms.clock import today
from lms.db import db, locked
from lms.site import issuer_zone


def remind(appeal_id: int, *, now: datetime, kind: queries_due.Kind = Appeal) -> None:
    """Tell whoever may answer; nobody twice, and nobody once it is answered."""
    wanted = sa.select(kind).where(kind.id == appeal_id)
    row: Appeal | AssessmentAppeal = db.session.scalars(locked(wanted)).one()
    standing = queries_due.standing(row.answer_due_on, today(now, issuer_zone()))
    if row.state != AppealState.OPEN or not standing:
        return
    if standing == "overdue" and row.overdue_told_at is None:
        row.overdue_told_at = now
    elif standing == "soon" and row.reminded_at is None:
        row.reminded_at = now
    else:
        return
    _tell(row, standing, now=now)


def _tell(row: Appeal | AssessmentAppeal, standing: str, *, now: datetime) -> None:
    title, found = queries_due.title_of(row), queries_due.answerers(row)
    is_assessment = isinstance(row, AssessmentAppeal)
    of = "assessment:" if is_assessment else ""
    for person_id, address in mail_addresses(found.people).items():
        letters.write_to(
            address,
            "appeal_due",
            person_id,
            key=f"appeal_due:{of}{row.id}:{standing}:{person_id}",
            now=now,
            appeal_id=row.id,
            is_assessment=is_assessment,
            title=title,
            answer_due_on=row.answer_due_on.isoformat(),
            issuer_zone=issuer_zone(),
            is_overdue=standing == "overdue",
            is_nobody_free=found.is_nobody_free,
        )
