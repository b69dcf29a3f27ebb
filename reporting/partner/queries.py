"""News for an organisation, read from the audit log; subscriptions and their deliveries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from certification.certificates import queries as certificates
from certification.certificates import queries_staff
from certification.certificates.models import Certificate
from lms.audit import AuditEntry, AuditHead
from lms.db import db
from reporting.partner.models import DeliveryAttempt, NewsDelivery, NewsSubscription

TYPES = {
    "certificate.issued": "issued",
    "certificate.superseded": "superseded",
    "certificate.suspended": "suspended",
    "certificate.lifted": "lifted",
    "award.revoked": "revoked",
    "award.suspended": "suspended",
    "award.lifted": "lifted",
}
"""Acts of the audit log that are news, and what they are called outside."""


def head() -> int:
    """The newest audit entry; entries are numbered in the order in which they were committed."""
    return db.session.scalar(sa.select(AuditHead.entry_id).where(AuditHead.id == 1)) or 0


def news(organisation_id: int, after: int, until: int, day: date) -> list[dict[str, Any]]:
    """What happened between two entries to certificates of people who work there on the day."""
    entries = db.session.execute(
        sa.select(AuditEntry.id, AuditEntry.at, AuditEntry.act, AuditEntry.subject_kind,
                  AuditEntry.subject_id, AuditEntry.facts)
        .where(AuditEntry.id > after, AuditEntry.id <= until, AuditEntry.act.in_(TYPES))
        .order_by(AuditEntry.id)
    ).all()  # fmt: skip
    if not entries:
        return []
    certificates_of = _certificates(organisation_id, entries, day)
    return [
        _event(entry, checked)
        for entry in entries
        for checked in certificates_of.get(_subject(entry), [])
    ]


def _subject(entry: Any) -> tuple[str, int]:
    """The certificate or the award that an entry is about."""
    if entry.subject_kind == "certificate":
        return "certificate", int(entry.subject_id)
    return "award", int(entry.facts.get("award") or 0)


def _certificates(
    organisation_id: int, entries: Sequence[Any], day: date
) -> dict[tuple[str, int], list[Any]]:
    subjects = {_subject(entry) for entry in entries}
    ids = [number for kind, number in subjects if kind == "certificate"]
    awards = [number for kind, number in subjects if kind == "award"]
    rows = db.session.execute(
        certificates.selected(day)
        .where(
            sa.or_(Certificate.id.in_(ids), Certificate.award_id.in_(awards)),
            queries_staff.is_member([organisation_id], day),
        )
        .order_by(Certificate.id)
    )
    found: dict[tuple[str, int], list[Any]] = {}
    for row in rows:
        checked = certificates.check(row, day)
        found.setdefault(("certificate", row.id), []).append(checked)
        if row.superseded_by is None:
            found.setdefault(("award", row.award_id), []).append(checked)
    return found


def _event(entry: Any, checked: Any) -> dict[str, Any]:
    row = checked.row
    return {
        "id": entry.id,
        "type": f"certificate.{TYPES[entry.act]}",
        "at": entry.at.isoformat(),
        "code": row.code,
        "verdict": checked.verdict.value,
        "holder": checked.holder,
        "achievement": row.achievement if checked.holder else None,
        "valid_until": row.valid_until.isoformat() if row.valid_until and checked.holder else None,
        "superseded_by": row.superseded_by,
    }


def newest() -> int:
    """The newest entry that is news: one look into the index of acts for each kind."""
    looks = [
        sa.select(AuditEntry.id)
        .where(AuditEntry.act == act)
        .order_by(AuditEntry.id.desc())
        .limit(1)
        .scalar_subquery()
        for act in TYPES
    ]
    return max(found or 0 for found in db.session.execute(sa.select(*looks)).one())


def due(now: datetime, newest_id: int) -> Sequence[int]:
    """The live subscriptions whose time has come and that have not seen this entry."""
    return db.session.scalars(
        sa.select(NewsSubscription.id)
        .where(
            NewsSubscription.ended_at.is_(None),
            NewsSubscription.next_at <= now,
            NewsSubscription.last_entry_id < newest_id,
        )
        .order_by(NewsSubscription.next_at, NewsSubscription.id)
        .limit(500)
    ).all()


def subscriptions(organisation_ids: Sequence[int]) -> Sequence[NewsSubscription]:
    """Live subscriptions of the organisations."""
    return db.session.scalars(
        sa.select(NewsSubscription)
        .where(
            NewsSubscription.organisation_id.in_(organisation_ids),
            NewsSubscription.ended_at.is_(None),
        )
        .order_by(NewsSubscription.id)
    ).all()


def subscription(public_id: str, organisation_ids: Sequence[int]) -> NewsSubscription | None:
    """A subscription of one of the organisations, ended ones too."""
    return db.session.scalar(
        sa.select(NewsSubscription).where(
            NewsSubscription.public_id == public_id,
            NewsSubscription.organisation_id.in_(organisation_ids),
        )
    )


def deliveries(subscription_id: int, limit: int = 50) -> Sequence[Any]:
    """(delivery, attempt or None), the newest first."""
    newest = (
        sa.select(NewsDelivery.id)
        .where(NewsDelivery.subscription_id == subscription_id)
        .order_by(NewsDelivery.id.desc())
        .limit(limit)
    )
    return db.session.execute(
        sa.select(NewsDelivery, DeliveryAttempt)
        .outerjoin(DeliveryAttempt, DeliveryAttempt.delivery_id == NewsDelivery.id)
        .where(NewsDelivery.id.in_(newest))
        .order_by(NewsDelivery.id.desc(), DeliveryAttempt.number.desc())
    ).all()


def attempts(delivery_id: int) -> int:
    """How often a message was tried."""
    return int(
        db.session.scalar(
            sa.select(sa.func.count()).where(DeliveryAttempt.delivery_id == delivery_id)
        )
        or 0
    )
