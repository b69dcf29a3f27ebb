"""Everything that matches the list's filter, moved in one step, with the exact count before it."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.items import actions_many, queries
from certification.items.actions import start_draft
from certification.items.models import Item, ItemEvent, ItemState, ItemVersion
from courses.catalog.models import Programme
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Form, Page
from tests.queries import counted

pytestmark = pytest.mark.thorough

LIST, MOVE = "/manage/items", "/manage/items/state/all"


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada Author", Role.AUTHOR)


@pytest.fixture
def author(client: FlaskClient, make: Factory, ada: Person) -> FlaskClient:
    return make.sign_in(client, ada)


def states(programme: Programme) -> dict[str, str]:
    with unit(writes=False):
        found = queries.listed(queries.Filter([programme.id]), size=500).rows
        return {row.item.code: row.state.value for row in found}


def look(author: FlaskClient, to: str, **args: str) -> Page:
    return Page(author.get("/manage/items/state", query_string={"to": to, **args}))


def confirmed(page: Page) -> Form:
    tag = next(form for form in page.soup.select("form") if MOVE in str(form.get("action")))
    return page.form(str(tag["action"]))


def test_all_pages_of_the_list_are_moved_and_the_buttons_say_how_many(
    author: FlaskClient, make: Factory
) -> None:
    programme = make.programme()
    for number in range(35):
        make.item(programme, f"Q{number:02}")
    listed = Page(author.get(LIST))
    assert "35 items match." in listed.text
    assert "Look at 35 items" in listed.text
    page = look(author, "review")
    assert "Bring 35 items to “In review”?" in page.text
    assert "Move 35 items" in page.text
    sent = confirmed(page).submit(author)
    assert sent.status_code == 303, sent.text
    assert set(states(programme).values()) == {"review"}


def test_only_what_matches_moves_and_what_cannot_stays_with_its_reason(
    author: FlaskClient, make: Factory
) -> None:
    programme = make.programme()
    make.item(programme, "A")
    retired = make.item(programme, "B")
    make.moved(retired, ItemState.RETIRED, by=make.person("Rita"))
    make.item(programme, "C", kind="match")
    page = look(author, "review", kind="choice")
    assert "Move 1 item" in page.text
    assert [row[0].split("· ")[-1] for row in page.rows()] == ["B"]
    assert "cannot become" in page.rows()[0][2]
    assert confirmed(page).submit(author).status_code == 303
    assert states(programme) == {"A": "review", "B": "retired", "C": "draft"}


def test_whoever_wrote_an_item_does_not_approve_it_among_many(
    author: FlaskClient, ada: Person, make: Factory
) -> None:
    programme, other = make.programme(), make.person("Otto")
    for code, by in (("MINE", ada), ("THEIRS", other)):
        make.moved(make.item(programme, code, by=by), ItemState.REVIEW, by=by)
    page = look(author, "active", state="review")
    assert "second person" in page.rows()[0][2]
    assert confirmed(page).submit(author).status_code == 303
    assert states(programme) == {"MINE": "review", "THEIRS": "active"}


def test_the_version_in_use_before_retires(author: FlaskClient, make: Factory) -> None:
    programme = make.programme()
    wrote, approved = make.person("Otto"), make.person("Olga")
    version = make.active_item(programme, "A", wrote, approved)
    with unit(writes=True):
        item = db.session.get_one(Item, version.item_id)
        second = start_draft(item, by=wrote.id, now=make.now)
    make.moved(second, ItemState.REVIEW, by=wrote)
    assert confirmed(look(author, "active")).submit(author).status_code == 303
    with unit(writes=False):
        rows = db.session.execute(
            sa.select(ItemVersion.number, ItemVersion.state).order_by(ItemVersion.number)
        ).all()
        events = db.session.scalars(
            sa.select(ItemEvent.state)
            .where(ItemEvent.version_id == version.id)
            .order_by(ItemEvent.id)
        ).all()
    assert [tuple(row) for row in rows] == [(1, ItemState.RETIRED), (2, ItemState.ACTIVE)]
    assert events[-1] == ItemState.RETIRED


def test_what_changed_since_the_page_was_drawn_moves_nothing(
    author: FlaskClient, make: Factory
) -> None:
    programme = make.programme()
    make.item(programme, "A")
    form = confirmed(look(author, "review"))
    make.item(programme, "B")
    answer = Page(form.submit(author))
    assert (answer.status, len(answer.errors)) == (422, 1)
    assert "Move 2 items" in answer.text
    assert set(states(programme).values()) == {"draft"}
    assert confirmed(answer).submit(author).status_code == 303


def test_a_second_click_moves_nothing_more(author: FlaskClient, make: Factory) -> None:
    programme = make.programme()
    make.item(programme, "A")
    form = confirmed(look(author, "review"))
    assert [form.submit(author).status_code for _ in range(2)] == [303, 303]
    with unit(writes=False):
        moved = ItemEvent.kind == "moved"
        count = db.session.scalar(sa.select(sa.func.count()).select_from(ItemEvent).where(moved))
    assert count == 1


def test_items_of_a_programme_that_one_teaches_are_never_among_them(
    client: FlaskClient, make: Factory
) -> None:
    programme, tom = make.programme(), make.person("Tom", Role.AUTHOR)
    make.class_session(make.course(programme), tom)
    make.item(programme, "SECRET-1")
    page = look(make.sign_in(client, tom), "review")
    assert page.status == 200
    assert "SECRET-1" not in page.text
    assert "None of them can be moved" in page.text


def test_an_unknown_state_is_no_page(author: FlaskClient) -> None:
    assert author.get("/manage/items/state?to=gone").status_code == 404
    assert author.get("/manage/items/state").status_code == 404


def test_a_move_of_many_asks_as_often_as_a_move_of_few(app: Flask, make: Factory) -> None:
    few, many = make.programme("FEW"), make.programme("MANY")
    for bank, size in ((few, 2), (many, 12)):
        for number in range(size):
            make.item(bank, f"Q{number:02}")
    reader = make.person("Rita")

    def asks(bank: Programme) -> int:
        wanted = queries.Filter([bank.id])
        with unit(writes=False):
            plan = actions_many.planned(
                queries.matching(wanted, 99), ItemState.REVIEW, by=reader.id
            )
        with counted() as found, unit(writes=True):
            actions_many.move_all(
                wanted,
                ItemState.REVIEW,
                fingerprint=plan.fingerprint(),
                by=reader.id,
                now=make.now,
            )
        return len([one for one in found if "audit" not in one])

    assert asks(many) == asks(few)


def test_a_plan_that_is_no_longer_so_is_refused(make: Factory) -> None:
    programme = make.programme()
    make.item(programme, "A")
    with pytest.raises(Refusal) as refused, unit(writes=True):
        actions_many.move_all(
            queries.Filter([programme.id]),
            ItemState.REVIEW,
            fingerprint="0" * 64,
            by=1,
            now=make.now,
        )
    assert [one.code for one in refused.value.reasons] == ["items_changed"]
