"""What the public page, the holder and the partner read. The public look-up is one Core row."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.awards.models import Award, Revocation, Scheme, Suspension
from certification.certificates.facts import CertificateFacts
from certification.certificates.models import Certificate, CertificateState
from certification.certificates.rules import Standing, Verdict, days_left, verdict_on
from courses.catalog.models import Programme
from lms.db import AnySelect, db
from lms.prepared import Asked, Prepared

successor = aliased(Certificate)
_earlier = aliased(Certificate)
_past = aliased(Suspension)

_COLUMNS = (
    Certificate.id,
    Certificate.code,
    Certificate.number,
    Certificate.person_id,
    Certificate.award_id,
    Certificate.holder_name,
    Certificate.achievement,
    Certificate.issued_on,
    Certificate.valid_until,
    Certificate.state,
    Certificate.facts_sha256,
    Certificate.document_sha256,
    Certificate.supersession_reason,
    Certificate.holder_erased_at,
    Revocation.revoked_on,
    Revocation.public_reason,
    Suspension.suspended_on,
    Suspension.public_reason.label("suspension_reason"),
    successor.code.label("superseded_by"),
    successor.issued_on.label("superseded_on"),
    _earlier.code.label("supersedes"),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A certificate as it stands on a day."""

    row: Any
    verdict: Verdict
    days_left: int | None

    @property
    def holder(self) -> str | None:
        """The holder's name, unless they had it erased."""
        return None if self.row.holder_erased_at else self.row.holder_name

    @property
    def reason(self) -> str | None:
        """Why it was revoked or is suspended, as the public may read it."""
        if self.verdict is Verdict.SUSPENDED:
            return str(self.row.suspension_reason)
        return None if self.row.public_reason is None else str(self.row.public_reason)


_DAY = sa.bindparam("day", type_=sa.Date())


def selected(day: Any, *more: Any) -> AnySelect:
    """Verification's columns as of a day (a date or a bind) and `more` (the frozen facts cost more
    than all of them)."""
    return (
        sa.select(*_COLUMNS, *more)
        .select_from(Certificate)
        .outerjoin(Revocation, Revocation.award_id == Certificate.award_id)
        .outerjoin(Suspension, suspended_on(day))
        .outerjoin(successor, successor.supersedes_id == Certificate.id)
        .outerjoin(_earlier, _earlier.id == Certificate.supersedes_id)
    )


def suspended_on(day: Any) -> sa.ColumnElement[bool]:
    """The award's suspension as it stood on a day: one at most."""
    return sa.and_(
        Suspension.award_id == Certificate.award_id,
        Suspension.suspended_on <= day,
        sa.or_(Suspension.lifted_on.is_(None), Suspension.lifted_on > day),
    )


_LIFTED = (
    sa.select(sa.func.count())
    .where(_past.award_id == Certificate.award_id, _past.lifted_on <= _DAY)
    .scalar_subquery()
    .label("lifted")
)
_WITH_FACTS = Prepared(
    selected(_DAY, Certificate.facts["json"].as_string().label("facts"), _LIFTED).where(
        Certificate.code == sa.bindparam("code")
    )
)
_BY_CODE = Prepared(selected(_DAY).where(Certificate.code == sa.bindparam("code")))
_OF_PERSON = Prepared(
    selected(_DAY, Award.awarded_on)
    .join(Certificate.award)
    .where(Certificate.person_id == sa.bindparam("person"))
    .order_by(Certificate.id.desc())
)


def by_code(code: str, day: date) -> Checked | None:
    """The certificate with this (normalised) code as it stands on the day; None: not ours."""
    row = _BY_CODE.first(code=code, day=day)
    return None if row is None else check(row, day)


def with_facts(code: str, day: date) -> Checked | None:
    """As `by_code`, and the row has the frozen facts as text, and counts lifted suspensions."""
    row = _WITH_FACTS.first(code=code, day=day)
    return None if row is None else check(row, day)


def frozen_zone() -> str | None:
    """The zone in which certificates mean their days, as the newest froze it; None before that.
    None is made in another zone, so one certificate says it for all."""
    newest = sa.select(sa.func.max(Certificate.id)).scalar_subquery()
    facts = db.session.scalar(sa.select(Certificate.facts).where(Certificate.id == newest))
    return CertificateFacts.from_json(facts["json"]).zone if facts else None


