"""Saving answers: the write that an exam lives on, in few statements and one short transaction.

The attempt's row is locked by the UPDATE that checks it: open, its clock running, its deadline not
past. A save counts when its number is higher than the one kept for that place, so late and repeated
arrivals change nothing. The answer and its event are there together or not at all. On PostgreSQL
one answer is one statement (`saving_alone`).
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from certification.delivery import saving_alone
from certification.delivery.answers import read
from certification.delivery.models import Attempt, AttemptEvent, AttemptResponse, AttemptState
from certification.exams.models import ExamPolicy
from certification.papers.queries import paper
from lms.db import db, upsert
from lms.errors import refuse
from lms.prepared import Prepared

KEPT = 2000
MOST_AT_ONCE = 200
LARGEST_SEQ = 2**53


@dataclass(frozen=True, slots=True)
class Save:
    """An answer on its way: what the page sent for one place."""

    position: int
    client_seq: int
    response: object
    is_flagged: bool = False
    seconds: int = 0
    client_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What is durable once the unit ends."""

    due_at: datetime | None
    saved: tuple[int, ...]
    """Places whose answer is kept now, or was before."""
    stale: dict[int, int]
    """Places for which a newer answer is kept, with its number."""


_PINNED = Prepared(
    sa.select(
        Attempt.id,
        Attempt.code,
        Attempt.person_id,
        Attempt.form_id,
        Attempt.seed,
        Attempt.language,
        ExamPolicy.grace_seconds,
        ExamPolicy.browser_keys,
    )
    .join(ExamPolicy, ExamPolicy.id == Attempt.policy_id)
    .where(Attempt.code == sa.bindparam("code"))
)


def pinned(code: str, person_id: int) -> Any | None:
    """What an attempt keeps from its start to its end; None when it is not this person's. Never
    changes, so each process reads it once."""
    known: OrderedDict[str, Any] = current_app.extensions.setdefault("attempts", OrderedDict())
    found = known.get(code)
    if found is None:
        found = _PINNED.first(code=code)
        if found is not None:
            known[code] = found
            if len(known) > KEPT:
                known.popitem(last=False)
    return found if found is not None and found.person_id == person_id else None


_LOCK = Prepared(
    sa.update(Attempt)
    .where(
        Attempt.id == sa.bindparam("attempt_id"),
        Attempt.state == sa.literal_column("'open'"),
        Attempt.due_at >= sa.bindparam("since", type_=Attempt.due_at.type),
    )
    .values(
        events=Attempt.events + sa.bindparam("more", type_=sa.Integer()),
        seen_at=sa.bindparam("now", type_=Attempt.due_at.type),
    )
    .returning(Attempt.events, Attempt.due_at)
)
_STATE = Prepared(
    sa.select(Attempt.state, Attempt.due_at).where(Attempt.id == sa.bindparam("attempt_id"))
)
_EVENT = Prepared(
    sa.insert(AttemptEvent)
    .values(
        {
            name: sa.bindparam(name, type_=AttemptEvent.__table__.c[name].type)
            for name in ("attempt_id", "number", "kind", "data", "client_at", "at", "by")
        }
    )
    .returning(AttemptEvent.number)
)
_KEEP: dict[str, Prepared] = {}


def _keep() -> Prepared:
    """Keep an answer unless a newer one is kept; gives back nothing then."""
    dialect = db.engine.dialect.name
    if dialect not in _KEEP:
        columns = AttemptResponse.__table__.c
        names = ("attempt_id", *saving_alone.ANSWER)
        values = {name: sa.bindparam(name, type_=columns[name].type) for name in names}
        insert = upsert(dialect)(AttemptResponse).values(values)
        _KEEP[dialect] = Prepared(saving_alone.newest_wins(insert))
    return _KEEP[dialect]


_KEPT = Prepared(
    sa.select(AttemptResponse.client_seq, AttemptResponse.response).where(
        AttemptResponse.attempt_id == sa.bindparam("attempt_id"),
        AttemptResponse.position == sa.bindparam("position"),
    )
)
_FEWER = Prepared(
    sa.update(Attempt)
    .where(Attempt.id == sa.bindparam("attempt_id"))
    .values(events=Attempt.events - sa.bindparam("fewer", type_=sa.Integer()))
    .returning(Attempt.events)
)


