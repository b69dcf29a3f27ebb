"""Many people at once in the item bank, on PostgreSQL with real threads: a mass act moves exactly
what its page showed, or nothing."""

import threading
import time
from collections import Counter
from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.items import actions, actions_many, queries, queries_pictures
from certification.items.actions_many import Move
from certification.items.models import Item, ItemEvent, ItemState, ItemVersion
from courses.catalog.models import Programme
from lms.accounts.models import Person
from lms.db import db, unit
from tests.certification.delivery.test_races import AT_ONCE, together
from tests.certification.items.contents import KINDS, PICTURE
from tests.factories import Factory

pytestmark = pytest.mark.postgres


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.fixture
def otto(make: Factory) -> Person:
    """Who wrote the items."""
    return make.person("Otto")


@pytest.fixture
def people(make: Factory) -> list[int]:
    return [make.person(f"Person {number}").id for number in range(AT_ONCE)]


def written(make: Factory, programme: Programme, otto: Person, count: int = 8) -> list[ItemVersion]:
    return [make.item(programme, f"Q{number:02}", by=otto) for number in range(count)]


def in_review(
    make: Factory, programme: Programme, otto: Person, count: int = 8
) -> list[ItemVersion]:
    found = written(make, programme, otto, count)
    return [make.moved(one, ItemState.REVIEW, by=otto) for one in found]


def plan(wanted: queries.Filter, state: ItemState, by: int) -> Move:
    with unit(writes=False):
        return actions_many.planned(queries.matching(wanted, 99), state, by=by)


def moved(make: Factory, wanted: queries.Filter, plan: Move, by: int) -> int:
    return actions_many.move_all(
        wanted, plan.wanted, fingerprint=plan.fingerprint(), by=by, now=make.now
    )


def states() -> list[str]:
    with unit(writes=False):
        order = (ItemVersion.item_id, ItemVersion.number)
        return [
            row.value for row in db.session.scalars(sa.select(ItemVersion.state).order_by(*order))
        ]


def moves(versions: Sequence[ItemVersion], state: ItemState) -> Counter[int]:
    """How often each version was brought to a state."""
    with unit(writes=False):
        rows = db.session.scalars(
            sa.select(ItemEvent.version_id).where(
                ItemEvent.state == state, ItemEvent.version_id.in_([one.id for one in versions])
            )
        )
        return Counter(rows)


def test_overlapping_selections_that_are_moved_at_once_move_each_item_once(
    app: Flask, make: Factory, programme: Programme, otto: Person, people: list[int]
) -> None:
    versions = written(make, programme, otto)
    versions += [make.item(programme, f"M{number}", kind="match", by=otto) for number in range(4)]
    seen = [queries.Filter([programme.id]), queries.Filter([programme.id], kind="choice")]
    plans = [plan(one, ItemState.REVIEW, people[0]) for one in seen]

    def work(number: int) -> str:
        which = number % 2
        return str(moved(make, seen[which], plans[which], people[number]))

    found = Counter(together(app, work))
    winner = next(text for text in found if text.isdecimal())
    assert found == {winner: 1, "items_changed": AT_ONCE - 1}
    going = versions if winner == "12" else versions[:8]
    assert moves(versions, ItemState.REVIEW) == {one.id: 1 for one in going}


@pytest.mark.parametrize("wanted", [ItemState.ACTIVE, ItemState.DRAFT])
def test_one_approves_while_others_move_all(
    app: Flask,
    make: Factory,
    programme: Programme,
    otto: Person,
    people: list[int],
    wanted: ItemState,
) -> None:
    versions = in_review(make, programme, otto, AT_ONCE)
    everything = queries.Filter([programme.id])
    foreseen = plan(everything, wanted, people[0])
    assert len(foreseen.going) == AT_ONCE

    def work(number: int) -> str:
        if number % 3 == 0:
            return str(moved(make, everything, foreseen, people[number]))
        row = db.session.get_one(ItemVersion, versions[number].id)
        actions.move(row, ItemState.ACTIVE, by=people[number], now=make.now)
        return "approved"

    found = Counter(together(app, work))
    single = AT_ONCE - len(range(0, AT_ONCE, 3))
    if found[str(AT_ONCE)]:
        # All moved as the page showed; whoever came later found that.
        assert set(states()) == {wanted.value}
        assert found == {
            str(AT_ONCE): 1, "items_changed": AT_ONCE - single - 1, "move_not_allowed": single
        }  # fmt: skip
    else:
        assert found == {"approved": single, "items_changed": AT_ONCE - single}
        assert Counter(states()) == {"active": single, "review": AT_ONCE - single}
    assert set(moves(versions, ItemState.ACTIVE).values()) <= {1}


def test_a_version_that_is_approved_among_many_leaves_one_in_use(
    app: Flask, make: Factory, programme: Programme, otto: Person, people: list[int]
) -> None:
    used = [make.active_item(programme, f"Q{n:02}", otto, make.person("Olga")) for n in range(6)]
    newer = []
    for version in used:
        with unit(writes=True):
            item = db.session.get_one(Item, version.item_id)
            second = actions.start_draft(item, by=otto.id, now=make.now)
        newer.append(make.moved(second, ItemState.REVIEW, by=otto))
    everything = queries.Filter([programme.id], state="review")
    foreseen = plan(everything, ItemState.ACTIVE, people[0])

    def work(number: int) -> str:
        if number % 2 == 0:
            return str(moved(make, everything, foreseen, people[number]))
        row = db.session.get_one(ItemVersion, used[number // 2].id)
        actions.move(row, ItemState.SUSPENDED, by=people[number], now=make.now)
        return "suspended"

    found = Counter(together(app, work))
    assert found["6"] == 1
    assert found["items_changed"] == AT_ONCE // 2 - 1
    assert states() == ["retired", "active"] * 6


def test_pictures_of_two_banks_are_held_in_one_order(
    app: Flask, make: Factory, otto: Person, people: list[int]
) -> None:
    banks = [make.programme("AAA"), make.programme("BBB")]
    texts = {
        "en": {**KINDS["choice"]["texts"]["en"], "body": f"![A plan](picture:{PICTURE['sha256']})"}
    }
    for bank in banks:
        make.item(bank, "H", kind="hotspot", by=otto)
    for bank in reversed(banks):
        make.item(bank, "C", by=otto, texts=texts)
    ids = [one.id for one in banks]
    seen = [queries.Filter(ids, kind=kind) for kind in ("hotspot", "choice")]
    plans = [plan(one, ItemState.REVIEW, people[0]) for one in seen]
    assert [len(one.going) for one in plans] == [2, 2]

    found = [""] * 2

    def work(number: int) -> None:
        with app.app_context():
            try:
                with unit(writes=True):
                    done = moved(make, seen[number], plans[number], people[number])
                found[number] = str(done)
            except sa.exc.OperationalError as error:
                found[number] = str(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    with unit(writes=True):
        queries_pictures.held(ids[0], [PICTURE["sha256"]])
        for thread in threads:
            thread.start()
        until_waiting(2)
    for thread in threads:
        thread.join()
    assert found == ["2", "2"]


def until_waiting(count: int) -> None:
    """Until so many others wait for a lock."""
    waits = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with db.engine.connect() as connection:
        for _try in range(200):
            if connection.scalar(waits) == count:
                return
            connection.rollback()
            time.sleep(0.05)
    pytest.fail("they do not wait")
