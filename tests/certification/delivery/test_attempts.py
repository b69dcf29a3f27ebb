"""An attempt in the browser without scripts: begin, answer every kind of item, review, hand in."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.delivery import actions
from certification.delivery.models import Attempt, AttemptEvent, AttemptResponse, AttemptState
from certification.delivery.rules import replay
from certification.items.content import ItemContent
from certification.items.models import ItemState
from certification.items.reading import draft_from
from certification.items.scoring import score
from certification.items.showing import given
from certification.papers.queries_form import given_forms
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from lms.permissions import Role
from tests.certification.items.contents import KINDS, RIGHT
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough


def right_as_shown(content: ItemContent, kind: str, seed: str) -> Any:
    return given(content, RIGHT.get(kind, "Because."), seed)


def fields_of(kind: str, shown: Any) -> dict[str, Any]:
    return shown if isinstance(shown, dict) else {"answer": shown}


def attempt_of(person: Person) -> Attempt:
    with unit(writes=False):
        return db.session.scalars(
            sa.select(Attempt)
            .where(Attempt.person_id == person.id)
            .execution_options(populate_existing=True)
        ).one()


def begin(browser: FlaskClient, code: str = "ADM-300") -> str:
    sent = {"rules": "1", "identity": "1", "language": "en"}
    answer = browser.post(f"/exams/{code}/attempt", data=sent)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


MARKED = {"fr": "**Paris**", "es": "`Madrid`", "it": "[Rome](https://example.org)"}


@pytest.mark.sqlite
@pytest.mark.parametrize("kind", ["match", "inline", "gaps", "order"])
def test_options_to_choose_from_a_list_are_words_without_markup(
    make: Factory, browser: FlaskClient, now: Any, kind: str
) -> None:
    texts = KINDS[kind]["texts"]["en"]
    names = list(texts["options"])
    words = dict(zip(names, MARKED.values(), strict=False))
    changes = {"texts": {"en": {**texts, "options": {**texts["options"], **words}}}}
    make.takeable(kinds=(kind,), changes=changes)
    with clock.frozen_at(now):
        page = Page(browser.get(f"{begin(browser)}?n=1"))
    offered = {one.get_text() for one in page.soup.select("select option")}
    assert {"Paris", "Madrid"} <= offered
    assert not any("*" in one or "`" in one for one in offered)


def test_every_kind_of_item_is_answered_without_a_script(
    make: Factory, browser: FlaskClient, candidate: Person, now: Any
) -> None:
    sat = make.takeable()
    with clock.frozen_at(now):
        place = begin(browser)
        attempt = attempt_of(candidate)
        for number, version in enumerate(sat.versions, 1):
            page = Page(browser.get(f"{place}?n={number}"))
            assert page.status == 200
            assert page.h1 == f"Question {number} of 9"
            content = draft_from(version.content)
            shown = right_as_shown(content, version.kind, f"{attempt.seed}:{version.id}")
            seq = page.soup.select_one("input[name=seq]")
            assert seq
            data = {
                **fields_of(version.kind, shown),
                "position": number,
                "seq": seq["value"],
                "go": number + 1,
            }
            assert browser.post(f"{place}/answers", data=data).status_code == 303
            again = browser.get(f"{place}?n={number}").text
            assert " checked" in again or " selected" in again or 'value="' in again
        review = Page(browser.get(f"{place}/review"))
        assert "Every question is answered." in review.text
        browser.post(f"{place}/submission")
        assert "Handed in" in Page(browser.get(place)).text
    ended = attempt_of(candidate)
    assert (ended.state, ended.ended_by, ended.ended_at) == (
        AttemptState.SUBMITTED,
        "candidate",
        now,
    )
    with unit(writes=False):
        kept = db.session.scalars(sa.select(AttemptResponse)).all()
        events = db.session.scalars(sa.select(AttemptEvent)).all()
    for row in kept:
        kind = sat.versions[row.position - 1].kind
        if kind != "essay":
            content = draft_from(sat.versions[row.position - 1].content)
            assert score(content, row.response).is_right, kind
    replayed = replay(events).responses
    assert {n: one.response for n, one in replayed.items()} == {
        row.position: row.response for row in kept
    }
    assert [event.number for event in sorted(events, key=lambda e: e.number)] == list(
        range(1, len(events) + 1)
    )
    assert ended.events == len(events)


def test_a_form_that_asks_a_suspended_item_is_given_to_nobody_new(
    app: Flask, make: Factory, browser: FlaskClient, candidate: Person, now: Any
) -> None:
    sat = make.takeable(kinds=("text", "choice"))
    head = make.sign_in(app.test_client(), make.person("Cora", Role.CERTIFICATION_MANAGER))
    early = make.begun(sat, make.person("Early Bird"))
    make.moved(sat.versions[0], ItemState.SUSPENDED, by=make.person("Rita"))
    code = "K01-text"
    with clock.frozen_at(now):
        sent = {"rules": "1", "identity": "1", "language": "en"}
        assert browser.post("/exams/ADM-300/attempt", data=sent).status_code == 409
        assert "not delivered here" in Page(browser.get("/exams/ADM-300")).text
        for address in ("/manage/exams/ADM-300", "/manage/exams/ADM-300/forms/A"):
            page = Page(head.get(address))
            assert f"suspended items: {code}" in page.text
        with unit(writes=True):
            assert actions.submit(early.id, by=early.person_id, now=now)
        # Another form takes its place, and a suspension that ends gives it back.
        other = make.form(sat.exam, sat.versions[1:], code="B")
        assert browser.post("/exams/ADM-300/attempt", data=sent).status_code == 303
    assert attempt_of(candidate).form_id == other.id
    make.moved(sat.versions[0], ItemState.ACTIVE, by=make.person("Second"))
    with unit(writes=False):
        assert [form.code for form in given_forms(sat.exam.id)] == ["A", "B"]


def test_the_exam_s_own_page_begins_it(
    make: Factory, browser: FlaskClient, candidate: Person, now: Any
) -> None:
    make.takeable()
    with clock.frozen_at(now):
        form = Page(browser.get("/exams/ADM-300")).form("/exams/ADM-300/attempt")
        answer = form.submit(browser, rules="1", identity="1")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/exams/attempts/{attempt_of(candidate).code}"


def test_each_box_that_is_not_ticked_says_so_beside_itself_and_in_the_summary(
    make: Factory, browser: FlaskClient, candidate: Person, now: Any
) -> None:
    make.takeable()
    with clock.frozen_at(now):
        form = Page(browser.get("/exams/ADM-300")).form("/exams/ADM-300/attempt")
        page = Page(form.submit(browser, rules=False, identity=False))
        again = Page(form.submit(browser, rules=True, identity=False))
    assert page.status == 422
    links = [link["href"] for link in page.soup.select("#error-summary a")]
    assert links == ["#rules", "#identity"]
    for box in ("rules", "identity"):
        control = page.soup.find(id=box)
        assert control["aria-invalid"] == "true"
        assert page.soup.find(id=control["aria-describedby"])
    assert [link["href"] for link in again.soup.select("#error-summary a")] == ["#identity"]
    assert again.soup.find(id="rules").has_attr("checked")


def test_the_address_of_the_beginning_leads_to_where_one_can_go_on(
    make: Factory, browser: FlaskClient, candidate: Person, now: Any
) -> None:
    make.takeable()
    address = "/exams/ADM-300/attempt"
    with clock.frozen_at(now):
        refused = Page(browser.get("/exams/ADM-300")).form(address).submit(browser)
        assert refused.status_code == 422
        again = browser.get(address)
        assert (again.status_code, again.headers["Location"]) == (303, "/exams/ADM-300")
        place = begin(browser)
        running = browser.get(address)
        assert (running.status_code, running.headers["Location"]) == (303, place)
        browser.post(f"{place}/submission")
        assert browser.get(address).headers["Location"] == "/exams/ADM-300"
        assert browser.get("/exams/NO-SUCH/attempt").status_code == 404
    assert attempt_of(candidate).state == AttemptState.SUBMITTED
