"""A class session belongs to the region whose centre keeps the nearest hours."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.scheduling.rules.regions import Centre, region_of, zones_of
from lms import clock
from lms.permissions import Role
from support.directory.models import Region
from tests.courses.scheduling.browse import text
from tests.factories import Factory

CENTRES = (
    Centre("na", "North America", "America/Chicago"),
    Centre("emea", "Europe", "Europe/Amsterdam"),
    Centre("apac", "Asia-Pacific", "Asia/Singapore"),
)


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ("America/New_York", "na"),
        ("America/Sao_Paulo", "na"),
        ("Pacific/Honolulu", "na"),
        ("Europe/Berlin", "emea"),
        ("Africa/Lagos", "emea"),
        ("Atlantic/Reykjavik", "emea"),
        ("Asia/Dubai", "emea"),
        ("Asia/Kolkata", "apac"),
        ("Australia/Sydney", "apac"),
        ("Pacific/Auckland", "apac"),
        ("UTC", "emea"),
    ],
)
def test_the_nearest_clock_decides(zone: str, region: str) -> None:
    assert region_of(zone, CENTRES) == region


def test_each_zone_is_in_one_region() -> None:
    parts = [zones_of(centre.code, CENTRES) for centre in CENTRES]
    assert all(parts)
    everything = [zone for part in parts for zone in part]
    assert len(everything) == len(set(everything))
    assert "Asia/Ho_Chi_Minh" in zones_of("apac", CENTRES)


class TestLists:
    @pytest.fixture(autouse=True)
    def dates(self, make: Factory, now: datetime) -> Iterator[None]:
        """One class session in Amsterdam, one in Austin; three centres."""
        for place, centre in enumerate(CENTRES):
            make.save(
                Region(
                    code=centre.code, title=centre.title, location=centre.title,
                    time_zone=centre.zone, coverage="", languages=[], specialisations=[],
                    opening=[], position=place,
                )
            )  # fmt: skip
        trainer = make.person("Tom Trainer", Role.TRAINER)
        programme = make.programme()
        make.class_session(make.course(programme, "ADM-101", title="Here"), trainer)
        there = make.course(programme, "ADM-102", title="There")
        make.class_session(there, trainer, time_zone="America/Chicago")
        with clock.frozen_at(now):
            yield

    def test_the_public_list_is_narrowed_by_region(self, client: FlaskClient) -> None:
        assert "There ADM-102" in text(client.get("/class-sessions"))
        shown = text(client.get("/class-sessions?region=emea"))
        assert "Here ADM-101" in shown
        assert "There ADM-102" not in shown
        assert "Remove filter Europe" in shown

    def test_an_unknown_region_counts_as_none(self, client: FlaskClient) -> None:
        assert "There ADM-102" in text(client.get("/class-sessions?region=moon"))

    def test_the_administrators_list_is_narrowed_too(self, app: Flask, make: Factory) -> None:
        admin = make.sign_in(app.test_client(), make.person("Anna", Role.ADMINISTRATOR))
        shown = text(admin.get("/manage/class-sessions?region=na&programme=ADM"))
        assert "There" in shown
        assert "Here CS-" not in shown
        nothing = text(admin.get("/manage/class-sessions?region=apac"))
        assert "No class session matches all of these filters" in nothing
        past = admin.get("/manage/class-sessions?region=na")
        assert "/manage/class-sessions?when=past&amp;region=na" in past.text
