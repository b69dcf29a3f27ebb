"""Items found bad: the preview shows every changed result, the run changes exactly these."""

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.awards.models import Award
from certification.delivery.models import Attempt
from certification.exams.models import ExamResult
from certification.items.reading import draft_from
from certification.scoring import actions_appeals, queries_changes
from certification.scoring import actions_dispositions as actions
from certification.scoring.models import (
    Appeal,
    DispositionState,
    ItemDisposition,
    RunState,
    ScoreRun,
)
from certification.scoring.models_work import DispositionChange
from courses.catalog.models import CourseKind, Programme
from lms import clock, revisions
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat

pytestmark = pytest.mark.thorough

RIGHT, WRONG = ["b"], ["a"]


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.fixture
def exam(make: Factory, programme: Programme) -> Sat:
    """Ten items of a point each; 70 of 100 pass."""
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    return make.exam_form(programme, course, items=10)


@pytest.fixture
def cora(make: Factory) -> Person:
    return make.person("Cora", Role.CERTIFICATION_MANAGER)


@pytest.fixture
def cast(make: Factory, exam: Sat) -> dict[str, Attempt]:
    """Item 1 is bad. Without it Ada (7 of 10, had it right) fails, Ben (6, had it wrong) fails
    still, Cyd (9, had it right) passes still; Dan has 6 with it wrong and answers no other."""
    rows = {
        "Ada": [RIGHT] * 7 + [WRONG] * 3,
        "Ben": [WRONG] + [RIGHT] * 6 + [WRONG] * 3,
        "Cyd": [RIGHT] * 9 + [WRONG],
        "Dan": [WRONG] + [RIGHT] * 5 + [None] * 4,
    }
    attempts = {
        name: make.submitted(exam, make.person(name), answers) for name, answers in rows.items()
    }
    make.scored(*attempts.values())
    return attempts


def pia(make: Factory) -> int:
    """Who proposes what another person carries out."""
    with unit(writes=False):
        known = db.session.scalar(sa.select(Person.id).where(Person.name == "Pia"))
    return known or make.person("Pia", Role.CERTIFICATION_MANAGER).id


def propose(
    make: Factory,
    exam: Sat,
    treatment: str = "neutral",
    typed: str = "",
    place: int = 0,
) -> ItemDisposition:
    version, by = exam.versions[place], pia(make)
    with unit(writes=True):
        return actions.propose(
            exam.exam, version.id, draft_from(version.content), treatment=treatment, typed=typed,
            reason="Two options are right", by=by, now=make.now,
        )  # fmt: skip


def preview(make: Factory, row: ItemDisposition) -> dict[str, DispositionChange]:
    """The finished preview, by name."""
    make.work("scoring.preview")
    with unit(writes=False):
        db.session.expunge_all()
        page = queries_changes.changes(row.id, "all", None)
    return {person.name: change for change, _code, person, _run in page.rows}


def start(make: Factory, row: ItemDisposition, by: Person, after: int = 1) -> None:
    with unit(writes=True):
        found = db.session.get_one(ItemDisposition, row.id)
        actions.start(found, by=by.id, now=make.now + timedelta(minutes=after))


def decide(make: Factory, row: ItemDisposition, by: Person) -> dict[str, DispositionChange]:
    preview(make, row)
    start(make, row, by)
    make.work("scoring.regrade")
    return preview(make, row)


def state_of(row: ItemDisposition) -> str:
    with unit(writes=False):
        return db.session.get_one(ItemDisposition, row.id, populate_existing=True).state


def runs_of(attempt: Attempt) -> list[tuple[int, str, str]]:
    with unit(writes=False):
        rows = db.session.execute(
            sa.select(ScoreRun.number, ScoreRun.kind, ScoreRun.state)
            .where(ScoreRun.attempt_id == attempt.id)
            .order_by(ScoreRun.number)
        )
        return [(number, kind, state.value) for number, kind, state in rows]


