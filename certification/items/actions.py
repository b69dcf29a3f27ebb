"""Making items: drafts under an optimistic lock, two people's approval, enemies, notes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from certification.items import queries, queries_pictures
from certification.items.content import ItemContent
from certification.items.models import (
    MOVES,
    OPEN,
    USED,
    Item,
    ItemCompetency,
    ItemEnemy,
    ItemEvent,
    ItemState,
    ItemVersion,
)
from certification.items.reading import as_json, draft_from
from certification.items.rules import flaws, title_of, unready
from courses.catalog.models import Programme
from lms import audit, search
from lms.db import db, insert_once, locked
from lms.errors import Refusal, refuse
from lms.lifecycle import check_move


@dataclass(frozen=True, slots=True)
class Link:
    """A competency that an item shows."""

    competency_id: int
    level: int
    weight: int = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author writes: the content and what test development needs to know of it."""

    content: ItemContent
    links: Sequence[Link] = ()
    difficulty: int | None = None
    source: str = ""


def digest_of(content: ItemContent) -> str:
    """The SHA-256 that names a content."""
    return hashlib.sha256(audit.canonical(as_json(content))).hexdigest()


def create(
    programme: Programme, code: str, draft: Draft, *, by: int | None, now: datetime
) -> ItemVersion:
    """A new item whose first version is a draft."""
    item = _item(programme, code, by=by, now=now)
    if item is None:
        raise refuse("item_code_taken", status=422, code=code)
    version = _version(item, 1, draft, by=by, now=now)
    audit.record("item.created", "item", item.id, by=by, now=now, code=code)
    return version


def bring(
    programme: Programme,
    code: str,
    draft: Draft,
    *,
    loaded: str,
    state: ItemState = ItemState.ACTIVE,
    now: datetime,
) -> ItemVersion:
    """A version from a data file (`loaded` is its entry's SHA-256), active or as a pilot; the
    file's maintainers answer for it. The same entry twice is one version."""
    if found := flaws(draft.content):
        raise Refusal(*found, status=422)
    _item(programme, code, by=None, now=now)
    item = db.session.scalars(
        locked(sa.select(Item).where(Item.programme_id == programme.id, Item.code == code))
    ).one()
    versions = queries.versions_of(item)
    newest = next((one for one in versions if one.loaded_sha256), None)
    if newest is not None and newest.loaded_sha256 == loaded:
        return newest
    if any(one.state in OPEN for one in versions):
        raise refuse("item_has_open_version")
    _retire_used(versions, apart_from=None, by=None, now=now)
    version = _version(item, len(versions) + 1, draft, by=None, now=now)
    version.state, version.loaded_sha256 = state, loaded
    _note(version, "moved", by=None, now=now, state=state)
    db.session.flush()
    audit.record("item.loaded", "item", item.id, by=None, now=now, code=code)
    return version


def start_draft(item: Item, *, by: int, now: datetime) -> ItemVersion:
    """A new version that begins as a copy of the newest; there is one open version at most."""
    lock(item)
    newest = queries.versions_of(item)[0]
    if newest.state in OPEN:
        return newest
    links = [Link(one.competency_id, one.level, one.weight) for one in queries.links_of(newest)]
    draft = Draft(draft_from(newest.content), links, newest.difficulty, newest.source)
    version = _version(item, newest.number + 1, draft, by=by, now=now)
    audit.record("item.draft_started", "item", item.id, by=by, now=now, version=version.number)
    return version


def save_draft(
    version: ItemVersion, draft: Draft, *, revision: int, by: int, now: datetime
) -> ItemVersion:
    """Save the draft from the page that showed `revision`; an older page is refused."""
    row = _fresh(version)
    if row.state != ItemState.DRAFT or row.revision != revision:
        raise refuse("changed_meanwhile")
    _refuse_strange_pictures(row.item_id, draft.content)
    _fill(row, draft)
    row.revision += 1
    row.edited_by = by
    _link(row, draft.links)
    _note(row, "saved", by=by, now=now)
    _index(row)
    audit.record("item.draft_saved", "item", row.item_id, by=by, now=now, version=row.number)
    return row


def move(
    version: ItemVersion, wanted: ItemState, *, note: str = "", by: int, now: datetime
) -> ItemVersion:
    """Bring a version to another state. Into use it comes sound, and by a second person who
    wrote none of it; the version that was used before retires then."""
    row = _fresh(version)
    check_move(MOVES, row.state, wanted)
    if wanted == ItemState.REVIEW or wanted in USED:
        _refuse_unsound(row)
    if wanted in USED:
        _approve(row, by=by, now=now)
    row.state = wanted
    _note(row, "moved", by=by, now=now, state=wanted, note=note)
    db.session.flush()
    audit.record(
        "item.moved", "item", row.item_id, by=by, now=now, version=row.number, state=wanted.value
    )
    return row


def _refuse_unsound(row: ItemVersion) -> None:
    content = draft_from(row.content)
    if found := unready(content):
        raise Refusal(*found, status=422)
    _refuse_strange_pictures(row.item_id, content)
    if not queries.links_of(row):
        raise refuse("item_link_missing", status=422)


