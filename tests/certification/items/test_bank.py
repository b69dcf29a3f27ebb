"""Items move as the table says, two people bring one into use, and what was used never changes."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from certification.items import actions, queries
from certification.items.models import (
    MOVES,
    Item,
    ItemCompetency,
    ItemEvent,
    ItemState,
    ItemVersion,
)
from lms.db import db, unit
from lms.errors import Refusal
from tests.certification.items.contents import KINDS
from tests.factories import Factory


def refusal(code: str, work: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as refused, unit(writes=True):
        work()
    assert code in [reason.code for reason in refused.value.reasons]


def item_of(version: ItemVersion) -> Item:
    with unit(writes=False):
        return db.session.scalars(sa.select(Item).where(Item.id == version.item_id)).one()


def newest(version: ItemVersion) -> list[tuple[int, str]]:
    item = item_of(version)
    with unit(writes=False):
        return [(one.number, one.state.value) for one in queries.versions_of(item)]


def test_an_author_cannot_approve_and_a_second_person_can(make: Factory) -> None:
    programme, ada, ben = make.programme(), make.person("Ada"), make.person("Ben")
    version = make.item(programme, by=ada)
    make.moved(version, ItemState.REVIEW, by=ada)
    for state in (ItemState.PILOT, ItemState.ACTIVE):
        refusal(
            "item_needs_second_person",
            lambda state=state: actions.move(version, state, by=ada.id, now=make.now),
        )
    assert make.moved(version, ItemState.ACTIVE, by=ben).approved_by == ben.id


def test_whoever_edited_cannot_approve_even_when_another_edited_later(make: Factory) -> None:
    programme = make.programme()
    ada, ben, cy = make.person("Ada"), make.person("Ben"), make.person("Cy")
    version = make.item(programme, by=ada)
    draft = make.item_draft(programme)
    for revision, person in enumerate((ben, ada), 1):
        with unit(writes=True):
            actions.save_draft(version, draft, revision=revision, by=person.id, now=make.now)
    make.moved(version, ItemState.REVIEW, by=ada)
    refusal(
        "item_needs_second_person",
        lambda: actions.move(version, ItemState.ACTIVE, by=ben.id, now=make.now),
    )
    assert make.moved(version, ItemState.ACTIVE, by=cy).state == ItemState.ACTIVE


@pytest.mark.parametrize("state", list(ItemState))
def test_only_moves_of_the_table_are_possible(make: Factory, state: ItemState) -> None:
    programme, ada, ben = make.programme(), make.person("Ada"), make.person("Ben")
    version = make.item(programme, by=ada)
    if state not in MOVES[ItemState.DRAFT]:
        refusal(
            "move_not_allowed",
            lambda: actions.move(version, state, by=ben.id, now=make.now),
        )
    else:
        assert make.moved(version, state, by=ben).state == state


def test_the_database_itself_wants_two_people(make: Factory) -> None:
    version = make.item(make.programme(), by=make.person("Ada"))
    for values in ({}, {"approved_by": version.created_by, "approved_at": make.now}):
        with pytest.raises(DBAPIError, match="two_people"), unit(writes=True):
            db.session.execute(sa.update(ItemVersion).values(state="active", **values))


@pytest.mark.parametrize(
    "change",
    [
        sa.update(ItemVersion).values(content={"kind": "text"}),
        sa.update(ItemVersion).values(state="draft"),
        sa.update(ItemVersion).values(difficulty=None),
        sa.update(ItemVersion).values(created_by=9),
        sa.update(ItemCompetency).values(weight=7),
        sa.delete(ItemCompetency),
        sa.update(ItemEvent).values(note="x"),
        sa.delete(ItemEvent),
    ],
)
def test_what_was_used_never_changes(make: Factory, change: sa.Update | sa.Delete) -> None:
    make.active_item(make.programme(), "Q", make.person("Ada"), make.person("Ben"))
    with pytest.raises(DBAPIError, match="item versions are frozen"), unit(writes=True):
        db.session.execute(change)


LED_TO_USE = """
    SELECT v.number, v.state, v.kind, v.title, v.content, v.content_sha256, v.difficulty, v.source,
        v.loaded_sha256, v.revision, v.created_at, v.created_by, v.edited_by, v.approved_at,
        v.approved_by, c.competency_id, c.weight, c.level, e.kind, e.state, e.note, e.at, e.by,
        i.programme_id, i.created_at, i.created_by, {words}
    FROM item i JOIN item_version v ON v.item_id = i.id
    JOIN item_competency c ON c.version_id = v.id JOIN item_event e ON e.version_id = v.id
    JOIN search_index s ON s.kind = 'item' AND s.key = CAST(i.id AS TEXT)
    WHERE i.code = :code ORDER BY e.id
