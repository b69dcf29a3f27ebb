"""A suspended award: not to be relied on from the moment it is suspended until it is lifted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.awards.actions import award_what_is_due, lift, revoke, suspend
from certification.awards.models import Award, Suspension
from certification.awards.progress import progress_of
from certification.awards.queries import certified, facts_of
from certification.awards.rules import Status
from certification.certificates import queries, queries_staff
from certification.certificates.models import Certificate
from certification.certificates.rules import Verdict
from lms import clock
from lms.accounts.models import Organisation, Person
from lms.audit import AuditEntry
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from reporting.partner.queries import news
from tests.factories import Factory
from tests.page import Page

TODAY = date(2026, 11, 23)


class Stage(NamedTuple):
    """Ada of Acme holds a certificate; Mona manages certifications."""

    ada: Person
    acme: Organisation
    award: Award
    certificate: Certificate
    mona: Person


@pytest.fixture
def stage(make: Factory) -> Stage:
    acme = make.organisation("acme")
    ada = make.person("Ada Lovelace", organisation=acme)
    award = make.award(ada, make.scheme(make.programme("ADM")))
    mona = make.person("Mona Manager", Role.CERTIFICATION_MANAGER)
    return Stage(ada, acme, award, make.issued(award), mona)


def put_on_hold(stage: Stage, now: datetime, on: date = TODAY) -> None:
    with unit(writes=True):
        suspend(
            stage.award,
            public_reason="Exam under review",
            internal_note="Case 7",
            today=on,
            by=stage.mona.id,
            now=now,
        )


def end_hold(stage: Stage, now: datetime, on: date = TODAY) -> None:
    with unit(writes=True):
        lift(stage.award, reason="Review closed", today=on, by=stage.mona.id, now=now)


def test_the_next_verification_says_so_and_why(
    client: FlaskClient, stage: Stage, now: datetime
) -> None:
    code = stage.certificate.code
    put_on_hold(stage, now, on=clock.today(clock.now(), "UTC"))

    page = client.get(f"/verify/{code}")
    assert page.status_code == 200
    assert "<title>Suspended" in page.text
    assert "Exam under review" in page.text
    assert "Case 7" not in page.text
    for address in (f"/verify/{code}.json", f"/api/v1/certificates/{code}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.json is not None
        assert (answer.json["verdict"], answer.json["reason"], answer.json["revoked_on"]) == (
            "suspended",
            "Exam under review",
            None,
        )


def test_lifted_it_is_valid_at_the_next_verification_and_hides_the_old_reason(
    client: FlaskClient, stage: Stage, now: datetime
) -> None:
    day = clock.today(clock.now(), "UTC")
    put_on_hold(stage, now, on=day)
    end_hold(stage, now, on=day)

    answer = client.get(f"/verify/{stage.certificate.code}.json").json
    assert answer is not None
    assert (answer["verdict"], answer["reason"]) == ("valid", None)
    assert "Exam under review" not in client.get(f"/verify/{stage.certificate.code}").text


def test_the_history_on_the_page_names_every_suspension_and_when_it_was_lifted(
    client: FlaskClient, stage: Stage, now: datetime
) -> None:
    """Twice: the page drawn for everybody, and the short cut that fills it."""
    put_on_hold(stage, now, on=date(2026, 3, 2))
    end_hold(stage, now, on=date(2026, 3, 9))
    put_on_hold(stage, now, on=date(2026, 4, 1))
    end_hold(stage, now, on=date(2026, 4, 3))
    put_on_hold(stage, now, on=date(2026, 5, 4))

    for _time in range(2):
        page = Page(client.get(f"/verify/{stage.certificate.code}"))
        history = [" ".join(step.stripped_strings) for step in page.soup.select(".timeline li")]
        assert history[1:] == [
            "Suspended on 2 March 2026, lifted on 9 March 2026 "
            "Suspended on 1 April 2026, lifted on 3 April 2026",
            "Suspended on 4 May 2026. Reason: Exam under review",
        ]


def test_each_day_has_the_verdict_it_had(stage: Stage, now: datetime) -> None:
    put_on_hold(stage, now)
    end_hold(stage, now + timedelta(days=3), on=TODAY + timedelta(days=3))
    put_on_hold(stage, now + timedelta(days=5), on=TODAY + timedelta(days=5))

    def verdict(days: int) -> Verdict:
        found = queries.by_code(stage.certificate.code, TODAY + timedelta(days=days))
        assert found is not None
        return found.verdict

    valid, held = Verdict.VALID, Verdict.SUSPENDED
    assert [verdict(days) for days in range(-1, 7)] == [
        valid, held, held, held, valid, valid, held, held,
    ]  # fmt: skip
    assert {p.status for p in progress_of(stage.ada.id, TODAY)} == {Status.SUSPENDED}
    assert {p.status for p in progress_of(stage.ada.id, TODAY + timedelta(days=4))} == {
        Status.VALID
    }


def test_the_rows_keep_who_when_and_why(stage: Stage, now: datetime) -> None:
    put_on_hold(stage, now)
    end_hold(stage, now)

    row = db.session.query(Suspension).one()
    assert (row.public_reason, row.internal_note, row.by_person_id, row.at) == (
        "Exam under review", "Case 7", stage.mona.id, now,
    )  # fmt: skip
    assert (row.lifting_reason, row.lifted_by_person_id, row.lifted_on) == (
        "Review closed", stage.mona.id, TODAY,
    )  # fmt: skip
    acts = [entry.act for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert acts[-2:] == ["award.suspended", "award.lifted"]


@pytest.mark.parametrize(
    ("first", "code"), [("suspend", "already_suspended"), ("revoke", "already_revoked")]
)
def test_what_is_suspended_or_revoked_is_not_suspended_again(
    stage: Stage, now: datetime, first: str, code: str
) -> None:
    act = {"suspend": suspend, "revoke": revoke}[first]
    with unit(writes=True):
        act(
            stage.award, public_reason="A", internal_note="", today=TODAY, by=stage.mona.id, now=now
        )
    with pytest.raises(Refusal, match=code):
        put_on_hold(stage, now)


def test_nobody_lifts_twice_or_acts_on_the_own_award(stage: Stage, now: datetime) -> None:
    with pytest.raises(Refusal, match="not_suspended"):
        end_hold(stage, now)
    own = stage._replace(mona=stage.ada)
    with pytest.raises(Refusal, match="not_yourself"):
        put_on_hold(own, now)
    put_on_hold(stage, now)
    with pytest.raises(Refusal, match="not_yourself"):
        end_hold(own, now)


def test_a_revocation_outlives_a_suspension(stage: Stage, now: datetime) -> None:
    put_on_hold(stage, now)
    with unit(writes=True):
        revoke(
            stage.award,
            public_reason="Fraud",
            internal_note="",
            today=TODAY,
            by=stage.mona.id,
            now=now,
        )
    found = queries.by_code(stage.certificate.code, TODAY)
    assert found is not None
    assert (found.verdict, found.reason) == (Verdict.REVOKED, "Fraud")


def test_a_suspended_award_is_not_held_and_not_renewed_when_its_term_ends(
    stage: Stage, now: datetime
) -> None:
    put_on_hold(stage, now)
    assert facts_of(stage.ada.id, TODAY).held == frozenset()
    later = date(2029, 1, 1)
    with unit(writes=True):
        assert award_what_is_due(stage.ada.id, today=later, now=now) == []
    found = queries.by_code(stage.certificate.code, later)
    assert found is not None
    assert found.verdict is Verdict.SUSPENDED


def test_the_holder_gets_a_mail_each_time(stage: Stage, now: datetime) -> None:
    put_on_hold(stage, now)
    end_hold(stage, now)
    kinds = [message.template for message in db.session.query(MailMessage).order_by(MailMessage.id)]
    assert kinds[-2:] == ["suspended", "lifted"]


def test_the_employer_sees_it_and_hears_of_it(stage: Stage, now: datetime) -> None:
    put_on_hold(stage, now)
    counts = queries_staff.staff_counts([stage.acme.id], TODAY)
    assert (counts["valid"], counts["suspended"], counts["revoked"]) == (0, 1, 0)
    newest = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert newest is not None
    events = news(stage.acme.id, newest.id - 1, newest.id, TODAY)
    assert [event["type"] for event in events] == ["certificate.suspended"]


def test_a_list_of_holders_is_filtered_by_it(stage: Stage, now: datetime) -> None:
    put_on_hold(stage, now)

    def listed(status: Status) -> int:
        return len(certified(stage.award.scheme_id, TODAY, status=status).rows)

    assert [listed(s) for s in (Status.SUSPENDED, Status.VALID, Status.EXPIRED)] == [1, 0, 0]


def test_a_manager_suspends_and_lifts_in_the_browser(
    app: Flask, make: Factory, stage: Stage
) -> None:
    client = make.sign_in(app.test_client(), stage.mona)
    address = f"/manage/awards/{stage.award.id}/suspension"
    wrong = Page(submit(client, address, public_reason=""))
    assert wrong.status == 422
    assert wrong.error_of("public_reason").endswith("Give the reason that the public will read.")

    assert submit(client, address, public_reason="Under review").status_code == 303
    award = client.get(f"/manage/awards/{stage.award.id}").text
    assert "Under review" in award
    assert "Lift the suspension" in award
    again = submit(client, address, public_reason="Under review")
    assert again.status_code == 409
    assert "suspended already" in again.text

    lifting = f"{address}/lifting"
    assert submit(client, lifting, reason="").status_code == 422
    assert submit(client, lifting, reason="Closed").status_code == 303
    assert submit(client, lifting, reason="Closed").status_code == 409


def submit(client: FlaskClient, address: str, **values: str) -> TestResponse:
    return Page(client.get(address)).form(address).submit(client, **values)


def test_a_manager_of_another_programme_finds_nothing(
    app: Flask, make: Factory, stage: Stage
) -> None:
    make.programme("DEV")
    other = make.person("Otto", Role.CERTIFICATION_MANAGER, programme_code="DEV")
    client = make.sign_in(app.test_client(), other)
    address = f"/manage/awards/{stage.award.id}/suspension"
    for path in (address, f"{address}/lifting"):
        assert client.get(path).status_code == 404


@pytest.mark.postgres
def test_eight_at_once_suspend_it_once(
    app: Flask, make: Factory, stage: Stage, now: datetime
) -> None:
    db.session.commit()

    def attempt(_number: int) -> str:
        with app.app_context():
            award = db.session.get_one(Award, stage.award.id)
            try:
                put_on_hold(stage._replace(award=award), now)
            except Refusal as refused:
                return str(refused)
            return "done"

    with ThreadPoolExecutor(8) as threads:
        answers: list[str] = list(threads.map(attempt, range(8)))
    assert answers.count("done") == 1
    with unit(writes=False):
        assert db.session.query(Suspension).count() == 1
