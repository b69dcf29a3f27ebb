"""Exams of the demonstration that were taken here: started, answered and handed in for real."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from certification.delivery import actions as delivery
from certification.delivery import saving
from certification.delivery.models import Attempt
from certification.exams.queries import exam_by_code
from certification.items.content import ItemContent
from certification.items.showing import given
from certification.papers.queries import paper
from certification.scoring import actions as scoring
from courses.catalog.models import CourseVersion, VersionState
from lms.accounts.datafiles import AttemptFile
from lms.db import db
from reporting.demo.stage import evening, person_id_of


def take(item: AttemptFile, day: date) -> tuple[datetime, list[int]]:
    """The person starts, answers every question, so many per cent of them right, and hands in."""
    row = exam_by_code(item.code)
    if row is None:
        raise LookupError(item.code)
    exam, person_id = row[0], person_id_of(item.email)
    now = evening(day) - timedelta(minutes=item.minutes)
    version_id = db.session.scalars(
        sa.select(CourseVersion.id).where(
            CourseVersion.course_id == exam.course_id,
            CourseVersion.state == VersionState.PUBLISHED,
        )
    ).one()
    attempt = delivery.start(
        exam, version_id, person_id, language="en", has_confirmed=True, now=now
    )
    _answer(attempt, item, start=now)
    delivery.submit(attempt.id, by=person_id, now=evening(day))
    scoring.score_submitted(attempt.id, now=evening(day))
    return evening(day), [person_id]


def _answer(attempt: Attempt, item: AttemptFile, *, start: datetime) -> None:
    pinned = saving.pinned(attempt.code, attempt.person_id)
    places = paper(attempt.form_id)
    pace = item.minutes * 60 // len(places)
    for number, place in enumerate(places, 1):
        seed = f"{attempt.seed}:{place.version_id}"
        luck = hashlib.sha256(f"{item.email}{place.item_id}".encode()).digest()[0] * 100 // 256
        answer = right(place.content) if luck < item.right else wrong(place.content)
        one = saving.Save(
            position=place.position,
            client_seq=1,
            response=given(place.content, answer, seed),
            is_flagged=luck % 11 == 0,
            seconds=pace - 20 + luck // 2,
        )
        saving.save(pinned, [one], now=start + timedelta(seconds=pace * number - 1))


def right(content: ItemContent) -> Any:
    """A response that earns everything, with the author's ids."""
    if content.kind == "text":
        return content.answers[0].text
    if content.kind == "number":
        return format(content.answers[0].value, "f")
    return dict(content.key_places) if content.key_places else list(content.key_choices)


def wrong(content: ItemContent) -> Any:
    """A plausible response that earns less."""
    if content.kind == "text":
        return "restart the service"
    if content.kind == "number":
        return format(content.answers[0].value + content.answers[0].tolerance + 7, "f")
    if content.key_places:
        names, options = list(content.key_places), list(content.key_places.values())
        return dict(zip(names, [*options[1:], options[0]], strict=True))
    if content.kind == "order":
        return list(reversed(content.key_choices))
    others = [one for one in content.option_ids() if one not in content.key_choices]
    return others[:1]
