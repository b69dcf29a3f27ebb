"""Subscribing, gathering news into messages, noting how they went. Nothing here commits."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lms import audit, clock, jobs, mail
from lms.accounts.addresses import is_address
from lms.accounts.models import Organisation
from lms.db import db, insert_once, locked
from lms.errors import refuse
from lms.settings import Settings
from reporting.partner import queries, rules, webhooks
from reporting.partner.models import (
    DeliveryAttempt,
    DeliveryState,
    NewsDelivery,
    NewsKind,
    NewsSubscription,
)

MOST = 10
BATCH = 100
DIGEST_EVERY = timedelta(days=1)
EVENTS_KEPT = timedelta(days=30)


def subscribe(
    organisation: Organisation,
    kind: NewsKind,
    target: str,
    *,
    language: str,
    by: int,
    now: datetime,
) -> NewsSubscription:
    """From now on the organisation hears of changes. Refuses (422) targets that cannot be."""
    _check_target(kind, target)
    db.session.execute(locked(sa.select(Organisation.id).where(Organisation.id == organisation.id)))
    if len(queries.subscriptions([organisation.id])) >= MOST:
        raise refuse("subscriptions_many", status=422, most=MOST)
    row = NewsSubscription(
        organisation_id=organisation.id,
        kind=kind,
        target=target,
        language=language,
        last_entry_id=queries.head(),
        next_at=now,
        created_at=now,
        created_by=by,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        "news.subscribed", "news_subscription", row.id, by=by, now=now,
        organisation=organisation.code, kind=kind.value, private={"target": target},
    )  # fmt: skip
    return row


def _check_target(kind: NewsKind, target: str) -> None:
    if kind == NewsKind.MAIL:
        if not is_address(target):
            raise refuse("news_mail_address", status=422)
        return
    try:
        webhooks.target_of(target)
    except webhooks.Undeliverable:
        raise refuse("webhook_address", status=422) from None


def unsubscribe(row: NewsSubscription, *, by: int, now: datetime) -> None:
    """End it; messages that wait are given up."""
    done = db.session.execute(
        sa.update(NewsSubscription)
        .where(NewsSubscription.id == row.id, NewsSubscription.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
    )
    if not getattr(done, "rowcount", 0):
        return
    _end_waiting(row.id, now)
    audit.record("news.unsubscribed", "news_subscription", row.id, by=by, now=now)


def _end_waiting(subscription_id: int, now: datetime) -> None:
    db.session.execute(
        sa.update(NewsDelivery)
        .where(
            NewsDelivery.subscription_id == subscription_id,
            NewsDelivery.state == DeliveryState.PENDING,
        )
        .values(state=DeliveryState.FAILED, ended_at=now)
    )


def gather(subscription_id: int, settings: Settings, *, now: datetime) -> int:
    """Make messages of what happened since the last look; returns how many events."""
    row = db.session.scalars(
        locked(
            sa.select(NewsSubscription).where(
                NewsSubscription.id == subscription_id,
                NewsSubscription.ended_at.is_(None),
                NewsSubscription.next_at <= now,
            )
        )
    ).one_or_none()
    if row is None:
        return 0
    until = queries.head()
    today = clock.today(now, settings.issuer_zone)
    events = queries.news(row.organisation_id, row.last_entry_id, until, today)
    for start in range(0, len(events), BATCH):
        _deliver(row, events[start : start + BATCH], settings, now)
    row.last_entry_id = until
    if events and row.kind == NewsKind.MAIL:
        row.next_at = now + DIGEST_EVERY
    return len(events)


def _deliver(
    row: NewsSubscription, events: list[dict[str, Any]], settings: Settings, now: datetime
) -> None:
    is_mail = row.kind == NewsKind.MAIL
    values = {
        "subscription_id": row.id,
        "last_entry_id": events[-1]["id"],
        "events": events,
        "event_count": len(events),
        "state": DeliveryState.DELIVERED if is_mail else DeliveryState.PENDING,
        "created_at": now,
        "ended_at": now if is_mail else None,
    }
    delivery = NewsDelivery(**values)
    db.session.add(delivery)
    db.session.flush()
    if is_mail:
        _mail(row, delivery, settings, now)
    else:
        jobs.enqueue("partner.deliver", {"delivery_id": delivery.id}, key=f"{delivery.id}:1")


def _mail(row: NewsSubscription, delivery: NewsDelivery, settings: Settings, now: datetime) -> None:
    organisation = db.session.get_one(Organisation, row.organisation_id)
    mail.send(
        "news", row.target, key=f"news:{delivery.id}", now=now, language=row.language,
        zone=settings.issuer_zone, organisation=organisation.name, events=delivery.events,
    )  # fmt: skip


def note_attempt(
    delivery: NewsDelivery,
    number: int,
    status: int | None,
    error: str,
    took_ms: int,
    *,
    now: datetime,
) -> None:
    """Log an attempt; then it is delivered, tried again later, or given up."""
    values = {"delivery_id": delivery.id, "number": number, "at": now, "status": status,
              "error": error, "took_ms": took_ms}  # fmt: skip
    if not insert_once(DeliveryAttempt, values, ["delivery_id", "number"]):
        return
    again = None if rules.is_accepted(status) else rules.next_try(number, status, now)
    if again is not None:
        args = {"delivery_id": delivery.id}
        jobs.enqueue("partner.deliver", args, key=f"{delivery.id}:{number + 1}", run_at=again)
        return
    state = DeliveryState.DELIVERED if rules.is_accepted(status) else DeliveryState.FAILED
    db.session.execute(
        sa.update(NewsDelivery)
        .where(NewsDelivery.id == delivery.id, NewsDelivery.state == DeliveryState.PENDING)
        .values(state=state, ended_at=now)
    )


def forget_old_events(*, now: datetime) -> None:
    """Empty messages that are over and older than a month; their log stays."""
    db.session.execute(
        sa.update(NewsDelivery)
        .where(
            NewsDelivery.created_at < now - EVENTS_KEPT,
            NewsDelivery.state != DeliveryState.PENDING,
            NewsDelivery.event_count > 0,
        )
        .values(events=[], event_count=0)
    )
