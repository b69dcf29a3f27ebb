"""Loading the data set: catalogue if there is none, then everything in one transaction."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from certification.certificates.actions import profile_prefix
from certification.certificates.document import render
from certification.certificates.models import CertificateNumber
from lms import audit, clock, revisions, site
from lms.accounts.models import Organisation
from lms.db import db, unit
from lms.errors import refuse
from lms.permissions import Role
from lms.settings import Settings
from lms.storage import Storage
from reporting.benchdata import ground as grounds
from reporting.benchdata.bulk import Bulk, Sheet
from reporting.benchdata.cast import organisation_name
from reporting.benchdata.classes import Hall, instant, workday
from reporting.benchdata.ground import Goal, Ground
from reporting.benchdata.learners import (
    Cohort,
    Registry,
    Sample,
    Writer,
    canonical,
    cohort_seats,
    facts_of,
)
from reporting.benchdata.sheets import Sheets
from reporting.loader.files import read_folder
from reporting.loader.load import Loading

DATA = Path(__file__).resolve().parents[2] / "data"
CHUNK = 2_000
STAFF = 50
"""People of one organisation."""
PEOPLE_PER_TRAINER = 400
FURTHEST_BACK = timedelta(days=3 * 365)
SEED = 4_400


@dataclass(frozen=True, slots=True)
class Report:
    """How many rows each table got, and how long it took."""

    rows: dict[str, int]
    seconds: float


def load(people: int, *, now: datetime) -> Report:
    """Load so many people with what belongs to them. Refuses a second load."""
    began = time.perf_counter()
    settings: Settings = current_app.extensions["settings"]
    with unit(writes=True):
        if db.session.scalar(sa.select(Organisation.id).where(Organisation.code == _code(1))):
            raise refuse("bench_data_is_loaded")
        _catalogue(now)
        day = clock.today(now, settings.issuer_zone)
        ground = grounds.read(day)
        if not ground.goals:
            raise refuse("bench_data_needs_a_scheme")
        sheets = _Load(ground, settings, people, day, now=now).run()
        audit.record("bench_data.loaded", "academy", "1", by=None, now=now, people=people)
    return Report({sheet.table: sheet.total for sheet in sheets}, time.perf_counter() - began)


def _catalogue(now: datetime) -> None:
    """The shipped catalogue, where none is loaded yet."""
    if grounds.read(now.date()).goals:
        return
    newest = sorted(path for path in DATA.iterdir() if path.is_dir())[-1]
    Loading(read_folder(newest), now=now).run()
    revisions.bump("catalog")


def _code(number: int) -> str:
    return f"bench-{number:05d}"


class _Load:
    """One load: what it writes into and what it has made."""

    def __init__(
        self, ground: Ground, settings: Settings, people: int, day: date, *, now: datetime
    ) -> None:
        self.ground, self.settings = ground, settings
        self.people, self.day, self.now = people, day, now
        self.issuer = site.load().name
        sample = self._sample(ground.goals[0])
        self.bulk = Bulk(db.session())
        self.sheets = Sheets(db.session(), now=instant(now), sha256=sample.sha256, size=sample.size)
        self.organisations: list[tuple[int, str]] = []
        self.registry = _registry()
        self.writer = Writer(
            self.sheets, self.registry, sample, now, settings.public_url, 0, {},
            random.Random(SEED),  # noqa: S311 -- the same ids at every load, no secrets
        )  # fmt: skip

    def _facts(self, goal: Goal) -> "CertificateFactsJson":
        return facts_of(
            goal, self.issuer, demonstration=self.settings.demonstration, now=self.now
        )

    def _sample(self, goal: Goal) -> Sample:
        content = render(self._facts(goal))
        storage: Storage = current_app.extensions["storage"]
        return Sample(storage.put(content), len(content))

    def run(self) -> list[Sheet]:
        """Write everything; returns the sheets with their totals."""
        self._organisations()
        trainers = self._trainers()
        hall = Hall(self.sheets.session, self.sheets.meeting, trainers)
        cohorts = [self._cohort(hall, goal, place) for place, goal in enumerate(self.ground.goals)]
        for number in range(self.people):
            organisation_id, domain = self.organisations[number // STAFF]
            rank, turn = divmod(number, len(cohorts))
            self.writer.learner(number, organisation_id, domain, cohorts[turn], rank)
            if number % CHUNK == 0:
                self.bulk.write(self.sheets.all())
        self.bulk.write(self.sheets.all())
        _keep(self.registry)
        self.bulk.finish(self.sheets.all())
        return self.sheets.all()

    def _organisations(self) -> None:
        plans, regions = self.ground.plans, self.ground.regions
        for number in range(self.people // STAFF + 1):
            name = organisation_name(number)
            plan_id, rank = plans[number % len(plans)]
            organisation_id = self.sheets.organisation.add(
                _code(number + 1), name, name.casefold(), plan_id,
                regions[number % len(regions)] if regions else None, int(number % 20 == 0),
            )  # fmt: skip
            self.organisations.append((organisation_id, f"{_code(number + 1)}.example"))
            self.writer.plan_rank[organisation_id] = rank

    def _trainers(self) -> list[int]:
        organisation_id, domain = self.organisations[0]
        trainers = []
        for number in range(self.people // PEOPLE_PER_TRAINER + 1):
            person_id, _ = self.writer.person(self.people + number, organisation_id, domain)
            self.sheets.role.add(person_id, Role.TRAINER.value)
            trainers.append(person_id)
        self.writer.assessor_id = trainers[0]
        self.sheets.role.add(trainers[0], Role.ASSESSOR.value)
        self.sheets.role.add(trainers[0], Role.CERTIFICATION_MANAGER.value)
        self.bulk.write(self.sheets.all())
        return trainers

    def _cohort(self, hall: Hall, goal: Goal, place: int) -> Cohort:
        """The people of a scheme and the class sessions for them, past ones week by week before
        each one's award, and those of the next half year."""
        turns = len(self.ground.goals)
        count = (self.people - place + turns - 1) // turns
        start = max(goal.version.effective_from, self.day - FURTHEST_BACK)
        past, ahead = cohort_seats(count, len(goal.others))
        until = self.day - timedelta(days=1)

        def before(weeks: int) -> Callable[[float], date]:
            gap = timedelta(weeks=weeks)
            return lambda part: workday(start + (until - start) * part - gap, -1)

        def after(part: float) -> date:
            return workday(self.day + timedelta(days=5) + timedelta(days=170) * part, 1)

        return Cohort(
            goal, count, start, until,
            [hall.series(goal.courses[k], seats, before(3 - k)) for k, seats in enumerate(past)],
            [hall.series(o, seats, after) for o, seats in zip(goal.others, ahead, strict=True)],
            _loose(self._facts(goal).to_json()),
        )  # fmt: skip