def lifted_suspensions(award_id: int, day: date) -> list[tuple[date, date | None]]:
    """(from, until) of suspensions that are over, oldest first. Their reasons are nobody's business
    any more."""
    rows = db.session.execute(
        sa.select(Suspension.suspended_on, Suspension.lifted_on)
        .where(Suspension.award_id == award_id, Suspension.lifted_on <= day)
        .order_by(Suspension.id)
    )
    return [(row.suspended_on, row.lifted_on) for row in rows]


def check(row: Any, day: date) -> Checked:
    """Derive the verdict of a row on a day; what came later did not count yet."""
    is_replaced = row.superseded_by is not None and row.superseded_on <= day
    standing = Standing(
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        revoked_on=row.revoked_on,
        superseded_by=row.superseded_by if is_replaced else None,
        is_issued=row.state == CertificateState.ISSUED,
        holder_erased_at=row.holder_erased_at,
        suspended_on=row.suspended_on,
    )
    return Checked(row, verdict_on(standing, day), days_left(row.valid_until, day))


def question_of_person(person_id: int, day: date) -> Asked:
    """What `of_person` asks, for a page that asks more."""
    return _OF_PERSON.asked(person=person_id, day=day)


def of_person(person_id: int, day: date) -> list[Checked]:
    """A person's certificates, newest first, replaced ones included."""
    return [check(row, day) for row in _OF_PERSON.rows(person=person_id, day=day)]


def of_award(award_id: int, day: date) -> list[Checked]:
    """All certificates of an award, oldest first."""
    rows = db.session.execute(
        selected(day).where(Certificate.award_id == award_id).order_by(Certificate.id)
    )
    return [check(row, day) for row in rows]


def document_digest(content: bytes) -> str:
    """The name of a document in the storage."""
    return hashlib.sha256(content).hexdigest()


def document_of(code: str) -> tuple[str, str] | None:
    """(SHA-256, number) of an issued document."""
    row = db.session.execute(
        sa.select(Certificate.document_sha256, Certificate.number).where(
            Certificate.code == code,
            Certificate.state == CertificateState.ISSUED,
            Certificate.holder_erased_at.is_(None),
        )
    ).one_or_none()
    return (row[0], row[1]) if row and row[0] else None


def editable(certificate_code: str, programme_codes: Sequence[str] | None) -> Certificate | None:
    """The certificate for its manager; None when it is another programme's."""
    wanted = (
        sa.select(Certificate)
        .join(Award, Award.id == Certificate.award_id)
        .join(Scheme, Scheme.id == Award.scheme_id)
        .where(Certificate.code == certificate_code)
    )
    if programme_codes is not None:
        wanted = wanted.where(Scheme.programme_id.in_(_programme_ids(programme_codes)))
    return db.session.scalar(wanted)


def _programme_ids(codes: Sequence[str]) -> sa.Select[Any]:
    return sa.select(Programme.id).where(Programme.code.in_(codes))


def waiting_count(now: datetime) -> int:
    """Certificates whose document is not stored a minute after they were prepared."""
    return int(
        db.session.scalar(
            sa.select(sa.func.count()).where(
                Certificate.state == CertificateState.PENDING,
                Certificate.created_at < now - timedelta(minutes=1),
            )
        )
        or 0
    )


def credential_of(code: str) -> tuple[str, str, str] | None:
    """(SHA-256 of the credential, SHA-256 of the token, number) of an issued certificate."""
    row = db.session.execute(
        sa.select(
            Certificate.credential_sha256, Certificate.token_sha256, Certificate.number
        ).where(
            Certificate.code == code,
            Certificate.state == CertificateState.ISSUED,
            Certificate.holder_erased_at.is_(None),
        )
    ).one_or_none()
    return (row[0], row[1], row[2]) if row and row[0] and row[1] else None


def signed_with(kid: str) -> list[int]:
    """Certificates that this key signed, in any of their files: after a compromise they are
    issued again. Replaced ones are left out."""
    return list(db.session.scalars(_signed_with(kid, Certificate.id)))


def codes_signed_with(kid: str) -> list[str]:
    """The codes of those certificates."""
    return list(db.session.scalars(_signed_with(kid, Certificate.code)))


def _signed_with(kid: str, column: Any) -> AnySelect:
    signed = sa.or_(
        Certificate.credential_kid == kid,
        Certificate.token_kid == kid,
        Certificate.document_kid == kid,
    )
    return (
        sa.select(column)
        .select_from(Certificate)
        .outerjoin(successor, successor.supersedes_id == Certificate.id)
        .where(signed, successor.id.is_(None))
        .order_by(Certificate.id)
    )
