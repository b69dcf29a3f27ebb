"""Loading the data set: catalogue if there is none, then everything in one transaction."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from certification.certificates.actions import profile_prefix
from certification.certificates.facts import CertificateFacts
from certification.certificates.models import CertificateNumber
from courses.scheduling.queries.roster import settling
from lms import audit, clock, site
from lms.accounts.models import Organisation
from lms.db import db, unit
from lms.permissions import Role
from lms.settings import Settings
from lms.storage import Storage
from reporting.benchdata import ground as grounds
from reporting.benchdata.awarding import Awarding, Registry, blank
from reporting.benchdata.bulk import Bulk, Sheet
from reporting.benchdata.cast import organisation_name
from reporting.benchdata.classes import Hall, instant, workday
from reporting.benchdata.ground import Goal, Ground
from reporting.benchdata.learners import Cohort, Employer, People, cohort_seats
from reporting.benchdata.sheets import Sheets
from reporting.loader.checks import read_folder
from reporting.loader.load import load as load_data

DATA = Path(__file__).resolve().parents[2] / "data"
CHUNK = 2_000
STAFF = 50
"""People of one organisation."""
PEOPLE_PER_TRAINER = 400
FURTHEST_BACK = timedelta(days=3 * 365)
SEED = 4_400


class NotPossible(Exception):
    """The data set cannot be loaded; the text says why."""


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
            raise NotPossible("The bench data set is here already.")
        day = clock.today(now, settings.issuer_zone)
        _catalogue(day, now=now)
        ground = grounds.read(day)
        if not ground.goals:
            raise NotPossible("No scheme in force asks for three courses or more.")
        sheets = _Load(ground, settings, people, day, now=now).run()
        audit.record("bench_data.loaded", "academy", "1", by=None, now=now, people=people)
    return Report({sheet.table: sheet.total for sheet in sheets}, time.perf_counter() - began)


def _catalogue(day: date, *, now: datetime) -> None:
    """The shipped catalogue, where none is loaded yet."""
    if grounds.read(day).goals:
        return
    newest = sorted(path for path in DATA.iterdir() if path.is_dir())[-1]
    load_data(read_folder(newest), now=now, today=day)


def _code(number: int) -> str:
    return f"bench-{number:05d}"


class _Load:
    """One load: what it writes into and what it has made."""

    def __init__(
        self, ground: Ground, settings: Settings, people: int, day: date, *, now: datetime
    ) -> None:
        self.ground, self.settings = ground, settings
        self.count, self.day, self.now = people, day, now
        self.issuer = site.load().name
        digest, size = self._sample()
        self.bulk = Bulk(db.session())
        self.sheets = Sheets(db.session(), now=instant(now), sha256=digest, size=size)
        chance = random.Random(SEED)  # noqa: S311 -- the same ids at every load, no secrets
        self.people = People(self.sheets, chance, now=now)
        self.employers: list[Employer] = []

    def _blank(self, goal: Goal) -> CertificateFacts:
        demonstration, zone = self.settings.demonstration, self.settings.issuer_zone
        return blank(goal, self.issuer, demonstration=demonstration, zone=zone, now=self.now)

    def _sample(self) -> tuple[str, int]:
        """The one document that every certificate of the data set points to."""
        from certification.certificates.document import render  # noqa: PLC0415  # as in `lms.paper`

        content = render(self._blank(self.ground.goals[0]))
        storage: Storage = current_app.extensions["storage"]
        return storage.put(content), len(content)

    def run(self) -> list[Sheet]:
        """Write everything; returns the sheets with their totals."""
        self._employers()
        trainers = self._trainers()
        self.people.assessor_id = trainers[0]
        hall = Hall(self.sheets.session, self.sheets.meeting, trainers)
        cohorts = [self._cohort(hall, goal, place) for place, goal in enumerate(self.ground.goals)]
        registry = _registry()
        awarding = Awarding(self.sheets, registry, self.day, self.settings.public_url, trainers[0])
        for number in range(self.count):
            rank, turn = divmod(number, len(cohorts))
            learner = self.people.person(number, self.employers[number // STAFF])
            self.people.learn(learner, cohorts[turn], rank)
            awarding.award(learner, cohorts[turn])
            if number % CHUNK == 0:
                self.bulk.write(self.sheets.all())
        self.bulk.write(self.sheets.all())
        _keep(registry)
        self.bulk.finish(self.sheets.all())
        db.session.execute(settling(now=self.now))
        return self.sheets.all()

    def _employers(self) -> None:
        plans, regions = self.ground.plans, self.ground.regions or [None]
        for number in range(self.count // STAFF + 1):
            name, (plan_id, rank) = organisation_name(number), plans[number % len(plans)]
            organisation_id = self.sheets.organisation.add(
                _code(number + 1), name, name.casefold(), plan_id,
                regions[number % len(regions)], int(number % 20 == 0),
            )  # fmt: skip
            self.employers.append(Employer(organisation_id, f"{_code(number + 1)}.example", rank))

    def _trainers(self) -> list[int]:
        numbers = range(self.count, self.count + self.count // PEOPLE_PER_TRAINER + 1)
        trainers = [self.people.person(number, self.employers[0]).id for number in numbers]
        for person_id in trainers:
            self.sheets.role.add(person_id, Role.TRAINER.value)
        for role in (Role.ASSESSOR, Role.CERTIFICATION_MANAGER):
            self.sheets.role.add(trainers[0], role.value)
        self.bulk.write(self.sheets.all())
        return trainers

    def _cohort(self, hall: Hall, goal: Goal, place: int) -> Cohort:
        """The people of a scheme and the class sessions for them, past ones week by week before
        each one's award, and those of the next half year."""
        turns = len(self.ground.goals)
        count = (self.count - place + turns - 1) // turns
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
            json.loads(self._blank(goal).to_json()),
        )  # fmt: skip


def _registry() -> Registry:
    """The certificate numbers that are used already."""
    rows = db.session.execute(sa.select(CertificateNumber.year, CertificateNumber.last))
    return Registry(profile_prefix(), {row.year: row.last for row in rows})


def _keep(registry: Registry) -> None:
    """Note the last number of each year."""
    known: dict[int, Any] = {
        row.year: row for row in db.session.scalars(sa.select(CertificateNumber))
    }
    for year, last in registry.last.items():
        row = known.get(year)
        if row is None:
            db.session.add(CertificateNumber(year=year, last=last))
        else:
            row.last = last
    db.session.flush()
