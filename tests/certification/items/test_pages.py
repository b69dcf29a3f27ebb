"""The item bank in the browser, without scripts."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.items.content import KINDS as ALL
from certification.items.exchange import table
from certification.items.models import ItemState
from lms.permissions import Role
from tests.certification.items import contents, test_moodle
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough

GIFT = "::One:: Who? {=Ada ~Ben}\n\n::Two:: None {~a ~b}\n\n::Three:: Who? {=Ada ~Ben}\n"


@pytest.fixture
def author(client: FlaskClient, make: Factory) -> FlaskClient:
    return make.sign_in(client, make.person("Ada Author", Role.AUTHOR))


@pytest.mark.parametrize("kind", ALL)
def test_an_item_of_each_kind_is_shown_as_the_candidate_sees_it(
    author: FlaskClient, make: Factory, kind: str
) -> None:
    version = make.item(make.programme(), kind=kind)
    page = Page(author.get(f"/manage/items/{version.item_id}"))
    assert page.status == 200
    assert "As the candidate sees it" in page.text


def test_options_in_a_list_and_the_key_are_words_without_markup(
    author: FlaskClient, make: Factory
) -> None:
    texts = {
        "body": "Match.",
        "options": {"fr": "**Paris**", "es": "`Madrid`", "it": "Rome"},
        "places": {"x": "_France_", "y": "Spain", "z": "Italy"},
    }
    version = make.item(make.programme(), kind="match", texts={"en": texts})
    page = Page(author.get(f"/manage/items/{version.item_id}"))
    offered = {one.get_text() for one in page.soup.select("#answer-p1 option")}
    assert offered == {"Choose", "Paris", "Madrid", "Rome"}
    assert "France: Paris" in page.text


def test_the_list_is_narrowed_by_the_address(author: FlaskClient, make: Factory) -> None:
    programme = make.programme()
    make.item(programme, "A")
    make.item(programme, "B", kind="text")
    assert "Which are prime" in author.get("/manage/items?kind=choice").text
    assert "Which are prime" not in author.get("/manage/items?kind=text&q=capital").text
    assert author.get("/manage/items?after=zz&competency=NO").status_code == 404


def test_a_file_is_previewed_and_then_becomes_exactly_that(
    author: FlaskClient, make: Factory
) -> None:
    make.shown_competency(make.programme())
    form = Page(author.get("/manage/items/import")).form("/manage/items/import")
    shown = form.submit(
        author, prefix="IMP", competency="SEC-1", file=(io.BytesIO(GIFT.encode()), "a.txt")
    )
    page = Page(shown)
    assert page.rows()[0][1:3] == ["Two", "The key is incomplete: say what is right."]
    assert [row[1:3] for row in page.rows("[aria-labelledby=taken] table")] == [
        ["One", "IMP-001 Choice"],
        ["Three", "Is there already: IMP-001"],
    ]
    for said in ("Become drafts 1", "Are there already 1", "Are not taken over 1"):
        assert said in page.text
    assert "Who?" not in author.get("/manage/items").text
    made = page.form("/manage/items/import/items").submit(author)
    assert made.status_code == 303
    assert "IMP-001" in author.get("/manage/items").text
    again = page.form("/manage/items/import/items").submit(author, once="another")
    assert again.status_code == 422


def test_an_import_that_changed_since_its_preview_is_refused(
    author: FlaskClient, make: Factory
) -> None:
    make.programme()
    sent = {
        "programme": "ADM",
        "format": "gift",
        "language": "en",
        "prefix": "X",
        "competency": "",
        "level": "1",
        "text": GIFT,
        "digest": "0" * 64,
    }
    page = Page(author.get("/manage/items/import"))
    token = str(page.field("csrf_token")["value"])
    answer = author.post("/manage/items/import/items", data={**sent, "csrf_token": token})
    assert answer.status_code == 422
    assert "Who?" not in author.get("/manage/items").text


def test_a_form_that_comes_again_asks_for_its_file(author: FlaskClient, make: Factory) -> None:
    make.programme()
    sent = {"programme": "ADM", "format": "gift", "language": "en", "competency": "", "level": "1"}
    token = str(Page(author.get("/manage/items/import")).field("csrf_token")["value"])
    for file, is_asked in ((b"", False), (GIFT.encode(), True)):
        chosen = {"file": (io.BytesIO(file), "a.gift")} if file else {"text": GIFT}
        page = Page(
            author.post("/manage/items/import", data={**sent, **chosen, "csrf_token": token})
        )
        assert page.status == 422
        assert "Write a beginning." in page.text
        assert ("Choose the file again" in page.text) is is_asked


def test_windows_1252_and_markup_are_shown_as_text(author: FlaskClient, make: Factory) -> None:
    make.programme()
    file = "Caf\u00e9 <script>alert(1)</script>? {=a ~b}".encode("cp1252")
    form = Page(author.get("/manage/items/import")).form("/manage/items/import")
    page = Page(form.submit(author, prefix="W", file=(io.BytesIO(file), "a.txt")))
    page.form("/manage/items/import/items").submit(author)
    shown = author.get("/manage/items/1").text
    assert "Caf\u00e9" in shown
    assert "<script>alert" not in shown


def test_an_item_goes_through_review_with_a_second_person(
    app: Flask, author: FlaskClient, make: Factory
) -> None:
    ada = make.person("Writer")
    version = make.item(make.programme(), by=ada)
    address = f"/manage/items/{version.item_id}"
    state = f"{address}/versions/1/state"
    for wanted in ("review", "active"):
        Page(author.get(address)).form(state).submit(author, state=wanted, note="Checked.")
    page = Page(author.get(address))
    assert "Active" in page.text
    assert "Checked." in page.text


def test_who_teaches_a_programme_finds_none_of_its_items(
    client: FlaskClient, make: Factory
) -> None:
    programme = make.programme()
    tom = make.person("Tom", Role.AUTHOR)
    make.class_session(make.course(programme), tom)
    version = make.item(programme, "SECRET-1")
    teacher = make.sign_in(client, tom)
    assert "SECRET-1" not in teacher.get("/manage/items").text
    assert "SECRET-1" not in teacher.get("/manage/items/export.csv").text
    assert teacher.get(f"/manage/items/{version.item_id}").status_code == 404


def test_notes_enemies_new_versions_and_bulk_moves(author: FlaskClient, make: Factory) -> None:
    programme = make.programme()
    one, two = make.item(programme, "A"), make.item(programme, "B")
    address = f"/manage/items/{one.item_id}"
    page = Page(author.get(address))
    page.form(f"{address}/versions/1/notes").submit(author, note="Too long?")
    page.form(f"{address}/enemies").submit(author, code="B")
    text = author.get(address).text
    assert "Too long?" in text
    assert f"/manage/items/{two.item_id}" in text
    listed = Page(author.get("/manage/items")).form("/manage/items/state")
    sent = listed.submit(author, item=[str(one.item_id), str(two.item_id)], state="review")
    assert sent.status_code == 303
    assert author.get("/manage/items?state=review").text.count("In review") >= 2


def test_the_export_is_read_again(author: FlaskClient, make: Factory) -> None:
    make.item(make.programme(), "A")
    answer = author.get("/manage/items/export.csv")
    assert answer.mimetype == "text/csv"
    assert "Which are prime?" in answer.data.decode("utf-8-sig")
    assert answer.data.startswith(b"\xef\xbb\xbfcode,")


def test_moodle_questions_come_in_with_their_pictures(author: FlaskClient, make: Factory) -> None:
    make.programme()
    picture = f'<file name="a.png" path="/" encoding="base64">{test_moodle.picture()}</file>'
    asked = test_moodle.question(
        "shortanswer",
        '<img src="@@PLUGINFILE@@/a.png" alt="Red">',
        test_moodle.answer("red", "100"),
        picture,
    )
    file = f"<quiz>{asked}{test_moodle.question('calculated', 'x')}</quiz>".encode()
    form = Page(author.get("/manage/items/import")).form("/manage/items/import")
    page = Page(form.submit(author, prefix="M", file=(io.BytesIO(file), "a.xml")))
    assert page.rows()[0][2] == "There is no item of this kind here: calculated."
    (taken,) = page.rows("[aria-labelledby=taken] table")
    assert taken[2] == "M-001 Text entry, 1 picture"
    assert page.form("/manage/items/import/items").submit(author).status_code == 303
    shown = author.get("/manage/items/1").text
    (address,) = set(re.findall(r"/manage/items/pictures/[0-9a-f]{64}\.png", shown))
    assert author.get(address).data.startswith(b"\x89PNG")


def test_a_package_that_was_taken_out_comes_in_again(author: FlaskClient, make: Factory) -> None:
    programme = make.programme()
    make.item(programme, code="ADM-1")
    package = author.get("/manage/items/export.zip").data
    form = Page(author.get("/manage/items/import")).form("/manage/items/import")
    page = Page(form.submit(author, prefix="Q", file=(io.BytesIO(package), "a.zip")))
    assert page.rows()[0][1:3] == ["ADM-1", "Is there already: ADM-1"]


def test_a_picture_of_no_bank_is_not_there(author: FlaskClient, make: Factory) -> None:
    make.programme()
    assert author.get(f"/manage/items/pictures/{'0' * 64}.png").status_code == 404


def test_a_table_whose_pictures_are_unknown_is_refused(author: FlaskClient, make: Factory) -> None:
    make.programme()
    file = table.write([("H", "Title", contents.item("hotspot"))]).encode()
    form = Page(author.get("/manage/items/import")).form("/manage/items/import")
    page = Page(form.submit(author, prefix="H", file=(io.BytesIO(file), "a.csv")))
    assert "A picture is neither in the file nor in this bank." in page.text
    assert "There is nothing to take over." in page.text


def test_what_another_person_sent_cannot_be_confirmed(
    app: Flask, author: FlaskClient, make: Factory
) -> None:
    make.programme()
    form = Page(author.get("/manage/items/import")).form("/manage/items/import")
    page = Page(form.submit(author, prefix="IMP", file=(io.BytesIO(GIFT.encode()), "a.txt")))
    other = make.sign_in(app.test_client(), make.person("Ben Other", Role.AUTHOR))
    token = Page(other.get("/manage/items/import")).field("csrf_token")["value"]
    sent = page.form("/manage/items/import/items")
    assert sent.submit(other, csrf_token=token).status_code == 422
    assert "IMP-001" not in other.get("/manage/items").text


def test_what_is_refused_is_said_beside_its_field(author: FlaskClient, make: Factory) -> None:
    version = make.item(make.programme(), "A")
    address = f"/manage/items/{version.item_id}"
    page = Page(author.get(address))
    strange = Page(page.form(f"{address}/enemies").submit(author, code="NOBODY"))
    assert "no item “NOBODY”" in strange.error_of("code")
    mute = Page(page.form(f"{address}/versions/1/notes").submit(author, note=" "))
    assert mute.errors == ["Write the comment first."]


def test_a_bulk_move_names_the_item_that_is_in_the_way_and_moves_none(
    author: FlaskClient, make: Factory
) -> None:
    programme = make.programme()
    one, two = make.item(programme, "A"), make.item(programme, "B")
    make.moved(two, ItemState.RETIRED, by=make.person("Rita"))
    form = Page(author.get("/manage/items")).form("/manage/items/state")
    ids = [str(one.item_id), str(two.item_id)]
    answer = Page(form.submit(author, item=ids, state="review"))
    assert answer.status == 422
    assert answer.errors[0].startswith("B: ")
    for page in (answer, Page(author.get("/manage/items"))):
        assert [row[2] for row in page.rows()] == ["Draft", "Retired"]
