"""What the verification page shows of a certificate, as texts for the reader. Everything that was
certified, and nothing else."""

from collections.abc import Sequence
from datetime import date, datetime

from markupsafe import Markup

from certification.certificates import codes, queries
from certification.certificates.facts import CertificateFacts
from certification.certificates.fingerprint import describe
from certification.certificates.queries import Checked
from lms import clock
from lms.i18n import gettext as _
from lms.i18n import hours, long_date, moment, number

BEGIN, BETWEEN, END = Markup("<li>"), Markup("</li><li>"), Markup("</li>")
LINE_END = Markup("<br>")
Values = dict[str, str | None]


def values(checked: Checked | None, now: datetime, zone: str) -> Values:
    """Texts by name, None for what this certificate does not have; `zone` is the issuer's.
    `demonstration` is there, empty, when a trial installation issued it."""
    today = clock.today(now, zone)
    found: Values = {
        "checked_at": moment(now, zone),
        "today": long_date(today),
        "day": "",
    }
    if checked is None:
        return found
    row = checked.row
    found |= {
        "day": long_date(row.revoked_on or row.suspended_on or row.valid_until),
        "superseded_by": row.superseded_by,
        "superseded_on": long_date(row.superseded_on) or None,
    }
    if checked.holder is None:
        return found
    return found | _certified(checked) | _history(checked, today)


def _certified(checked: Checked) -> Values:
    row = checked.row
    facts = CertificateFacts.from_json(row.facts)
    signatory = ", ".join(filter(None, (facts.signatory_name, facts.signatory_role)))
    has_score = facts.score is not None
    design, design_version = facts.design.split("/")[:2] if facts.design else (None, None)
    return {
        "demonstration": "" if facts.demonstration else None,
        "holder": facts.holder_name,
        "title": facts.title,
        "kind": facts.kind,
        "number": facts.number,
        "code": row.code,
        "grouped": codes.grouped(row.code),
        "issuer": facts.issuer,
        "awarded_on": long_date(facts.awarded_on),
        "issued_on": long_date(row.issued_on),
        "valid_until": long_date(facts.valid_until) or None,
        "scheme_code": facts.scheme_code,
        "scheme_version": str(facts.scheme_version),
        "cycle": number(facts.cycle),
        "training": hours(facts.hours_minutes) or None,
        "score": str(facts.score) if has_score else None,
        "full_marks": str(facts.full_marks) if has_score else None,
        "required": str(facts.required) if has_score else None,
        "signatory": signatory if facts.signatory_name else None,
        "design": design,
        "design_version": design_version,
        "statement": facts.statement or None,
        "steps": _steps(facts.steps),
        **{name: str(part) for name, part in describe(bytes.fromhex(row.facts_sha256)).items()},
    }


def _steps(steps: Sequence[tuple[str, str]]) -> Markup | None:
    if not steps:
        return None
    return BEGIN + BETWEEN.join([title for title, _kind in steps]) + END


def _history(checked: Checked, today: date) -> Values:
    row = checked.row
    return {
        "supersedes": row.supersedes,
        "supersession_reason": row.supersession_reason or None,
        "revoked_on": long_date(row.revoked_on) or None,
        "public_reason": row.public_reason,
        "suspended_on": long_date(row.suspended_on) or None,
        "suspension_reason": row.suspension_reason,
        "lifted": _lifted(row.award_id, today) if row.lifted else None,
    }


def _lifted(award_id: int, today: date) -> Markup:
    """Suspensions that are over, one in a line."""
    past = queries.lifted_suspensions(award_id, today)
    return LINE_END.join(_over(since, until) for since, until in past)


def _over(since: date, until: date | None) -> str:
    days = long_date(since), long_date(until)
    return _("Suspended on %(day)s, lifted on %(end)s", day=days[0], end=days[1])
