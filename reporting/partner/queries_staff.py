"""The people of an organisation: what they hold, until when, and what their next step lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from certification.awards.progress import Progress
from certification.awards.progress_many import progress_of_many
from certification.awards.rules import HELD, Status
from lms.accounts.models import Membership, Person
from lms.db import db
from lms.paging import SIZE, Page, page_of


@dataclass(frozen=True, slots=True)
class Held:
    """A certification that somebody holds or held."""

    title: str
    status: Status
    valid_until: date | None
    revoked_on: date | None
    suspended_on: date | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """The certification that is nearest, and the titles of what is missing for it."""

    title: str
    met: int
    all: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A colleague."""

    person_id: int
    name: str
    sort_name: str
    held: tuple[Held, ...]
    next: Gaps | None


def staff(
    organisation_ids: Sequence[int],
    day: date,
    *,
    after: tuple[str, int] | None = None,
    size: int = SIZE,
) -> Page[StaffMember]:
    """People who work there on the day, by name. The number of queries does not grow."""
    wanted = (
        sa.select(Person.id, Person.name, Person.sort_name)
        .where(
            Person.id.in_(
                sa.select(Membership.person_id).where(
                    Membership.organisation_id.in_(organisation_ids),
                    Membership.started_on <= day,
                    sa.or_(Membership.ended_on.is_(None), Membership.ended_on >= day),
                )
            ),
            Person.erased_at.is_(None),
        )
        .order_by(Person.sort_name, Person.id)
        .limit(size + 1)
    )
    if after is not None:
        wanted = wanted.where(
            sa.tuple_(Person.sort_name, Person.id) > sa.tuple_(*map(sa.literal, after))
        )
    rows = db.session.execute(wanted).all()
    page = page_of(rows, size=size, key=lambda row: (row.sort_name, row.id), is_first=after is None)
    progress = progress_of_many([row.id for row in page.rows], day) if page.rows else {}
    members = [
        StaffMember(
            row.id, row.name, row.sort_name, _held(progress[row.id]), _next(progress[row.id])
        )
        for row in page.rows
    ]
    return Page(members, page.next_cursor, page.is_first)


def _held(progress: Sequence[Progress]) -> tuple[Held, ...]:
    return tuple(
        Held(
            p.version.scheme.title,
            p.status,
            p.award.valid_until,
            p.award.revoked_on,
            p.award.suspended_on,
        )
        for p in progress
        if p.award is not None and p.status is not None
    )


def _next(progress: Sequence[Progress]) -> Gaps | None:
    """The open certification for which least is missing; of these the one of which most is met,
    then the order of the schemes."""
    open_ones = [p for p in progress if p.status not in HELD and p.assessment.needs]
    if not open_ones:
        return None
    nearest = min(open_ones, key=lambda p: (p.assessment.short, -p.met))
    needs = nearest.assessment.needs
    missing = tuple(nearest.name(need) for need in needs if not need.is_met)
    return Gaps(nearest.version.scheme.title, nearest.met, len(needs), missing)
