"""Appeals: in time, one at a time, answered by somebody who had no part in it."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.delivery.models import Attempt, AttemptEvent
from certification.items.reading import draft_from
from certification.scoring import actions_appeals as actions
from certification.scoring import actions_dispositions, actions_marks
from certification.scoring.models import Appeal, AppealState, ItemDisposition, ScoreRun
from certification.scoring.models_work import DispositionChange, MarkingTask
from courses.catalog.models import CourseKind
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat

pytestmark = pytest.mark.thorough

ANSWERS = [["b"], ["a"], "A text"]


@pytest.fixture
def exam(make: Factory) -> Sat:
    programme = make.programme()
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    made = make.exam_form(programme, course, items=2)
    versions = [*made.versions, make.ready_item(programme, "E1", "essay")]
    return Sat(made.exam, make.form(made.exam, versions, code="B", full=Fraction(7)), versions)


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada")


@pytest.fixture
def team(make: Factory) -> list[int]:
    """Who marked, who may mark anew, who decides."""
    return [make.person(name, Role.ASSESSOR).id for name in ("Ann", "Bob", "Cat")]


@pytest.fixture
def attempt(make: Factory, exam: Sat, ada: Person, team: list[int]) -> Attempt:
    """Failed: one point and three for the essay, of seven; decided on 23 November."""
    found = make.submitted(exam, ada, ANSWERS)
    with clock.frozen_at(make.now):
        make.scored(found)
        mark(make, exam, found, team[0], "1", "2")
    return found


def mark(make: Factory, exam: Sat, attempt: Attempt, by: int, terms: str, use: str) -> None:
    with unit(writes=True):
        task = db.session.scalars(
            sa.select(MarkingTask).where(
                MarkingTask.attempt_id == attempt.id, MarkingTask.done_at.is_(None)
            )
        ).one()
        actions_marks.mark(
            task, draft_from(exam.versions[2].content),
            {"t": Decimal(terms), "u": Decimal(use)}, comment="", by=by, now=make.now,
        )  # fmt: skip
    make.work("scoring.marks_complete")


def appeal(attempt: Attempt, by: int, now: datetime) -> Appeal:
    with unit(writes=True):
        found = db.session.scalars(
            sa.select(Attempt).where(Attempt.id == attempt.id).options(joinedload(Attempt.policy))
        ).one()
        return actions.appeal(found, "Item two is wrong", by=by, now=now)


def answer(row: Appeal, by: int, now: datetime, *, is_upheld: bool, scores: bool = False) -> None:
    with unit(writes=True):
        found = db.session.get_one(Appeal, row.id)
        actions.decide_appeal(
            found, is_upheld=is_upheld, scores=scores, decision="We looked", by=by, now=now
        )


def state_of(row: Appeal) -> AppealState:
    with unit(writes=False):
        return db.session.get_one(Appeal, row.id, populate_existing=True).state


def mails(template: str) -> list[str]:
    with unit(writes=False):
        wanted = sa.select(MailMessage).where(MailMessage.template == template)
        return [mail.facts["answer_due_on"] for mail in db.session.scalars(wanted)]


def test_an_appeal_is_received_with_the_day_of_its_answer(
    make: Factory, attempt: Attempt, ada: Person
) -> None:
    row = appeal(attempt, ada.id, make.now)
    assert (state_of(row), row.answer_due_on.isoformat()) == (AppealState.OPEN, "2026-12-23")
    assert mails("appeal_received") == ["2026-12-23"]


@pytest.mark.parametrize(("days", "is_late"), [(30, False), (31, True)])
def test_the_last_day_for_an_appeal_is_the_policys(
    make: Factory, attempt: Attempt, ada: Person, days: int, is_late: bool
) -> None:
    now = make.now + timedelta(days=days)
    if is_late:
        with pytest.raises(Refusal, match="appeal_late"):
            appeal(attempt, ada.id, now)
    else:
        assert state_of(appeal(attempt, ada.id, now)) == AppealState.OPEN


def test_one_appeal_at_a_time_and_none_after_an_answer(
    make: Factory, attempt: Attempt, ada: Person, team: list[int]
) -> None:
    own = ada.id
    row = appeal(attempt, own, make.now)
    with pytest.raises(Refusal, match="appeal_open"):
        appeal(attempt, own, make.now)
    answer(row, team[2], make.now, is_upheld=False)
    assert mails("appeal_decided") == ["2026-12-23"]
    with pytest.raises(Refusal, match="appeal_decided"):
        appeal(attempt, own, make.now)


def test_a_withdrawn_appeal_may_be_made_again(
    make: Factory, attempt: Attempt, ada: Person, team: list[int]
) -> None:
    own, row = ada.id, appeal(attempt, ada.id, make.now)
    with unit(writes=True):
        actions.withdraw(db.session.get_one(Appeal, row.id), by=own, now=make.now)
    with pytest.raises(Refusal, match="changed_meanwhile"):
        answer(row, team[2], make.now, is_upheld=True)
    assert state_of(appeal(attempt, own, make.now)) == AppealState.OPEN


def test_nobody_else_appeals(make: Factory, attempt: Attempt, team: list[int]) -> None:
    with pytest.raises(Refusal, match="not_yours"):
        appeal(attempt, team[2], make.now)


def test_who_marked_and_who_sat_do_not_decide(
    make: Factory, attempt: Attempt, ada: Person, team: list[int]
) -> None:
    own, row = ada.id, appeal(attempt, ada.id, make.now)
    for by, code in ((team[0], "appeal_by_part"), (own, "not_yourself")):
        with pytest.raises(Refusal, match=code):
            answer(row, by, make.now, is_upheld=True)
    assert state_of(row) == AppealState.OPEN


def test_who_held_the_exam_or_decided_on_its_items_before_does_not_decide(
    make: Factory, exam: Sat, attempt: Attempt, ada: Person, team: list[int]
) -> None:
    pia, carl, jo, pat = (
        make.person(name, Role.CERTIFICATION_MANAGER).id for name in ("Pia", "Carl", "Jo", "Pat")
    )
    version, hour = exam.versions[0], timedelta(hours=1)
    with unit(writes=True):
        decision = actions_dispositions.propose(
            exam.exam, version.id, draft_from(version.content), treatment="credit", typed="",
            reason="Bad", by=pia, now=make.now,
        )  # fmt: skip
    make.work("scoring.preview")
    with unit(writes=True):
        found = db.session.get_one(ItemDisposition, decision.id)
        actions_dispositions.start(found, by=carl, now=make.now)
        change = db.session.scalars(sa.select(DispositionChange)).one()
        change.decided_at, change.decided_by, change.decision = make.now, jo, "Kept"
        noted = AttemptEvent(
            attempt_id=attempt.id, number=99, kind="incident", data={"note": "Noise"},
            at=make.now, by=pat,
        )  # fmt: skip
        db.session.add(noted)
    row = appeal(attempt, ada.id, make.now + hour)
    for by in (pia, carl, jo, pat):
        with pytest.raises(Refusal, match="appeal_by_part"):
            answer(row, by, make.now + hour, is_upheld=True)
    # Whoever hears the appeal may decide on the item because of it.
    with unit(writes=True):
        actions_dispositions.propose(
            exam.exam, exam.versions[1].id, draft_from(exam.versions[1].content),
            treatment="credit", typed="", reason="As the appeal says", by=team[2],
            now=make.now + 2 * hour,
        )  # fmt: skip
    make.work("scoring.preview")
    answer(row, team[2], make.now + 2 * hour, is_upheld=True)
    assert state_of(row) == AppealState.UPHELD


def test_a_third_mark_counts_once_the_appeal_is_upheld(
    make: Factory, exam: Sat, attempt: Attempt, ada: Person, team: list[int]
) -> None:
    row = appeal(attempt, ada.id, make.now)
    with unit(writes=True):
        found = db.session.get_one(Appeal, row.id)
        assert actions.mark_again(found, by=team[2], now=make.now) == 1
    mark(make, exam, attempt, team[1], "2", "3")
    before = make.deciding_run(attempt)
    assert before is not None
    assert (before.raw, before.passed) == (4, False)

    answer(row, team[2], make.now, is_upheld=True, scores=True)
    run = make.deciding_run(attempt)
    assert run is not None
    assert (run.kind, run.raw, run.passed, run.by) == ("appeal", 6, True, team[2])
    assert (make.result_of(attempt).passed, make.result_of(attempt).note) == (True, "We looked")


def test_an_appeal_never_takes_a_pass_away(
    make: Factory, exam: Sat, ada: Person, team: list[int]
) -> None:
    attempt = make.submitted(exam, ada, [["b"], ["b"], "A text"])
    with clock.frozen_at(make.now):
        make.scored(attempt)
        mark(make, exam, attempt, team[0], "1", "2")
    row = appeal(attempt, ada.id, make.now)
    with unit(writes=True):
        actions.mark_again(db.session.get_one(Appeal, row.id), by=team[2], now=make.now)
    mark(make, exam, attempt, team[1], "0", "0")
    answer(row, team[2], make.now, is_upheld=True, scores=True)
    with unit(writes=False):
        runs = db.session.scalars(sa.select(ScoreRun).order_by(ScoreRun.number)).all()
    assert [(run.kind, run.state.value) for run in runs] == [
        ("initial", "deciding"),
        ("appeal", "dropped"),
    ]
    assert make.result_of(attempt).passed


def test_the_database_knows_who_had_a_part_and_keeps_the_answer(
    make: Factory, attempt: Attempt, ada: Person, team: list[int]
) -> None:
    hour, pat = timedelta(hours=1), make.person("Pat", Role.ASSESSOR).id
    noted = {
        "attempt_id": attempt.id, "kind": "incident", "data": {"note": "Noise"}, "by": pat,
    }  # fmt: skip
    with unit(writes=True):
        db.session.add(AttemptEvent(number=98, at=make.now, **noted))
    row = appeal(attempt, ada.id, make.now + hour)
    appeal_id, own = row.id, ada.id

    def write(**values: object) -> None:
        with unit(writes=True):
            mine = sa.update(Appeal).where(Appeal.id == appeal_id)
            db.session.execute(mine.values(values))

    for by in (own, team[0], pat, None):
        for state in ("upheld", "rejected"):
            with pytest.raises(sa.exc.DBAPIError, match="without a part"):
                write(state=state, decided_at=make.now + 2 * hour, decided_by=by)
    # What is done after the appeal is part of hearing it.
    with unit(writes=True):
        later = {**noted, "by": team[2]}
        db.session.add(AttemptEvent(number=99, at=make.now + 2 * hour, **later))
    write(state="rejected", decided_at=make.now + 2 * hour, decided_by=team[2], decision="So")
    for values in ({"decision": "Other"}, {"decided_by": team[1]}, {"state": "upheld"}):
        with pytest.raises(sa.exc.DBAPIError, match="an answer is frozen"):
            write(**values)
    values = {
        "attempt_id": attempt.id, "state": AppealState.UPHELD, "text": "Mine", "by": own,
        "answer_due_on": make.now.date(), "at": make.now, "decision": "", "decided_by": own,
    }  # fmt: skip
    with pytest.raises(sa.exc.DBAPIError, match="begins open"), unit(writes=True):
        db.session.execute(sa.insert(Appeal).values(values))


def test_who_answered_an_earlier_appeal_does_not_hear_the_next(
    make: Factory, exam: Sat, attempt: Attempt, ada: Person, team: list[int]
) -> None:
    own, day = ada.id, timedelta(days=1)
    first = appeal(attempt, own, make.now)
    with unit(writes=True):
        actions.mark_again(db.session.get_one(Appeal, first.id), by=team[2], now=make.now)
    mark(make, exam, attempt, team[1], "2", "3")
    answer(first, team[2], make.now + day, is_upheld=True, scores=True)
    again = appeal(attempt, own, make.now + 2 * day)
    with pytest.raises(Refusal, match="appeal_by_part"):
        answer(again, team[2], make.now + 2 * day, is_upheld=True)
    with pytest.raises(sa.exc.DBAPIError, match="without a part"), unit(writes=True):
        db.session.execute(
            sa.update(Appeal)
            .where(Appeal.id == again.id)
            .values(state="upheld", decided_by=team[2], decided_at=make.now + 2 * day)
        )
    answer(again, make.person("Dan", Role.ASSESSOR).id, make.now + 2 * day, is_upheld=False)
    assert state_of(again) == AppealState.REJECTED
