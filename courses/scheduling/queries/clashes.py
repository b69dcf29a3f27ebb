"""Whether a trainer is booked already: a warning with the other class session's name."""

from collections.abc import Sequence
from datetime import datetime

from courses.scheduling.models import ClassSession
from courses.scheduling.queries.standing import engagements, own_spans
from courses.scheduling.rules.changes import Change, Move, Replace
from courses.scheduling.rules.enrolment import CourseName
from courses.scheduling.rules.times import Span, overlap, spans

NEW = 0
"""The id of a class session that does not exist yet."""


def clashes(
    trainer_person_id: int, meetings: Sequence[Span], *, apart_from: int = NEW
) -> tuple[CourseName, ...]:
    """Other class sessions in which this person teaches or learns at one of these times."""
    first = min(meeting.starts_at for meeting in meetings)
    others = engagements([trainer_person_id], apart_from=apart_from, after=first)
    found = {other.session for other in others if overlap([other.span], meetings)}
    return tuple(sorted(found, key=lambda name: name.code))


def clashes_of(
    class_session: ClassSession, change: Change, *, now: datetime
) -> tuple[CourseName, ...]:
    """What the trainer would have to be at as well, if the change were run. Meetings that are
    over bind nobody."""
    match change:
        case Move():
            who, meetings = class_session.trainer_person_id, spans(change.slots, change.time_zone)
        case Replace():
            who, meetings = change.trainer_person_id, own_spans(class_session.id)
        case _:
            return ()
    ahead = [meeting for meeting in meetings if meeting.ends_at > now]
    return clashes(who, ahead, apart_from=class_session.id) if ahead else ()
