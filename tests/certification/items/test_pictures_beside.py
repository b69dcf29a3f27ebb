"""Pictures in feedback and in a rubric: they come along, are shown to those who work with the item,
and stay unreadable for who sits the exam."""

import io
import zipfile
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from certification.items.content import PICTURE
from certification.items.exchange import moodle, qti
from certification.items.exchange.found import Found
from lms.permissions import Role
from tests.certification.items.contents import KINDS
from tests.certification.items.test_moodle import answer, picture, question
from tests.certification.items.test_qti import (
    CHOICE,
    MATCH,
    PNG,
    RIGHT_A,
    SHA,
    codes,
    entry,
    of,
    package,
    without_ours,
    zipped,
)
from tests.factories import Factory
from tests.page import Page

FILE = f'<file name="a.png" path="/" encoding="base64">{picture()}</file>'
PART = (
    '<{0} format="html"><text><![CDATA[<p>See <img src="@@PLUGINFILE@@/a.png" alt="Red"></p>]]>'
    f"</text>{FILE}</{{0}}>"
)
SHOWS = f"See ![Red](picture:{SHA})"


def moodle_file(kind: str, part: str) -> bytes:
    asked = question(kind, "Why?", answer("x", "100") + PART.format(part))
    return f"<?xml version='1.0'?><quiz>{asked}</quiz>".encode()


def one(found: list[Found]) -> Any:
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("kind", "part", "where"),
    [("shortanswer", "generalfeedback", "feedback"), ("essay", "graderinfo", "criteria")],
)
def test_a_picture_of_moodle_beside_the_question_comes_along(
    kind: str, part: str, where: str
) -> None:
    found = one(moodle.read(moodle_file(kind, part)))
    (image,) = found.pictures
    (said,) = getattr(found.content.texts["en"], where).values()
    assert PICTURE.findall(said) == [image.sha256]
    assert codes(found) == []


def test_a_picture_of_qti_beside_the_question_comes_along() -> None:
    said = '<modalFeedback identifier="general"><img src="a.png" alt="Red"/></modalFeedback>'
    files = {"i.xml": entry(CHOICE, RIGHT_A, MATCH + said), "a.png": PNG}
    found = one(qti.read(zipped(files)))
    assert [image.sha256 for image in found.pictures] == [SHA]


@pytest.mark.parametrize("kind", ["choice", "essay"])
def test_a_package_takes_such_pictures_out_and_brings_them_back(kind: str) -> None:
    texts = KINDS[kind]["texts"]["en"]
    criteria = dict.fromkeys(texts.get("criteria", ()), SHOWS)
    said = {**texts, "criteria": criteria} if criteria else {**texts, "feedback": {"right": SHOWS}}
    content = package(of(kind, texts={"en": said}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert f"pictures/{SHA}.png" in archive.namelist()
        assert f"pictures/{SHA}.png" in archive.read("imsmanifest.xml").decode()
    for read in (content, without_ours(content)):
        found = one(qti.read(read))
        assert [image.sha256 for image in found.pictures] == [SHA]


@pytest.fixture
def author(client: FlaskClient, make: Factory) -> FlaskClient:
    return make.sign_in(client, make.person("Ada Author", Role.AUTHOR))


@pytest.mark.parametrize(
    ("kind", "part"), [("shortanswer", "generalfeedback"), ("essay", "graderinfo")]
)
def test_such_a_picture_is_kept_in_the_bank_and_shown_on_the_items_page(
    author: FlaskClient, make: Factory, kind: str, part: str
) -> None:
    make.programme()
    form = Page(author.get("/manage/items/import")).form("/manage/items/import")
    file = (io.BytesIO(moodle_file(kind, part)), "a.xml")
    page = Page(form.submit(author, prefix="M", file=file))
    assert "1 picture" in page.rows("[aria-labelledby=taken] table")[0][2]
    assert page.form("/manage/items/import/items").submit(author).status_code == 303
    shown = Page(author.get("/manage/items/1"))
    (image,) = shown.soup.select("[aria-labelledby=key] img")
    assert image["alt"] == "Red"
    assert author.get(str(image["src"])).data.startswith(b"\x89PNG")


def test_an_item_cannot_name_a_strange_picture_in_its_feedback(
    author: FlaskClient, make: Factory
) -> None:
    version = make.item(make.programme())
    address = f"/manage/items/{version.item_id}/edit"
    said = {"feedback-right-en": f"See ![this](picture:{'c' * 64})"}
    answered = Page(Page(author.get(address)).form(address).submit(author, **said))
    assert answered.status == 422
    assert "Upload it first" in answered.error_of("picture-file")


def test_a_picture_that_the_bank_lost_keeps_nobody_from_the_export(
    author: FlaskClient, make: Factory
) -> None:
    """Until now imports kept the name of such a picture and lost the picture."""
    texts = KINDS["text"]["texts"]["en"]
    make.item(make.programme(), kind="text", texts={"en": {**texts, "feedback": {"right": SHOWS}}})
    package = author.get("/manage/items/export.zip")
    assert package.status_code == 200
    (found,) = qti.read(package.data)
    assert found.content is not None
    assert found.pictures == ()


def test_who_sits_the_exam_cannot_read_a_picture_of_the_feedback(app: Flask, make: Factory) -> None:
    told, asked = stored(app, "red"), stored(app, "blue")
    said = {
        "body": f"Which? ![Blue](picture:{asked})",
        "feedback": {"general": f"![Red](picture:{told})"},
    }
    sat = make.takeable(kinds=("text",), changes={"texts": {"en": said}})
    candidate = make.person("Cara")
    attempt = make.begun(sat, candidate)
    browser = make.sign_in(app.test_client(), candidate)
    pictures = f"/exams/attempts/{attempt.code}/pictures"
    assert browser.get(f"{pictures}/{asked}.png").status_code == 200
    assert browser.get(f"{pictures}/{told}.png").status_code == 404
    assert browser.get(f"/manage/items/pictures/{told}.png").status_code == 403


def stored(app: Flask, colour: str) -> str:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    sha256: str = app.extensions["storage"].put(file.getvalue())
    return sha256


def test_an_assessor_sees_the_pictures_of_the_rubric(app: Flask, make: Factory) -> None:
    sha256 = stored(app, "red")
    criteria = {"t": f"Terms, as in ![Red](picture:{sha256})", "u": "Use of *it* \\< 5"}
    texts = {"en": {**KINDS["essay"]["texts"]["en"], "criteria": criteria}}
    sat = make.takeable(kinds=("essay",), changes={"texts": texts})
    attempt = make.submitted(sat, make.person("Ada"), ["Because."])
    make.scored(attempt)
    ann = make.sign_in(app.test_client(), make.person("Ann", Role.ASSESSOR))
    page = Page(ann.get(f"/teach/marking/{attempt.id}/1"))
    (image,) = page.soup.select("[aria-labelledby=rubric] img")
    assert image["alt"] == "Red"
    assert ann.get(str(image["src"])).data.startswith(b"\x89PNG")
    labels = [one.get_text(" ", strip=True) for one in page.soup.select("label[for^=points-]")]
    assert labels == ["Criterion 1 0 to 2 points", "Use of it < 5 0 to 3 points"]
