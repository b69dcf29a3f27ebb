"""Awards and certificates of the data set: frozen facts, some revoked, some superseded."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from certification.awards.rules import expiry
from certification.certificates.codes import new_code
from certification.certificates.facts import CertificateFacts
from reporting.benchdata.cast import married_name, person_name
from reporting.benchdata.classes import instant
from reporting.benchdata.ground import Goal
from reporting.benchdata.learners import Cohort, Learner
from reporting.benchdata.sheets import Sheets

REVOKED, SUPERSEDED = 13, 57
"""Which of a hundred people had their award revoked, and whose certificate was replaced."""
REASONS = ("The exam result was obtained by somebody else.", "Issued in error.")


@dataclass
class Registry:
    """Numbers of certificates by year, drawn in order."""

    prefix: str
    last: dict[int, int]

    def number(self, day: date) -> str:
        """The next number of the day's year."""
        self.last[day.year] = self.last.get(day.year, 0) + 1
        return f"{self.prefix}-{day.year}-{self.last[day.year]:06d}"


@dataclass
class Awarding:
    """Writes awards and their certificates."""

    sheets: Sheets
    registry: Registry
    today: date
    public_url: str
    manager_id: int

    def award(self, learner: Learner, cohort: Cohort) -> None:
        """The award that the learner's facts earned, and what became of it."""
        version, day = cohort.goal.version, learner.day
        until = expiry(day, version.term_months)
        award_id = self.sheets.award.add(
            learner.id, version.scheme_id, version.id, day.isoformat(), _iso(until),
            json.dumps({"requirements": learner.met}, ensure_ascii=False), _evening(day),
        )  # fmt: skip
        facts = cohort.facts | {
            "awarded_on": day.isoformat(),
            "valid_until": _iso(until),
            "score": next((n["score"] for n in learner.met if n["kind"] == "exam"), None),
        }
        self._certify(learner, award_id, facts)
        if learner.number % 100 == REVOKED:
            self._revoke(award_id, learner)

    def _certify(self, learner: Learner, award_id: int, facts: dict[str, Any]) -> None:
        """One certificate; two where the first bears an earlier name."""
        day, replaces = learner.day, None
        if learner.number % 100 == SUPERSEDED:
            earlier = facts | {"holder_name": married_name(learner.number)}
            replaces = self._issue(learner.id, award_id, earlier, day)
            day = min(day + timedelta(days=30), self.today)
        self._issue(learner.id, award_id, facts | {"holder_name": learner.name}, day, replaces)

    def _revoke(self, award_id: int, learner: Learner) -> None:
        day = min(learner.day + timedelta(days=45), self.today)
        reason = REASONS[learner.number // 100 % len(REASONS)]
        values = (award_id, day.isoformat(), reason, _evening(day), self.manager_id)
        self.sheets.revocation.add(*values)

    def _issue(
        self,
        person_id: int,
        award_id: int,
        facts: dict[str, Any],
        day: date,
        replaces: int | None = None,
    ) -> int:
        code, number = new_code(), self.registry.number(day)
        at = datetime.combine(day, time(18), UTC)
        own = {"code": code, "number": number, "issued_at": at.isoformat(),
               "verify_url": f"{self.public_url}/verify/{code}"}  # fmt: skip
        text = canonical(facts | own)
        return self.sheets.certificate.add(
            code, number, award_id, person_id, facts["holder_name"], facts["title"],
            day.isoformat(), facts["valid_until"], json.dumps({"json": text}, ensure_ascii=False),
            hashlib.sha256(text.encode()).hexdigest(), replaces,
            "The holder's name changed." if replaces else "", instant(at), instant(at),
        )  # fmt: skip


def canonical(values: dict[str, Any]) -> str:
    """The facts as `CertificateFacts.to_json` writes them."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def blank(
    goal: Goal, issuer: str, *, demonstration: bool, zone: str, now: datetime
) -> CertificateFacts:
    """A certificate of the scheme, as it is before it is anybody's."""
    wording, version = goal.version.wording, goal.version
    paper, required = goal.papers[0] if goal.papers else (None, None)
    return CertificateFacts(
        code=new_code(), number="SAMPLE-0", holder_name=person_name(1), holder_lang="en",
        title=wording["title"], kind=wording.get("kind", "Certification"),
        statement=wording.get("statement", ""), awarded_on=now.date(), valid_until=None,
        scheme_code=version.scheme.code, scheme_version=version.number, cycle=1,
        hours_minutes=sum(offer.minutes for offer in goal.courses),
        score=paper.full_marks if paper else None,
        full_marks=paper.full_marks if paper else None, required=required,
        steps=_steps(goal), issuer=issuer,
        signatory_name=wording.get("signatory_name", ""),
        signatory_role=wording.get("signatory_role", ""), verify_url="https://example.org/verify",
        demonstration=demonstration, locale="en_GB",
        page_format=wording.get("page_format", "A4"), issued_at=now, zone=zone,
    )  # fmt: skip


def _steps(goal: Goal) -> tuple[tuple[str, str], ...]:
    return (
        *((offer.title, "course") for offer in goal.courses),
        *((paper.title, "exam") for paper, _ in goal.papers),
        *((skill.title, "competency") for skill in goal.skills),
    )


def _evening(day: date) -> str:
    return f"{day} 18:00:00.000000"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
