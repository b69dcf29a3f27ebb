"""Gathering news and handing messages over."""

import time
from datetime import datetime

import orjson
import sqlalchemy as sa
from flask import current_app

from certification.certificates import actions_checks
from lms import clock, jobs
from lms.db import db, run, unit
from lms.settings import Settings
from reporting.partner import actions, queries, webhooks
from reporting.partner.models import DeliveryState, NewsDelivery, NewsSubscription


@jobs.tick
def look(now: datetime) -> None:
    """Enqueue a gathering for each subscription that is due and has not seen the newest news."""
    newest = queries.newest()
    for subscription_id in queries.due(now, newest):
        args = {"subscription_id": subscription_id}
        jobs.enqueue("partner.gather", args, key=f"{subscription_id}:{newest}")
    jobs.enqueue("partner.forget", {}, key=now.date().isoformat())


@jobs.job("partner.gather", queue=jobs.LONG_QUEUE)
def gather(args: jobs.Args) -> None:
    """Make messages of what is new; a repeated run finds nothing new."""
    settings = _settings()
    run(lambda: actions.gather(args["subscription_id"], settings, now=clock.now()))


@jobs.job("partner.forget", queue=jobs.LONG_QUEUE)
def forget(args: jobs.Args) -> None:
    """Once a day: result files and events that are older than a month."""
    del args
    now = clock.now()
    run(lambda: actions_checks.forget_old_results(now=now))
    run(lambda: actions.forget_old_events(now=now))


@jobs.job("partner.deliver", queue=jobs.CALL_QUEUE)
def deliver(args: jobs.Args) -> None:
    """One attempt, outside any transaction. A worker that is killed between the answer and its
    note tries again: the receiver tells repetitions by `webhook-id`."""
    with unit(writes=False):
        found = db.session.execute(
            sa.select(NewsDelivery, NewsSubscription)
            .join(NewsSubscription, NewsSubscription.id == NewsDelivery.subscription_id)
            .where(
                NewsDelivery.id == args["delivery_id"],
                NewsDelivery.state == DeliveryState.PENDING,
                NewsSubscription.ended_at.is_(None),
            )
        ).one_or_none()
        number = queries.attempts(args["delivery_id"]) + 1
    if found is None:
        return
    delivery, subscription = found
    began = time.monotonic()
    status, error = _post(delivery, subscription)
    took_ms = int((time.monotonic() - began) * 1000)
    run(lambda: actions.note_attempt(delivery, number, status, error, took_ms, now=clock.now()))


def message(delivery: NewsDelivery) -> bytes:
    """The body of a webhook."""
    return orjson.dumps(
        {
            "type": "certificates.changed",
            "timestamp": delivery.created_at,
            "data": {"events": delivery.events},
        }
    )


def _post(delivery: NewsDelivery, subscription: NewsSubscription) -> tuple[int | None, str]:
    secret = webhooks.secret_of(_settings().secret_key, subscription.public_id)
    body = message(delivery)
    at = int(clock.now().timestamp())
    headers = webhooks.signed(body, f"msg_{delivery.public_id}", at, secret)
    try:
        return webhooks.send(subscription.target, body, headers), ""
    except webhooks.Undeliverable as error:
        return None, error.code


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