def _refuse_strange_pictures(item_id: int, content: ItemContent) -> None:
    """A picture that an item shows is one of its bank, and stays there from then on."""
    if shown := content.every_picture():
        bank = db.session.scalars(sa.select(Item.programme_id).where(Item.id == item_id)).one()
        if strange := set(shown) - queries_pictures.held(bank, shown):
            raise refuse("item_picture_strange", status=422, sha256=min(strange)[:12])


def _approve(row: ItemVersion, *, by: int, now: datetime) -> None:
    if by in queries.authors_of(row):
        raise refuse("item_needs_second_person", status=422)
    versions = db.session.scalars(
        locked(sa.select(ItemVersion).where(ItemVersion.item_id == row.item_id))
    ).all()
    _retire_used(versions, apart_from=row, by=by, now=now)
    row.approved_by, row.approved_at = by, now


def _retire_used(
    versions: Sequence[ItemVersion],
    *,
    apart_from: ItemVersion | None,
    by: int | None,
    now: datetime,
) -> None:
    used = (*USED, ItemState.SUSPENDED)
    for other in versions:
        if other is not apart_from and other.state in used:
            other.state = ItemState.RETIRED
            _note(other, "moved", by=by, now=now, state=ItemState.RETIRED)
    db.session.flush()


def add_note(version: ItemVersion, text: str, *, by: int, now: datetime) -> None:
    """A review note or comment; it stays."""
    _note(version, "note", by=by, now=now, note=text)


def add_enemy(item: Item, other: Item, *, by: int | None, now: datetime) -> None:
    """From now on the two never share a form; saying it twice changes nothing."""
    if item.id == other.id or item.programme_id != other.programme_id:
        raise refuse("item_enemy_wrong", status=422)
    low, high = sorted((item.id, other.id))
    values = {"item_id": low, "other_id": high, "at": now, "by": by}
    if insert_once(ItemEnemy, values, ["item_id", "other_id"]):
        audit.record("item.enemy_added", "item", low, by=by, now=now, other=high)


def remove_enemy(item: Item, other: Item, *, by: int, now: datetime) -> None:
    """The two may share a form again."""
    low, high = sorted((item.id, other.id))
    pair = sa.and_(ItemEnemy.item_id == low, ItemEnemy.other_id == high)
    if db.session.scalars(sa.delete(ItemEnemy).where(pair).returning(ItemEnemy.id)).all():
        audit.record("item.enemy_removed", "item", low, by=by, now=now, other=high)


def lock(item: Item) -> None:
    """Until the unit ends nobody else changes this item."""
    db.session.execute(locked(sa.select(Item.id).where(Item.id == item.id)))


def _item(programme: Programme, code: str, *, by: int | None, now: datetime) -> Item | None:
    values = {"programme_id": programme.id, "code": code, "created_at": now, "created_by": by}
    if not insert_once(Item, values, ["programme_id", "code"]):
        return None
    return queries.by_code(programme.id, code)


def _fresh(version: ItemVersion) -> ItemVersion:
    db.session.execute(locked(sa.select(Item.id).where(Item.id == version.item_id)))
    row: ItemVersion = db.session.scalars(
        locked(sa.select(ItemVersion).where(ItemVersion.id == version.id))
    ).one()
    return row


def _version(
    item: Item, number: int, draft: Draft, *, by: int | None, now: datetime
) -> ItemVersion:
    row = ItemVersion(item_id=item.id, number=number, state=ItemState.DRAFT, created_at=now)
    row.created_by = row.edited_by = by
    _fill(row, draft)
    db.session.add(row)
    db.session.flush()
    _link(row, draft.links)
    _note(row, "created", by=by, now=now)
    _index(row)
    return row


def _fill(row: ItemVersion, draft: Draft) -> None:
    row.kind, row.title = draft.content.kind, title_of(draft.content)
    row.content, row.content_sha256 = as_json(draft.content), digest_of(draft.content)
    row.difficulty, row.source = draft.difficulty, draft.source


def _link(row: ItemVersion, links: Sequence[Link]) -> None:
    db.session.execute(sa.delete(ItemCompetency).where(ItemCompetency.version_id == row.id))
    for link in links:
        db.session.add(
            ItemCompetency(
                version_id=row.id,
                competency_id=link.competency_id,
                weight=link.weight,
                level=link.level,
            )
        )
    db.session.flush()


def _note(
    row: ItemVersion,
    kind: str,
    *,
    by: int | None,
    now: datetime,
    state: ItemState | None = None,
    note: str = "",
) -> None:
    db.session.add(ItemEvent(version_id=row.id, kind=kind, state=state, note=note, at=now, by=by))


def _index(row: ItemVersion) -> None:
    texts = draft_from(row.content).texts.values()
    words = " ".join(" ".join([one.body, *one.options.values()]) for one in texts)
    search.put("item", str(row.item_id), f"{queries.code_of(row.item_id)} {row.title}", words)
