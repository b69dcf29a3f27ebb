"""Reading the item bank. Whoever teaches a programme neither sees nor writes its items."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from certification.competency.models import Competency, Framework
from certification.items.models import (
    Item,
    ItemCompetency,
    ItemEnemy,
    ItemEvent,
    ItemPicture,
    ItemState,
    ItemVersion,
)
from courses.catalog.models import Course, Programme
from courses.scheduling.models import ClassSession
from lms import search
from lms.accounts.models import Person
from lms.db import db
from lms.paging import SIZE, Page, page_of

MOST_PICTURES = 5_000
"""That one import asks for: more than a file of sound items names."""


def banks(person_id: int, limits: Sequence[str] | None) -> Sequence[Programme]:
    """The programmes whose items this person may see: of their grant's (None: all) those that
    they never taught."""
    taught = (
        sa.select(Course.programme_id)
        .join(ClassSession, ClassSession.course_id == Course.id)
        .where(ClassSession.trainer_person_id == person_id)
    )
    statement = sa.select(Programme).where(Programme.id.not_in(taught))
    if limits is not None:
        statement = statement.where(Programme.code.in_(limits))
    return db.session.scalars(statement.order_by(Programme.position, Programme.id)).all()


def by_code(programme_id: int, code: str) -> Item | None:
    """The item of this code in a programme's bank."""
    return db.session.scalar(
        sa.select(Item).where(Item.programme_id == programme_id, Item.code == code)
    )


def by_id(item_id: int, programme_ids: Sequence[int]) -> Item | None:
    """The item, if it is in one of these banks."""
    return db.session.scalar(
        sa.select(Item)
        .where(Item.id == item_id, Item.programme_id.in_(programme_ids))
        .options(joinedload(Item.programme))
    )


def code_of(item_id: int) -> str:
    """An item's code."""
    return db.session.scalars(sa.select(Item.code).where(Item.id == item_id)).one()


def versions_of(item: Item) -> Sequence[ItemVersion]:
    """All versions, newest first."""
    return db.session.scalars(
        sa.select(ItemVersion)
        .where(ItemVersion.item_id == item.id)
        .order_by(ItemVersion.number.desc())
    ).all()


def links_of(version: ItemVersion) -> Sequence[ItemCompetency]:
    """The competencies that a version shows."""
    return db.session.scalars(
        sa.select(ItemCompetency)
        .where(ItemCompetency.version_id == version.id)
        .options(joinedload(ItemCompetency.competency))
        .order_by(ItemCompetency.id)
    ).all()


def authors_of(version: ItemVersion) -> set[int]:
    """Everyone who wrote in a version."""
    wrote = ItemEvent.kind.in_(("created", "saved"))
    found = db.session.scalars(
        sa.select(ItemEvent.by).where(ItemEvent.version_id == version.id, wrote).distinct()
    )
    return {by for by in found if by is not None}


def history_of(item: Item) -> Sequence[tuple[ItemEvent, int, str | None]]:
    """Every step with the version's number and the person's name, newest first."""
    rows = db.session.execute(
        sa.select(ItemEvent, ItemVersion.number, Person.name)
        .join(ItemVersion, ItemVersion.id == ItemEvent.version_id)
        .outerjoin(Person, Person.id == ItemEvent.by)
        .where(ItemVersion.item_id == item.id)
        .order_by(ItemEvent.id.desc())
    )
    return [(event, number, name) for event, number, name in rows]


def enemies_of(item: Item) -> Sequence[Item]:
    """The items that never share a form with this one, by code."""
    low = sa.select(ItemEnemy.other_id).where(ItemEnemy.item_id == item.id)
    high = sa.select(ItemEnemy.item_id).where(ItemEnemy.other_id == item.id)
    return db.session.scalars(
        sa.select(Item).where(Item.id.in_(sa.union(low, high))).order_by(Item.code)
    ).all()


def loaded_entries(programme_id: int) -> dict[str, str]:
    """By code, the hash of the data file's entry that made an item's newest loaded version."""
    rows = db.session.execute(
        sa.select(Item.code, ItemVersion.loaded_sha256)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(Item.programme_id == programme_id, ItemVersion.loaded_sha256.is_not(None))
        .order_by(ItemVersion.number)
    )
    return {code: loaded for code, loaded in rows if loaded}


