"""Many people's way to every certification, in as many queries as for one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from certification.awards import progress, snapshot
from certification.awards.models import Award, Revocation, Suspension
from certification.awards.progress import Progress
from certification.awards.queries import facts_of_many, suspended_on
from lms.db import db


def progress_of_many(person_ids: Sequence[int], on: date) -> dict[int, list[Progress]]:
    """By person, every scheme in force, with what is met and what is missing."""
    facts, newest, standard = (
        facts_of_many(person_ids, on),
        _newest(person_ids, on),
        snapshot.schemes(),
    )
    return {
        id: [
            progress.of_scheme(v, newest.get((id, v.scheme_id)), facts[id], standard.names, on)
            for v in standard.in_force(on)
        ]
        for id in person_ids
    }


def _newest(person_ids: Sequence[int], on: date) -> dict[tuple[int, int], Any]:
    """(person, scheme) → the newest award's row, with the days of its revocation and suspension."""
    rows = db.session.execute(
        sa.select(
            Award.person_id,
            Award.id,
            Award.scheme_id,
            Award.cycle,
            Award.awarded_on,
            Award.valid_until,
            Revocation.revoked_on,
            Suspension.suspended_on,
        )
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Suspension, suspended_on(on))
        .where(Award.person_id.in_(person_ids))
        .order_by(Award.cycle)
    )
    return {(row.person_id, row.scheme_id): row for row in rows}
