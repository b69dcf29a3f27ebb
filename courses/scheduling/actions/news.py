"""Mails about a class session, each once for the fact that it tells."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from courses.scheduling.models import ClassSession
from courses.scheduling.queries.sessions import by_id
from lms import mail
from lms.accounts import letters
from lms.accounts.queries import mail_addresses


def tell(
    template: str,
    class_session: ClassSession,
    keys: Mapping[int, str],
    *,
    now: datetime,
    **facts: Any,
) -> None:
    """Mail each person (key: the person's id) under a key that names the fact told."""
    if not keys:
        return
    known = session_facts(by_id(class_session.id)) | facts
    for person_id, address in mail_addresses(list(keys)).items():
        letters.write_to(
            address,
            template,
            person_id,
            key=f"{template}:{keys[person_id]}",
            now=now,
            **known,
        )


def was_told(template: str, keys: Iterable[str]) -> bool:
    """Whether a mail was noted about one of these facts."""
    return mail.was_noted([f"{template}:{key}" for key in keys])


def session_facts(class_session: ClassSession) -> dict[str, Any]:
    """A class session as its mails tell it; instants as ISO text."""
    return {
        "title": class_session.course_version.title,
        "code": class_session.code,
        "course_code": class_session.course_version.course.code,
        "venue_zone": class_session.time_zone,
        "venue": class_session.venue,
        "room": class_session.room,
        "trainer": class_session.trainer.name,
        "meetings": [
            [meeting.starts_at.isoformat(), meeting.ends_at.isoformat()]
            for meeting in class_session.meetings
        ],
    }
