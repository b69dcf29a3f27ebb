"""The certificates of an employer's people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from certification.awards.models import Revocation, Suspension
from certification.certificates.models import Certificate, CertificateState
from certification.certificates.queries import (
    Checked,
    check,
    selected,
    successor,
    suspended_on,
)
from lms.accounts.models import Membership, Person
from lms.db import db


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A colleague's newest certificate of a scheme, for the employer's list."""

    person_id: int
    public_id: str
    name: str
    checked: Checked


def staff(
    organisation_ids: Sequence[int],
    day: date,
    *,
    within_days: int | None = None,
    after: tuple[str, int] | None = None,
    limit: int = 51,
) -> list[StaffRow]:
    """Current certificates of the organisations' people, by name; optionally those that end
    within so many days. `after` is the (sort name, certificate id) of the last row shown."""
    wanted = (
        selected(day)
        .add_columns(Person.public_id, Person.name, Person.sort_name)
        .join(Person, Person.id == Certificate.person_id)
        .where(is_member(organisation_ids, day), successor.id.is_(None))
        .order_by(Person.sort_name, Certificate.id)
        .limit(limit)
    )
    if within_days is not None:
        wanted = wanted.where(
            Certificate.valid_until.between(day, day + timedelta(days=within_days)),
            Revocation.id.is_(None),
        )
    if after is not None:
        wanted = wanted.where(
            sa.tuple_(Person.sort_name, Certificate.id) > sa.tuple_(*map(sa.literal, after))
        )
    rows = db.session.execute(wanted)
    return [StaffRow(row.person_id, row.public_id, row.name, check(row, day)) for row in rows]


def is_member(organisation_ids: Sequence[int], day: date) -> sa.ColumnElement[bool]:
    """From the members to their certificates: an EXISTS made SQLite walk every certificate."""
    return Certificate.person_id.in_(
        sa.select(Membership.person_id).where(
            Membership.organisation_id.in_(organisation_ids),
            Membership.started_on <= day,
            sa.or_(Membership.ended_on.is_(None), Membership.ended_on >= day),
        )
    )


def staff_counts(organisation_ids: Sequence[int], day: date) -> dict[str, int]:
    """How many current certificates: valid, ending in 30, 60 and 90 days, expired, revoked,
    suspended."""
    due = Certificate.valid_until
    live = sa.and_(Revocation.id.is_(None), Suspension.id.is_(None))

    def among(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count().filter(*conditions)

    row = db.session.execute(
        sa.select(
            among(live, sa.or_(due.is_(None), due >= day)).label("valid"),
            *[
                among(live, due.between(day, day + timedelta(days=days))).label(f"within_{days}")
                for days in (30, 60, 90)
            ],
            among(live, due < day).label("expired"),
            among(Revocation.id.is_not(None)).label("revoked"),
            among(Revocation.id.is_(None), Suspension.id.is_not(None)).label("suspended"),
        )
        .select_from(Certificate)
        .outerjoin(Revocation, Revocation.award_id == Certificate.award_id)
        .outerjoin(Suspension, suspended_on(day))
        .outerjoin(successor, successor.supersedes_id == Certificate.id)
        .where(
            is_member(organisation_ids, day),
            successor.id.is_(None),
            Certificate.state == CertificateState.ISSUED,
        )
    ).one()
    return {key: int(value) for key, value in row._mapping.items()}
