"""Awarding exactly once; revoking, suspending and lifting."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from certification.awards import queries, rules
from certification.awards.models import Award, Revocation, SchemeVersion, Suspension
from courses.catalog.snapshot import catalog
from lms import audit, jobs
from lms.accounts import letters
from lms.accounts.models import Person
from lms.clock import midnight
from lms.db import db, insert_once, locked
from lms.errors import refuse
from lms.site import issuer_zone


def award_what_is_due(
    person_id: int,
    *,
    today: date,
    now: datetime,
    scheme_id: int | None = None,
    issues: bool = True,
) -> list[Award]:
    """Make every award whose rule is met (of one scheme, or of all); the person's row is the lock,
    the unique constraint (person, scheme, cycle) the last word. Safe to repeat. A job issues the
    certificates, unless (`issues`) the caller does."""
    db.session.execute(locked(sa.select(Person.id).where(Person.id == person_id)))
    facts, newest = queries.facts_of(person_id, today), queries.newest_awards([person_id])
    made = []
    for version in queries.versions_on(today):
        if scheme_id not in (None, version.scheme_id):
            continue
        earlier = queries.earlier_of(newest.get((person_id, version.scheme_id)))
        cycle = rules.next_cycle(earlier, today)
        assessment = rules.assess(version.rule, facts, since=cycle.since)
        if not assessment.is_met:
            continue
        if not cycle.is_open:
            _renew_later(person_id, version.scheme_id, earlier)
            continue
        begins = rules.begins_on(assessment.met_on or today, earlier)
        award = _make(person_id, version, cycle.number, assessment, begins=begins, now=now)
        if award is not None:
            made.append(award)
            if issues:
                told = {"award_id": award.id, "at": now.isoformat()}
                jobs.enqueue("certificates.issue", told, key=str(award.id))
    return made


def _renew_later(person_id: int, scheme_id: int, earlier: rules.Earlier | None) -> None:
    """The next cycle is earned already: look again on the day after the award ends."""
    if earlier is None or earlier.valid_until is None:
        return
    jobs.enqueue(
        "competency.evidence_changed",
        {"person_id": person_id},
        key=f"renewal:{person_id}:{scheme_id}:{earlier.cycle}",
        run_at=midnight(earlier.valid_until + timedelta(days=1), issuer_zone()),
    )


def _make(
    person_id: int,
    version: SchemeVersion,
    cycle: int,
    assessment: rules.Assessment,
    *,
    begins: date,
    now: datetime,
) -> Award | None:
    values = {
        "person_id": person_id,
        "scheme_id": version.scheme_id,
        "scheme_version_id": version.id,
        "cycle": cycle,
        "awarded_on": begins,
        "valid_until": rules.expiry(begins, version.term_months),
        "facts": {"requirements": [_frozen(need) for need in assessment.needs]},
        "awarded_at": now,
    }
    if not insert_once(Award, values, ["person_id", "scheme_id", "cycle"]):
        return None
    award = db.session.scalars(
        sa.select(Award).where(
            Award.person_id == person_id, Award.scheme_id == version.scheme_id, Award.cycle == cycle
        )
    ).one()
    audit.record(
        "award.made",
        "person",
        person_id,
        by=None,
        now=now,
        award=award.id,
        scheme=version.scheme.code,
        version=version.number,
        cycle=cycle,
    )
    return award


def _frozen(need: rules.Need) -> dict[str, Any]:
    """A requirement with the fact that met it, as the award keeps it for ever."""
    names = queries.names_of_requirements()
    minutes = next((c.minutes for c in catalog().courses if c.code == need.code), None)
    frozen: dict[str, Any] = {
        "kind": need.kind,
        "code": need.code,
        "title": names.get((need.kind, need.code), (need.code, None))[0],
        "on": need.fact.on.isoformat() if need.fact else None,
        "fact_id": need.fact.id if need.fact else None,
    }
    if need.kind == "course":
        frozen["minutes"] = minutes
    if need.kind == "exam" and need.fact:
        frozen |= {"score": need.fact.value, "full_marks": need.fact.full, "required": need.wanted}
    if need.kind == "competency" and need.fact:
        frozen["level"] = need.fact.value
    return frozen


def revoke(
    award: Award, *, public_reason: str, internal_note: str, today: date, by: int, now: datetime
) -> Revocation:
    """Withdraw an award, once; the reason is public and stays so."""
    if award.person_id == by:
        raise refuse("not_yourself", status=403)
    values = {
        "award_id": award.id,
        "revoked_on": today,
        "public_reason": public_reason,
        "internal_note": internal_note,
        "at": now,
        "by_person_id": by,
    }
    if not insert_once(Revocation, values, ["award_id"]):
        raise refuse("already_revoked")
    row = db.session.scalars(sa.select(Revocation).where(Revocation.award_id == award.id)).one()
    audit.record(
        "award.revoked",
        "person",
        award.person_id,
        by=by,
        now=now,
        award=award.id,
        private={"public_reason": public_reason, "internal_note": internal_note},
    )
    _tell("revoked", award, f"revoked:{award.id}", public_reason, now=now)
    return row


def suspend(
    award: Award, *, public_reason: str, internal_note: str, today: date, by: int, now: datetime
) -> Suspension:
    """Nobody may rely on the award until the suspension is lifted. One at a time.

    Refuses (`already_suspended`), and (`already_revoked`) what is withdrawn for good.
    """
    if award.person_id == by:
        raise refuse("not_yourself", status=403)
    db.session.execute(locked(sa.select(Award.id).where(Award.id == award.id)))
    if db.session.scalar(sa.select(Revocation.id).where(Revocation.award_id == award.id)):
        raise refuse("already_revoked")
    if _open_suspension(award) is not None:
        raise refuse("already_suspended")
    row = Suspension(
        award_id=award.id,
        suspended_on=today,
        public_reason=public_reason,
        internal_note=internal_note,
        at=now,
        by_person_id=by,
        lifting_reason="",
    )
    db.session.add(row)
    db.session.flush()
    _record("award.suspended", award, by=by, now=now, reason=public_reason, note=internal_note)
    _tell("suspended", award, f"suspended:{row.id}", public_reason, now=now)
    return row


def lift(award: Award, *, reason: str, today: date, by: int, now: datetime) -> Suspension:
    """End the open suspension; the row keeps who suspended and who lifted, when and why.

    Refuses (`not_suspended`). An award that could not be renewed meanwhile is looked at again.
    """
    if award.person_id == by:
        raise refuse("not_yourself", status=403)
    db.session.execute(locked(sa.select(Award.id).where(Award.id == award.id)))
    row = _open_suspension(award)
    if row is None:
        raise refuse("not_suspended")
    row.lifted_on, row.lifted_at, row.lifted_by_person_id = today, now, by
    row.lifting_reason = reason
    _record("award.lifted", award, by=by, now=now, reason=reason, note="")
    _tell("lifted", award, f"lifted:{row.id}", reason, now=now)
    jobs.enqueue(
        "competency.evidence_changed", {"person_id": award.person_id}, key=f"lifted:{row.id}"
    )
    return row


def _open_suspension(award: Award) -> Suspension | None:
    return db.session.scalar(
        sa.select(Suspension)
        .where(Suspension.award_id == award.id, Suspension.lifted_at.is_(None))
        .execution_options(populate_existing=True)
    )


def _record(act: str, award: Award, *, by: int, now: datetime, reason: str, note: str) -> None:
    audit.record(
        act,
        "person",
        award.person_id,
        by=by,
        now=now,
        award=award.id,
        private={"reason": reason, "internal_note": note},
    )


def _tell(kind: str, award: Award, key: str, reason: str, *, now: datetime) -> None:
    """A mail to the holder."""
    letters.write(
        kind,
        award.person_id,
        key=key,
        now=now,
        award_id=award.id,
        reason=reason,
        title=_title(award),
    )


def _title(award: Award) -> str:
    version = db.session.get_one(SchemeVersion, award.scheme_version_id)
    return str(version.wording["title"])
