"""Hot queries alone, in this process, with the data set and with a tenth of it."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

from certification.awards.doubts import doubtful
from certification.awards.progress import progress_of
from certification.certificates import queries as certificates
from certification.certificates import queries_staff
from certification.certificates.models import Certificate
from courses.catalog.models import Course
from courses.scheduling import queries as scheduling
from courses.scheduling.models import Seat
from lms.accounts.models import Account, Organisation
from lms.accounts.queries import standing_of
from lms.accounts.queries_lists import people as people_page
from lms.db import db, unit
from reporting.slots import marks
from tests.bench.figures import Sheet, Target
from tests.bench.stage import Stage

WARM_UP, ASKED = 500, 600
"""A connection that was just opened knows none of the tables' inner pages yet. Each code, person
and organisation is asked for once, as far as there are as many."""
CONSTANT = Target(1.5, "×")


def measure(small: Stage, large: Stage, sheet: Sheet) -> None:
    """Median milliseconds of each query at both sizes, and how they compare."""
    sheet.heading(f"Hot queries on {large.name}, {small.people:,} and {large.people:,} people")
    before, after = _times(small), _times(large)
    for name, took in after.items():
        sheet.add(name, took, "ms")
        sheet.add(f"{name}, beside the smaller one", took / before[name], "×", CONSTANT)


def _times(stage: Stage) -> dict[str, float]:
    now = datetime.now(UTC)
    day = now.date()
    with stage.app():
        with unit(writes=False):
            codes = list(db.session.scalars(sa.select(Certificate.code).limit(ASKED)))
            people = list(db.session.scalars(sa.select(Seat.person_id).distinct().limit(ASKED)))
            courses = list(db.session.scalars(sa.select(Course.id)))
            firms = list(db.session.scalars(sa.select(Organisation.id).limit(ASKED)))
            emails = list(db.session.scalars(sa.select(Account.email).limit(ASKED)))
        asked: dict[str, Callable[[int], object]] = {
            "certificate by code": lambda n: certificates.by_code(codes[n % len(codes)], day),
            "next date of every course": lambda _: scheduling.seats_left(courses, now=now),
            "a learner's own class sessions": lambda n: scheduling.mine(
                people[n % len(people)], now=now
            ),
            "a learner's progress": lambda n: progress_of(people[n % len(people)], day),
            "a reader's plan": lambda n: standing_of(people[n % len(people)], day),
            "a reader's marks": lambda n: marks(people[n % len(people)]),
            "staff that expire in 90 days": lambda n: queries_staff.staff(
                [firms[n % len(firms)]], day, within_days=90
            ),
            "an employer's people": lambda n: people_page(organisation_ids=[firms[n % len(firms)]]),
            "a person by address": lambda n: people_page(text=emails[n % len(emails)]),
            "awards that rest on a withdrawn fact": lambda _: doubtful(),
            "an employer's counts": lambda n: queries_staff.staff_counts(
                [firms[n % len(firms)]], day
            ),
        }
        return {name: _median(ask) for name, ask in asked.items()}


def _median(ask: Callable[[int], object]) -> float:
    took = []
    for number in range(ASKED):
        with unit(writes=False):
            began = time.perf_counter()
            ask(number)
            took.append((time.perf_counter() - began) * 1000)
        db.session.remove()
    return statistics.median(took[WARM_UP:])
