"""All facts of a roster, corrected ones too."""

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
