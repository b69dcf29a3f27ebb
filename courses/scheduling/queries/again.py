"""Who takes a completed course again with reason: something above courses counts it once more."""

from collections.abc import Collection, Sequence
from datetime import datetime

from lms import slots
from lms.clock import today
from lms.site import issuer_zone


def counts_again(
    course_id: int, completed_by: Sequence[int], *, now: datetime
) -> dict[int, Sequence[str]]:
    """By person who completed the course, the titles of what it counts for once more: the next
    cycle of a certification. Asks nothing when nobody completed it."""
    if not completed_by:
        return {}
    found: dict[int, Sequence[str]] = slots.ask(
        "course.counts_again",
        {},
        course_id=course_id,
        person_ids=completed_by,
        on=today(now, issuer_zone()),
    )
    return found


def again_for(
    course_id: int, person_id: int, completed: Collection[int], *, now: datetime
) -> tuple[str, ...]:
    """What the course counts for once more, for one who completed these courses."""
    done = [person_id] if course_id in completed else []
    return tuple(counts_again(course_id, done, now=now).get(person_id, ()))
