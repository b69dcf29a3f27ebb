"""The exam's clock and answers live on the server: deadlines, late saves, two tabs, adjustments."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.delivery import actions, actions_adjustments, jobs
from certification.delivery.actions_adjustments import Grant
from certification.delivery.models import (
    AdjustmentReason,
    Attempt,
    AttemptEvent,
    AttemptResponse,
    AttemptState,
)
from certification.delivery.queries import events_of, responses_of
from certification.delivery.rules import replay
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat
from tests.page import Page

pytestmark = pytest.mark.thorough

SECOND = timedelta(seconds=1)


@pytest.fixture
def sat(make: Factory) -> Sat:
    return make.takeable(kinds=("text", "choice", "essay"), minutes=60, grace_seconds=10)


@pytest.fixture
def attempt(make: Factory, sat: Sat, candidate: Person) -> Attempt:
    return make.begun(sat, candidate)


Send = Callable[..., Any]


@pytest.fixture
def send(browser: FlaskClient, attempt: Attempt) -> Send:
    def sent(
        seq: int, response: Any, *, at: datetime, position: int = 1, claimed: str = "", **more: Any
    ) -> Any:
        entry = {"position": position, "seq": seq, "response": response, "at": claimed, **more}
        with clock.frozen_at(at):
            return browser.post(
                f"/exams/attempts/{attempt.code}/answers",
                json={"answers": [entry]},
                headers={"Accept": "application/json"},
            )

    return sent


def kept(attempt: Attempt) -> dict[int, Any]:
    with unit(writes=False):
        return {n: row.response for n, row in responses_of(attempt.id).items()}


def now_of(attempt: Attempt) -> Attempt:
    with unit(writes=False):
        return db.session.scalars(
            sa.select(Attempt)
            .where(Attempt.id == attempt.id)
            .execution_options(populate_existing=True)
        ).one()


def test_saves_out_of_order_end_in_the_last_one(
    send: Send, attempt: Attempt, now: datetime
) -> None:
    for seq in (2, 5, 1, 4, 3):
        answer = send(seq, f"answer {seq}", at=now)
        assert answer.status_code == 200
    assert kept(attempt) == {1: "answer 5"}
    assert answer.json["stale"] == {"1": 5}
    assert send(5, "answer 5", at=now).json["saved"] == [1]
    with unit(writes=False):
        answered = [e.number for e in events_of(attempt.id) if e.kind == "answered"]
    assert answered == [2, 3]


def test_a_second_tab_does_not_overwrite_unseen(
    send: Send, attempt: Attempt, now: datetime
) -> None:
    assert send(1, "first tab", at=now).json["saved"] == [1]
    second = send(1, "second tab", at=now)
    assert (second.json["saved"], second.json["stale"]) == ([], {"1": 1})
    assert kept(attempt) == {1: "first tab"}


@pytest.mark.parametrize(
    ("late", "status"), [(-SECOND, 200), (SECOND, 200), (10 * SECOND, 200), (11 * SECOND, 409)]
)
def test_the_deadline_with_its_grace_is_enforced_in_the_write(
    send: Send, attempt: Attempt, now: datetime, late: timedelta, status: int
) -> None:
    answer = send(1, "in time?", at=now + timedelta(minutes=60) + late)
    assert answer.status_code == status
    assert kept(attempt) == ({1: "in time?"} if status == 200 else {})
    if status == 409:
        assert answer.json["code"] == "time_over"


@pytest.mark.parametrize("claimed", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00+14:00", "noon"])
def test_a_jump_of_the_devices_clock_changes_nothing(
    send: Send, attempt: Attempt, now: datetime, claimed: str
) -> None:
    assert send(1, "before", at=now).status_code == 200
    assert send(2, "after", at=now, claimed=claimed).status_code == 200
    late = send(1, "before", at=now, claimed="2098-01-01T00:00:00Z")
    assert late.json["stale"] == {"1": 2}
    assert kept(attempt) == {1: "after"}
    assert now_of(attempt).due_at == now + timedelta(minutes=60)


def test_nothing_is_saved_after_handing_in(
    send: Send, browser: FlaskClient, attempt: Attempt, now: datetime
) -> None:
    send(1, "before", at=now)
    with clock.frozen_at(now):
        browser.post(f"/exams/attempts/{attempt.code}/submission")
    assert send(2, "after", at=now).json["code"] == "attempt_ended"
    assert kept(attempt) == {1: "before"}


def test_the_sweep_hands_in_what_is_there_and_only_when_grace_is_over(
    send: Send, attempt: Attempt, now: datetime
) -> None:
    send(1, "kept", at=now)
    due_at = now + timedelta(minutes=60)
    with unit(writes=True):
        assert not actions.time_out(attempt.id, now=due_at + 10 * SECOND)
    assert now_of(attempt).state == AttemptState.OPEN
    with unit(writes=True):
        assert actions.time_out(attempt.id, now=due_at + 11 * SECOND)
    ended = now_of(attempt)
    assert (ended.state, ended.ended_by, ended.ended_at) == ("submitted", "time", due_at)


def test_handing_in_too_late_is_an_end_by_time(
    browser: FlaskClient, attempt: Attempt, now: datetime
) -> None:
    with clock.frozen_at(now + timedelta(hours=3)):
        browser.post(f"/exams/attempts/{attempt.code}/submission")
    ended = now_of(attempt)
    assert (ended.ended_by, ended.ended_at) == ("time", now + timedelta(minutes=60))


def test_an_adjustment_reaches_the_running_attempt(
    app: Flask, make: Factory, browser: FlaskClient, send: Send, attempt: Attempt,
    candidate: Person, now: datetime,
) -> None:  # fmt: skip
    manager = make.person("Max", Role.CERTIFICATION_MANAGER)
    staff = make.sign_in(app.test_client(), manager)
    place = f"/manage/people/{candidate.public_id}/adjustment"
    middle = now + timedelta(minutes=30)
    with clock.frozen_at(middle):
        sent = {"extra_percent": "50", "break_minutes": "10", "reason": "Dyslexia"}
        assert staff.post(place, data=sent).status_code == 303
        state = browser.get(f"/exams/attempts/{attempt.code}/state").json
    assert state["left"] == 60 * 60
    assert now_of(attempt).due_at == now + timedelta(minutes=90)
    assert send(1, "with extra time", at=now + timedelta(minutes=89)).status_code == 200
    with unit(writes=False):
        assert db.session.scalars(sa.select(AdjustmentReason.reason)).all() == ["Dyslexia"]
        told = [event.data for event in events_of(attempt.id)]
    assert "Dyslexia" not in str(told)
    assert "Dyslexia" in Page(staff.get(place)).text


def test_trainers_see_the_adjustment_and_never_its_reason(
    app: Flask, make: Factory, candidate: Person, now: datetime
) -> None:
    with unit(writes=True):
        wanted = Grant(25, 0, has_reader=True)
        actions_adjustments.grant(candidate.id, wanted, "Dyslexia", by=999, now=now)
    trainer = make.sign_in(app.test_client(), make.person("Tia", Role.TRAINER))
    page = trainer.get(f"/teach/people/{candidate.public_id}/competencies").text
    assert "25 % extra time" in page
    assert "Dyslexia" not in page
    assert trainer.get(f"/manage/people/{candidate.public_id}/adjustment").status_code == 403


def test_nobody_adjusts_their_own_exams(app: Flask, make: Factory) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    manager = make.person("Max", Role.CERTIFICATION_MANAGER)
    staff = make.sign_in(app.test_client(), manager)
    place = f"/manage/people/{manager.public_id}/adjustment"
    assert staff.post(place, data={"extra_percent": "50", "reason": "Me"}).status_code == 403


def test_a_break_stops_the_clock_until_it_is_used_up(
    browser: FlaskClient, send: Send, attempt: Attempt, candidate: Person, now: datetime
) -> None:
    with unit(writes=True):
        actions_adjustments.grant(candidate.id, Grant(0, 10), "Why", by=999, now=now)
    with clock.frozen_at(now + timedelta(minutes=20)):
        assert browser.post(f"/exams/attempts/{attempt.code}/break").status_code == 303
        assert "The clock stands until" in Page(browser.get(f"/exams/attempts/{attempt.code}")).text
    refused = send(1, "secretly", at=now + timedelta(minutes=21))
    assert refused.json["code"] == "attempt_paused"
    with unit(writes=True):
        jobs.look(now + timedelta(minutes=45))
    assert now_of(attempt).due_at == now + timedelta(minutes=70)
    with clock.frozen_at(now + timedelta(minutes=46)):
        assert browser.post(f"/exams/attempts/{attempt.code}/break").status_code == 409


def test_the_events_alone_give_deadline_and_answers(
    send: Send, attempt: Attempt, candidate: Person, now: datetime
) -> None:
    send(1, "one", at=now, flag=True)
    with unit(writes=True):
        actions.extend(attempt.id, 5, "Fire alarm", by=999, now=now)
        actions.pause(attempt.id, "Fire alarm", by=999, now=now + SECOND)
        actions.resume(attempt.id, by=999, now=now + 61 * SECOND)
    send(2, "two", at=now + timedelta(minutes=2))
    send(1, ["o1"], at=now + timedelta(minutes=2), position=2)
    row = now_of(attempt)
    with unit(writes=False):
        found = replay(events_of(attempt.id))
        stored = responses_of(attempt.id)
    assert row.due_at == found.due_at == now + timedelta(minutes=66)
    assert {n: (g.client_seq, g.response, g.is_flagged) for n, g in found.responses.items()} == {
        n: (r.client_seq, r.response, r.is_flagged) for n, r in stored.items()
    }


def test_another_persons_attempt_is_not_found(
    app: Flask, make: Factory, browser: FlaskClient, attempt: Attempt
) -> None:
    other = make.sign_in(app.test_client(), make.person("Otto"))
    for path in ("", "/review", "/state"):
        assert other.get(f"/exams/attempts/{attempt.code}{path}").status_code == 404
    for path in ("/answers", "/submission", "/break"):
        assert other.post(f"/exams/attempts/{attempt.code}{path}").status_code == 404


def test_events_are_never_changed(attempt: Attempt) -> None:
    with pytest.raises(sa.exc.IntegrityError), unit(writes=True):
        db.session.execute(sa.update(AttemptEvent).values(kind="started2"))
    with pytest.raises(sa.exc.IntegrityError), unit(writes=True):
        db.session.execute(sa.delete(AttemptEvent))
    with unit(writes=False):
        assert not db.session.scalars(sa.select(AttemptResponse)).all()
