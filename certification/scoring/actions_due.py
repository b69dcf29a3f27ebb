"""Reminding those who may answer an appeal: once before the answer is due, once when it is late."""

from datetime import datetime

import sqlalchemy as sa

from certification.scoring import queries_due
from certification.scoring.models import Appeal, AppealState
from lms.accounts import letters
from lms.accounts.queries import mail_addresses
from lms.clock import today
from lms.db import db, locked
from lms.site import issuer_zone


def remind(appeal_id: int, *, now: datetime) -> None:
    """Tell whoever may answer; nobody twice, and nobody once it is answered."""
    wanted = sa.select(Appeal).where(Appeal.id == appeal_id)
    row: Appeal = db.session.scalars(locked(wanted)).one()
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


def _tell(row: Appeal, standing: str, *, now: datetime) -> None:
    named, found = queries_due.named(row.attempt_id), queries_due.answerers(row)
    for person_id, address in mail_addresses(found.people).items():
        letters.write_to(
            address,
            "appeal_due",
            person_id,
            key=f"appeal_due:{row.id}:{standing}:{person_id}",
            now=now,
            appeal_id=row.id,
            title=named.title,
            answer_due_on=row.answer_due_on.isoformat(),
            issuer_zone=issuer_zone(),
            is_overdue=standing == "overdue",
            is_nobody_free=found.is_nobody_free,
        )