def enemy_pairs(programme_id: int) -> list[tuple[int, int]]:
    """All pairs of item ids of a bank that never share a form."""
    rows = db.session.execute(
        sa.select(ItemEnemy.item_id, ItemEnemy.other_id)
        .join(Item, Item.id == ItemEnemy.item_id)
        .where(Item.programme_id == programme_id)
        .order_by(ItemEnemy.item_id, ItemEnemy.other_id)
    )
    return [(one, other) for one, other in rows]


def usable(programme_id: int, states: Sequence[ItemState]) -> Sequence[ItemVersion]:
    """The versions of a bank in these states with item and links, for blueprints. Two queries."""
    return db.session.scalars(
        sa.select(ItemVersion)
        .join(ItemVersion.item)
        .where(Item.programme_id == programme_id, ItemVersion.state.in_(states))
        .options(contains_eager(ItemVersion.item))
        .options(sa.orm.selectinload(ItemVersion.links))
        .order_by(Item.code, ItemVersion.number)
    ).all()


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of items is narrowed to; empty words narrow nothing."""

    programme_ids: Sequence[int]
    state: str = ""
    kind: str = ""
    competency: int | None = None
    words: str = ""


def listed(wanted: Filter, cursor: int = 0, size: int = SIZE) -> Page[ItemVersion]:
    """The newest version of each item, in the order of the items' making."""
    statement = _newest(wanted).where(Item.id > cursor).limit(size + 1)
    rows = db.session.scalars(statement).all()
    return page_of(rows, size=size, key=lambda row: [row.item_id], is_first=not cursor)


def matching(wanted: Filter, most: int) -> Sequence[ItemVersion]:
    """The newest versions of all items that match, up to so many."""
    return db.session.scalars(_newest(wanted).limit(most)).all()


def count(wanted: Filter) -> int:
    """How many items match."""
    rows = _newest(wanted).with_only_columns(Item.id).order_by(None)
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def _newest(wanted: Filter) -> sa.Select[ItemVersion]:
    newest = (
        sa.select(sa.func.max(ItemVersion.number))
        .where(ItemVersion.item_id == Item.id)
        .correlate(Item)
        .scalar_subquery()
    )
    return (
        sa.select(ItemVersion)
        .join(ItemVersion.item)
        .where(ItemVersion.number == newest, *_conditions(wanted))
        .options(contains_eager(ItemVersion.item).joinedload(Item.programme))
        .order_by(Item.id)
    )


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Item.programme_id.in_(wanted.programme_ids)]
    if wanted.state in list(ItemState):
        found.append(ItemVersion.state == ItemState(wanted.state))
    if wanted.kind:
        found.append(ItemVersion.kind == wanted.kind)
    if wanted.competency is not None:
        shows = ItemCompetency.competency_id == wanted.competency
        found.append(ItemVersion.links.any(shows))
    if wanted.words.strip():
        found.append(Item.id.in_([int(key) for key in search.find("item", wanted.words)]))
    return found


def has_picture(sha256: str, programme_ids: Sequence[int]) -> bool:
    """Whether items of one of these banks may show the picture."""
    kept = sa.exists().where(
        ItemPicture.sha256 == sha256, ItemPicture.programme_id.in_(programme_ids)
    )
    return bool(db.session.scalar(sa.select(kept)))


def same_content(digest: str, programme_id: int) -> Item | None:
    """An item of the bank that has a version of exactly this content."""
    return db.session.scalar(
        sa.select(Item)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(ItemVersion.content_sha256 == digest, Item.programme_id == programme_id)
        .order_by(Item.id)
        .limit(1)
    )


def competencies_of(programme_ids: Sequence[int]) -> Sequence[Competency]:
    """The competencies of these programmes' frameworks."""
    return db.session.scalars(
        sa.select(Competency)
        .join(Framework, Framework.id == Competency.framework_id)
        .where(Framework.programme_id.in_(programme_ids))
        .options(joinedload(Competency.framework))
        .order_by(Framework.id, Competency.position, Competency.id)
    ).all()


def known_pictures(programme_id: int, digests: Sequence[str]) -> frozenset[str]:
    """Which of these pictures the bank of a programme has."""
    found = sa.select(ItemPicture.sha256).where(
        ItemPicture.programme_id == programme_id,
        ItemPicture.sha256.in_(list(dict.fromkeys(digests))[:MOST_PICTURES]),
    )
    return frozenset(db.session.scalars(found))
