"""The people of the data set: each met a scheme, step by step, and has a certificate of it."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from certification.competency.models import EvidenceKind
from courses.scheduling.models import CompletionSource, Outcome, Presence, SeatKind
from lms.accounts.actions import search_text
from reporting.benchdata.cast import TONGUES, VENUES, person_name
from reporting.benchdata.classes import Held, Series, instant
from reporting.benchdata.ground import Goal, Offer, Paper, Skill
from reporting.benchdata.sheets import Sheets


@dataclass(frozen=True, slots=True)
class Employer:
    """An organisation as its people's rows need it."""

    id: int
    domain: str
    plan_rank: int


@dataclass
class Cohort:
    """The people of one scheme, with the class sessions that they sat in or will sit in."""

    goal: Goal
    count: int
    start: date
    until: date
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

    def day(self, rank: int) -> date:
        """When the n-th person was about to be done."""
        return self.start + (self.until - self.start) * (rank + 1) / (self.count + 1)


def cohort_seats(count: int, others: int) -> tuple[tuple[int, ...], list[int]]:
    """How many seats so many people take: in each past series, and in each series to come."""
    thirds = (count + 2) // 3
    ahead = [(thirds - place + others - 1) // others for place in range(others)]
    return (count, count, count - thirds), ahead


@dataclass
class Learner:
    """A person whose facts gather until they are awarded."""

    number: int
    id: int
    name: str
    employer: Employer
    day: date
    """The day on which the last requirement was met."""
    met: list[dict[str, Any]] = field(default_factory=list)


class People:
    """Writes people and what they did."""

    def __init__(self, sheets: Sheets, chance: random.Random, *, now: datetime) -> None:
        self.sheets, self.chance, self.now = sheets, chance, now
        self.soon = instant(now - timedelta(days=3))
        self.assessor_id = 0

    def person(self, number: int, employer: Employer) -> Learner:
        """A person with an account (without a password) who works for the employer."""
        name = person_name(number)
        email = f"{_ascii(name)}.{number}@{employer.domain}"
        joined = self.now - timedelta(days=900 + number % 400)
        at = instant(joined)
        person_id = self.sheets.person.add(
            str(uuid.UUID(int=self.chance.getrandbits(128), version=4)), name, name.casefold(),
            search_text(name, email), TONGUES[number % len(TONGUES)],
            VENUES[number // 50 % len(VENUES)].zone, at,
        )  # fmt: skip
        self.sheets.account.add(person_id, email, email, at)
        self.sheets.membership.add(person_id, employer.id, joined.date().isoformat(), at)
        return Learner(number, person_id, name, employer, joined.date())

    def learn(self, learner: Learner, cohort: Cohort, rank: int) -> None:
        """Three seats, and every fact that the scheme asks for."""
        for series, place in cohort.seats(rank):
            self._attend(learner, self._seat(learner, series, place), series.offer)
        upcoming = cohort.next_seat(rank)
        if upcoming:
            self._seat(learner, *upcoming)
        learner.day = max(learner.day, cohort.day(rank))
        for offer in cohort.goal.courses[len(learner.met) :]:
            self._take_alone(learner, offer)
        for paper, required in cohort.goal.papers:
            self._sit(learner, paper, required)
        for skill in cohort.goal.skills:
            self._observe(learner, skill)

    def _seat(self, learner: Learner, series: Series, place: int) -> Held:
        held, number, kind = series.place(place)
        wanted = SeatKind.ROOM if kind is SeatKind.ROOM and number % 4 == 0 else None
        taken = self.soon if held.day >= self.now.date() else _evening(held.day, -30)
        self.sheets.seat.add(
            held.id, learner.id, learner.employer.id, kind.value, wanted and wanted.value,
            learner.employer.plan_rank, number, taken, learner.id,
        )  # fmt: skip
        return held

    def _attend(self, learner: Learner, held: Held, offer: Offer) -> None:
        presence = Presence.PRESENT if learner.number % 17 else Presence.PARTIAL
        who = (held.id, learner.id)
        self.sheets.attendance.add(*who, presence.value, held.ends_at, held.trainer_id)
        score = 70 + learner.number * 13 % 31
        result = self.sheets.result.add(
            *who, Outcome.PASSED.value, score, held.ends_at, held.trainer_id
        )
        learner.day = held.day
        source = (CompletionSource.CLASS_SESSION.value, result)
        self._complete(learner, offer, source, by=held.trainer_id, at=held.ends_at)

    def _take_alone(self, learner: Learner, offer: Offer) -> None:
        at = _evening(learner.day)
        enrolment = self.sheets.self_paced.add(
            learner.id, offer.course_id, offer.version_id, learner.employer.id,
            _evening(learner.day, -21), learner.id, at,
        )  # fmt: skip
        source = (CompletionSource.SELF_PACED.value, enrolment)
        self._complete(learner, offer, source, by=self.assessor_id, at=at)

    def _complete(
        self, learner: Learner, offer: Offer, source: tuple[str, int], *, by: int, at: str
    ) -> None:
        on = learner.day.isoformat()
        fact = self.sheets.completion.add(
            learner.id, offer.course_id, offer.version_id, *source, on, at, by
        )
        for shown in offer.shows:
            self._show(learner, shown, EvidenceKind.COURSE, fact, at=at)
        learner.met.append({"kind": "course", "code": offer.code, "title": offer.title,
                            "minutes": offer.minutes, "on": on, "fact_id": fact})  # fmt: skip

    def _show(
        self, learner: Learner, shown: tuple[int, int], kind: EvidenceKind, source: int, *, at: str
    ) -> int:
        return self.sheets.evidence.add(
            learner.id, *shown, kind.value, source, learner.day.isoformat(), at
        )

    def _sit(self, learner: Learner, paper: Paper, required: int) -> None:
        score = required + learner.number * 7 % (paper.full_marks - required + 1)
        on, at = learner.day.isoformat(), _evening(learner.day)
        fact = self.sheets.exam_result.add(
            paper.id, learner.id, on, score, paper.full_marks, paper.cut_score, at,
            self.assessor_id,
        )  # fmt: skip
        for shown in paper.shows:
            self._show(learner, shown, EvidenceKind.EXAM, fact, at=at)
        learner.met.append({"kind": "exam", "code": paper.code, "title": paper.title,
                            "score": score, "full_marks": paper.full_marks,
                            "required": required, "on": on, "fact_id": fact})  # fmt: skip

    def _observe(self, learner: Learner, skill: Skill) -> None:
        on, at = learner.day.isoformat(), _evening(learner.day)
        seen = self.sheets.validation.add(
            learner.id, skill.id, skill.level, at, learner.id, on, at, self.assessor_id
        )
        shown = (skill.id, skill.level)
        fact = self._show(learner, shown, EvidenceKind.OBSERVATION, seen, at=at)
        learner.met.append({"kind": "competency", "code": skill.code, "title": skill.title,
                            "level": skill.level, "on": on, "fact_id": fact})  # fmt: skip


def _evening(day: date, later: int = 0) -> str:
    return instant(datetime.combine(day + timedelta(days=later), time(18), UTC))


def _ascii(name: str) -> str:
    return ".".join(name.encode("ascii", "ignore").decode().lower().split()) or "person"
