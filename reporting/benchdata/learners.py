"""The people of the data set: each met a scheme, step by step, and has a certificate of it."""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from certification.awards.rules import expiry
from certification.certificates.codes import new_code
from certification.certificates.document import CertificateFacts
from certification.competency.models import EvidenceKind
from courses.scheduling.models import CompletionSource, Outcome, Presence, SeatKind
from reporting.benchdata.cast import TONGUES, VENUES, married_name, person_name
from reporting.benchdata.classes import Held, Series, instant
from reporting.benchdata.ground import SEATS_EACH, Goal, Offer, Paper, Skill
from reporting.benchdata.sheets import Sheets

REVOKED, SUPERSEDED = 13, 57
"""Which of a hundred people had their award revoked, and whose certificate was replaced."""
REASONS = ("The exam result was obtained by somebody else.", "Issued in error.")


@dataclass(frozen=True, slots=True)
class Sample:
    """The one stored document that all certificates of the data set point to."""

    sha256: str
    size: int


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
class Cohort:
    """The people of one scheme, with the class sessions that they sat in or will sit in."""

    goal: Goal
    count: int
    start: date
    today: date
    past: list[Series]
    ahead: list[Series]
    facts: dict[str, Any]
    """A certificate's facts, to be completed for each person."""

    def seats(self, rank: int) -> Iterator[tuple[Series, int]]:
        """Of the n-th person (from 0): each past series with the seat's place in it."""
        yield self.past[0], rank
        yield self.past[1], rank
        if rank % 3:
            yield self.past[2], rank - (rank + 2) // 3

    def next_seat(self, rank: int) -> tuple[Series, int] | None:
        """Every third person has a seat in a class session to come."""
        if rank % 3:
            return None
        turn = rank // 3
        return self.ahead[turn % len(self.ahead)], turn // len(self.ahead)

    def exam_day(self, rank: int) -> date:
        """When the n-th person had everything but the exam."""
        return self.start + (self.today - self.start) * (rank + 1) / (self.count + 1)