def save(attempt: Any, saves: Sequence[Save], *, now: datetime) -> Saved:
    """Keep these answers of a `pinned` attempt; none at all only says that its page is there.

    Refuses `attempt_ended`, `time_over`, `attempt_paused`, `answer_unreadable`.
    """
    read_saves = [(one, read_as_kept(attempt, one)) for one in saves]
    if len(saves) == 1 and db.engine.dialect.name == "postgresql":
        return _save_alone(attempt, *read_saves[0], now)
    row = _LOCK.first(
        attempt_id=attempt.id,
        since=now - timedelta(seconds=attempt.grace_seconds),
        more=len(saves),
        now=now,
    )
    if row is None:
        raise _closed(attempt)
    number, kept, stale = row.events - len(saves), [], {}
    for one, response in read_saves:
        if _keep().first(attempt_id=attempt.id, **_values(one, response, now)):
            number += 1
            _note(attempt, one, response, number, now)
            kept.append(one.position)
        elif (seq := _newer(attempt, one, response)) is None:
            kept.append(one.position)
        else:
            stale[one.position] = seq
    if number < row.events:
        _FEWER.first(attempt_id=attempt.id, fewer=row.events - number)
    return Saved(row.due_at, tuple(kept), stale)


def _save_alone(attempt: Any, one: Save, response: Any, now: datetime) -> Saved:
    row = saving_alone.prepared().alone(
        attempt_id=attempt.id,
        since=now - timedelta(seconds=attempt.grace_seconds),
        data=_data(one, response),
        client_at=one.client_at,
        by=attempt.person_id,
        **_values(one, response, now),
    )
    if row is None:
        raise _closed(attempt)
    seq = None if row.kept else _newer(attempt, one, response)
    if seq is None:
        return Saved(row.due_at, (one.position,), {})
    return Saved(row.due_at, (), {one.position: seq})


def read_as_kept(attempt: Any, one: Save) -> Any:
    """The answer with the author's ids; refuses `answer_unreadable`."""
    places = paper(attempt.form_id)
    if not 0 < one.position <= len(places) or not 0 < one.client_seq < LARGEST_SEQ:
        raise refuse("answer_unreadable", status=422)
    place = places[one.position - 1]
    try:
        return read(place.content, one.response, f"{attempt.seed}:{place.version_id}")
    except ValueError as error:
        raise refuse("answer_unreadable", status=422) from error


def _closed(attempt: Any) -> Exception:
    row = _STATE.first(attempt_id=attempt.id)
    if row.state != AttemptState.OPEN:
        return refuse("attempt_ended")
    return refuse("time_over") if row.due_at else refuse("attempt_paused")


def _values(one: Save, response: Any, now: datetime) -> dict[str, Any]:
    return {
        "position": one.position,
        "client_seq": one.client_seq,
        "response": response,
        "is_flagged": one.is_flagged,
        "seconds": one.seconds,
        "saved_at": now,
    }


def _data(one: Save, response: Any) -> dict[str, Any]:
    """What the event says of an answer."""
    return {
        "position": one.position,
        "response": response,
        "client_seq": one.client_seq,
        "seconds": one.seconds,
        "flag": one.is_flagged,
    }


def _note(attempt: Any, one: Save, response: Any, number: int, now: datetime) -> None:
    _EVENT.first(
        attempt_id=attempt.id,
        number=number,
        kind="answered",
        data=_data(one, response),
        client_at=one.client_at,
        at=now,
        by=attempt.person_id,
    )


def _newer(attempt: Any, one: Save, response: Any) -> int | None:
    """The number of the newer answer; None when the one that came was kept before."""
    kept = _KEPT.first(attempt_id=attempt.id, position=one.position)
    if kept.client_seq == one.client_seq and kept.response == response:
        return None
    return int(kept.client_seq)
