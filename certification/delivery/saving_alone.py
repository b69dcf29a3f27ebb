"""One answer saved by one statement on PostgreSQL, which is its whole transaction.

The same facts as `certification.delivery.saving` writes by three: the attempt is locked if it is
open and in time, the answer kept unless a newer one is, its event noted if it was kept.
"""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from certification.delivery.models import Attempt, AttemptEvent, AttemptResponse
from lms.prepared import Prepared

ANSWER = ("position", "client_seq", "response", "is_flagged", "seconds", "saved_at")
EVENT = ("attempt_id", "number", "kind", "data", "client_at", "at", "by")


@cache
def prepared() -> Prepared:
    """Values: attempt_id, since (the earliest deadline that still counts), `by`, `data` and
    `client_at` of the event, and those of `ANSWER`. Gives due_at and kept (1, or 0 when another
    answer is kept), or nothing when the attempt takes no answer."""
    locked = _locked()
    kept = _kept(locked)
    count = sa.select(sa.func.count()).select_from(kept).scalar_subquery()
    seen = (
        sa.update(Attempt)
        .where(Attempt.id == locked.c.id)
        .values(events=locked.c.events + count, seen_at=_given("saved_at"))
        .returning(Attempt.id)
        .cte("seen")
    )
    noted = _noted(locked, kept)
    return Prepared(sa.select(locked.c.due_at, count.label("kept")).add_cte(seen, noted))


def _given(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=AttemptResponse.__table__.c[name].type)


def _locked() -> sa.CTE:
    return (
        sa.select(Attempt.id, Attempt.events, Attempt.due_at)
        .where(
            Attempt.id == sa.bindparam("attempt_id"),
            Attempt.state == sa.literal_column("'open'"),
            Attempt.due_at >= sa.bindparam("since", type_=Attempt.due_at.type),
        )
        .with_for_update()
        .cte("locked")
    )


def newest_wins(insert: Any) -> Any:
    """An INSERT of an answer that keeps it unless a newer one of its place is kept; gives back
    nothing then. Of either database."""
    return insert.on_conflict_do_update(
        index_elements=["attempt_id", "position"],
        set_={name: insert.excluded[name] for name in ANSWER[1:]},
        where=AttemptResponse.client_seq < insert.excluded.client_seq,
    ).returning(AttemptResponse.position)


def _kept(locked: sa.CTE) -> sa.CTE:
    arrived = sa.select(locked.c.id, *map(_given, ANSWER))
    insert = postgresql.insert(AttemptResponse).from_select(["attempt_id", *ANSWER], arrived)
    kept: sa.CTE = newest_wins(insert).cte("kept")
    return kept


def _noted(locked: sa.CTE, kept: sa.CTE) -> sa.CTE:
    columns = AttemptEvent.__table__.c
    facts = sa.select(
        locked.c.id,
        locked.c.events + 1,
        sa.literal_column("'answered'"),
        sa.bindparam("data", type_=columns.data.type),
        sa.bindparam("client_at", type_=columns.client_at.type),
        _given("saved_at"),
        sa.bindparam("by", type_=columns.by.type),
    ).select_from(locked.join(kept, sa.true()))
    return (
        sa.insert(AttemptEvent)
        .from_select(EVENT, facts)
        .returning(AttemptEvent.number)
        .cte("noted")
    )
