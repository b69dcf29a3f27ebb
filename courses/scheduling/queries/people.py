"""People whom somebody else may enrol, and people who teach."""

from collections.abc import Sequence

import sqlalchemy as sa

from courses.scheduling.models import ClassSession, Seat, WaitingEntry, WaitingState
from lms.accounts.models import Membership, Person
from lms.accounts.queries import people_with_role
from lms.db import db
from lms.permissions import Role


def colleagues(
    class_session: ClassSession, organisation_ids: Sequence[int]
) -> Sequence[sa.Row[str, str]]:
    """Public ids and names of members who neither have a seat nor wait here, by name."""
    seated = sa.select(Seat.person_id).where(
        Seat.class_session_id == class_session.id, Seat.ended_at.is_(None)
    )
    queued = sa.select(WaitingEntry.person_id).where(
        WaitingEntry.class_session_id == class_session.id,
        WaitingEntry.state == WaitingState.WAITING,
    )
    members = sa.select(Membership.person_id).where(
        Membership.organisation_id.in_(organisation_ids), Membership.ended_on.is_(None)
    )
    return db.session.execute(
        sa.select(Person.public_id, Person.name)
        .where(
            Person.id.in_(members),
            Person.id.not_in(seated),
            Person.id.not_in(queued),
            Person.erased_at.is_(None),
        )
        .order_by(Person.sort_name, Person.id)
        .limit(1000)
    ).all()


def trainers() -> list[tuple[int, str]]:
    """Everybody who may teach: id and name."""
    return [(person.id, person.name) for person in people_with_role(Role.TRAINER)]
