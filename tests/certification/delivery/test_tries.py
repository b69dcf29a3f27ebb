"""What counts as an attempt already: results that were recorded by hand, too."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from certification.delivery.queries import candidacy
from certification.exams import actions as examining
from certification.exams.models import ExamResult
from certification.exams.retakes import Try, why_not
from certification.papers.models import Blueprint, PaperState
from courses.catalog.models import CourseKind
from courses.catalog.snapshot import catalog
from lms.accounts.models import Person
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def exam(make: Factory) -> Sat:
    """Its first blueprint held from 4 September on, the second one from 24 October on."""
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    found = make.exam_form(programme, course)
    with unit(writes=True):
        first = db.session.scalars(sa.select(Blueprint)).one()
        first.published_at, first.state = make.now - 80 * DAY, PaperState.RETIRED
        db.session.flush()
        db.session.add(
            Blueprint(
                exam_id=found.exam.id, number=2, state=PaperState.PUBLISHED, scored_items=6,
                created_at=make.now - 40 * DAY, created_by=None,
                published_at=make.now - 30 * DAY,
            )
        )  # fmt: skip
    return found


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada")


@pytest.fixture
def assessor(make: Factory) -> int:
    return make.person("Ann", Role.ASSESSOR).id


def record(
    exam: Sat, ada: Person, by: int, *, on: date, now: datetime, score: int = 40,
    replaces: int | None = None,
) -> int:  # fmt: skip
    with unit(writes=True):
        old = db.session.get_one(ExamResult, replaces) if replaces else None
        return examining.record_result(
            exam.exam, ada, taken_on=on, score=score, note="", by=by, now=now, replaces=old
        ).id


def tries(make: Factory, exam: Sat, ada: Person) -> tuple[list[Try], int]:
    with unit(writes=False):
        card = next(one for one in catalog().by_id().values() if one.code == "ADM-300")
        facts = candidacy(exam.exam, card.version_id, ada.id, today=make.now.date()).facts
        return facts.tries, facts.version


@pytest.mark.parametrize(("days_ago", "version"), [(100, 1), (79, 1), (31, 1), (29, 2), (0, 2)])
def test_a_result_by_hand_counts_under_the_blueprint_of_its_day(
    make: Factory, exam: Sat, ada: Person, assessor: int, days_ago: int, version: int
) -> None:
    day = make.now.date() - days_ago * DAY
    record(exam, ada, assessor, on=day, now=make.now + HOUR)
    found, today = tries(make, exam, ada)
    assert [one.version for one in found] == [version]
    assert today == 2


def test_a_pass_of_an_earlier_blueprint_does_not_bar_from_the_next(
    make: Factory, exam: Sat, ada: Person, assessor: int
) -> None:
    record(exam, ada, assessor, on=date(2026, 10, 1), now=make.now, score=90)
    make.newer_policy(exam.exam, retakes={"reset_on_new_version": True})
    with unit(writes=False):
        card = next(one for one in catalog().by_id().values() if one.code == "ADM-300")
        facts = candidacy(exam.exam, card.version_id, ada.id, today=make.now.date()).facts
    assert why_not(facts.retakes, facts.tries, version=facts.version, now=make.now) == []


def test_it_ended_when_it_was_taken_however_late_it_is_recorded_or_corrected(
    make: Factory, exam: Sat, ada: Person, assessor: int
) -> None:
    day = date(2026, 10, 1)
    first = record(exam, ada, assessor, on=day, now=make.now)
    ended = datetime(2026, 10, 2, tzinfo=make.now.tzinfo)
    assert tries(make, exam, ada)[0] == [Try(ended, False, score=40)]
    record(exam, ada, assessor, on=day, now=make.now + DAY, score=90, replaces=first)
    assert tries(make, exam, ada)[0] == [Try(ended, True, score=90)]
    second = record(exam, ada, assessor, on=make.now.date(), now=make.now + HOUR)
    record(exam, ada, assessor, on=make.now.date(), now=make.now + DAY, score=50, replaces=second)
    assert tries(make, exam, ada)[0][1:] == [Try(make.now + HOUR, False, 2, 50)]
