"""News of changes: nothing is lost, nothing is told twice, an end is an end."""

import json
import socket
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.awards import actions as awards
from certification.awards.models import Award
from certification.certificates.models import Certificate
from lms import clock
from lms.accounts.models import Organisation
from lms.db import db, run, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from reporting.partner import actions, jobs, queries
from reporting.partner.models import (
    DeliveryAttempt,
    DeliveryState,
    NewsDelivery,
    NewsKind,
    NewsSubscription,
)
from tests.factories import Factory

HOOK = "https://no-such-host.invalid/hook"


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hook's name has no address, whatever the resolver of this machine says and when."""
    ask = socket.getaddrinfo

    def answer(host: str, *rest: Any, **more: Any) -> Any:
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ask(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.fixture
def acme(make: Factory) -> Organisation:
    """A partner."""
    return make.organisation("acme", is_partner=True)


def subscribe(organisation: Organisation, kind: NewsKind, target: str) -> int:
    with unit(writes=True):
        row = db.session.get_one(Organisation, organisation.id)
        return actions.subscribe(row, kind, target, language="en", by=1, now=clock.now()).id


def certificate(make: Factory, organisation: Organisation | None) -> Certificate:
    """The certificate of somebody who works there, issued now."""
    code = f"P{make.next()}"
    version = make.scheme(make.programme(code), code)
    return make.issued(make.award(make.person("Ada", organisation=organisation), version))


def revoke(award_id: int) -> None:
    now = clock.now()
    with unit(writes=True):
        awards.revoke(
            db.session.get_one(Award, award_id), public_reason="Withdrawn", internal_note="",
            today=now.date(), by=1_000_000, now=now,
        )  # fmt: skip


def gather(app: Flask, subscription_id: int, *, after: timedelta = timedelta()) -> int:
    settings, now = app.extensions["settings"], clock.now() + after
    return run(lambda: actions.gather(subscription_id, settings, now=now))


def deliveries() -> list[NewsDelivery]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(NewsDelivery).order_by(NewsDelivery.id)))


def test_what_happens_to_own_people_is_told_once(
    app: Flask, make: Factory, acme: Organisation
) -> None:
    certificate(make, acme)
    hook = subscribe(acme, NewsKind.WEBHOOK, HOOK)
    assert gather(app, hook) == 0
    fresh = certificate(make, acme)
    certificate(make, make.organisation("other"))
    certificate(make, None)
    revoke(fresh.award_id)
    assert gather(app, hook) == 2
    assert gather(app, hook) == 0
    (delivery,) = deliveries()
    assert [event["type"] for event in delivery.events] == [
        "certificate.issued",
        "certificate.revoked",
    ]
    assert {event["code"] for event in delivery.events} == {fresh.code}
    assert json.loads(jobs.message(delivery))["data"]["events"] == delivery.events


def test_a_mail_comes_once_a_day_with_all_that_happened(
    app: Flask, make: Factory, acme: Organisation
) -> None:
    mail = subscribe(acme, NewsKind.MAIL, "team@acme.example")
    first = certificate(make, acme)
    assert gather(app, mail) == 1
    certificate(make, acme)
    revoke(first.award_id)
    assert gather(app, mail, after=timedelta(hours=20)) == 0
    assert gather(app, mail, after=timedelta(hours=25)) == 2
    with unit(writes=False):
        sent = db.session.scalars(
            sa.select(MailMessage).where(MailMessage.template == "news").order_by(MailMessage.id)
        ).all()
    assert [len(message.facts["events"]) for message in sent] == [1, 2]
    assert {message.to_address for message in sent} == {"team@acme.example"}


def test_only_a_subscription_that_missed_something_is_looked_at(
    app: Flask, make: Factory, acme: Organisation
) -> None:
    hook = subscribe(acme, NewsKind.WEBHOOK, HOOK)
    now = clock.now()
    with unit(writes=False):
        assert list(queries.due(now, queries.newest())) == []
    certificate(make, acme)
    with unit(writes=False):
        assert list(queries.due(now, queries.newest())) == [hook]
    gather(app, hook)
    with unit(writes=False):
        assert list(queries.due(now, queries.newest())) == []
    run(lambda: jobs.look(now))


def attempts() -> list[DeliveryAttempt]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(DeliveryAttempt).order_by(DeliveryAttempt.id)))


def test_a_failure_is_logged_and_tried_again_until_it_is_given_up(
    app: Flask, make: Factory, acme: Organisation
) -> None:
    hook = subscribe(acme, NewsKind.WEBHOOK, HOOK)
    certificate(make, acme)
    gather(app, hook)
    (delivery,) = deliveries()
    for number in range(1, 10):
        jobs.deliver({"delivery_id": delivery.id})
        assert len(attempts()) == number
    assert {row.error for row in attempts()} == {"no_such_host"}
    assert deliveries()[0].state == DeliveryState.FAILED
    jobs.deliver({"delivery_id": delivery.id})
    assert len(attempts()) == 9


def test_a_delivery_that_was_accepted_is_over(
    app: Flask, make: Factory, acme: Organisation
) -> None:
    hook = subscribe(acme, NewsKind.WEBHOOK, HOOK)
    certificate(make, acme)
    gather(app, hook)
    (delivery,) = deliveries()
    run(lambda: actions.note_attempt(delivery, 1, 204, "", 12, now=clock.now()))
    assert deliveries()[0].state == DeliveryState.DELIVERED
    jobs.deliver({"delivery_id": delivery.id})
    assert len(attempts()) == 1


def test_nothing_is_sent_after_the_end(app: Flask, make: Factory, acme: Organisation) -> None:
    hook = subscribe(acme, NewsKind.WEBHOOK, HOOK)
    certificate(make, acme)
    gather(app, hook)
    with unit(writes=True):
        row = db.session.get_one(NewsSubscription, hook)
        actions.unsubscribe(row, by=1, now=clock.now())
    jobs.deliver({"delivery_id": deliveries()[0].id})
    assert attempts() == []
    certificate(make, acme)
    assert gather(app, hook) == 0


def test_old_events_are_emptied_and_their_log_stays(
    app: Flask, make: Factory, acme: Organisation, now: datetime
) -> None:
    hook = subscribe(acme, NewsKind.WEBHOOK, HOOK)
    certificate(make, acme)
    gather(app, hook)
    (delivery,) = deliveries()
    run(lambda: actions.note_attempt(delivery, 1, 200, "", 5, now=clock.now()))
    run(lambda: actions.forget_old_events(now=clock.now() + timedelta(days=31)))
    assert deliveries()[0].events == []
    assert len(attempts()) == 1


def test_an_organisation_has_a_bounded_number_of_subscriptions(acme: Organisation) -> None:
    for number in range(actions.MOST):
        subscribe(acme, NewsKind.MAIL, f"team{number}@acme.example")
    with pytest.raises(Refusal, match="subscriptions_many"):
        subscribe(acme, NewsKind.MAIL, "one-more@acme.example")


@pytest.mark.postgres
def test_eight_at_once_tell_it_once(app: Flask, make: Factory, acme: Organisation) -> None:
    hook = subscribe(acme, NewsKind.WEBHOOK, HOOK)
    certificate(make, acme)
    ready, found = threading.Barrier(8, timeout=60), list[Any]()

    def one() -> None:
        with app.app_context():
            ready.wait()
            found.append(gather(app, hook))
            db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0] * 7 + [1]
    assert len(deliveries()) == 1
