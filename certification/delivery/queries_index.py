"""Where a person stands with every exam, in as many queries as with one."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from certification.delivery.queries import attempts_of
from certification.delivery.queries_renewal import renewals_of
from certification.delivery.queries_tries import tried
from certification.delivery.rules import Facts
from certification.exams.models import Exam, ExamPolicy
from certification.exams.retakes import Retakes, retakes_from
from courses.catalog.snapshot import catalog
from courses.scheduling.queries.standing import completed_courses
from lms.db import db


def facts_of(exams: Sequence[Exam], person_id: int, *, today: date) -> dict[int, Facts]:
    """By exam, what a list says about a person: what they tried, and what the next try asks for.
    Whether there is a form to deliver stands on the exam's own page."""
    ids = [exam.id for exam in exams]
    tries = tried(ids, person_id, attempts_of(person_id, ids))
    passed = [exam for exam in exams if any(one.passed for one in tries[exam.id].tries)]
    renewals = renewals_of(passed, person_id, today) if passed else {}
    rules, completed = _retakes(ids, today), completed_courses(person_id)
    return {
        exam.id: Facts(
            has_policy=exam.id in rules,
            has_form=False,
            missing=_missing(exam, completed),
            tries=tries[exam.id].tries,
            retakes=rules.get(exam.id, Retakes()),
            version=tries[exam.id].version,
            renewal=renewals.get(exam.id),
        )
        for exam in exams
    }


def _retakes(exam_ids: Sequence[int], today: date) -> dict[int, Retakes]:
    """By exam, what its policy of the day says about trying again."""
    rows = db.session.execute(
        sa.select(ExamPolicy.exam_id, ExamPolicy.retakes)
        .where(ExamPolicy.exam_id.in_(exam_ids), ExamPolicy.effective_from <= today)
        .order_by(ExamPolicy.effective_from, ExamPolicy.number)
    )
    return {row.exam_id: retakes_from(row.retakes) for row in rows}


def _missing(exam: Exam, completed: set[int]) -> list[tuple[str, str]]:
    cards = catalog().by_id()
    card = cards.get(exam.course_id)
    asked = [cards[id] for id in card.prerequisites if id in cards] if card else []
    return [(one.code, one.title) for one in asked if one.id not in completed]
