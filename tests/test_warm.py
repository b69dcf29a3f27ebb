"""What tests share is to each of them as if it were its own."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from lms import navigation, settings
from lms.navigation import Entry
from lms.permissions import PUBLIC
from tests.conftest import environment
from tests.factories import Factory
from tests.page import Page
from tests.warm import Lasting


def test_an_application_is_found_as_it_was_made(tmp_path: Path, database_url: str) -> None:
    lasting = Lasting(create_app(environment(tmp_path / "made", database_url)))
    before = settings.read(environment(tmp_path / "one", database_url))
    app = lasting.as_new(before)
    count = len(app.extensions["navigation"])
    app.config["WTF_CSRF_ENABLED"] = False
    navigation.add(app, Entry("home.me", "Elsewhere", "house", PUBLIC, 99, "/me"))
    app.extensions["catalog_snapshot"] = "of another database"
    misses = app.extensions["misses"]

    after = settings.read(environment(tmp_path / "two", database_url))
    assert lasting.as_new(after) is app
    assert app.config["WTF_CSRF_ENABLED"]
    assert len(app.extensions["navigation"]) == count
    assert "catalog_snapshot" not in app.extensions
    assert app.extensions["misses"] is not misses
    assert app.extensions["storage"].root == tmp_path / "two" / "documents"
    assert app.extensions["settings"] is app.extensions["jobs_settings"] is after


@pytest.mark.parametrize(("title", "other"), [("Gardening", "Cooking"), ("Cooking", "Gardening")])
def test_no_page_of_another_test_is_kept(
    make: Factory, client: FlaskClient, title: str, other: str
) -> None:
    make.course(make.programme(), title=title)
    text = Page(client.get("/catalog")).text
    assert title in text
    assert other not in text