def cohort_seats(count: int, others: int) -> tuple[tuple[int, ...], list[int]]:
    """How many seats so many people take: in each past series, and in each series to come."""
    thirds = (count + 2) // 3
    ahead = [(thirds - place + others - 1) // others for place in range(others)]
    return (count, count, count - thirds), ahead


@dataclass
class Writer:
    """Writes people into the sheets."""

    sheets: Sheets
    registry: Registry
    sample: Sample
    now: datetime
    public_url: str
    assessor_id: int
    plan_rank: dict[int, int]
    chance: random.Random

    def person(self, number: int, organisation_id: int, domain: str) -> tuple[int, str]:
        """A person who can sign in (once a password is set) and works for the organisation."""
        name = person_name(number)
        email = f"{_ascii(name)}.{number}@{domain}"
        joined = instant(self.now - timedelta(days=900 + number % 400))
        zone = VENUES[number // 50 % len(VENUES)].zone
        person_id = self.sheets.person.add(
            f"{self.chance.getrandbits(128):032x}", name, name.casefold(),
            f"{name} {email}".casefold(), TONGUES[number % len(TONGUES)], zone, joined,
        )  # fmt: skip
        self.sheets.account.add(person_id, email, email, joined)
        day = (self.now - timedelta(days=900 + number % 400)).date()
        self.sheets.membership.add(person_id, organisation_id, day.isoformat(), joined)
        return person_id, name

    def learner(
        self, number: int, organisation_id: int, domain: str, cohort: Cohort, rank: int
    ) -> None:
        """A person with three seats, the facts of a scheme, its award and its certificate."""
        person_id, name = self.person(number, organisation_id, domain)
        met: list[dict[str, Any]] = []
        for series, place in cohort.seats(rank):
            held = self._seat(person_id, organisation_id, series, place)
            result = self._passed(person_id, held, number)
            self._completed(person_id, series.offer, CompletionSource.CLASS_SESSION, result,
                            held.day, held.ends_at, held.trainer_id, met)
        upcoming = cohort.next_seat(rank)
        if upcoming:
            self._seat(person_id, organisation_id, *upcoming)
        ready = max(cohort.exam_day(rank), date.fromisoformat(max(need["on"] for need in met)))
        for offer in cohort.goal.courses[len(met) :]:
            self._self_paced(person_id, organisation_id, offer, ready, met)
        for paper, required in cohort.goal.papers:
            self._exam(person_id, paper, required, number, ready, met)
        for skill in cohort.goal.skills:
            self._observed(person_id, skill, ready, met)
        self._award(person_id, name, cohort, met, ready, number)

    def _seat(self, person_id: int, organisation_id: int, series: Series, place: int) -> Held:
        held, number, kind = series.place(place)
        self.sheets.seat.add(
            held.id, person_id, organisation_id, kind.value,
            SeatKind.ROOM.value if number % 4 == 0 and kind is SeatKind.ROOM else None,
            self.plan_rank[organisation_id], number,
            instant(datetime.combine(held.day, time(10), UTC) - timedelta(days=30))
            if held.day <= self.now.date() else instant(self.now - timedelta(days=3)),
            person_id,
        )  # fmt: skip
        return held

    def _passed(self, person_id: int, held: Held, number: int) -> int:
        sheets = self.sheets
        presence = Presence.PARTIAL if number % 17 == 0 else Presence.PRESENT
        sheets.attendance.add(held.id, person_id, presence.value, held.ends_at, held.trainer_id)
        score = 70 + number * 13 % 31
        return sheets.result.add(
            held.id, person_id, Outcome.PASSED.value, score, held.ends_at, held.trainer_id
        )

    def _completed(
        self, person_id: int, offer: Offer, source: CompletionSource, source_id: int,
        day: date, at: str, by: int, met: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        on = day.isoformat()
        completion = self.sheets.completion.add(
            person_id, offer.course_id, offer.version_id, source.value, source_id, on, at, by
        )
        self._shown(person_id, offer.shows, EvidenceKind.COURSE, completion, on, at)
        met.append({"kind": "course", "code": offer.code, "title": offer.title,
                    "minutes": offer.minutes, "on": on, "fact_id": completion})

    def _shown(
        self, person_id: int, shows: tuple[tuple[int, int], ...], kind: EvidenceKind,
        source_id: int, on: str, at: str,
    ) -> None:  # fmt: skip
        for competency_id, level in shows:
            self.sheets.evidence.add(person_id, competency_id, level, kind.value, source_id, on, at)

    def _self_paced(
        self, person_id: int, organisation_id: int, offer: Offer, day: date,
        met: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        at = _evening(day)
        started = _evening(day - timedelta(days=21))
        source = self.sheets.self_paced.add(
            person_id, offer.course_id, offer.version_id, organisation_id, started, person_id, at
        )
        self._completed(person_id, offer, CompletionSource.SELF_PACED, source, day, at,
                        self.assessor_id, met)

    def _exam(
        self, person_id: int, paper: Paper, required: int, number: int, day: date,
        met: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        score = required + number * 7 % (paper.full_marks - required + 1)
        on, at = day.isoformat(), _evening(day)
        result = self.sheets.exam_result.add(
            paper.id, person_id, on, score, paper.full_marks, paper.cut_score, at, self.assessor_id
        )
        self._shown(person_id, paper.shows, EvidenceKind.EXAM, result, on, at)
        met.append({"kind": "exam", "code": paper.code, "title": paper.title, "score": score,
                    "full_marks": paper.full_marks, "required": required, "on": on,
                    "fact_id": result})

    def _observed(
        self, person_id: int, skill: Skill, day: date, met: list[dict[str, Any]]
    ) -> None:
        on, at = day.isoformat(), _evening(day)
        seen = self.sheets.validation.add(
            person_id, skill.id, skill.level, at, person_id, on, at, self.assessor_id
        )
        fact = self.sheets.evidence.add(
            person_id, skill.id, skill.level, EvidenceKind.OBSERVATION.value, seen, on, at
        )
        met.append({"kind": "competency", "code": skill.code, "title": skill.title,
                    "level": skill.level, "on": on, "fact_id": fact})

    def _award(
        self, person_id: int, name: str, cohort: Cohort, met: list[dict[str, Any]], day: date,
        number: int,
    ) -> None:  # fmt: skip
        version = cohort.goal.version
        until = expiry(day, version.term_months)
        award = self.sheets.award.add(
            person_id, version.scheme_id, version.id, day.isoformat(), _iso(until),
            json.dumps({"requirements": met}, ensure_ascii=False), _evening(day),
        )  # fmt: skip
        facts = cohort.facts | {
            "awarded_on": day.isoformat(), "valid_until": _iso(until),
            "score": next((need["score"] for need in met if need["kind"] == "exam"), None),
        }
        if number % 100 == SUPERSEDED:
            old = self._certificate(person_id, award, married_name(number), facts, day, None)
            day = min(day + timedelta(days=30), self.now.date())
            self._certificate(person_id, award, name, facts, day, old)
        else:
            self._certificate(person_id, award, name, facts, day, None)
        if number % 100 == REVOKED:
            on = min(day + timedelta(days=45), self.now.date())
            reason = REASONS[number // 100 % len(REASONS)]
            self.sheets.revocation.add(award, on.isoformat(), reason, _evening(on),
                                       self.assessor_id)

    def _certificate(
        self, person_id: int, award: int, name: str, facts: dict[str, Any], day: date,
        replaces: int | None,
    ) -> int:  # fmt: skip
        code, number = new_code(), self.registry.number(day)
        at = datetime.combine(day, time(18), UTC)
        text = canonical(facts | {
            "code": code, "number": number, "holder_name": name, "issued_at": at.isoformat(),
            "verify_url": f"{self.public_url}/verify/{code}",
        })  # fmt: skip
        return self.sheets.certificate.add(
            code, number, award, person_id, name, facts["title"], day.isoformat(),
            facts["valid_until"], json.dumps({"json": text}, ensure_ascii=False),
            hashlib.sha256(text.encode()).hexdigest(), replaces,
            "The holder's name changed." if replaces else "", instant(at), instant(at),
        )  # fmt: skip


def canonical(values: dict[str, Any]) -> str:
    """The facts as `CertificateFacts.to_json` writes them."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def facts_of(goal: Goal, issuer: str, *, demonstration: bool, now: datetime) -> CertificateFacts:
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
        page_format=wording.get("page_format", "A4"), issued_at=now,
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


def _ascii(name: str) -> str:
    return ".".join(name.encode("ascii", "ignore").decode().lower().split()) or "person"
