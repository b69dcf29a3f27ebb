"""Results that are voided: two people, nothing taken back by itself, an appeal ends it."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import joinedload

from certification.awards import doubts
from certification.awards.models import Award, Revocation
from certification.awards.progress import progress_of
from certification.awards.queries import facts_of
from certification.competency.models import Evidence
from certification.cutscores.queries import first_scores
from certification.delivery.models import Attempt, AttemptEvent
from certification.delivery.queries import candidacy
from certification.exams.models import ExamResult
from certification.exams.retakes import why_not
from certification.items.reading import draft_from
from certification.scoring import actions_appeals, actions_dispositions, queries_voiding
from certification.scoring import actions_voiding as actions
from certification.scoring.models import Appeal, ItemDisposition, RunState
from certification.scoring.models_voiding import ResultVoiding, VoidingState
from certification.statistics import queries as statistics
from certification.statistics.responses import sample_of
from courses.catalog.snapshot import catalog
from lms import clock, paging
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage, compose
from lms.permissions import Role
from tests.certification.scoring.test_races import THREADS, at_once
from tests.factories import Factory
from tests.factories.sittings import Sat
from tests.page import Page

pytestmark = pytest.mark.thorough

RIGHT, WRONG = ["b"], ["a"]
MANAGE = "/manage/exams/ADM-300"
HOUR = timedelta(hours=1)


def propose(make: Factory, attempt: Attempt, by: int, *, counts: bool = True) -> int:
    with unit(writes=True):
        row = actions.propose(
            db.session.get_one(Attempt, attempt.id), reason="identity", text="A friend sat it",
            counts=counts, by=by, now=make.now + HOUR,
        )  # fmt: skip
        return row.id


def confirm(make: Factory, voiding_id: int, by: int) -> None:
    with clock.frozen_at(make.now + 2 * HOUR):
        with unit(writes=True):
            row = db.session.get_one(ResultVoiding, voiding_id)
            actions.confirm(row, by=by, now=make.now + 2 * HOUR)
        make.work("exams.result_recorded")


def void(make: Factory, attempt: Attempt, pia: int, sue: int, *, counts: bool = True) -> int:
    voiding_id = propose(make, attempt, pia, counts=counts)
    confirm(make, voiding_id, sue)
    return voiding_id


def appeal(make: Factory, attempt: Attempt, after: timedelta = 3 * HOUR) -> int:
    with unit(writes=True):
        found = db.session.scalars(
            sa.select(Attempt).where(Attempt.id == attempt.id).options(joinedload(Attempt.policy))
        ).one()
        by, now = attempt.person_id, make.now + after
        return actions_appeals.appeal(found, "It was me", by=by, now=now).id


def answer(make: Factory, appeal_id: int, by: int, *, lifts: bool, scores: bool = False) -> None:
    with clock.frozen_at(make.now + 4 * HOUR):
        with unit(writes=True):
            actions_appeals.decide_appeal(
                db.session.get_one(Appeal, appeal_id), is_upheld=True, scores=scores, lifts=lifts,
                decision="We looked", by=by, now=make.now + 4 * HOUR,
            )  # fmt: skip
        make.work("exams.result_recorded")


def state_of(voiding_id: int) -> VoidingState:
    with unit(writes=False):
        return db.session.get_one(ResultVoiding, voiding_id, populate_existing=True).state


def evidence() -> int:
    with unit(writes=False):
        wanted = sa.select(sa.func.count()).where(Evidence.withdrawn_at.is_(None))
        return db.session.scalars(wanted).one()


def mails(template: str) -> list[dict[str, Any]]:
    with unit(writes=False):
        wanted = sa.select(MailMessage).where(MailMessage.template == template)
        return [mail.facts for mail in db.session.scalars(wanted)]


def test_a_proposed_voiding_changes_nothing(make: Factory, attempt: Attempt, pia: int) -> None:
    voiding_id = propose(make, attempt, pia)
    assert state_of(voiding_id) == VoidingState.PROPOSED
    assert make.result_of(attempt).passed
    assert mails("result_voided") == []


def test_all_that_wait_for_a_second_person_are_found_page_by_page(
    app: Flask, make: Factory, exam: Sat, pia: int
) -> None:
    for name in ("Ada", "Bea", "Cyd"):
        sat = make.submitted(exam, make.person(name), [RIGHT] * 10)
        with clock.frozen_at(make.now):
            make.scored(sat)
        propose(make, sat, pia)
    with unit(writes=False):
        first = queries_voiding.waiting(exam.exam.id, size=2)
        rest = queries_voiding.waiting(exam.exam.id, paging.id_after(first.next_cursor), size=2)
    assert [row[2] for row in [*first.rows, *rest.rows]] == ["Ada", "Bea", "Cyd"]
    assert (first.is_first, rest.is_first, rest.next_cursor) == (True, False, None)
    manager = make.sign_in(app.test_client(), make.person("Sue", Role.CERTIFICATION_MANAGER))
    page = Page(manager.get(f"{MANAGE}/attempts?waiting={first.next_cursor}"))
    listed = page.soup.select_one("[aria-labelledby=waiting]")
    assert listed is not None
    assert ("Cyd" in listed.text, "Ada" in listed.text) == (True, False)
    assert manager.get(f"{MANAGE}/attempts?waiting=x").status_code == 404


def test_a_void_result_is_a_new_fact_and_its_evidence_goes(
    make: Factory, attempt: Attempt, pia: int, sue: int
) -> None:
    before = make.result_of(attempt)
    assert evidence() == 1
    void(make, attempt, pia, sue)
    result = make.result_of(attempt)
    assert (result.is_void, result.passed, result.score) == (True, False, 0)
    assert (result.replaces_id, result.by_person_id) == (before.id, sue)
    with unit(writes=False):
        kept = db.session.get_one(ExamResult, before.id, populate_existing=True)
        assert (kept.passed, kept.score) == (True, before.score)
    assert evidence() == 0


def test_the_candidate_has_a_mail_with_the_reason_and_the_day_until_which_to_appeal(
    make: Factory, attempt: Attempt, pia: int, sue: int
) -> None:
    void(make, attempt, pia, sue)
    (facts,) = mails("result_voided")
    assert (facts["reason"], facts["text"]) == ("identity", "A friend sat it")
    assert (facts["appeal_until"], facts["counts"]) == ("2026-12-23", True)
    assert len(mails("exam_result")) == 1


def written(app: Flask, template: str) -> str:
    """A mail as it is sent, its lines joined."""
    with unit(writes=False):
        wanted = sa.select(MailMessage).where(MailMessage.template == template)
        message = db.session.scalars(wanted).one()
    return " ".join(str(compose(message, app.extensions["settings"]).get_content()).split())


def test_the_mails_can_be_read(
    app: Flask, make: Factory, attempt: Attempt, pia: int, sue: int
) -> None:
    void(make, attempt, pia, sue)
    text = written(app, "result_voided")
    assert "Reason: Somebody else took the exam, or took part in it" in text
    assert "A friend sat it" in text
    assert "you may appeal until the end of 23 December 2026 (UTC)" in text
    appeal_id = appeal(make, attempt)
    assert "an answer by the end of 23 December 2026 (UTC)" in written(app, "appeal_received")
    answer(make, appeal_id, make.person("Jo", Role.ASSESSOR).id, lifts=True)
    text = written(app, "appeal_decided")
    assert "Your result is no longer void: it counts again." in text
    assert "stays as it is" not in text


def test_an_award_stays_and_is_named_as_one_to_decide_about(
    make: Factory, attempt: Attempt, ada: Person, pia: int, sue: int
) -> None:
    with unit(writes=False):
        assert doubts.doubtful() == []
    void(make, attempt, pia, sue)
    with unit(writes=False):
        assert db.session.scalars(sa.select(Revocation)).all() == []
        (row,) = doubts.doubtful()
        assert (row.Award.person_id, row.Person.name) == (ada.id, "Ada")


def test_it_no_longer_counts_for_a_certification(
    make: Factory, attempt: Attempt, ada: Person, pia: int, sue: int
) -> None:
    day = make.now.date()
    with unit(writes=False):
        assert [fact.value for fact in facts_of(ada.id, day).exams["ADM-300"]] == [80]
    void(make, attempt, pia, sue)
    with unit(writes=True):
        award = db.session.scalars(sa.select(Award)).one()
        db.session.add(
            Revocation(
                award_id=award.id, revoked_on=day, public_reason="Void", at=make.now,
                by_person_id=sue, internal_note="",
            )
        )  # fmt: skip
    with unit(writes=False):
        assert facts_of(ada.id, day).exams.get("ADM-300", []) == []
        (progress,) = progress_of(ada.id, day)
        (need,) = progress.assessment.needs
        assert need.reason is not None
        assert (need.reason.code, progress.met) == ("needs_exam", 0)


@pytest.mark.parametrize(("counts", "tries"), [(True, 1), (False, 0)])
def test_whether_it_counts_as_an_attempt_is_what_was_chosen(
    make: Factory, exam: Sat, attempt: Attempt, ada: Person, pia: int, sue: int,
    counts: bool, tries: int,
) -> None:  # fmt: skip
    def facts() -> Any:
        with unit(writes=False):
            card = next(one for one in catalog().by_id().values() if one.code == "ADM-300")
            return candidacy(exam.exam, card.version_id, ada.id, today=make.now.date()).facts

    assert [one.passed for one in facts().tries] == [True]
    void(make, attempt, pia, sue, counts=counts)
    found = facts()
    assert [one.passed for one in found.tries] == [False] * tries
    assert why_not(found.retakes, found.tries, version=found.version, now=make.now) == []


def test_statistics_and_studies_leave_it_out_and_say_so(
    make: Factory, exam: Sat, attempt: Attempt, pia: int, sue: int
) -> None:
    make.scored(make.submitted(exam, make.person("Ben"), [RIGHT] * 6))
    void(make, attempt, pia, sue)
    with unit(writes=False):
        data = statistics.gathered(exam.exam.id)
        assert first_scores(exam.form.id) == [6.0]
        assert statistics.groups(exam.exam.id, "language") == []
    sample = sample_of([one.item for one in data.asked], data.sittings)
    assert (len(sample.sittings), sample.left_out["void_attempts"]) == (1, 1)


def test_a_void_result_stays_void_when_the_attempt_is_scored_anew(
    make: Factory, exam: Sat, attempt: Attempt, pia: int, sue: int
) -> None:
    void(make, attempt, pia, sue)
    version = exam.versions[9]
    with unit(writes=True):
        row = actions_dispositions.propose(
            exam.exam, version.id, draft_from(version.content), treatment="credit", typed="",
            reason="Bad", by=pia, now=make.now,
        )  # fmt: skip
    make.work("scoring.preview")
    with unit(writes=True):
        found = db.session.get_one(ItemDisposition, row.id)
        actions_dispositions.start(found, by=sue, now=make.now + 3 * HOUR)
    make.work("scoring.regrade")
    deciding = make.deciding_run(attempt)
    assert deciding is not None
    assert (deciding.number, deciding.scaled, deciding.state) == (2, 90, RunState.DECIDING)
    assert make.result_of(attempt).is_void


def test_who_proposed_sat_or_had_a_part_does_not_confirm(
    make: Factory, attempt: Attempt, ada: Person, pia: int
) -> None:
    pat = make.person("Pat", Role.CERTIFICATION_MANAGER).id
    with unit(writes=True):
        noted = AttemptEvent(
            attempt_id=attempt.id, number=99, kind="incident", data={"note": "A call"},
            at=make.now, by=pat,
        )  # fmt: skip
        db.session.add(noted)
    voiding_id = propose(make, attempt, pia)
    for by, code in (
        (pia, "voiding_second_person"), (ada.id, "not_yourself"), (pat, "voiding_by_part")
    ):  # fmt: skip
        with pytest.raises(Refusal, match=code):
            confirm(make, voiding_id, by)
    assert make.result_of(attempt).passed


def test_the_database_knows_the_second_person_and_keeps_what_was_decided(
    make: Factory, attempt: Attempt, ada: Person, pia: int, sue: int
) -> None:
    voiding_id, result = propose(make, attempt, pia), make.result_of(attempt)
    first, exam_id, day = result.id, result.exam_id, result.taken_on
    pat, own, attempt_id = make.person("Pat").id, ada.id, attempt.id
    with unit(writes=True):
        db.session.add(
            AttemptEvent(
                attempt_id=attempt_id, number=99, kind="incident", data={"note": "A call"},
                at=make.now, by=pat,
            )
        )  # fmt: skip

    def write(**values: object) -> None:
        with unit(writes=True):
            mine = sa.update(ResultVoiding).where(ResultVoiding.id == voiding_id)
            db.session.execute(mine.values(values))

    def insert(replaces: int, **values: object) -> None:
        with unit(writes=True):
            db.session.add(
                ExamResult(
                    exam_id=exam_id, person_id=own, taken_on=day, score=0,
                    full_marks=100, cut_score=70, at=make.now, by_person_id=sue,
                    attempt_id=attempt_id, replaces_id=replaces, **values,
                )
            )  # fmt: skip

    with pytest.raises(sa.exc.DBAPIError, match="two people"):
        insert(first, is_void=True, passed=False)
    for by in (pia, own, pat, None):
        with pytest.raises(sa.exc.DBAPIError, match="second person"):
            write(state="confirmed", decided_at=make.now + 2 * HOUR, decided_by=by)
    for values in ({"text": "Other"}, {"counts": False}, {"state": "lifted"}):
        with pytest.raises(sa.exc.DBAPIError, match="frozen"):
            write(**values)
    confirm(make, voiding_id, sue)
    void_id = make.result_of(attempt).id
    for values in ({"decided_by": pia}, {"state": "proposed"}, {"state": "dropped"}):
        with pytest.raises(sa.exc.DBAPIError, match="frozen"):
            write(**values)
    with pytest.raises(sa.exc.DBAPIError, match="end a voiding"):
        write(state="lifted", lifted_at=make.now, lifted_by=sue)
    with pytest.raises(sa.exc.DBAPIError, match="an appeal ends"):
        insert(void_id, passed=True)
    with pytest.raises(sa.exc.DBAPIError, match="ck_exam_result_void"):
        insert(first, is_void=True, passed=True)
    with pytest.raises(sa.exc.DBAPIError, match="is kept"), unit(writes=True):
        db.session.execute(sa.delete(ResultVoiding))


def test_one_voiding_at_a_time_and_none_of_what_is_void(
    make: Factory, attempt: Attempt, pia: int, sue: int
) -> None:
    voiding_id = propose(make, attempt, pia)
    with pytest.raises(Refusal, match="voiding_open"):
        propose(make, attempt, sue)
    with unit(writes=True):
        row = db.session.get_one(ResultVoiding, voiding_id)
        actions.drop(row, by=pia, now=make.now + 2 * HOUR)
    assert make.result_of(attempt).passed
    with pytest.raises(Refusal, match="changed_meanwhile"):
        confirm(make, voiding_id, sue)
    void(make, attempt, pia, sue)
    with pytest.raises(Refusal, match="result_is_void"):
        propose(make, attempt, pia)


def test_an_open_appeal_is_answered_first(make: Factory, attempt: Attempt, pia: int) -> None:
    appeal(make, attempt, HOUR)
    with pytest.raises(Refusal, match="answer_the_appeal"):
        propose(make, attempt, pia)


def test_a_proposal_that_another_result_overtook_is_not_confirmed(
    make: Factory, exam: Sat, attempt: Attempt, pia: int, sue: int
) -> None:
    voiding_id, version = propose(make, attempt, pia), exam.versions[9]
    cy, di = make.person("Cy").id, make.person("Di").id
    with unit(writes=True):
        row = actions_dispositions.propose(
            exam.exam, version.id, draft_from(version.content), treatment="credit", typed="",
            reason="Bad", by=cy, now=make.now,
        )  # fmt: skip
    make.work("scoring.preview")
    with unit(writes=True):
        found = db.session.get_one(ItemDisposition, row.id)
        actions_dispositions.start(found, by=di, now=make.now + HOUR)
    make.work("scoring.regrade")
    with pytest.raises(Refusal, match="voiding_outdated"):
        confirm(make, voiding_id, sue)


def test_an_appeal_ends_a_voiding_and_the_result_counts_again(
    make: Factory, attempt: Attempt, ada: Person, pia: int, sue: int
) -> None:
    voiding_id, judge = void(make, attempt, pia, sue), make.person("Jo", Role.ASSESSOR).id
    appeal_id = appeal(make, attempt)
    for by in (pia, sue):
        with pytest.raises(Refusal, match="appeal_by_part"):
            answer(make, appeal_id, by, lifts=True)
    answer(make, appeal_id, judge, lifts=True)
    assert state_of(voiding_id) == VoidingState.LIFTED
    result = make.result_of(attempt)
    assert (result.is_void, result.passed, result.score) == (False, True, 80)
    assert evidence() == 1
    with unit(writes=False):
        assert doubts.doubtful() == []
        assert [fact.value for fact in facts_of(ada.id, make.now.date()).exams["ADM-300"]] == [80]
    assert mails("appeal_decided")[0]["is_lifted"]


def test_an_appeal_may_be_made_after_the_voiding_though_the_score_is_old(
    make: Factory, attempt: Attempt, pia: int, sue: int
) -> None:
    late = timedelta(days=200)
    with pytest.raises(Refusal, match="appeal_late"):
        appeal(make, attempt, late)
    voiding_id = propose(make, attempt, pia)
    with unit(writes=True):
        row = db.session.get_one(ResultVoiding, voiding_id)
        actions.confirm(row, by=sue, now=make.now + late)
    assert appeal(make, attempt, late + timedelta(days=30)) > 0


def test_an_appeal_that_is_upheld_without_that_leaves_the_result_void(
    make: Factory, attempt: Attempt, pia: int, sue: int
) -> None:
    voiding_id, judge = void(make, attempt, pia, sue), make.person("Jo", Role.ASSESSOR).id
    answer(make, appeal(make, attempt), judge, lifts=False, scores=True)
    assert state_of(voiding_id) == VoidingState.CONFIRMED
    assert make.result_of(attempt).is_void


@pytest.mark.sqlite
def test_many_at_once_void_a_result_once_on_sqlite(
    app: Flask, make: Factory, attempt: Attempt
) -> None:
    _void_by_many(app, make, attempt)


@pytest.mark.postgres
def test_many_at_once_void_a_result_once_on_postgresql(
    app: Flask, make: Factory, attempt: Attempt
) -> None:
    _void_by_many(app, make, attempt)


def _void_by_many(app: Flask, make: Factory, attempt: Attempt) -> None:
    """Proposed once, confirmed or dropped once, lifted once."""
    people = [make.person(f"Person {n}", Role.CERTIFICATION_MANAGER).id for n in range(THREADS)]

    def propose_one(number: int) -> None:
        actions.propose(
            db.session.get_one(Attempt, attempt.id), reason="aids", text=f"By {number}",
            counts=True, by=people[number], now=make.now + HOUR,
        )  # fmt: skip

    assert at_once(app, propose_one) == {"done": 1, "voiding_open": THREADS - 1}
    with unit(writes=False):
        row = db.session.scalars(sa.select(ResultVoiding)).one()
        voiding_id, proposer = row.id, people.index(row.proposed_by)

    def decide_one(number: int) -> None:
        found = db.session.get_one(ResultVoiding, voiding_id)
        act = actions.drop if number == proposer else actions.confirm
        act(found, by=people[number], now=make.now + 2 * HOUR)

    assert at_once(app, decide_one) == {"done": 1, "changed_meanwhile": THREADS - 1}
    with unit(writes=False):
        results = db.session.scalars(sa.select(ExamResult).order_by(ExamResult.id)).all()
    is_void = state_of(voiding_id) == VoidingState.CONFIRMED
    assert [one.is_void for one in results] == [False, True][: 1 + is_void]
    assert len(mails("result_voided")) == is_void
    if not is_void:
        return
    appeal_id = appeal(make, attempt)
    judges = [make.person(f"Judge {n}", Role.ASSESSOR).id for n in range(THREADS)]

    def lift_one(number: int) -> None:
        actions_appeals.decide_appeal(
            db.session.get_one(Appeal, appeal_id), is_upheld=True, scores=False, lifts=True,
            decision="So", by=judges[number], now=make.now + 4 * HOUR,
        )  # fmt: skip

    assert at_once(app, lift_one) == {"done": 1, "changed_meanwhile": THREADS - 1}
    assert make.result_of(attempt).passed


def signed_in(app: Flask, make: Factory, name: str, role: Role, **limits: Any) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person(name, role, **limits))


def proposed(client: FlaskClient, attempt: Attempt) -> str:
    address = f"{MANAGE}/attempts/{attempt.code}/voiding"
    assert address in Page(client.get(f"{MANAGE}/attempts/{attempt.code}")).links
    page = Page(client.get(address))
    assert "Certified Administrator" in page.text
    nothing = Page(page.form(address).submit(client))
    assert (nothing.status, len(nothing.errors)) == (422, 3)
    filled = {"reason": "collusion", "text": "As in seat 4", "counts": "yes"}
    first = page.form(address).submit(client, **filled)
    assert first.status_code == 303
    anew = Page(Page(client.get(address)).form(address).submit(client, **filled))
    assert "It is proposed already" in anew.text
    return str(first.location)


@pytest.mark.thorough
def test_two_people_void_a_result_in_the_browser(
    app: Flask, make: Factory, attempt: Attempt, ada: Person
) -> None:
    cora = signed_in(app, make, "Cora", Role.CERTIFICATION_MANAGER)
    with clock.frozen_at(make.now + HOUR):
        address = proposed(cora, attempt)
        page = Page(cora.get(address))
        assert not page.has_form(f"{address}/confirmation")
        assert "A second person confirms it." in page.text
        carl = signed_in(app, make, "Carl", Role.ADMINISTRATOR)
        assert address in Page(carl.get(f"{MANAGE}/attempts")).links
        form = Page(carl.get(address)).form(f"{address}/confirmation")
        for _ in range(2):
            assert form.submit(carl).status_code == 303
        assert "As in seat 4" in Page(carl.get(address)).text
        candidate = make.sign_in(app.test_client(), ada)
        own = f"/exams/attempts/{attempt.code}/result"
        shown = Page(candidate.get(own))
        document = candidate.get(f"{own}.pdf")
        recorded = Page(cora.get("/teach/exams/ADM-300")).rows('table:has(th[scope="row"])')
        listed = Page(cora.get(f"{MANAGE}/attempts")).rows()
        record = Page(cora.get(f"{MANAGE}/attempts/{attempt.code}")).text
    assert shown.soup.select_one("#verdict").get_text() == "Void"  # type: ignore[union-attr]
    assert "Answers that were copied or agreed on" in shown.text
    assert "As in seat 4" in shown.text
    assert "Passed" not in shown.text
    assert "You may appeal until the end of" in shown.text
    assert document.status_code == 409
    assert recorded[0][2:4] == ["–", "Void"]
    assert listed[0][5] == "Void"
    assert "Void; scored as passed" in record


@pytest.mark.thorough
def test_an_appeal_against_a_voiding_is_heard_in_the_browser(
    app: Flask, make: Factory, attempt: Attempt, ada: Person, pia: int, sue: int
) -> None:
    void(make, attempt, pia, sue)
    appeal_id = appeal(make, attempt)
    with clock.frozen_at(make.now + 4 * HOUR):
        ann = signed_in(app, make, "Ann", Role.ASSESSOR)
        address = f"/teach/appeals/{appeal_id}"
        page = Page(ann.get(address))
        assert "A friend sat it" in page.text
        sent = page.form(address).submit(
            ann, outcome="upheld", lifts="y", decision="The passport was hers"
        )
        assert sent.status_code == 303
        assert "The result is no longer void" in Page(ann.get(address)).text
        candidate = make.sign_in(app.test_client(), ada)
        shown = Page(candidate.get(f"/exams/attempts/{attempt.code}/result"))
    assert "Your result is no longer void: it counts again." in shown.text
    assert shown.soup.select_one("#verdict").get_text() == "Passed"  # type: ignore[union-attr]


@pytest.mark.thorough
def test_voidings_are_for_managers_of_the_programme(
    app: Flask, make: Factory, attempt: Attempt
) -> None:
    cora = signed_in(app, make, "Cora", Role.CERTIFICATION_MANAGER)
    address = proposed(cora, attempt)
    begin = f"{MANAGE}/attempts/{attempt.code}/voiding"
    auditor = signed_in(app, make, "Rita", Role.AUDITOR)
    elsewhere = signed_in(app, make, "Mia", Role.CERTIFICATION_MANAGER, programme_code="DEV")
    app.config["WTF_CSRF_ENABLED"] = False
    assert auditor.get(address).status_code == 200
    assert not Page(auditor.get(address)).has_form(f"{address}/confirmation")
    for verb in ("confirmation", "drop"):
        assert auditor.post(f"{address}/{verb}").status_code == 403
        assert elsewhere.post(f"{address}/{verb}").status_code == 404
        assert cora.get(f"{address}/{verb}").location == address
    assert auditor.get(begin).status_code == 403
    assert elsewhere.get(begin).status_code == 404
    assert elsewhere.get(address).status_code == 404
    assert cora.get(f"{MANAGE}/voidings/999").status_code == 404
    assert cora.get(f"{MANAGE}/attempts/NOTHING/voiding").status_code == 404
    assert cora.post(f"{address}/drop").status_code == 303
    assert "Dropped" in Page(cora.get(address)).text
