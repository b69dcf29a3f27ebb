"""The candidate's score report as plain values, for the page and for the document: never an item,
never a key."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from certification.competency.models import Competency
from certification.delivery.models import Attempt
from certification.delivery.queries import candidacy
from certification.scoring import queries, queries_voiding, wording
from certification.scoring.actions_appeals import last_day
from certification.scoring.domains import Domain
from certification.scoring.models import ScoreRun
from certification.scoring.models_voiding import ResultReinstatement, ResultVoiding
from courses.catalog.snapshot import catalog
from lms import charts, site
from lms.accounts.models import Person
from lms.clock import today
from lms.db import db
from lms.i18n import gettext as _
from lms.i18n import language
from lms.reasons import Reason
from lms.wording import word


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A competency of the report."""

    title: str
    items: int
    standing: str
    share: str
    low: str
    high: str
    band: charts.Band | None

    @property
    def word(self) -> str:
        """How it stands, in the reader's language."""
        return wording.standing_text(self.standing)


@dataclass(frozen=True, slots=True)
class Report:
    """A decided attempt as its candidate may see it."""

    code: str
    title: str
    programme: str
    person: str
    language: str
    time_zone: str
    run_id: int
    kind: str
    taken_on: date
    decided_at: datetime
    passed: bool
    score: int
    bottom: int
    passing: int
    top: int
    needed: str
    domains: list[DomainRow]
    appeal_until: date | None
    """None: this exam knows no appeal."""
    issuer_zone: str
    can_appeal: bool
    retake: list[Reason]
    """Why one may not sit again yet, and from when on; empty: at once, or passed."""
    voiding: ResultVoiding | None = None
    """What makes the result void; its score and decision do not hold then."""
    reinstated: ResultReinstatement | None = None
    """What made a void result count again."""

    @property
    def void_reason(self) -> str:
        """Why it is void, in the reader's language."""
        return wording.voiding_reason(self.voiding.reason) if self.voiding else ""

    def retake_texts(self) -> list[str]:
        """When and whether one may sit again, in the reader's language and zone."""
        if self.passed and self.voiding is None:
            return []
        return [word(reason) for reason in self.retake] or [_("You may take the exam again now.")]

    def values(self) -> dict[str, Any]:
        """What the document's template places."""
        return {"report": self, "lang": language(), "issuer": site.current().name}


def report(row: Any, run: ScoreRun, person: Person, *, now: datetime) -> Report:
    """The report of a run; `row` is one of `queries.own_attempt`."""
    attempt, days = row.Attempt, row.Attempt.policy.appeal_days
    voiding = queries_voiding.standing(attempt.id)
    until = last_day(run, voiding, days) if days else None
    needed = float(run.cut / run.full)
    return Report(
        code=attempt.code,
        title=row.title,
        programme=row.Programme.title,
        person=person.name,
        language=person.language,
        time_zone=person.time_zone,
        run_id=run.id,
        kind=run.kind,
        taken_on=today(attempt.ended_at, site.issuer_zone()),
        decided_at=run.at,
        passed=run.passed,
        score=run.scaled,
        bottom=run.scale["bottom"],
        passing=run.scale["passing"],
        top=run.scale["top"],
        needed=_percent(needed),
        domains=[_domain(one, named, needed) for one, named in queries.domains_of(run)],
        appeal_until=until,
        issuer_zone=site.issuer_zone(),
        can_appeal=until is not None and today(now, site.issuer_zone()) <= until,
        retake=[] if run.passed and voiding is None else _retake(row, now),
        voiding=voiding,
        reinstated=None if voiding else queries_voiding.reinstated(attempt.id),
    )


def _retake(row: Any, now: datetime) -> list[Reason]:
    """By the policy of today, which a next attempt would begin under."""
    card, attempt = catalog().by_id()[row.Course.id], row.Attempt
    day = today(now, site.issuer_zone())
    facts = candidacy(attempt.exam, card.version_id, attempt.person_id, today=day).facts
    return facts.why_not(now)


def _domain(one: Domain, competency: Competency, needed: float) -> DomainRow:
    known = one.share is not None
    return DomainRow(
        title=competency.title,
        items=one.items,
        standing=one.standing,
        share=_percent(one.share) if one.share is not None else "",
        low=_percent(one.low),
        high=_percent(one.high),
        band=charts.band(one.share or 0.0, one.low, one.high, needed) if known else None,
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def report_of_run(run_id: int, *, now: datetime) -> Report | None:
    """The report of a run for its document; None for one that decides no longer."""
    run = db.session.get(ScoreRun, run_id)
    found = (
        run
        and db.session.execute(
            sa.select(Attempt.code, Person)
            .join(Person, Person.id == Attempt.person_id)
            .where(Attempt.id == run.attempt_id)
        ).one_or_none()
    )
    if not run or not found:
        return None
    row = queries.own_attempt(found.code, found.Person.id)
    return report(row, run, found.Person, now=now) if row else None
