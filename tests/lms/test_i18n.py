"""Instants in words: kept for a minute, and never for another zone or another side of a change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask

from lms import i18n
from lms.i18n import moment
from lms.reasons import Reason
from lms.wording import word

BERLIN = "Europe/Berlin"


def test_an_instant_names_its_minute_and_zone(app: Flask) -> None:
    at = datetime(2026, 11, 20, 8, 0, 59, 999_999, tzinfo=UTC)
    assert moment(at, BERLIN) == moment(at.replace(second=0), BERLIN) == "20 Nov 2026, 09:00 CET"
    assert moment(at + timedelta(seconds=1), BERLIN) == "20 Nov 2026, 09:01 CET"
    assert moment(at, "UTC") == "20 Nov 2026, 08:00 UTC"
    assert moment(None, BERLIN) == ""


def test_the_hour_that_comes_twice_is_told_apart(app: Flask) -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo(BERLIN))
    assert moment(first, BERLIN) == "25 Oct 2026, 02:30 CEST"
    assert moment(first.replace(fold=1), BERLIN) == "25 Oct 2026, 02:30 CET"


def test_the_beginning_of_a_line_leaves_names_as_they_are() -> None:
    assert i18n.sentence("completed the End-User Training") == "Completed the End-User Training"
    assert i18n.sentence("") == ""


def test_each_language_has_its_own(app: Flask) -> None:
    with app.test_request_context("/?lang=en-XA"):
        assert i18n.language() == i18n.PSEUDO
        assert i18n.gettext("Closed") != "Closed"
    with app.test_request_context("/"):
        assert i18n.language() == i18n.SOURCE
        assert i18n.gettext("Closed") == "Closed"


def test_a_reason_tells_days_and_instants_as_pages_do(app: Flask) -> None:
    with app.test_request_context():
        day = Reason("policy_before_the_newest", {"day": date(2026, 3, 4)})
        assert word(day) == (
            "The newest policy begins on 4 March 2026. Choose that day or a later one."
        )
        wait = Reason("retake_wait", {"until": datetime(2026, 3, 4, 9, tzinfo=UTC)})
        assert word(wait) == "The next attempt is possible from 4 Mar 2026, 09:00 UTC."
