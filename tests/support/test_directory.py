"""Opening hours, the region on duty, and whom a customer's plan lets call."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.accounts.models import SupportPlan
from lms.db import db, unit
from reporting.cli import SHIPPED
from reporting.loader.checks import read_folder
from reporting.loader.load import load
from support.directory.rules import Centre, Duty, duty_at, may_use, opening_at
from tests.factories import Factory
from tests.page import Page, words

ALWAYS = [{"days": [1, 2, 3, 4, 5, 6, 7], "opens": "00:00", "closes": "24:00"}]
OFFICE = [{"days": [1, 2, 3, 4, 5], "opens": "08:00", "closes": "18:00"}]
CENTRES = [
    Centre("na", ALWAYS, "America/Chicago"),
    Centre("emea", OFFICE, "Europe/Amsterdam"),
    Centre("apac", OFFICE, "Asia/Singapore"),
]
TURNS = [
    {"from_utc": "00:00", "region": "apac"},
    {"from_utc": "08:00", "region": "emea"},
    {"from_utc": "16:00", "region": "na"},
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "is_open", "changes"),
    [
        ("2026-11-23T07:00", True, "2026-11-23T17:00"),
        ("2026-11-23T17:00", False, "2026-11-24T07:00"),
        ("2026-11-27T20:00", False, "2026-11-30T07:00"),
        ("2027-03-28T00:30", False, "2027-03-29T06:00"),
        ("2026-10-23T17:00", False, "2026-10-26T07:00"),
    ],
)
def test_a_centre_is_open_by_its_own_clock(now: str, is_open: bool, changes: str) -> None:
    found = opening_at(OFFICE, "Europe/Amsterdam", at(now))

    assert (found.is_open, found.changes_at) == (is_open, at(changes))


def test_a_centre_that_never_closes_has_no_change() -> None:
    found = opening_at(ALWAYS, "America/Chicago", at("2026-11-01T06:30"))

    assert (found.is_open, found.changes_at) == (True, None)


@pytest.mark.parametrize(
    ("now", "duty"),
    [
        ("2026-11-23T03:00", ("apac", "2026-11-23T08:00", "emea")),
        ("2026-11-23T08:00", ("emea", "2026-11-23T16:00", "na")),
        ("2026-11-23T23:59", ("na", "2026-11-24T00:00", "apac")),
        ("2026-11-28T04:00", ("na", "2026-11-30T00:00", "apac")),
        ("2026-11-27T16:30", ("na", "2026-11-30T00:00", "apac")),
        ("2027-03-28T00:30", ("na", "2027-03-29T00:00", "apac")),
        ("2026-12-31T23:50", ("na", "2027-01-01T00:00", "apac")),
    ],
)
def test_the_sun_is_followed_to_a_centre_that_is_open(now: str, duty: tuple[str, str, str]) -> None:
    region, until, following = duty

    assert duty_at(TURNS, CENTRES, at(now)) == Duty(region, at(until), following)


def test_whose_turn_it_is_stays_on_duty_when_no_centre_is_open() -> None:
    found = duty_at(TURNS, CENTRES[1:], at("2026-11-28T04:00"))

    assert found is not None
    assert found.region == "apac"


def test_one_region_alone_hands_over_to_nobody() -> None:
    assert duty_at(TURNS[2:], CENTRES[:1], at("2026-11-28T04:00")) is None


def test_a_channel_with_plans_is_for_these_plans_only() -> None:
    assert may_use(["platinum"], "platinum")
    assert not may_use(["platinum"], "gold")
    assert may_use([], "silver")
    assert not may_use([], None)


@pytest.mark.thorough
def test_on_a_saturday_the_page_names_an_open_centre_and_the_readers_channels(
    app: Flask, make: Factory, client: FlaskClient
) -> None:
    saturday = at("2026-11-28T04:00")
    folder = read_folder(SHIPPED)
    with unit(writes=True):
        load(folder, now=saturday, today=saturday.date())
    with unit(writes=True):
        code = SupportPlan.code == "silver"
        silver = db.session.scalars(sa.select(SupportPlan).where(code)).one()
    sora = make.person("Sora", organisation=make.organisation("sakura", silver))
    with clock.frozen_at(saturday):
        page = Page(make.sign_in(client, sora).get("/contacts"))

    marks = {
        words(row.b): words(row.select_one(".badge"))
        for row in page.soup.select(".items li:has(b)")
    }
    assert "On duty now: North America Support Center" in page.text
    assert "Opens 30 Nov 2026, 08:00 CET." in page.text
    assert "Opens 30 Nov 2026, 08:00 GMT+8 there, 30 Nov 2026, 01:00 CET for you." in page.text
    assert marks["Emergency Hotline"] == "Only Platinum"
    assert marks["24/7 Support Line"] == "Yours"
    chain = page.soup.find("ol", class_="items")
    assert [words(name) for name in chain.select("b")] == [
        entry.name for entry in folder.support.value.contacts[3].entries
    ]