def test_a_preview_shows_before_and_after_and_changes_nothing(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    found = preview(make, propose(make, exam))

    shown = {
        name: (row.raw_before, row.raw_after, row.full_after, row.passed_before, row.passed_after)
        for name, row in found.items()
    }
    assert shown == {
        "Ada": (7, 6, 9, True, False),
        "Ben": (6, 6, 9, False, False),
        "Cyd": (9, 8, 9, True, True),
        "Dan": (5, 5, 9, False, False),
    }
    assert {name: (row.scaled_before, row.scaled_after) for name, row in found.items()} == {
        "Ada": (70, 66),
        "Ben": (60, 66),
        "Cyd": (90, 89),
        "Dan": (50, 55),
    }
    for attempt in cast.values():
        assert runs_of(attempt) == [(1, "initial", "deciding")]


@pytest.mark.parametrize(
    ("treatment", "typed", "passed"),
    [
        ("neutral", "", {"Cyd"}),
        ("credit", "", {"Ada", "Ben", "Cyd"}),
        ("rekey", "a", {"Ben", "Cyd"}),
        ("rekey", "b", {"Ada", "Cyd"}),
    ],
)
def test_each_treatment_has_its_effect(
    make: Factory,
    exam: Sat,
    cast: dict[str, Attempt],
    cora: Person,
    treatment: str,
    typed: str,
    passed: set[str],
) -> None:
    found = preview(make, propose(make, exam, treatment, typed))
    assert {name for name, row in found.items() if row.passed_after} == passed


def test_the_run_does_what_the_preview_showed_and_each_attempt_once(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    row = propose(make, exam, "credit")
    before = preview(make, row)
    decide(make, row, cora)

    assert state_of(row) == DispositionState.DONE
    for name, attempt in cast.items():
        assert runs_of(attempt) == [(1, "initial", "past"), (2, "regrade", "deciding")]
        run, result = make.deciding_run(attempt), make.result_of(attempt)
        assert run is not None
        foreseen = (before[name].raw_after, before[name].scaled_after, before[name].passed_after)
        assert (run.raw, run.scaled, run.passed) == foreseen
        assert (result.score, result.passed) == foreseen[1:]
    assert make.result_of(cast["Ben"]).by_person_id == cora.id


def test_a_fail_that_turns_into_a_pass_has_a_mail_and_an_unchanged_result_is_left_alone(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    decide(make, propose(make, exam, "credit"), cora)
    with unit(writes=False):
        mails = [
            mail.facts["name"]
            for mail in db.session.scalars(sa.select(MailMessage))
            if mail.facts.get("is_correction")
        ]
        results = db.session.scalar(sa.select(sa.func.count()).select_from(ExamResult))
    # Ada and Cyd had the point already: no new result, no mail.
    assert sorted(mails) == ["Ben", "Dan"]
    assert results == 6


def test_a_pass_is_not_taken_away_by_itself(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    found = decide(make, propose(make, exam), cora)
    ada = cast["Ada"]

    assert runs_of(ada) == [(1, "initial", "deciding"), (2, "regrade", "proposed")]
    assert (make.result_of(ada).score, make.result_of(ada).passed) == (70, True)
    assert found["Ada"].run_id is not None
    with unit(writes=False):
        lost = queries_changes.changes(found["Ada"].disposition_id, "lost", None).rows
    assert [person.name for _change, _code, person, _run in lost] == ["Ada"]


@pytest.mark.parametrize(
    ("takes", "states", "passed"),
    [
        (True, [(1, "initial", "past"), (2, "regrade", "deciding")], False),
        (False, [(1, "initial", "deciding"), (2, "regrade", "dropped")], True),
    ],
)
def test_a_person_decides_on_a_pass_that_would_be_lost(
    make: Factory,
    exam: Sat,
    cast: dict[str, Attempt],
    cora: Person,
    takes: bool,
    states: list[tuple[int, str, str]],
    passed: bool,
) -> None:
    change_id = decide(make, propose(make, exam), cora)["Ada"].id

    def settle(by: int) -> None:
        with unit(writes=True):
            found = db.session.get_one(DispositionChange, change_id)
            actions.settle(found, takes=takes, reason="Heard", by=by, now=make.now)

    judge = make.person("Jo", Role.CERTIFICATION_MANAGER).id
    with pytest.raises(Refusal, match="not_yourself"):
        settle(cast["Ada"].person_id)
    for name, part in (("proposed it", pia(make)), ("carried it out", cora.id)):
        with pytest.raises(Refusal, match="third_person"):
            settle(part)
        assert make.result_of(cast["Ada"]).passed, name
    settle(judge)
    assert runs_of(cast["Ada"]) == states
    assert make.result_of(cast["Ada"]).passed is passed
    with pytest.raises(Refusal, match="changed_meanwhile"):
        settle(judge)


def test_the_database_knows_who_may_not_settle_a_pass_and_keeps_what_was_settled(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    change_id = decide(make, propose(make, exam), cora)["Ada"].id
    judge = make.person("Jo", Role.CERTIFICATION_MANAGER).id

    def write(**values: object) -> None:
        with unit(writes=True):
            mine = sa.update(DispositionChange).where(DispositionChange.id == change_id)
            db.session.execute(mine.values(values))

    for by in (pia(make), cora.id, None):
        with pytest.raises(sa.exc.DBAPIError, match="another person"):
            write(decided_at=make.now, decided_by=by, decision="So")
    with pytest.raises(sa.exc.DBAPIError, match="another person"):
        write(decided_by=judge, decision="So")
    write(decided_at=make.now, decided_by=judge, decision="So")
    for values in ({"decided_by": cora.id}, {"decision": "Otherwise"}, {"decided_at": None}):
        with pytest.raises(sa.exc.DBAPIError, match="frozen"):
            write(**values)


def test_a_later_proposal_replaces_the_one_that_knew_less(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    first = decide(make, propose(make, exam), cora)["Ada"].id
    later = decide(make, propose(make, exam, place=1), cora)["Ada"].id
    kinds = [(2, "regrade", "dropped"), (3, "regrade", "proposed")]
    assert runs_of(cast["Ada"]) == [(1, "initial", "deciding"), *kinds]
    judge = make.person("Jo", Role.CERTIFICATION_MANAGER).id

    def take(change_id: int) -> None:
        with unit(writes=True):
            found = db.session.get_one(DispositionChange, change_id)
            actions.settle(found, takes=True, reason="Heard", by=judge, now=make.now)

    with pytest.raises(Refusal, match="changed_meanwhile"):
        take(first)
    take(later)
    run = make.deciding_run(cast["Ada"])
    assert run is not None
    assert (run.number, run.full, run.passed) == (3, 8, False)


def test_an_appeal_leaves_a_pass_that_waits_to_be_settled(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    decide(make, propose(make, exam), cora)
    ada, judge = cast["Ada"], make.person("Jo", Role.CERTIFICATION_MANAGER).id
    later = make.now + timedelta(hours=1)
    with unit(writes=True):
        found = db.session.scalars(
            sa.select(Attempt).where(Attempt.id == ada.id).options(joinedload(Attempt.policy))
        ).one()
        row = actions_appeals.appeal(found, "Look again", by=ada.person_id, now=later)
    with unit(writes=True):
        actions_appeals.decide_appeal(
            db.session.get_one(Appeal, row.id), is_upheld=True, scores=True, decision="We looked",
            by=judge, now=later,
        )  # fmt: skip
    assert runs_of(ada) == [
        (1, "initial", "deciding"), (2, "regrade", "proposed"), (3, "appeal", "dropped")
    ]  # fmt: skip


def award_for_the_exam(make: Factory, programme: Programme) -> None:
    version = make.scheme(programme)
    make.rule(version, {"exam": "ADM-300", "at_least": 70})
    with unit(writes=True):
        revisions.bump("catalog")


def test_awards_are_made_for_who_passes_now_and_kept_by_who_would_not(
    make: Factory, programme: Programme, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    award_for_the_exam(make, programme)
    make.work("exams.result_recorded")

    def holders() -> set[str]:
        with unit(writes=False):
            wanted = sa.select(Person.name).join(Award, Award.person_id == Person.id)
            return set(db.session.scalars(wanted))

    assert holders() == {"Ada", "Cyd"}
    decide(make, propose(make, exam, "rekey", "a"), cora)
    make.work("exams.result_recorded")
    assert holders() == {"Ada", "Ben", "Cyd"}


def test_who_submits_later_is_scored_by_the_decision_too(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    decide(make, propose(make, exam, "credit"), cora)
    (run,) = make.scored(make.submitted(exam, make.person("Eve"), [WRONG] + [RIGHT] * 6))
    assert (run.kind, run.raw, run.passed) == ("initial", 7, True)


def test_later_decisions_stand_on_earlier_ones(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    decide(make, propose(make, exam, "credit"), cora)
    decide(make, propose(make, exam, "neutral", place=9), cora)
    run = make.deciding_run(cast["Ben"])
    assert run is not None
    assert (run.number, run.raw, run.full, run.cut) == (3, 7, 9, Fraction(63, 10))


def a_new_result(make: Factory, exam: Sat, cora: Person) -> None:
    make.scored(make.submitted(exam, make.person("Eve"), [RIGHT] * 10))


def another_decision(make: Factory, exam: Sat, cora: Person) -> None:
    row = propose(make, exam, "neutral", place=5)
    make.work("scoring.preview")
    start(make, row, cora)
    make.work("scoring.regrade")


@pytest.mark.parametrize("what", [a_new_result, another_decision])
def test_a_preview_that_is_no_longer_true_is_not_run(
    make: Factory,
    exam: Sat,
    cast: dict[str, Attempt],
    cora: Person,
    what: Callable[[Factory, Sat, Person], None],
) -> None:
    row = propose(make, exam)
    preview(make, row)
    what(make, exam, cora)
    with pytest.raises(Refusal, match="preview_outdated"):
        start(make, row, cora, after=2)
    with unit(writes=True):
        found = db.session.get_one(ItemDisposition, row.id)
        fresh = actions.preview_anew(
            found, by=found.created_by, now=make.now + timedelta(minutes=2)
        )
    make.work("scoring.preview")
    start(make, fresh, cora, after=3)
    assert (state_of(row), state_of(fresh)) == (DispositionState.DROPPED, DispositionState.RUNNING)


def test_a_preview_that_is_not_finished_is_not_run(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    with pytest.raises(Refusal, match="preview_unfinished"):
        start(make, propose(make, exam), cora)


def test_one_decision_on_an_item_and_one_run_in_an_exam_at_a_time(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    first, second = propose(make, exam), propose(make, exam, place=3)
    preview(make, first)
    start(make, first, cora)
    by = cora.id
    with pytest.raises(Refusal, match="disposition_running"):
        start(make, second, cora)
    with pytest.raises(Refusal, match="disposition_open"), unit(writes=True):
        propose_once_more(exam, by, make)


def propose_once_more(exam: Sat, by: int, make: Factory) -> None:
    version = exam.versions[3]
    actions.propose(
        exam.exam, version.id, draft_from(version.content), treatment="credit", typed="",
        reason="Again", by=by, now=make.now,
    )  # fmt: skip


def test_a_decision_that_only_proposed_outdates_a_preview_too(
    make: Factory, exam: Sat, cora: Person
) -> None:
    make.scored(make.submitted(exam, make.person("Ada"), [RIGHT] * 7))
    with clock.frozen_at(make.now):
        first, second = propose(make, exam), propose(make, exam, place=1)
        preview(make, first)
    start(make, second, cora)
    make.work("scoring.regrade")
    assert state_of(second) == DispositionState.DONE
    with pytest.raises(Refusal, match="preview_outdated"):
        start(make, first, cora, after=2)


def test_who_proposed_a_decision_does_not_carry_it_out(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    row = propose(make, exam, "credit")
    preview(make, row)
    by = pia(make)
    with pytest.raises(Refusal, match="second_person"), unit(writes=True):
        actions.start(db.session.get_one(ItemDisposition, row.id), by=by, now=make.now)
    start(make, row, cora)
    assert state_of(row) == DispositionState.RUNNING


@pytest.mark.parametrize("alone", [True, False])
def test_the_database_knows_the_second_person_too(
    make: Factory, exam: Sat, cast: dict[str, Attempt], alone: bool
) -> None:
    row = propose(make, exam, "credit")
    by = row.created_by if alone else None
    values = {"state": DispositionState.RUNNING, "decided_by": by, "decided_at": make.now}
    with pytest.raises(sa.exc.DBAPIError, match="another person"), unit(writes=True):
        db.session.execute(sa.update(ItemDisposition).values(values))
    assert state_of(row) == DispositionState.PREVIEW


def test_a_candidate_does_not_decide_on_the_own_result(
    make: Factory, exam: Sat, cora: Person
) -> None:
    make.scored(make.submitted(exam, cora, [RIGHT] * 6))
    row = propose(make, exam)
    preview(make, row)
    with pytest.raises(Refusal, match="not_yourself"):
        start(make, row, cora)


@pytest.mark.parametrize("typed", ["", "z", "a\nb\nc"])
def test_a_key_that_the_item_cannot_have_is_refused(
    make: Factory, exam: Sat, cora: Person, typed: str
) -> None:
    with pytest.raises(Refusal, match="key_wrong"):
        propose(make, exam, "rekey", typed)


def test_the_last_item_that_counts_cannot_be_neutralised(
    make: Factory, programme: Programme, cora: Person
) -> None:
    course = make.course(programme, "ADM-301", kind=CourseKind.EXAM)
    exam = make.exam_form(programme, course, items=1, pilots=1)
    make.scored(make.submitted(exam, make.person("Ada"), [RIGHT]))
    with pytest.raises(Refusal, match="nothing_left"):
        propose(make, exam)


def test_what_a_preview_showed_is_frozen(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    preview(make, propose(make, exam))
    for statement in (
        sa.update(DispositionChange).values(raw_after=Fraction(9)),
        sa.delete(DispositionChange),
    ):
        with pytest.raises(sa.exc.DBAPIError, match="frozen"), unit(writes=True):
            db.session.execute(statement)
    assert RunState.PROPOSED not in {state for _n, _k, state in runs_of(cast["Ada"])}


def test_a_preview_that_was_interrupted_goes_on(
    make: Factory, exam: Sat, cast: dict[str, Attempt], cora: Person
) -> None:
    row = propose(make, exam)
    with unit(writes=True):
        assert actions.preview_more(row.id, now=make.now)
    make.scored(make.submitted(exam, make.person("Eve"), [RIGHT] * 10))
    found = preview(make, row)
    assert sorted(found) == ["Ada", "Ben", "Cyd", "Dan", "Eve"]
    start(make, row, cora)
