"""What was sent to be imported and never confirmed goes after a day; nothing else does."""

import io
import os
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.items import jobs
from lms.permissions import Role
from lms.uploads import Uploads
from tests.factories import Factory
from tests.page import Page

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
GIFT = b"Who? {=Ada ~Ben}"


def sent(client: FlaskClient, make: Factory) -> Page:
    make.sign_in(client, make.person("Ada Author", Role.AUTHOR))
    make.shown_competency(make.programme())
    form = Page(client.get("/manage/items/import")).form("/manage/items/import")
    return Page(form.submit(client, prefix="IMP", file=(io.BytesIO(GIFT), "a.txt")))


def aged(uploads: Uploads, age: timedelta) -> None:
    for one in uploads.root.iterdir():
        os.utime(one, (NOW.timestamp() - age.total_seconds(),) * 2)


@pytest.mark.parametrize(("hours", "left"), [(24, 1), (26, 0)])
def test_a_file_waits_a_day_and_then_goes(
    client: FlaskClient, app: Flask, make: Factory, hours: int, left: int
) -> None:
    sent(client, make)
    uploads = app.extensions["uploads"]
    aged(uploads, timedelta(hours=hours))
    with app.app_context():
        jobs.look(NOW)
    assert len(list(uploads.root.iterdir())) == left


def test_a_file_that_went_is_asked_for_again(
    client: FlaskClient, app: Flask, make: Factory
) -> None:
    preview = sent(client, make)
    app.extensions["uploads"].remove_older(datetime.max.replace(tzinfo=UTC))
    answer = preview.form("/manage/items/import/items").submit(client)
    assert answer.status_code == 422
    assert "Who?" not in client.get("/manage/items").text


def test_the_same_file_of_two_people_is_two_files(app: Flask) -> None:
    uploads = app.extensions["uploads"]
    first, second = uploads.keep(GIFT), uploads.keep(GIFT)
    (uploads.root / first).unlink()
    assert uploads.get(second) == GIFT


def test_no_name_leads_out_of_the_folder(app: Flask) -> None:
    for name in ("../app.db", "", "/etc/passwd", "a" * 33):
        with pytest.raises(FileNotFoundError):
            app.extensions["uploads"].get(name)


def test_an_import_leaves_no_document_before_it_is_confirmed(
    client: FlaskClient, app: Flask, make: Factory
) -> None:
    sent(client, make)
    assert not list(app.extensions["storage"].root.glob("sha256/*/*"))
