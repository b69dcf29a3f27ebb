"""Who may be judged by assessors: what a delivered exam asks before its start is asked too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from certification.delivery.queries import candidacy
from certification.delivery.rules import needs
from certification.exams.models import Exam
from courses.catalog.snapshot import catalog
from lms.clock import midnight
from lms.db import db
from lms.reasons import Reason
from lms.site import issuer_zone


def unmet(exam_id: int, person_id: int, *, taken_on: date, now: datetime) -> Sequence[Reason]:
    """Why a person may not be judged in an exam of that day: prerequisites, waits and limits of the
    policy of that day, an attempt or a sitting without its result. An exam without a policy has
    no waits; a rubric stands for its form. As the hour is not kept, the wait has to be over by the
    end of the day, or by now."""
    exam = db.session.get_one(Exam, exam_id)
    card = catalog().by_id()[exam.course_id]
    found = candidacy(exam, card.version_id, person_id, today=taken_on)
    tries = found.facts.tries if found.policy else ()
    facts = replace(found.facts, has_policy=True, has_form=True, tries=tries)
    at = min(now, midnight(taken_on + timedelta(days=1), issuer_zone()))
    return [need.reason for need in needs(facts, now=at) if not need.met]
