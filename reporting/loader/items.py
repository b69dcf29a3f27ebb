"""Writing the item bank: a changed entry makes a new version, and the one before it retires.

An entry that did not change is left alone, so what people did with its item meanwhile stays.
"""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from certification.competency.models import Competency
from certification.items import actions, actions_picture, queries
from certification.items.actions import Draft, Link
from certification.items.datafiles import ItemFile, ItemsFile
from certification.items.models import Item, ItemState
from certification.items.reading import content_from
from courses.catalog.models import Programme
from lms.audit import canonical
from lms.datafile import DataFileError, Document
from lms.db import db
from lms.errors import Refusal
from lms.storage import Storage
from lms.wording import word
from reporting.loader.loading import Loading


@dataclass(frozen=True)
class Bank:
    """A programme's bank before its files are loaded."""

    programme: Programme
    loaded: dict[str, str]
    """By code, the entry that made the newest loaded version."""
    competencies: dict[str, int]


def load_items(loading: Loading) -> None:
    """Every item, then which of them never share a form."""
    for document in loading.folder.items:
        bank = _bank(document.value.programme)
        for place, item in enumerate(document.value.items):
            _put(loading, bank, document, place, item)
    for document in loading.folder.items:
        if not loading.knows(document):
            _part_enemies(loading, document.value)


def _bank(code: str) -> Bank:
    programme = db.session.scalars(sa.select(Programme).where(Programme.code == code)).one()
    competencies = dict(db.session.execute(sa.select(Competency.code, Competency.id)).all())
    return Bank(programme, queries.loaded_entries(programme.id), competencies)


def _put(
    loading: Loading, bank: Bank, document: Document[ItemsFile], place: int, item: ItemFile
) -> None:
    content = loading.folder.content_of(item)
    entry = item.model_dump(mode="json", exclude={"enemies"}) | {"content": content}
    digest = hashlib.sha256(canonical([document.value.sample, entry])).hexdigest()
    if bank.loaded.get(item.code) == digest:
        loading.tally.note("item version", "unchanged")
        return
    _keep_picture(loading, bank.programme, item)
    draft = Draft(
        content_from(content),
        [Link(bank.competencies[one.competency], one.level, one.weight) for one in item.shows],
        item.difficulty,
        item.source.words(sample=document.value.sample),
    )
    state = ItemState.PILOT if item.pilot else ItemState.ACTIVE
    try:
        actions.bring(bank.programme, item.code, draft, loaded=digest, state=state, now=loading.now)
    except Refusal as refusal:
        text = f"{item.code}: {' '.join(word(reason) for reason in refusal.reasons)}"
        raise DataFileError([document.error(text, "items", place, "code")]) from refusal
    loading.tally.note("item version", "added")


def _keep_picture(loading: Loading, programme: Programme, item: ItemFile) -> None:
    name = item.picture_file()
    size = loading.folder.size_of(name) if name else None
    if name is not None and size is not None:
        storage: Storage = current_app.extensions["storage"]
        sha256 = storage.put(loading.folder.pictures[name])
        actions_picture.keep(programme, sha256, size, by=None, now=loading.now)


def _part_enemies(loading: Loading, bank: ItemsFile) -> None:
    for item in bank.items:
        for other in item.enemies:
            pair = [_item(bank.programme, code) for code in (item.code, other)]
            actions.add_enemy(*pair, by=None, now=loading.now)


def _item(programme: str, code: str) -> Item:
    return db.session.scalars(
        sa.select(Item)
        .join(Programme, Programme.id == Item.programme_id)
        .where(Programme.code == programme, Item.code == code)
    ).one()
