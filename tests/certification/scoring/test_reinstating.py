"""A void result counts again: two people, at any time, as a new fact."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import joinedload

from certification.awards import doubts
from certification.awards.models import Award, Revocation
from certification.awards.queries import facts_of
from certification.delivery.models import Attempt, AttemptEvent
from certification.exams.models import ExamResult
from certification.scoring import actions_appeals, queries_voiding
from certification.scoring import actions_reinstating as actions
from certification.scoring.actions_voiding import propose as propose_voiding
from certification.scoring.models import Appeal
from certification.scoring.models_voiding import (
    ReinstatementState,
    ResultReinstatement,
    ResultVoiding,
    VoidingState,
)
from lms import audit, clock
from lms.accounts.models import Person
from lms.audit import AuditEntry
from lms.db import db, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.certification.scoring.test_races import THREADS, at_once
from tests.certification.scoring.test_voiding import (
    MANAGE,
    answer,
    appeal,
    evidence,
    mails,
    signed_in,
    state_of,
    void,
    written,
)
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough

LATER = timedelta(days=200)
"""Long after the time for an appeal."""
HOUR = timedelta(hours=1)


@pytest.fixture
def kim(make: Factory) -> int:
    """Who had no part in anything."""
    return make.person("Kim", Role.CERTIFICATION_MANAGER).id


@pytest.fixture
def voided(make: Factory, attempt: Attempt, pia: int, sue: int) -> int:
    """Proposed by Pia, confirmed by Sue."""
    return void(make, attempt, pia, sue)


def propose(make: Factory, voiding_id: int, by: int, after: timedelta = LATER) -> int:
    with unit(writes=True):
        voiding = db.session.get_one(ResultVoiding, voiding_id)
        return actions.propose(voiding, text="It was her", by=by, now=make.now + after).id


def decide(
    make: Factory, reinstatement_id: int, by: int, after: timedelta = LATER, act: Any = None
) -> None:
    now = make.now + after + HOUR
    with clock.frozen_at(now):
        with unit(writes=True):
            row = db.session.get_one(ResultReinstatement, reinstatement_id)
            (act or actions.confirm)(row, by=by, now=now)
        make.work("exams.result_recorded")


def reinstatement(reinstatement_id: int) -> ResultReinstatement:
    with unit(writes=False):
        return db.session.get_one(ResultReinstatement, reinstatement_id, populate_existing=True)


def test_a_proposal_leaves_the_result_void(
    make: Factory, attempt: Attempt, voided: int, pia: int
) -> None:
    propose(make, voided, pia)
    assert make.result_of(attempt).is_void
    assert state_of(voided) == VoidingState.CONFIRMED
    assert mails("result_reinstated") == []


def test_long_after_the_time_for_an_appeal_the_result_counts_again_as_a_new_fact(
    make: Factory, attempt: Attempt, ada: Person, voided: int, pia: int, kim: int
) -> None:
    with unit(writes=True):
        found = db.session.scalars(
            sa.select(Attempt).where(Attempt.id == attempt.id).options(joinedload(Attempt.policy))
        ).one()
        with pytest.raises(Refusal, match="appeal_late"):
            actions_appeals.appeal(found, "It was me", by=ada.id, now=make.now + LATER)
    assert evidence() == 0
    one = propose(make, voided, pia)
    decide(make, one, kim)
    with unit(writes=False):
        results = db.session.scalars(sa.select(ExamResult).order_by(ExamResult.id)).all()
        row = db.session.get_one(ResultVoiding, voided, populate_existing=True)
        assert doubts.doubtful() == []
        facts = facts_of(ada.id, (make.now + LATER).date()).exams["ADM-300"]
    first, empty, again = results
    assert [(r.is_void, r.passed, r.score) for r in results] == [
        (False, True, 80), (True, False, 0), (False, True, 80),
    ]  # fmt: skip
    assert (empty.replaces_id, again.replaces_id) == (first.id, empty.id)
    assert (again.note, again.by_person_id) == ("It was her", kim)
    assert (row.state, row.lifted_by, row.appeal_id) == (VoidingState.LIFTED, kim, None)
    assert reinstatement(one).state == ReinstatementState.CONFIRMED
    assert evidence() == 1
    assert [fact.value for fact in facts] == [80]


def test_an_award_that_follows_is_made_by_the_job_of_every_result(
    make: Factory, exam: Any, ada: Person, pia: int, sue: int, kim: int
) -> None:
    """Voided before the job of the first result ran: nothing was awarded yet."""
    attempt = make.submitted(exam, ada, [["b"]] * 8 + [["a"]] * 2)
    with clock.frozen_at(make.now):
        make.scored(attempt)
    voiding_id = void(make, attempt, pia, sue)
    with unit(writes=False):
        assert db.session.scalars(sa.select(Award)).all() == []
    one = propose(make, voiding_id, pia)
    now = make.now + LATER + HOUR
    with clock.frozen_at(now):
        with unit(writes=True):
            actions.confirm(db.session.get_one(ResultReinstatement, one), by=kim, now=now)
        with unit(writes=False):
            assert db.session.scalars(sa.select(Award)).all() == []
        make.work("exams.result_recorded")
    with unit(writes=False):
        assert [award.person_id for award in db.session.scalars(sa.select(Award))] == [ada.id]


def test_what_was_revoked_meanwhile_stays_revoked(
    make: Factory, attempt: Attempt, voided: int, pia: int, sue: int, kim: int
) -> None:
    with unit(writes=True):
        award = db.session.scalars(sa.select(Award)).one()
        db.session.add(
            Revocation(
                award_id=award.id, revoked_on=make.now.date(), public_reason="Void", at=make.now,
                by_person_id=sue, internal_note="",
            )
        )  # fmt: skip
    decide(make, propose(make, voided, pia), kim)
    with unit(writes=False):
        awards = db.session.scalars(sa.select(Award)).all()
        assert len(db.session.scalars(sa.select(Revocation)).all()) == 1
    assert [one.id for one in awards] == [award.id]


def test_the_candidate_has_a_mail_with_the_reason(
    app: Flask, make: Factory, attempt: Attempt, voided: int, pia: int, kim: int
) -> None:
    decide(make, propose(make, voided, pia), kim)
    (facts,) = mails("result_reinstated")
    assert (facts["text"], facts["attempt_code"]) == ("It was her", attempt.code)
    text = written(app, "result_reinstated")
    assert "your exam result was void. Two people decided that it is not" in text
    assert "It was her" in text
    assert f"/exams/attempts/{attempt.code}/result" in text


def test_the_audit_log_names_each_step(
    make: Factory, attempt: Attempt, voided: int, pia: int, kim: int
) -> None:
    decide(make, propose(make, voided, pia), kim)
    with unit(writes=False):
        rows = db.session.execute(
            sa.select(AuditEntry.act, AuditEntry.by_person_id)
            .where(AuditEntry.subject_id == attempt.code)
            .order_by(AuditEntry.id.desc())
            .limit(3)
        ).all()
        assert list(audit.verify()) == []
    assert [tuple(row) for row in reversed(rows)] == [
        ("reinstatement.proposed", pia), ("reinstatement.confirmed", kim), ("voiding.lifted", kim),
    ]  # fmt: skip


def test_who_proposed_voided_sat_or_had_a_part_does_not_confirm(
    make: Factory, attempt: Attempt, ada: Person, voided: int, pia: int, sue: int, kim: int
) -> None:
    pat = make.person("Pat", Role.CERTIFICATION_MANAGER).id
    with unit(writes=True):
        noted = AttemptEvent(
            attempt_id=attempt.id, number=99, kind="incident", data={"note": "A call"},
            at=make.now, by=pat,
        )  # fmt: skip
        db.session.add(noted)
    one = propose(make, voided, kim)
    for by, code in (
        (kim, "reinstatement_second_person"), (ada.id, "not_yourself"),
        (pia, "voiding_by_part"), (sue, "voiding_by_part"), (pat, "voiding_by_part"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=code):
            decide(make, one, by)
    with pytest.raises(Refusal, match="not_yourself"):
        decide(make, one, ada.id, act=actions.drop)
    with pytest.raises(Refusal, match="not_yourself"):
        propose(make, voided, ada.id)
    assert make.result_of(attempt).is_void


def test_the_database_knows_the_second_person_and_keeps_what_was_decided(
    make: Factory, attempt: Attempt, ada: Person, voided: int, pia: int, sue: int, kim: int
) -> None:
    attempt_id, own, late = attempt.id, ada.id, make.now + LATER
    one = propose(make, voided, pia)

    def write(model: Any, id: int, **values: object) -> None:
        with unit(writes=True):
            db.session.execute(sa.update(model).where(model.id == id).values(values))

    for by in (pia, sue, own, None):
        with pytest.raises(sa.exc.DBAPIError, match="second person"):
            write(
                ResultReinstatement, one, state="confirmed", decided_at=late + HOUR, decided_by=by
            )
    with pytest.raises(sa.exc.DBAPIError, match="end a voiding"):
        write(ResultVoiding, voided, state="lifted", lifted_at=late, lifted_by=kim)
    with pytest.raises(sa.exc.DBAPIError, match="frozen"):
        write(ResultReinstatement, one, text="Other")
    with pytest.raises(sa.exc.DBAPIError, match="is kept"), unit(writes=True):
        db.session.execute(sa.delete(ResultReinstatement))
    decide(make, one, kim)
    for values in ({"state": "dropped"}, {"decided_by": pia}, {"state": "proposed"}):
        with pytest.raises(sa.exc.DBAPIError, match="frozen"):
            write(ResultReinstatement, one, **values)
    with pytest.raises(sa.exc.DBAPIError, match="first"), unit(writes=True):
        db.session.add(
            ResultReinstatement(
                voiding_id=voided, text="Again", state=ReinstatementState.PROPOSED,
                proposed_at=late, proposed_by=pia,
            )
        )  # fmt: skip
    again = make.person("Rex", Role.CERTIFICATION_MANAGER).id
    with unit(writes=True):
        row = propose_voiding(
            db.session.get_one(Attempt, attempt_id), reason="other", text="After all",
            counts=True, by=again, now=late + 2 * HOUR,
        )  # fmt: skip
        second = row.id
    with pytest.raises(sa.exc.DBAPIError, match="second person"):
        write(ResultVoiding, second, state="confirmed", decided_at=late + 3 * HOUR, decided_by=kim)


def test_one_proposal_at_a_time_and_a_dropped_one_stays_on_record(
    make: Factory, attempt: Attempt, voided: int, pia: int, sue: int, kim: int
) -> None:
    one = propose(make, voided, pia)
    with pytest.raises(Refusal, match="reinstatement_open"):
        propose(make, voided, kim)
    decide(make, one, sue, act=actions.drop)
    with pytest.raises(Refusal, match="changed_meanwhile"):
        decide(make, one, kim)
    assert make.result_of(attempt).is_void
    two = propose(make, voided, sue)
    decide(make, two, kim)
    with unit(writes=False):
        rows = queries_voiding.reinstatements(attempt.id)
    assert [(row.ResultReinstatement.id, row.proposer, row.decider) for row in rows] == [
        (two, "Sue", "Kim"), (one, "Pia", "Sue"),
    ]  # fmt: skip
    with pytest.raises(Refusal, match="result_not_void"):
        propose(make, voided, pia)


def test_an_open_appeal_is_answered_first_and_may_settle_it(
    make: Factory, attempt: Attempt, voided: int, pia: int, kim: int
) -> None:
    one = propose(make, voided, pia, 2 * HOUR + timedelta(minutes=5))
    appeal_id = appeal(make, attempt)
    with pytest.raises(Refusal, match="answer_the_appeal"):
        decide(make, one, kim, 3 * HOUR)
    answer(make, appeal_id, make.person("Jo", Role.ASSESSOR).id, lifts=True)
    with pytest.raises(Refusal, match="result_not_void"):
        decide(make, one, kim)
    with unit(writes=False):
        assert db.session.get_one(Appeal, appeal_id).decided_by != kim
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ExamResult)) == 3
    decide(make, one, kim, act=actions.drop)


def test_who_proposed_to_reinstate_answers_no_appeal(
    make: Factory, attempt: Attempt, voided: int, kim: int, pia: int
) -> None:
    ann = make.person("Ann", Role.ADMINISTRATOR).id
    one = propose(make, voided, ann, 2 * HOUR + timedelta(minutes=5))
    decide(make, one, kim, 2 * HOUR + timedelta(minutes=6) - HOUR, act=actions.drop)
    appeal_id = appeal(make, attempt)
    for by in (ann, kim):
        with pytest.raises(Refusal, match="appeal_by_part"):
            answer(make, appeal_id, by, lifts=True)


@pytest.mark.sqlite
def test_many_at_once_reinstate_a_result_once_on_sqlite(
    app: Flask, make: Factory, attempt: Attempt, voided: int
) -> None:
    _reinstate_by_many(app, make, attempt, voided)


@pytest.mark.postgres
def test_many_at_once_reinstate_a_result_once_on_postgresql(
    app: Flask, make: Factory, attempt: Attempt, voided: int
) -> None:
    _reinstate_by_many(app, make, attempt, voided)


def _reinstate_by_many(app: Flask, make: Factory, attempt: Attempt, voided: int) -> None:
    """Proposed once, then confirmed once."""
    people = [make.person(f"Person {n}", Role.CERTIFICATION_MANAGER).id for n in range(THREADS)]

    def propose_one(number: int) -> None:
        voiding = db.session.get_one(ResultVoiding, voided)
        now = make.now + LATER
        actions.propose(voiding, text=f"By {number}", by=people[number], now=now)

    assert at_once(app, propose_one) == {"done": 1, "reinstatement_open": THREADS - 1}
    with unit(writes=False):
        row = db.session.scalars(sa.select(ResultReinstatement)).one()
        one, proposer = row.id, row.proposed_by
    others = [person for person in people if person != proposer] + [make.person("Last").id]

    def confirm_one(number: int) -> None:
        found = db.session.get_one(ResultReinstatement, one)
        actions.confirm(found, by=others[number], now=make.now + LATER + HOUR)

    assert at_once(app, confirm_one) == {"done": 1, "changed_meanwhile": THREADS - 1}
    with unit(writes=False):
        results = db.session.scalars(sa.select(ExamResult).order_by(ExamResult.id)).all()
    assert [result.is_void for result in results] == [False, True, False]
    assert len(mails("result_reinstated")) == 1


@pytest.mark.thorough
def test_a_result_is_reinstated_by_two_people_in_the_browser(
    app: Flask, make: Factory, attempt: Attempt, ada: Person, voided: int
) -> None:
    address, record = f"{MANAGE}/voidings/{voided}", f"{MANAGE}/attempts/{attempt.code}"
    begin = f"{address}/reinstatement"
    with clock.frozen_at(make.now + LATER):
        cora = signed_in(app, make, "Cora", Role.CERTIFICATION_MANAGER)
        assert begin in Page(cora.get(address)).links
        page = Page(cora.get(begin))
        nothing = Page(page.form(begin).submit(cora))
        assert (nothing.status, len(nothing.errors)) == (422, 1)
        sent = page.form(begin).submit(cora, text="The passport was hers")
        assert (sent.status_code, sent.location) == (303, address)
        twice = page.form(begin).submit(cora, text="The passport was hers")
        assert (twice.status_code, twice.location) == (303, address)
        anew = Page(Page(cora.get(begin)).form(begin).submit(cora, text="Once more"))
        assert "It is proposed already" in anew.text
        page = Page(cora.get(address))
        confirmation = f"{MANAGE}/reinstatements/1/confirmation"
        assert "A second person confirms it." in page.text
        assert not page.has_form(confirmation)
        assert begin not in page.links
        carl = signed_in(app, make, "Carl", Role.ADMINISTRATOR)
        listed = Page(carl.get(f"{MANAGE}/attempts"))
        assert address in listed.links
        assert "Reinstatement proposed" in listed.text
        form = Page(carl.get(address)).form(confirmation)
        for _ in range(2):
            assert form.submit(carl).status_code == 303
        shown, listed = Page(carl.get(address)), Page(carl.get(f"{MANAGE}/attempts"))
        candidate = make.sign_in(app.test_client(), ada)
        own = Page(candidate.get(f"/exams/attempts/{attempt.code}/result"))
        history = Page(carl.get(record)).text
    assert "No longer void" in shown.text
    assert "Reinstated" in shown.text
    assert "The passport was hers" in shown.text
    assert begin not in shown.links
    assert "Reinstatement proposed" not in listed.text
    assert own.soup.select_one("#verdict").get_text() == "Passed"  # type: ignore[union-attr]
    assert "it counts again. The passport was hers" in own.text
    assert "Reinstated" in history


@pytest.mark.thorough
def test_reinstatements_are_for_managers_of_the_programme(
    app: Flask, make: Factory, attempt: Attempt, voided: int, pia: int
) -> None:
    address, begin = f"{MANAGE}/voidings/{voided}", f"{MANAGE}/voidings/{voided}/reinstatement"
    cora = signed_in(app, make, "Cora", Role.CERTIFICATION_MANAGER)
    auditor = signed_in(app, make, "Rita", Role.AUDITOR)
    elsewhere = signed_in(app, make, "Mia", Role.CERTIFICATION_MANAGER, programme_code="DEV")
    assert auditor.get(begin).status_code == 403
    assert elsewhere.get(begin).status_code == 404
    assert cora.get(f"{MANAGE}/voidings/999/reinstatement").status_code == 404
    one = propose(make, voided, pia, 2 * HOUR)
    app.config["WTF_CSRF_ENABLED"] = False
    assert begin not in Page(auditor.get(address)).links
    for verb in ("confirmation", "drop"):
        target = f"{MANAGE}/reinstatements/{one}/{verb}"
        assert not Page(auditor.get(address)).has_form(target)
        assert auditor.post(target).status_code == 403
        assert elsewhere.post(target).status_code == 404
        assert cora.get(target).location == MANAGE
        assert cora.post(f"{MANAGE}/reinstatements/999/{verb}").status_code == 404
    assert cora.post(f"{MANAGE}/reinstatements/{one}/drop").status_code == 303
    assert "Reinstatement dropped" in Page(cora.get(address)).text
