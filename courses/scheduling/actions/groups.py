"""People together: enrolled all or none as the preview showed, split, taken off the list."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from courses.scheduling.actions import news, seats
from courses.scheduling.actions.queue import close_entry, decide, lock, note, pass_over, promote
from courses.scheduling.models import ClassSession, SeatKind, WaitingEntry, WaitingState
from courses.scheduling.queries import standing
from courses.scheduling.queries.groups import group_plan, members
from courses.scheduling.rules.groups import GroupPlan
from courses.scheduling.rules.places import ahead_of
from lms.accounts.queries import Standing, standings_of
from lms.db import db
from lms.errors import Refusal, refuse


def enrol_group(
    class_session: ClassSession,
    people: Sequence[int],
    wanted: SeatKind | None,
    digest: str,
    *,
    by: int,
    now: datetime,
) -> GroupPlan:
    """Seats for all of these people, or places in the queue one after the other.

    Refuses (`preview_outdated`) when this is no longer what the preview with this digest showed.
    """
    session = lock(class_session)
    plan = group_plan(session, people, wanted, now=now)
    if plan.objections:
        raise Refusal(*plan.objections)
    if plan.refused:
        raise refuse("not_all_may")
    if plan.digest != digest:
        raise refuse("preview_outdated")
    session.next_number += len(plan.places)
    standings = standings_of(people, now.astimezone(UTC).date())
    enter = _seat if plan.kinds else _queue
    enter(session, plan, standings, by=by, now=now)
    return plan


Standings: TypeAlias = Mapping[int, Standing]


def _seat(
    session: ClassSession, plan: GroupPlan, standings: Standings, *, by: int, now: datetime
) -> None:
    queue = [standing.place_of(entry) for entry in standing.waiting(session.id)]
    for passed in ahead_of(queue, plan.places[0]):
        pass_over(session, passed, by=by, now=now)
    for place, kind in zip(plan.places, plan.kinds, strict=True):
        employer = standings[place.person_id].organisation_id
        seats.take(session, place, kind, employer, by=by, now=now)


def _queue(
    session: ClassSession, plan: GroupPlan, standings: Standings, *, by: int, now: datetime
) -> None:
    together = len(plan.places)
    for place in plan.places:
        employer = standings[place.person_id].organisation_id
        seats.wait(session, place, employer, together=together, by=by, now=now)


def split(class_session: ClassSession, number: int, *, by: int, now: datetime) -> None:
    """Each of a waiting group waits alone from now on, at the own place; who fits is seated."""
    session = lock(class_session)
    entries = _members(session, number)
    for entry in entries:
        entry.group_number = None
        decide(session, entry.person_id, "split", "asked_to", by=by, now=now)
    db.session.flush()
    note("queue.group_split", session, by=by, now=now, group=number, people=len(entries))
    seated = {seat.person_id for seat in promote(session, by=by, now=now)}
    keys = {entry.person_id: f"{session.id}:{number}:{entry.person_id}" for entry in entries}
    still = {person: key for person, key in keys.items() if person not in seated}
    news.tell("group_split", session, still, now=now)


def give_up(class_session: ClassSession, number: int, *, by: int, now: datetime) -> None:
    """Take a waiting group off the list; the seats were never theirs."""
    session = lock(class_session)
    entries = _members(session, number)
    keys = {}
    for entry in entries:
        close_entry(entry, WaitingState.LEFT, by=by, now=now)
        decision = decide(session, entry.person_id, "left", "group_given_up", by=by, now=now)
        keys[entry.person_id] = str(decision.id)
    note("queue.group_given_up", session, by=by, now=now, group=number, people=len(entries))
    news.tell("group_given_up", session, keys, now=now)


def _members(session: ClassSession, number: int) -> Sequence[WaitingEntry]:
    entries = members(session.id, number)
    if not entries:
        raise refuse("group_gone")
    return entries


def strand(session: ClassSession, people: Collection[int], *, by: int, now: datetime) -> None:
    """Tell whoever can help it that these people wait for seats that do not exist any more: a
    group's contact, others themselves."""
    groups: dict[int, list[WaitingEntry]] = {}
    for entry in standing.waiting(session.id):
        if entry.person_id not in people:
            continue
        why = "kind_is_gone" if entry.group_number is None else "group_too_large_now"
        decide(session, entry.person_id, "stranded", why, by=by, now=now)
        if entry.group_number is None:
            key = f"{session.id}:{session.revision}:{entry.person_id}"
            news.tell("kind_is_gone", session, {entry.person_id: key}, now=now)
        else:
            groups.setdefault(entry.group_number, []).append(entry)
    for number, entries in groups.items():
        _tell_contact(session, number, entries, now=now)


def _tell_contact(
    session: ClassSession, number: int, entries: Sequence[WaitingEntry], *, now: datetime
) -> None:
    contact = entries[0].joined_by or entries[0].person_id
    key = f"{session.id}:{session.revision}:{number}"
    facts = {"group": number, "people": len(entries)}
    news.tell("group_too_large", session, {contact: key}, now=now, **facts)