"""
WORDS = {"sqlite": "s.title || s.body", "postgresql": "CAST(s.document AS TEXT)"}


def test_the_tests_many_items_are_as_people_s_moves_leave_one(make: Factory) -> None:
    programme, ada, ben = make.programme(), make.person("Ada"), make.person("Ben")
    asked = sa.text(LED_TO_USE.format(words=WORDS[db.engine.dialect.name]))
    for kind, content in KINDS.items():
        make.active_item(programme, f"{kind}1", ada, ben, kind=kind)
        make.active_items(programme, {f"{kind}2": content}, ada, ben)
        with unit(writes=False):
            one, other = (db.session.execute(asked, {"code": f"{kind}{n}"}).all() for n in "12")
        assert len(one) == 3
        assert without_code(one, f"{kind}1") == without_code(other, f"{kind}2")


def without_code(rows: Sequence[Any], code: str) -> list[list[str]]:
    return [[str(value).replace(code, "") for value in row] for row in rows]


def test_retired_stays_retired(make: Factory) -> None:
    ada, ben = make.person("Ada"), make.person("Ben")
    version = make.active_item(make.programme(), "Q", ada, ben)
    make.moved(version, ItemState.RETIRED, by=ben)
    with pytest.raises(DBAPIError, match="frozen"), unit(writes=True):
        db.session.execute(sa.update(ItemVersion).values(state="active"))


def test_a_new_version_takes_the_place_of_the_old_one_when_it_is_approved(make: Factory) -> None:
    ada, ben = make.person("Ada"), make.person("Ben")
    first = make.active_item(make.programme(), "Q", ada, ben)
    item = item_of(first)
    with unit(writes=True):
        second = actions.start_draft(item, by=ada.id, now=make.now)
        assert actions.start_draft(item, by=ada.id, now=make.now) is second
    assert newest(first) == [(2, "draft"), (1, "active")]
    make.moved(second, ItemState.REVIEW, by=ada)
    make.moved(second, ItemState.PILOT, by=ben)
    assert newest(first) == [(2, "pilot"), (1, "retired")]


def test_an_older_page_does_not_overwrite_a_newer_draft(make: Factory) -> None:
    programme, ada = make.programme(), make.person("Ada")
    version, draft = make.item(programme, by=ada), make.item_draft(programme, "text")
    with unit(writes=True):
        actions.save_draft(version, draft, revision=1, by=ada.id, now=make.now)
    refusal(
        "changed_meanwhile",
        lambda: actions.save_draft(version, draft, revision=1, by=ada.id, now=make.now),
    )


def test_an_entry_of_a_data_file_is_loaded_once_and_replaces_the_older(make: Factory) -> None:
    programme = make.programme()
    for loaded, kind in (("a" * 64, "choice"), ("a" * 64, "choice"), ("b" * 64, "text")):
        draft = make.item_draft(programme, kind)
        with unit(writes=True):
            version = actions.bring(programme, "S-1", draft, loaded=loaded, now=make.now)
    assert newest(version) == [(2, "active"), (1, "retired")]


def test_enemies_are_a_pair_in_whatever_order(make: Factory) -> None:
    programme = make.programme()
    one, two = item_of(make.item(programme, "A")), item_of(make.item(programme, "B"))
    for pair in ((one, two), (two, one)):
        with unit(writes=True):
            actions.add_enemy(*pair, by=1, now=make.now)
    with unit(writes=False):
        assert [enemy.code for enemy in queries.enemies_of(two)] == ["A"]
        assert queries.enemy_pairs(programme.id) == [(one.id, two.id)]
    refusal("item_enemy_wrong", lambda: actions.add_enemy(one, one, by=1, now=make.now))


def test_the_list_is_narrowed_by_state_kind_competency_and_words(make: Factory) -> None:
    programme = make.programme()
    make.item(programme, "A")
    make.item(programme, "B", kind="text")
    competency = make.shown_competency(programme)
    narrow = [
        ({"words": "capital fran"}, ["B"]),
        ({"kind": "choice"}, ["A"]),
        ({"state": "draft"}, ["A", "B"]),
        ({"state": "active"}, []),
        ({"competency": competency.id}, ["A", "B"]),
        ({"competency": competency.id + 1}, []),
    ]
    with unit(writes=False):
        for values, codes in narrow:
            wanted = queries.Filter([programme.id], **values)  # type: ignore[arg-type]
            assert [row.item.code for row in queries.listed(wanted).rows] == codes
        assert not queries.listed(queries.Filter([])).rows


def test_who_teaches_a_programme_has_no_bank_there(make: Factory) -> None:
    course, trainer = make.course(make.programme()), make.person("Tom")
    make.class_session(course, trainer)
    with unit(writes=False):
        assert queries.banks(trainer.id, None) == []
        assert [one.id for one in queries.banks(trainer.id + 9, None)] == [course.programme_id]


def test_a_blueprint_gets_versions_with_items_and_links(make: Factory) -> None:
    programme = make.programme()
    make.active_item(programme, "Q", make.person("Ada"), make.person("Ben"))
    with unit(writes=False):
        (version,) = queries.usable(programme.id, [ItemState.ACTIVE])
    assert (version.item.code, version.links[0].level) == ("Q", 2)
