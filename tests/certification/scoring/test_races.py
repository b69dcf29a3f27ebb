"""Many at once on PostgreSQL: one run decides, one mark a round, a decision starts once."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.delivery.models import Attempt
from certification.exams.models import ExamResult
from certification.items.reading import draft_from
from certification.scoring import actions, actions_appeals, actions_dispositions, actions_marks
from certification.scoring.models import Appeal, ItemDisposition, Mark, RunState, ScoreRun
from certification.scoring.models_work import DispositionChange, MarkingTask
from courses.catalog.models import CourseKind, Programme
from lms.db import db, run, unit
from lms.mail import MailMessage
from tests.factories import Factory
from tests.factories.sittings import Sat

pytestmark = pytest.mark.postgres
THREADS = 12
RIGHT, WRONG = ["b"], ["a"]


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.fixture
def exam(make: Factory, programme: Programme) -> Sat:
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    return make.exam_form(programme, course, items=10)


def at_once(app: Flask, work: Callable[[int], Any]) -> Counter[str]:
    """How each thread's unit ended: "done", or the refusal's code."""
    results: list[str] = [""] * THREADS
    gate = threading.Barrier(THREADS, timeout=60)

    def body(number: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                run(lambda: work(number))
                results[number] = "done"
            except Exception as error:
                results[number] = str(error)

    threads = [threading.Thread(target=body, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(results)


def states(attempt: Attempt) -> list[str]:
    with unit(writes=False):
        wanted = sa.select(ScoreRun.state).where(ScoreRun.attempt_id == attempt.id)
        return [state.value for state in db.session.scalars(wanted.order_by(ScoreRun.number))]


def count(model: Any) -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_an_attempt_that_is_scored_by_all_has_one_run(app: Flask, make: Factory, exam: Sat) -> None:
    attempt = make.submitted(exam, make.person("Ada"), [RIGHT] * 8)
    found = at_once(app, lambda _n: actions.score_submitted(attempt.id, now=make.now))
    assert found == {"done": THREADS}
    assert states(attempt) == ["deciding"]
    assert (count(ExamResult), count(MailMessage)) == (1, 1)


def test_an_answer_gets_one_mark_a_round(
    app: Flask, make: Factory, programme: Programme, exam: Sat
) -> None:
    versions = [*exam.versions[:2], make.ready_item(programme, "E1", "essay")]
    form = make.form(exam.exam, versions, code="B", full=Fraction(7))
    essay = Sat(exam.exam, form, versions)
    attempt = make.submitted(essay, make.person("Ada"), [RIGHT, RIGHT, "A text"])
    make.scored(attempt)
    with unit(writes=False):
        task_id = db.session.scalars(sa.select(MarkingTask.id)).one()
    assessors = [make.person(f"Assessor {n}").id for n in range(THREADS)]
    content = draft_from(versions[2].content)

    def mark(number: int) -> None:
        task = db.session.get_one(MarkingTask, task_id)
        points = {"t": Decimal(1), "u": Decimal(number % 3)}
        actions_marks.mark(task, content, points, comment="", by=assessors[number], now=make.now)

    assert at_once(app, mark) == {"done": 1, "changed_meanwhile": THREADS - 1}
    assert count(Mark) == 1
    make.work("scoring.marks_complete")
    assert states(attempt) == ["deciding"]


def previewed(make: Factory, exam: Sat, treatment: str) -> int:
    version, by = exam.versions[0], make.person("Cora").id
    with unit(writes=True):
        row = actions_dispositions.propose(
            exam.exam, version.id, draft_from(version.content), treatment=treatment, typed="",
            reason="Bad", by=by, now=make.now,
        )  # fmt: skip
    make.work("scoring.preview")
    return row.id


def test_a_decision_starts_once_and_moves_each_attempt_once(
    app: Flask, make: Factory, exam: Sat
) -> None:
    attempts = [make.submitted(exam, make.person(f"P{n}"), [WRONG] + [RIGHT] * 6) for n in range(3)]
    make.scored(*attempts)
    disposition_id, cora = previewed(make, exam, "credit"), make.person("Carl").id
    later = make.now + timedelta(minutes=1)

    def start(_number: int) -> None:
        row = db.session.get_one(ItemDisposition, disposition_id)
        actions_dispositions.start(row, by=cora, now=later)

    ended = at_once(app, start)
    assert ended["done"] == 1
    with unit(writes=False):
        ids = list(db.session.scalars(sa.select(DispositionChange.id)))

    def apply(number: int) -> None:
        actions_dispositions.apply(ids[number % 3], now=later)

    assert at_once(app, apply) == {"done": THREADS}
    for attempt in attempts:
        assert states(attempt) == ["past", "deciding"]
        assert make.result_of(attempt).passed
    assert count(ExamResult) == 6


def test_a_lost_pass_is_settled_once_however_many_decide_at_once(
    app: Flask, make: Factory, exam: Sat
) -> None:
    attempt = make.submitted(exam, make.person("Ada"), [RIGHT] * 7)
    make.scored(attempt)
    disposition_id, carl = previewed(make, exam, "neutral"), make.person("Carl").id
    with unit(writes=True):
        row = db.session.get_one(ItemDisposition, disposition_id)
        proposer = row.created_by
        actions_dispositions.start(row, by=carl, now=make.now + timedelta(minutes=1))
    make.work("scoring.regrade")
    judges = [make.person(f"Judge {n}").id for n in range(THREADS)]
    judges[0], judges[1] = proposer, carl

    def settle(number: int) -> None:
        change = db.session.scalars(sa.select(DispositionChange)).one()
        takes = bool(number % 2)
        by = judges[number]
        actions_dispositions.settle(
            change, takes=takes, reason=f"Judge {number}", by=by, now=make.now
        )

    ended = at_once(app, settle)
    assert ended == {"done": 1, "third_person": 2, "changed_meanwhile": THREADS - 3}
    with unit(writes=False):
        change = db.session.scalars(sa.select(DispositionChange)).one()
    assert change.decided_by not in (proposer, carl)
    took = bool(int(change.decision.split()[1]) % 2)
    assert states(attempt) == (["past", "deciding"] if took else ["deciding", "dropped"])
    assert make.result_of(attempt).passed is not took


def test_scores_that_are_computed_while_a_decision_starts_all_follow_it(
    app: Flask, make: Factory, exam: Sat
) -> None:
    make.scored(make.submitted(exam, make.person("Ada"), [RIGHT] * 10))
    late = [
        make.submitted(exam, make.person(f"P{n}"), [WRONG] + [RIGHT] * 6)
        for n in range(THREADS - 1)
    ]
    disposition_id, cora = previewed(make, exam, "credit"), make.person("Carl").id

    def work(number: int) -> None:
        if number:
            actions.score_submitted(late[number - 1].id, now=make.now)
            return
        row = db.session.get_one(ItemDisposition, disposition_id)
        actions_dispositions.start(row, by=cora, now=make.now)

    ended = at_once(app, work)
    # Either nobody was scored before it started, or the start saw them and refused.
    assert ended["done"] + ended["preview_outdated"] == THREADS
    is_started = ended["preview_outdated"] == 0
    with unit(writes=False):
        raws = set(
            db.session.scalars(
                sa.select(ScoreRun.raw).where(
                    ScoreRun.attempt_id.in_([one.id for one in late]),
                    ScoreRun.state == RunState.DECIDING,
                )
            )
        )
    assert raws == ({Fraction(7)} if is_started else {Fraction(6)})


def test_twelve_appeals_at_once_are_one_and_are_answered_once(
    app: Flask, make: Factory, exam: Sat
) -> None:
    ada, judge = make.person("Ada"), make.person("Judge").id
    own = ada.id
    attempt = make.submitted(exam, ada, [RIGHT] * 6)
    make.scored(attempt)

    def appeal(_number: int) -> None:
        found = db.session.scalars(
            sa.select(Attempt)
            .where(Attempt.id == attempt.id)
            .options(sa.orm.joinedload(Attempt.policy))
        ).one()
        actions_appeals.appeal(found, "Look again", by=own, now=make.now)

    assert at_once(app, appeal) == {"done": 1, "appeal_open": THREADS - 1}

    def answer(number: int) -> None:
        row = db.session.scalars(sa.select(Appeal)).one()
        actions_appeals.decide_appeal(
            row, is_upheld=bool(number % 2), scores=True, decision="So", by=judge, now=make.now
        )

    assert at_once(app, answer) == {"done": 1, "changed_meanwhile": THREADS - 1}
    assert states(attempt)[-1] == "deciding"
