"""Pictures of the bank: uploaded, described, shown by items, and kept while one shows them."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from certification.items import queries
from certification.items.models import Item
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page


@pytest.fixture
def author(client: FlaskClient, make: Factory) -> FlaskClient:
    return make.sign_in(client, make.person("Ada Author", Role.AUTHOR))


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, (9, 90, 88)).save(file, kind)
    file.seek(0)
    return file


def uploaded(client: FlaskClient, file: io.BytesIO) -> Page:
    address = "/manage/items/pictures"
    sent = Page(client.get(address)).form(address).submit(client, file=(file, "x.png"))
    return Page(client.get(address)) if sent.status_code == 303 else Page(sent)


def content_of(item_id: int) -> dict[str, Any]:
    with unit(writes=False):
        db.session.expire_all()
        item = db.session.get(Item, item_id)
        assert item is not None
        return queries.versions_of(item)[0].content


def begun(client: FlaskClient, make: Factory, kind: str) -> str:
    make.shown_competency(make.programme())
    form = Page(client.get("/manage/items/new")).form("/manage/items/new")
    return str(form.submit(client, kind=kind, code="N-1").location)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_an_uploaded_picture_is_a_png_with_its_markdown_to_paste(
    author: FlaskClient, make: Factory, kind: str
) -> None:
    make.programme()
    page = uploaded(author, photo(kind))
    paste = page.soup.select_one("code.paste")
    assert paste is not None
    sha256 = paste.text.removeprefix("![](picture:").removesuffix(")")
    shown = author.get(f"/manage/items/pictures/{sha256}.png")
    assert shown.mimetype == "image/png"
    assert Image.open(io.BytesIO(shown.data)).size == (60, 40)


def test_what_is_no_picture_is_said_beside_the_field(author: FlaskClient, make: Factory) -> None:
    make.programme()
    page = uploaded(author, io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"))
    assert page.status == 422
    assert "no PNG, JPEG or WebP" in page.error_of("file")
    assert page.errors


def test_a_picture_added_in_the_editor_stands_below_the_text_with_its_words(
    author: FlaskClient, make: Factory
) -> None:
    address = begun(author, make, "choice")
    form = Page(author.get(address)).form(address)
    upload = {"picture-file": (photo(), "p.jpg"), "add": "picture"}
    silent = Page(form.submit(author, **{"body-en": "Which?", **upload}))
    assert "what the picture shows" in silent.error_of("picture-words")
    assert "Which?" in silent.text
    upload["picture-file"] = (photo(), "p.jpg")
    page = Page(silent.form(address).submit(author, **{"picture-words": "A rack", **upload}))
    assert "Which?\n\n![A rack](picture:" in page.field("body-en").text
    assert page.field("option-en-3") is not None


def test_a_hotspot_is_written_with_plain_fields(author: FlaskClient, make: Factory) -> None:
    address = begun(author, make, "hotspot")
    form = Page(author.get(address)).form(address)
    page = Page(form.submit(author, **{"picture-file": (photo(), "p.jpg"), "add": "picture"}))
    values: dict[str, Any] = {"body-en": "Where?", "right-0": "1", "link-code-0": "SEC-1"}
    values |= {"option-en-0": "Left", "area-0": "0 0 20 40"}
    values |= {"option-en-1": "Right", "shape-1": "circle", "area-1": "40, 20, 9"}
    assert page.form(address).submit(author, **values).status_code == 303
    content = content_of(1)
    assert (content["picture"]["width"], content["picture"]["height"]) == (60, 40)
    assert [one["area"] for one in content["options"]] == [
        {"shape": "rect", "at": [0, 0, 20, 40]},
        {"shape": "circle", "at": [40, 20, 9]},
    ]
    state = "/manage/items/1/versions/1/state"
    sent = Page(author.get("/manage/items/1")).form(state).submit(author, state="review")
    assert sent.status_code == 303


def test_an_area_beside_the_picture_is_not_reviewed(author: FlaskClient, make: Factory) -> None:
    version = make.item(make.programme(), kind="hotspot")
    address = f"/manage/items/{version.item_id}/edit"
    Page(author.get(address)).form(address).submit(author, **{"area-0": "0 0 900 100"})
    assert "does not lie on the picture" in Page(author.get(address)).text
    state = f"/manage/items/{version.item_id}/versions/1/state"
    page = Page(author.get(f"/manage/items/{version.item_id}"))
    refused = Page(page.form(state).submit(author, state="review"))
    assert refused.status == 422
    assert "does not lie on the picture" in refused.error_of("state")


def test_a_picture_without_words_is_not_reviewed(author: FlaskClient, make: Factory) -> None:
    body = f"Which? ![ ](picture:{'b' * 64})"
    texts = {"en": {"body": body, "options": {"a": "Two", "b": "Three", "c": "Four"}}}
    version = make.item(make.programme(), texts=texts)
    page = Page(author.get(f"/manage/items/{version.item_id}/edit"))
    assert "write what it shows" in page.text
    assert "#body-en" in page.links


def test_a_picture_that_an_item_shows_stays_and_another_goes(
    author: FlaskClient, make: Factory
) -> None:
    programme = make.programme()
    make.item(programme, "USES-1", kind="hotspot")
    page = uploaded(author, photo())
    assert "USES-1" in page.text
    assert page.has_form("/manage/items/pictures/2/deletion")
    assert not page.has_form("/manage/items/pictures/1/deletion")
    token = page.form("/manage/items/pictures/2/deletion").values["csrf_token"]
    used = author.post("/manage/items/pictures/1/deletion", data={"csrf_token": token})
    assert used.status_code == 409
    assert page.form("/manage/items/pictures/2/deletion").submit(author).status_code == 303
    left = Page(author.get("/manage/items/pictures"))
    assert [tag["id"] for tag in left.soup.select(".pictures li")] == ["picture-1"]


def test_an_item_cannot_show_a_picture_of_another_bank(author: FlaskClient, make: Factory) -> None:
    address = begun(author, make, "essay")
    form = Page(author.get(address)).form(address)
    body = f"See ![this](picture:{'c' * 64})"
    answer = Page(form.submit(author, **{"body-en": body, "criterion-en-0": "Use"}))
    assert answer.status == 422
    assert "Upload it first" in answer.error_of("picture-file")


def test_who_teaches_a_programme_finds_none_of_its_pictures(
    app: Flask, author: FlaskClient, make: Factory
) -> None:
    programme = make.programme()
    uploaded(author, photo())
    tom = make.person("Tom", Role.AUTHOR)
    make.class_session(make.course(programme), tom)
    teacher = make.sign_in(app.test_client(), tom)
    page = Page(teacher.get("/manage/items/pictures"))
    assert not page.soup.select(".pictures li")
    token = page.form("/manage/items/pictures").values["csrf_token"]
    sent = teacher.post("/manage/items/pictures/1/deletion", data={"csrf_token": token})
    assert sent.status_code == 404
