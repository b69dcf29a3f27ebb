"""Answers of 64 candidates at once, saved over HTTP: acknowledged, durable, none lost."""

import json
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from certification.delivery.models import Attempt, AttemptEvent
from certification.items.models import ItemVersion
from certification.items.reading import draft_from
from certification.items.showing import given
from courses.catalog.models import Programme
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from tests.bench.figures import Sheet, Target
from tests.bench.pages import Figures, Page, slice_of
from tests.bench.servers import CORES, SERVER_CORE, serving
from tests.bench.stage import Stage, signed_in
from tests.certification.items.contents import RIGHT
from tests.factories import Factory

CANDIDATES = 64
ITEMS = 20
KIND = "choice"
MOST_A_SECOND = 4_000
RATE = Target(700, "saves/s", at_least=True)
TAIL = Target(150, "ms")


@dataclass
class Candidate:
    """Who sits the exam, and how many saves were made ready for them."""

    path: str
    cookie: str
    token: str
    answers: Sequence[object]
    seq: int = 0

    def save(self) -> str:
        """The next save as the page sends it: one answer, with a number that grows."""
        self.seq += 1
        position = self.seq % ITEMS + 1
        answer = {"position": position, "seq": self.seq, "response": self.answers[position - 1],
                  "seconds": 20}  # fmt: skip
        body = json.dumps({"answers": [answer]})
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n"
            f"X-CSRFToken: {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )


def measure(stage: Stage, sheet: Sheet, *, rounds: int, seconds: float) -> None:
    """With one server process on one core, then as `script/server` runs it, which the targets are
    for. Any other answer than a 200 ends the run, and what was acknowledged must be in the
    database."""
    sheet.heading(f"Autosave on {stage.name}: {CANDIDATES} candidates at once")
    with stage.app() as app:
        candidates = _candidates(app)
    acknowledged = 0
    for name, cores in (("one process", SERVER_CORE), ("a process per core", set(CORES))):
        with (
            tempfile.TemporaryDirectory() as folder,
            serving("app:create_app", stage.environ, Path(folder) / "log", cores=cores) as server,
        ):
            figures = Figures()
            for turn in range(rounds + 1):
                page = Page("autosave", _requests(candidates, seconds))
                answer, cpu = slice_of(server, page, CANDIDATES, seconds)
                if answer["count"] > len(page.requests):
                    raise RuntimeError("too few saves were made ready")
                acknowledged += answer["count"]
                if turn:  # the first one warms up
                    figures.rates.append(answer["count"] / answer["seconds"])
                    figures.latencies += answer["latencies"]
                    figures.cpu.append(cpu / answer["count"])
        rate, tail = (None, None) if cores == SERVER_CORE else (RATE, TAIL)
        sheet.add(f"{name}: saves", statistics.median(figures.rates), "a second", rate)
        sheet.add(f"{name}: p99", figures.at(0.99), "ms", tail)
        worst, spent = max(figures.latencies) * 1000, statistics.median(figures.cpu) * 1e6
        sheet.note(f"    p50 {figures.at(0.5):.1f} ms, worst {worst:.0f} ms, CPU {spent:,.0f} µs")
    _check(stage, acknowledged, sheet)


def _candidates(app: Flask) -> list[Candidate]:
    make = Factory(now=clock.now())
    with unit(writes=False):
        programme = db.session.scalars(sa.select(Programme).order_by(Programme.id)).first()
    sat = make.takeable(make.exam_course(programme, "BENCH-EXAM"), kinds=(KIND,) * ITEMS)
    return [
        _candidate(app, make.begun(sat, person), sat.versions)
        for person in (make.person(f"Candidate {n}") for n in range(CANDIDATES))
    ]


def _candidate(app: Flask, attempt: Attempt, versions: Sequence[ItemVersion]) -> Candidate:
    with unit(writes=True):
        cookie, token = signed_in(app, attempt.person_id)
    answers = [
        given(draft_from(version.content), RIGHT[KIND], f"{attempt.seed}:{version.id}")
        for version in versions
    ]
    return Candidate(f"/exams/attempts/{attempt.code}/answers", cookie, token, answers)


def _requests(candidates: Sequence[Candidate], seconds: float) -> list[str]:
    """In turn, so that each connection speaks for one candidate."""
    each = int(MOST_A_SECOND * seconds / len(candidates)) + 1
    return [candidate.save() for _ in range(each) for candidate in candidates]


def _check(stage: Stage, acknowledged: int, sheet: Sheet) -> None:
    with stage.app(), unit(writes=False):
        kept = db.session.scalar(
            sa.select(sa.func.count())
            .select_from(AttemptEvent)
            .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
            .join(Person, Person.id == Attempt.person_id)
            .where(AttemptEvent.kind == "answered", Person.name.like("Candidate %"))
        )
    sheet.add(f"acknowledged and not kept, of {acknowledged:,}", acknowledged - (kept or 0), "",
              Target(0, ""))  # fmt: skip
