"""An auditor finds who did what to whom and when, however long the log is."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import audit
from lms.accounts.models import Person
from lms.db import unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page, words
from tests.queries import counted

LOG = "/manage/audit"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada Lovelace")


@pytest.fixture
def bob(make: Factory) -> Person:
    return make.person("Bob Builder")


@pytest.fixture
def auditor(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Ingrid", Role.AUDITOR))


@pytest.fixture
def log(ada: Person, bob: Person) -> None:
    """What happened, not recorded in the order of its time."""
    with unit(writes=True):
        audit.record("t.newest", "thing", "7", by=ada.id, now=NOON + timedelta(days=2))
        audit.record("t.first", "thing", "7", by=bob.id, now=NOON)
        audit.record("t.second", "thing", "8", by=ada.id, now=NOON + timedelta(hours=10))
        audit.record("t.third", "person", ada.id, by=bob.id, now=NOON + timedelta(days=1))


def acts(client: FlaskClient, **asked: str) -> list[str]:
    """The acts that a search finds, as the page lists them."""
    page = Page(Page(client.get(LOG)).form(LOG).submit(client, **asked))
    assert page.status == 200
    return [row[2] for row in page.rows()] if page.soup.table else []


def address(make: Factory, person: Person) -> str:
    return make.account(person).email


@pytest.mark.usefixtures("log")
def test_each_filter_finds_its_entries(
    make: Factory, auditor: FlaskClient, ada: Person, bob: Person
) -> None:
    assert acts(auditor, act="t.second") == ["t.second"]
    assert acts(auditor, by=address(make, bob).upper()) == ["t.third", "t.first"]
    assert acts(auditor, about=address(make, ada))[0] == "t.third"
    assert acts(auditor, kind="thing", id="7") == ["t.first", "t.newest"]
    assert acts(auditor, kind="thing") == ["t.second", "t.first", "t.newest"]
    assert acts(auditor, kind="thing", id="7", by=address(make, ada)) == ["t.newest"]
    assert acts(auditor, kind="thing", id="9") == []


@pytest.mark.usefixtures("log")
def test_days_are_whole_ones_and_what_they_hold_is_in_the_order_of_time(
    auditor: FlaskClient,
) -> None:
    assert acts(auditor, since="2026-11-20", until="2026-11-20", kind="thing") == [
        "t.second", "t.first",
    ]  # fmt: skip
    assert acts(auditor, since="2026-11-21", kind="thing") == ["t.newest"]
    assert acts(auditor, until="2026-11-19", kind="thing") == []


def test_a_day_begins_at_the_readers_midnight(app: Flask, make: Factory) -> None:
    reader = make.person("Yuki", Role.AUDITOR, time_zone="Asia/Tokyo")
    client = make.sign_in(app.test_client(), reader)
    with unit(writes=True):
        audit.record("t.late", "thing", "1", by=None, now=datetime(2026, 11, 20, 15, tzinfo=UTC))
    assert acts(client, since="2026-11-21", until="2026-11-21", kind="thing") == ["t.late"]
    assert acts(client, since="2026-11-20", until="2026-11-20", kind="thing") == []


@pytest.mark.parametrize(
    ("name", "typed", "error"),
    [
        ("by", "nobody@people.example", "Nobody has this address."),
        ("about", "no address", "Nobody has this address."),
        ("id", "26", "Name the kind of object, too."),
        ("since", "yesterday", "Not a valid date value."),
        ("until", "0001-01-01", "Enter a day between 2000 and 2999."),
        ("until", "9999-12-31", "Enter a day between 2000 and 2999."),
        ("act", "x" * 61, "Field cannot be longer than 60 characters."),
    ],
)
def test_what_cannot_be_looked_for_is_said_beside_its_field(
    auditor: FlaskClient, name: str, typed: str, error: str
) -> None:
    page = Page(Page(auditor.get(LOG)).form(LOG).submit(auditor, **{name: typed}))
    assert page.status == 422
    assert page.error_of(name) == f"Error: {error}"
    assert page.title.startswith("Error:")
    assert page.field(name)["value"] == typed


def test_the_next_page_keeps_the_search_and_no_entry_is_lost(auditor: FlaskClient) -> None:
    with unit(writes=True):
        for number in range(120):
            at = NOON + timedelta(seconds=number // 7)
            audit.record("t.many", "thing", number, by=None, now=at)
            audit.record("t.other", "thing", number, by=None, now=at)
    for query in ("act=t.many", "act=t.many&since=2026-11-20&until=2026-11-20"):
        found: list[str] = []
        following: str | None = f"{LOG}?{query}"
        while following:
            page = Page(auditor.get(following))
            found += [row[3] for row in page.rows()]
            following = next((str(a["href"]) for a in page.soup.select("a[rel=next]")), None)
        assert found == [f"thing {number}" for number in reversed(range(120))]


@pytest.mark.parametrize(
    "cursor", ["WzFd", "WzEsMl0", "WzkyMjMzNzIwMzY4NTQ3NzU4MDcsMV0", "x", "W10"]
)
@pytest.mark.parametrize("query", ["", "since=2026-11-20&"])
def test_a_cursor_that_is_not_ours_is_an_answer(
    auditor: FlaskClient, cursor: str, query: str
) -> None:
    assert auditor.get(f"{LOG}?{query}after={cursor}").status_code in (200, 404)


def test_objects_and_people_have_their_names_in_a_constant_number_of_queries(
    make: Factory, auditor: FlaskClient, ada: Person, bob: Person
) -> None:
    course = make.course(make.programme(), "ADM-101")
    with unit(writes=True):
        audit.record("t.done", "course", course.id, by=bob.id, now=NOON, person=ada.id)
    auditor.get(LOG)
    with counted() as few:
        page = Page(auditor.get(f"{LOG}?act=t.done"))
    assert page.rows()[0][1:] == ["Bob Builder", "t.done", "course ADM-101", "person: Ada Lovelace"]
    assert f"{LOG}?kind=course&id={course.id}" in page.links
    people = [make.person(f"Person {number}") for number in range(30)]
    with unit(writes=True):
        for number, person in enumerate(people):
            audit.record("t.done", "person", person.id, by=person.id, now=NOON, person=bob.id)
            audit.record("t.done", "programme", number, by=ada.id, now=NOON, person="?")
            audit.record("t.done", "class_session", "no number", by=ada.id, now=NOON)
    with counted() as many:
        assert len(Page(auditor.get(f"{LOG}?act=t.done")).rows()) == 50
    assert len(many) == len(few)


def test_who_may_search(app: Flask, make: Factory, ada: Person) -> None:
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        client = make.sign_in(app.test_client(), make.person(role.value, role))
        assert client.get(f"{LOG}?act=x&kind=y").status_code == 200
    for person in (ada, make.person("Mona", Role.CERTIFICATION_MANAGER)):
        assert make.sign_in(app.test_client(), person).get(f"{LOG}?act=x").status_code == 403


def test_facts_are_written_as_people_write_them(auditor: FlaskClient, ada: Person) -> None:
    facts = {"token": None, "passed": False, "formats": ["a", "b"]}
    with unit(writes=True):
        audit.record("t.told", "thing", "9", by=ada.id, now=NOON, **facts)
        audit.record("t.bare", "thing", "9", by=ada.id, now=NOON)
    page = Page(auditor.get(f"{LOG}?kind=thing&id=9"))
    cells = page.soup.select("td[data-label=Facts]")
    told = words(cells[1])
    assert all(fact in told for fact in ("token: –", "passed: no", "formats: a, b"))
    assert not cells[0].contents  # an empty cell leaves no line on a phone
