"""Writing items with plain fields."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.items import actions, queries
from certification.items.actions import Draft
from certification.items.content import KINDS as ALL
from certification.items.content import ItemContent
from certification.items.exchange import moodle
from certification.items.models import Item, ItemVersion
from certification.items.reading import as_json, draft_from
from courses.catalog.models import Programme
from lms.db import db, unit
from lms.permissions import Role
from tests.certification.items.contents import KINDS
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough


@pytest.fixture
def author(client: FlaskClient, make: Factory) -> FlaskClient:
    return make.sign_in(client, make.person("Ada Author", Role.AUTHOR))


def newest(item_id: int) -> ItemVersion:
    with unit(writes=False):
        db.session.expire_all()
        item = db.session.get(Item, item_id)
        assert item is not None
        return queries.versions_of(item)[0]


@pytest.mark.parametrize("kind", ALL)
def test_saving_without_a_change_changes_nothing(
    author: FlaskClient, make: Factory, kind: str
) -> None:
    version = make.item(make.programme(), kind=kind)
    before = dict(version.content)
    address = f"/manage/items/{version.item_id}/edit"
    answer = Page(author.get(address)).form(address).submit(author)
    assert answer.status_code == 303
    after = newest(version.item_id)
    changed = {name: one for name, one in after.content.items() if one != before[name]}
    assert changed == {}
    assert (after.revision, after.difficulty, after.source) == (2, 65, "Handbook")


def written(author: FlaskClient, make: Factory, kind: str) -> str:
    make.shown_competency(make.programme())
    page = Page(author.get("/manage/items/new"))
    made = page.form("/manage/items/new").submit(author, kind=kind, code="N-1")
    return str(made.location)


def test_an_item_is_written_from_nothing_and_ready_for_review(
    author: FlaskClient, make: Factory
) -> None:
    address = written(author, make, "choice")
    values: dict[str, Any] = {
        "body-en": "Which?",
        "option-en-0": "This",
        "option-en-1": "That",
        "right-1": "1",
        "link-code-0": "SEC-1",
    }
    assert Page(author.get(address)).form(address).submit(author, **values).status_code == 303
    content = newest(1).content
    assert (content["key"], len(content["options"])) == (["b"], 2)
    state = "/manage/items/1/versions/1/state"
    Page(author.get("/manage/items/1")).form(state).submit(author, state="review")
    assert newest(1).state.value == "review"


def test_another_row_keeps_what_was_typed(author: FlaskClient, make: Factory) -> None:
    address = written(author, make, "text")
    form = Page(author.get(address)).form(address)
    page = Page(form.submit(author, **{"body-en": "Capital?", "answer-0": "Rome", "add": "answer"}))
    assert page.field("answer-0")["value"] == "Rome"
    assert page.field("answer-1")["value"] == ""
    assert "Capital?" in page.text


def test_what_cannot_be_read_is_named_and_kept_on_the_page(
    author: FlaskClient, make: Factory
) -> None:
    address = written(author, make, "number")
    form = Page(author.get(address)).form(address)
    answer = form.submit(author, **{"body-en": "Pi?", "answer-0": "three"})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.field("answer-0")["value"] == "three"
    assert "“three” is no number" in page.error_of("answer-0")
    assert page.title.startswith("Error:")
    assert "#answer-0" in page.links
    assert newest(1).revision == 1


def test_an_unfinished_draft_is_kept_but_not_reviewed(author: FlaskClient, make: Factory) -> None:
    address = written(author, make, "order")
    Page(author.get(address)).form(address).submit(author, **{"body-en": "Sort."})
    page = Page(author.get("/manage/items/1"))
    answer = page.form("/manage/items/1/versions/1/state").submit(author, state="review")
    assert answer.status_code == 422
    assert newest(1).state.value == "draft"


def test_a_language_is_added_beside_the_others(author: FlaskClient, make: Factory) -> None:
    version = make.item(make.programme())
    address = f"/manage/items/{version.item_id}/edit"
    form = Page(author.get(address)).form(address)
    page = Page(form.submit(author, add="language", language="de"))
    assert page.field("body-de") is not None
    assert page.field("option-en-0").get_text().strip() == "Two"


def test_the_preview_shows_what_is_typed_and_saves_nothing(
    author: FlaskClient, make: Factory
) -> None:
    version = make.item(make.programme(), kind="match")
    address = f"/manage/items/{version.item_id}/edit"
    form = Page(author.get(address)).form(address)
    page = Page(form.submit(author, **{"place-en-0": "Gallia", "add": "preview"}))
    seen = page.soup.select_one("section:has(#preview)")
    assert seen is not None
    label = next(one for one in seen.select("label") if "Gallia" in one.text)
    assert seen.select_one(f"select#{label['for']}") is not None
    assert newest(version.item_id).revision == 1


@pytest.mark.parametrize(("add", "rows"), [("option", 5), ("preview", 4)])
def test_a_page_that_only_comes_back_keeps_the_empty_rows(
    author: FlaskClient, make: Factory, add: str, rows: int
) -> None:
    address = written(author, make, "choice")
    page = Page(Page(author.get(address)).form(address).submit(author, add=add))
    assert len(page.soup.select("[name^=option-en-]")) == rows


def test_a_language_in_which_nothing_was_written_is_not_kept(
    author: FlaskClient, make: Factory
) -> None:
    version = make.item(make.programme())
    address = f"/manage/items/{version.item_id}/edit"
    form = Page(author.get(address)).form(address)
    Page(form.submit(author, add="language", language="de")).form(address).submit(author)
    assert list(newest(version.item_id).content["texts"]) == ["en"]


BLOCKS = st.sampled_from(
    [
        "<p>One line.</p>", "<p>A line<br>and another.</p>", "<ul><li>one</li><li>two</li></ul>",
        "<ol start='3'><li>three</li></ol>", "<pre>  if so:\n      go()</pre>", "&gt; 5", "plain",
        "<table><tr><th>a</th></tr><tr><td>b</td></tr></table>", "<blockquote>said</blockquote>",
    ]
)  # fmt: skip
HTML = st.lists(BLOCKS, min_size=1, max_size=3).map("".join)
MARKDOWN = st.sampled_from(["    code()\n\nand words", "- a\n- b\n", "a\n\n\nb", "\n\nlate"])
TEXTS = st.one_of(
    HTML.map(lambda said: ("html", said)), MARKDOWN.map(lambda said: ("markdown", said))
)


def _said(tag: str, text: tuple[str, str], attributes: str = "", rest: str = "") -> str:
    form, said = text
    return f"<{tag} format='{form}'{attributes}><text><![CDATA[{said}]]></text>{rest}</{tag}>"


@st.composite
def questions(draw: st.DrawFn) -> str:
    """A question of Moodle, formatted wherever it may be."""
    kind = draw(st.sampled_from(["multichoice", "matching", "essay", "shortanswer"]))
    parts = [_said("questiontext", draw(TEXTS)), _said("generalfeedback", draw(TEXTS))]
    if kind == "multichoice":
        parts += [_said(f"{one}feedback", draw(TEXTS)) for one in ("correct", "incorrect")]
        parts += [
            _said("answer", draw(TEXTS), f" fraction='{share}'", _said("feedback", draw(TEXTS)))
            for share in (100, 0, 0)
        ]
    if kind == "matching":
        answer = "<answer><text>{}</text></answer>"
        parts += [_said("subquestion", draw(TEXTS), "", answer.format(one)) for one in "ab"]
    if kind == "essay":
        parts.append(_said("graderinfo", draw(TEXTS)))
    if kind == "shortanswer":
        parts.append("<answer fraction='100'><text>Rome</text></answer>")
    name = "<name><text>Q</text></name>"
    return f"<quiz><question type='{kind}'>{name}{''.join(parts)}</question></quiz>"


def trimmed(content: ItemContent) -> Any:
    """Without the empty lines and spaces around a text, which show nowhere."""

    def one(text: str) -> str:
        lines = text.rstrip().split("\n")
        while lines and not lines[0].strip():
            lines.pop(0)
        return "\n".join(lines)

    texts = {
        tag: replace(
            said,
            body=one(said.body),
            **{
                part: {name: one(text) for name, text in getattr(said, part).items()}
                for part in ("options", "places", "criteria", "feedback")
            },
        )
        for tag, said in content.texts.items()
    }
    return as_json(replace(content, texts=texts))


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.mark.sqlite
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=questions())
def test_opening_and_saving_what_was_imported_loses_nothing(
    author: FlaskClient, make: Factory, programme: Programme, text: str
) -> None:
    [found] = moodle.read(f"<?xml version='1.0'?>{text}".encode())
    if found.content is None:
        return
    content = found.content
    with unit(writes=True):
        version = actions.create(
            programme, f"Q{make.next()}", Draft(content), by=None, now=make.now
        )
    address = f"/manage/items/{version.item_id}/edit"
    assert Page(author.get(address)).form(address).submit(author).status_code == 303
    assert trimmed(draft_from(newest(version.item_id).content)) == trimmed(content)


def test_every_row_of_a_long_item_is_in_the_form(author: FlaskClient, make: Factory) -> None:
    ids = [f"o{number}" for number in range(1, 56)]
    texts = {"en": {"body": "Which?", "options": {one: f"Text {one}" for one in ids}}}
    options = [{"id": one} for one in ids]
    version = make.item(make.programme(), texts=texts, options=options, key=["o55"])
    before = list(version.content["options"])
    address = f"/manage/items/{version.item_id}/edit"
    assert Page(author.get(address)).form(address).submit(author).status_code == 303
    assert newest(version.item_id).content["options"] == before


UNDESCRIBED = f"Look: ![](picture:{'a' * 64})"


@pytest.mark.parametrize(
    ("kind", "part", "name", "field"),
    [
        ("choice", "feedback", "general", "feedback-general-en"),
        ("choice", "feedback", "wrong", "feedback-wrong-en"),
        ("choice", "feedback", "a", "feedback-a-en"),
        ("essay", "criteria", "t", "criterion-en-0"),
    ],
)
def test_a_picture_without_words_is_named_wherever_it_stands(
    author: FlaskClient, make: Factory, kind: str, part: str, name: str, field: str
) -> None:
    said = KINDS[kind]["texts"]["en"]
    texts = {"en": {**said, part: {**said.get(part, {}), name: UNDESCRIBED}}}
    version = make.item(make.programme(), kind=kind, texts=texts)
    address = f"/manage/items/{version.item_id}"
    page = Page(author.get(f"{address}/edit"))
    assert "has no words: write what it shows between the brackets." in page.text
    assert f"#{field}" in page.links
    assert page.field(field).get_text().strip() == UNDESCRIBED
    state = f"{address}/versions/1/state"
    answer = Page(author.get(address)).form(state).submit(author, state="review")
    assert answer.status_code == 422
    form = Page(author.get(f"{address}/edit")).form(f"{address}/edit")
    form.submit(author, **{field: "Look: ![A red box](picture:" + "a" * 64 + ")"})
    answer = Page(author.get(address)).form(state).submit(author, state="review")
    assert answer.status_code == 303
