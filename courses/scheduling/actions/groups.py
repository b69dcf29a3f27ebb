"""Enrolling people together: what the preview showed, for all of them or for nobody."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from courses.scheduling.actions import seats
from courses.scheduling.actions.queue import lock, pass_over
from courses.scheduling.models import ClassSession, SeatKind
from courses.scheduling.queries import standing
from courses.scheduling.queries.groups import group_plan
from courses.scheduling.rules.groups import GroupPlan
from courses.scheduling.rules.places import ahead_of
from lms.accounts.queries import Standing, standings_of
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
