"""Many items at once: who could be moved, and the move as one unit with a constant number of
queries."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.items import queries, queries_pictures
from certification.items.models import (
    MOVES,
    USED,
    Item,
    ItemCompetency,
    ItemEvent,
    ItemState,
    ItemVersion,
)
from certification.items.reading import draft_from
from certification.items.rules import unready
from lms import audit
from lms.db import db, locked
from lms.errors import refuse
from lms.reasons import Reason

MOST = 2_000
"""Items that one act moves; it holds them until it is done."""


@dataclass(frozen=True, slots=True)
class Move:
    """What moving these versions would do: which ones go, and why the others stay."""

    wanted: ItemState
    going: Sequence[ItemVersion]
    staying: Sequence[tuple[ItemVersion, tuple[Reason, ...]]]

    def fingerprint(self) -> str:
        """Names exactly these versions as they are; another set has another one."""
        names = [f"{one.id}:{one.revision}:{one.state}" for one in self.going]
        return hashlib.sha256("\n".join([self.wanted, *names]).encode()).hexdigest()


def planned(
    versions: Sequence[ItemVersion], wanted: ItemState, *, by: int, holds: bool = False
) -> Move:
    """What the move would do, with the checks of a single one: two queries, and one for each bank
    that shows pictures. With `holds`, nobody deletes those pictures until the unit ends."""
    needs = wanted == ItemState.REVIEW or wanted in USED
    ids = [one.id for one in versions]
    linked, wrote = (_linked(ids), _written_by(ids, by)) if needs else (set(ids), set[int]())
    strange = _strange(versions, holds=holds) if needs else {}
    going = list[ItemVersion]()
    staying = list[tuple[ItemVersion, tuple[Reason, ...]]]()
    for one in versions:
        found = _not_allowed(one, wanted)
        if needs and not found:
            found = [*unready(draft_from(one.content)), *strange.get(one.id, ())]
            found += [] if one.id in linked else [Reason("item_link_missing")]
            is_own = wanted in USED and one.id in wrote
            found += [Reason("item_needs_second_person")] if is_own else []
        if found:
            staying.append((one, tuple(found)))
        else:
            going.append(one)
    return Move(wanted, going, staying)


def _not_allowed(one: ItemVersion, wanted: ItemState) -> list[Reason]:
    if wanted in MOVES.get(one.state, frozenset()):
        return []
    return [Reason("move_not_allowed", {"current": one.state.value, "wanted": wanted.value})]


def _linked(ids: Collection[int]) -> set[int]:
    found = sa.select(ItemCompetency.version_id).where(ItemCompetency.version_id.in_(ids))
    return set(db.session.scalars(found.distinct()))


def _written_by(ids: Collection[int], by: int) -> set[int]:
    wrote = ItemEvent.kind.in_(("created", "saved"))
    found = sa.select(ItemEvent.version_id).where(
        ItemEvent.version_id.in_(ids), wrote, ItemEvent.by == by
    )
    return set(db.session.scalars(found.distinct()))


def _strange(versions: Sequence[ItemVersion], *, holds: bool) -> dict[int, list[Reason]]:
    """By version a picture that its bank does not have."""
    banks: dict[int, dict[int, list[str]]] = defaultdict(dict)
    for one in versions:
        if shown := draft_from(one.content).every_picture():
            banks[one.item.programme_id][one.id] = list(shown)
    found: dict[int, list[Reason]] = {}
    for bank, pictures in sorted(banks.items()):
        wanted = sorted({one for shown in pictures.values() for one in shown})
        there = (queries_pictures.held if holds else queries.known_pictures)(bank, wanted)
        for version, shown in pictures.items():
            if lost := sorted(set(shown) - set(there)):
                found[version] = [Reason("item_picture_strange", {"sha256": lost[0][:12]})]
    return found


def move_all(
    wanted: queries.Filter, state: ItemState, *, fingerprint: str, by: int, now: datetime
) -> int:
    """Move exactly what the preview with this fingerprint showed, in one unit. Refuses
    `items_changed` when anything of it is no longer so."""
    found = queries.matching(wanted, MOST)
    db.session.execute(_in_order([one.item_id for one in found]))
    move = planned(_afresh([one.id for one in found]), state, by=by, holds=True)
    if not move.going or move.fingerprint() != fingerprint:
        raise refuse("items_changed", status=422)
    _do(move, by=by, now=now)
    return len(move.going)


def _in_order(item_ids: Collection[int]) -> sa.Select[int]:
    """Locks the items, always in the same order: two such acts wait for one another."""
    return locked(sa.select(Item.id).where(Item.id.in_(item_ids)).order_by(Item.id))


def _afresh(ids: Collection[int]) -> Sequence[ItemVersion]:
    return db.session.scalars(
        sa.select(ItemVersion)
        .where(ItemVersion.id.in_(ids))
        .options(joinedload(ItemVersion.item))
        .order_by(ItemVersion.item_id)
        .execution_options(populate_existing=True)
    ).all()


def _do(move: Move, *, by: int, now: datetime) -> None:
    if move.wanted in USED:
        _retire_others(move, by=by, now=now)
    for row in move.going:
        row.state = move.wanted
        if move.wanted in USED:
            row.approved_by, row.approved_at = by, now
        audit.record(
            "item.moved", "item", row.item_id, by=by, now=now, version=row.number,
            state=move.wanted.value,
        )  # fmt: skip
    _note(move.going, move.wanted, by=by, now=now)


def _retire_others(move: Move, *, by: int, now: datetime) -> None:
    """Of each item one version is in use: the one before retires."""
    used = ItemVersion.state.in_((*USED, ItemState.SUSPENDED))
    items, own = [one.item_id for one in move.going], [one.id for one in move.going]
    others = db.session.scalars(
        locked(
            sa.select(ItemVersion).where(
                ItemVersion.item_id.in_(items), ItemVersion.id.not_in(own), used
            )
        )
    ).all()
    for row in others:
        row.state = ItemState.RETIRED
    if others:
        _note(others, ItemState.RETIRED, by=by, now=now)


def _note(rows: Sequence[ItemVersion], state: ItemState, *, by: int, now: datetime) -> None:
    """What happened, in the history of each, in one statement."""
    db.session.flush()
    values = {"kind": "moved", "state": state, "note": "", "at": now, "by": by}
    db.session.execute(sa.insert(ItemEvent), [{**values, "version_id": row.id} for row in rows])
