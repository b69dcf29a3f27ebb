"""Awards whose facts changed after they were made."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from certification.awards.models import Award, Revocation
from courses.scheduling.models import Completion
from lms.accounts.models import Person
from lms.db import db


def doubtful(limit: int = 100) -> Sequence[Any]:
    """Awards that hold although a completion behind them was withdrawn later: (award, person)."""
    rows = db.session.execute(
        sa.select(Award, Person)
        .join(Person, Person.id == Award.person_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .where(
            Revocation.id.is_(None),
            sa.exists().where(
                Completion.person_id == Award.person_id, Completion.withdrawn_at > Award.awarded_at
            ),
        )
        .order_by(Award.id.desc())
        .limit(limit)
    ).all()
    withdrawn = set(
        db.session.scalars(
            sa.select(Completion.id).where(
                Completion.person_id.in_([award.person_id for award, _ in rows]),
                Completion.withdrawn_at.is_not(None),
            )
        )
    )
    return [
        (award, person)
        for award, person in rows
        if withdrawn & {n["fact_id"] for n in award.facts["requirements"] if n["kind"] == "course"}
    ]
