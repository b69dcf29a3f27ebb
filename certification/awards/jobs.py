"""News from below: a course was completed, an exam result recorded, a competency confirmed."""

from typing import TypeVar

import sqlalchemy as sa
from flask import current_app

from certification.awards import actions
from certification.competency import actions as competency
from certification.competency.models import EvidenceKind
from certification.exams import actions as examining
from certification.exams.models import Exam, ExamResult
from courses.scheduling.models import Completion
from lms import clock, jobs
from lms.accounts.models import Person
from lms.db import db, locked, run

AnyFact = TypeVar("AnyFact", Completion, ExamResult)


@jobs.job("learning.completed")
def completed(args: jobs.Args) -> None:
    """Evidence, then whatever award became due."""
    run(lambda: _completed(args["completion_id"]))


def _completed(completion_id: int) -> None:
    completion = _locked(Completion, completion_id)
    if completion.withdrawn_at is None:
        competency.from_completion(completion, now=clock.now())
        _award(completion.person_id)


@jobs.job("learning.completion_withdrawn")
def withdrawn(args: jobs.Args) -> None:
    """The evidence goes; an award that was made stays (no automatic downgrade)."""
    run(lambda: _withdrawn(args["completion_id"]))


def _withdrawn(completion_id: int) -> None:
    completion = _locked(Completion, completion_id)
    competency.withdraw(EvidenceKind.COURSE, completion.id, now=clock.now())


@jobs.job("exams.result_recorded")
def exam_result(args: jobs.Args) -> None:
    """Evidence from the exam, then whatever award became due."""
    run(lambda: _exam_result(args["result_id"]))


def _exam_result(result_id: int) -> None:
    result = _locked(ExamResult, result_id)
    exam = db.session.get_one(Exam, result.exam_id)
    examining.show_evidence(result, exam, now=clock.now())
    _award(result.person_id)


@jobs.job("competency.evidence_changed")
def evidence_changed(args: jobs.Args) -> None:
    """A competency was confirmed: see what became due."""
    run(lambda: _award(args["person_id"]))


def _locked(model: type[AnyFact], fact_id: int) -> AnyFact:
    """The fact as it is once its person is locked. Jobs run in any order: the job of a fact that
    was withdrawn or corrected meanwhile must see that, or find its evidence taken back after it."""
    fact = db.session.get_one(model, fact_id)
    db.session.execute(locked(sa.select(Person.id).where(Person.id == fact.person_id)))
    db.session.refresh(fact)
    return fact


def _award(person_id: int) -> None:
    now = clock.now()
    zone = current_app.extensions["settings"].issuer_zone
    actions.award_what_is_due(person_id, today=clock.today(now, zone), now=now)
