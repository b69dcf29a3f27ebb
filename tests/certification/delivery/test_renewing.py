"""Who has to pass an exam again to renew a certification may sit it when the time has come; so may
who passed it with fewer points than a certification asks for."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.awards.actions import award_what_is_due, revoke
from certification.awards.models import Award, SchemeVersion
from certification.exams import actions as examining
from certification.exams.models import Exam
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough

RULE = {"all_of": [{"exam": "ADM-300", "at_least": 70}]}


@pytest.fixture
def ada(make: Factory) -> Person:
    """She passed an exam that nobody may take twice, and holds what it earns for 24 months."""
    person, assessor = make.person("Ada"), make.person("Ann", Role.ASSESSOR)
    sat = make.takeable(kinds=("choice",), retakes={"waits": [14]})
    make.rule(make.scheme(make.programme_of(sat.exam)), RULE)
    with unit(writes=True):
        examining.record_result(
            sat.exam, person, taken_on=make.now.date(), score=90, note="", by=assessor.id,
            now=make.now,
        )  # fmt: skip
        award_what_is_due(person.id, today=make.now.date(), now=make.now)
    return person


def read(app: Flask, make: Factory, who: Person, at: datetime) -> Page:
    with clock.frozen_at(at):
        return Page(make.sign_in(app.test_client(), who).get("/exams/ADM-300"))


def begin(app: Flask, make: Factory, who: Person, at: datetime) -> int:
    sent = {"rules": "1", "identity": "1", "language": "en"}
    with clock.frozen_at(at):
        browser = make.sign_in(app.test_client(), who)
        return browser.post("/exams/ADM-300/attempt", data=sent).status_code


@pytest.fixture
def award(make: Factory, ada: Person) -> Award:
    with unit(writes=False):
        return db.session.scalars(sa.select(Award)).one()


def test_long_before_the_end_the_page_says_from_when(
    app: Flask, make: Factory, ada: Person, award: Award, no_csrf: None
) -> None:
    assert award.valid_until == date(2028, 11, 23)
    early = make.now + timedelta(days=300)
    page = read(app, make, ada, early)
    said = "To renew Certified Administrator, you may take it again from "
    assert page.text.partition(said)[2].startswith("25 Aug 2028")
    assert "This exam is passed." not in page.text
    assert begin(app, make, ada, early) == 409


@pytest.mark.parametrize("days", [-80, 0, 1, 400])
def test_near_the_end_and_after_it_the_exam_is_open_again(
    app: Flask, make: Factory, ada: Person, award: Award, no_csrf: None, days: int
) -> None:
    at = make.now + timedelta(days=731 + days)
    page = read(app, make, ada, at)
    assert "It counts for the next cycle of: Certified Administrator." in page.text
    assert "The wait between two attempts is over." not in page.text
    assert begin(app, make, ada, at) == 303


def test_after_a_revocation_it_is_open_at_once(
    app: Flask, make: Factory, ada: Person, award: Award, no_csrf: None
) -> None:
    tom = make.person("Tom").id
    with unit(writes=True):
        revoke(
            award, public_reason="Not sat by the holder.", internal_note="",
            today=make.now.date(), by=tom, now=make.now,
        )  # fmt: skip
    assert begin(app, make, ada, make.now + timedelta(days=1)) == 303


def test_without_a_certification_that_asks_it_stays_passed(
    app: Flask, make: Factory, ada: Person, no_csrf: None
) -> None:
    with unit(writes=True):
        db.session.execute(sa.delete(Award))
    at = make.now + timedelta(days=731)
    assert "This exam is passed." in read(app, make, ada, at).text
    assert begin(app, make, ada, at) == 409


def test_a_pass_that_is_too_low_for_the_next_cycle_is_one_more_try_of_it(
    app: Flask, make: Factory, ada: Person, award: Award, no_csrf: None
) -> None:
    """What earned the award stays a pass, also under a newer rule that asks for more."""
    near = make.now + timedelta(days=700)
    with unit(writes=False):
        version = db.session.get_one(SchemeVersion, award.scheme_version_id)
        exam = db.session.scalars(sa.select(Exam)).one()
    make.rule(version, {"exam": "ADM-300", "at_least": 95})
    assert "It counts for the next cycle of" in read(app, make, ada, near).text
    assessor = make.person("Al", Role.ASSESSOR)
    with unit(writes=True):
        examining.record_result(
            exam, ada, taken_on=near.date(), score=92, note="", by=assessor.id, now=near
        )
    page = read(app, make, ada, near + timedelta(days=1))
    assert "The next attempt is possible from " in page.text
    assert begin(app, make, ada, near + timedelta(days=15)) == 303


@pytest.mark.parametrize(("days", "status"), [(13, 409), (15, 303)])
def test_a_pass_below_what_the_certification_asks_for_bars_nobody(
    app: Flask, make: Factory, no_csrf: None, days: int, status: int
) -> None:
    """The exam passes from 70 on, the certification asks for 80; the wait between tries holds."""
    person, assessor = make.person("Bea"), make.person("Ann", Role.ASSESSOR)
    sat = make.takeable(kinds=("choice",), retakes={"waits": [14]})
    make.rule(make.scheme(make.programme_of(sat.exam)), {"exam": "ADM-300", "at_least": 80})
    with unit(writes=True):
        result = examining.record_result(
            sat.exam, person, taken_on=make.now.date(), score=75, note="", by=assessor.id,
            now=make.now,
        )  # fmt: skip
        assert result.passed
    later = make.now + timedelta(days=days)
    page = read(app, make, person, later)
    allowed = "fewer points than this asks for: Certified Administrator. You may take it again."
    assert "This exam is passed." not in page.text
    assert (allowed in page.text) == (status == 303)
    assert begin(app, make, person, later) == status
