"""The item bank: the list, an item as the candidate sees it, its states, notes and enemies."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.items import actions, markup, queries, wording
from certification.items.content import KINDS
from certification.items.models import MOVES, Item, ItemState, ItemVersion
from certification.items.reading import draft_from
from certification.items.showing import shown
from courses.catalog.models import Programme
from lms import clock, paging, permissions
from lms import wording as words
from lms.db import db
from lms.errors import Refusal, refuse
from lms.i18n import gettext as _
from lms.i18n import ngettext
from lms.permissions import permit
from lms.reasons import Reason

blueprint = Blueprint("items", __name__)
blueprint.add_app_template_filter(markup.plain, "plain")
LONGEST_NOTE = 2000
LISTED = 30
"""Items of a page of the list: their words are long."""
MOST_AT_ONCE = 200


def banks(permission: str = "items.see") -> list[Programme]:
    """The banks that this person may see, which are never those of programmes that they teach."""
    limits = permissions.programmes(current_user, permission)
    return list(queries.banks(current_user.person_id, None if limits is None else list(limits)))


def found(item_id: int, permission: str = "items.see") -> Item:
    """The item of this address, else 404."""
    item = queries.by_id(item_id, [bank.id for bank in banks(permission)])
    if item is None:
        abort(404)
    return item


def version_of(item: Item, number: int | None) -> ItemVersion:
    """One version, or the newest."""
    versions = queries.versions_of(item)
    return next((one for one in versions if number in (None, one.number)), None) or abort(404)


def picture_address(sha256: str) -> str:
    """Where a picture of the bank is shown."""
    return f"/manage/items/pictures/{sha256}.png"


@blueprint.get("/manage/items")
@permit("items.see")
def index() -> ResponseReturnValue:
    """The items, narrowed by what the address says."""
    return _list()


def _list(errors: Sequence[str] = ()) -> str:
    seen = banks()
    cursor = request.args.get("after")
    start = paging.id_after(cursor) or 0
    wanted = narrowing(seen)
    return render_template(
        "items/index.html",
        page=queries.listed(wanted, start, LISTED),
        count=queries.count(wanted),
        args={name: value for name, value in narrowed().items() if value},
        banks=seen,
        competencies=queries.competencies_of([bank.id for bank in seen]),
        kinds=[(kind, wording.kind_name(kind)) for kind in KINDS],
        states=[(state.value, wording.state_name(state)) for state in ItemState],
        wording=wording,
        errors=errors,
    )


def narrowed() -> dict[str, str]:
    """What the address narrows the list by."""
    names = ("programme", "state", "kind", "competency", "q")
    return {name: request.args.get(name, "")[:100] for name in names}


def narrowing(seen: list[Programme]) -> queries.Filter:
    """What the address asks for, within these banks."""
    args = narrowed()
    chosen = [bank.id for bank in seen if args["programme"] in ("", bank.code)]
    named = {one.code: one.id for one in queries.competencies_of([bank.id for bank in seen])}
    shows = named.get(args["competency"], 0) if args["competency"] else None
    return queries.Filter(chosen, args["state"], args["kind"], shows, args["q"])


@blueprint.get("/manage/items/<int:item_id>")
@permit("items.see")
def item(item_id: int) -> ResponseReturnValue:
    """An item: as the candidate sees it, its key, its versions, its history."""
    return _page(found(item_id))


def _page(
    row: Item, number: int | None = None, field: str = "", reasons: Sequence[Reason] = ()
) -> str:
    """The item's page; `reasons` are why what was sent from `field` is refused."""
    version = version_of(row, number or request.args.get("version", type=int))
    content = draft_from(version.content)
    language = content.language_for(request.args.get("language", ""))
    seed = request.args.get("seed", "1")[:20]
    view = shown(content, language, seed)
    body = markup.html(view["body"], picture_address)
    return render_template(
        "items/item.html",
        item=row,
        version=version,
        versions=queries.versions_of(row),
        content=content,
        language=language,
        seed=seed,
        view=view,
        pieces=markup.pieces(body),
        html=lambda text: markup.html(text, picture_address),
        picture_address=picture_address,
        links=queries.links_of(version),
        enemies=queries.enemies_of(row),
        history=queries.history_of(row),
        moves=[state for state in ItemState if state in MOVES.get(version.state, ())],
        errors={field: [words.word(reason) for reason in reasons]} if reasons else {},
        typed=request.form,
        wording=wording,
    )


@blueprint.post("/manage/items/<int:item_id>/versions/<int:number>/state")
@permit("items.edit")
def move(item_id: int, number: int) -> ResponseReturnValue:
    """Bring a version to another state."""
    row = found(item_id, "items.edit")
    version = version_of(row, number)
    note = request.form.get("note", "").strip()[:LONGEST_NOTE]
    try:
        actions.move(version, state_wanted(), note=note, by=current_user.person_id, now=clock.now())
    except Refusal as refusal:
        return _page(row, number, "state-to", refusal.reasons), refusal.status
    flash(_("Version %(number)s is now “%(state)s”.", number=number, state=_state_words()))
    return _back(row)


def state_wanted() -> ItemState:
    """The state that the form or the address names."""
    wanted = request.values.get("to", "") or request.form.get("state", "")
    return ItemState(wanted) if wanted in list(ItemState) else abort(422)


def _state_words() -> str:
    return wording.state_name(state_wanted())


def _back(row: Item) -> ResponseReturnValue:
    return redirect(url_for("items.item", item_id=row.id), 303)


@blueprint.post("/manage/items/state")
@permit("items.edit")
def move_many() -> ResponseReturnValue:
    """Bring the newest versions of several items to another state: all of them, or none."""
    ids = request.form.getlist("item", type=int)[:MOST_AT_ONCE]
    allowed = [bank.id for bank in banks("items.edit")]
    rows = [queries.by_id(one, allowed) or abort(404) for one in sorted(set(ids))]
    if not rows:
        return _list([words.word(Reason("item_none_chosen"))]), 422
    try:
        with db.session.begin_nested():
            _move_all(rows)
    except Refusal as refusal:
        return _list([words.word(one) for one in refusal.reasons]), 422
    done = ngettext("%(num)s item is moved.", "%(num)s items are moved.", len(rows))
    flash(done)
    kept: dict[str, Any] = {name: value for name, value in narrowed().items() if value}
    return redirect(url_for("items.index", **kept), 303)


def _move_all(rows: Sequence[Item]) -> None:
    for row in rows:
        version = version_of(row, None)
        try:
            actions.move(version, state_wanted(), by=current_user.person_id, now=clock.now())
        except Refusal as refusal:
            why = " ".join(words.word(one) for one in refusal.reasons)
            raise refuse("item_in_the_way", status=422, code=row.code, why=why) from refusal


@blueprint.post("/manage/items/<int:item_id>/versions/<int:number>/notes")
@permit("items.edit")
def add_note(item_id: int, number: int) -> ResponseReturnValue:
    """Keep a comment."""
    row = found(item_id, "items.edit")
    text = request.form.get("note", "").strip()[:LONGEST_NOTE]
    if not text:
        return _page(row, number, "note", [Reason("item_note_missing")]), 422
    version = version_of(row, number)
    actions.add_note(version, text, by=current_user.person_id, now=clock.now())
    return _back(row)


@blueprint.post("/manage/items/<int:item_id>/enemies")
@permit("items.edit")
def change_enemy(item_id: int) -> ResponseReturnValue:
    """Two items never share a form from now on, or may again."""
    row = found(item_id, "items.edit")
    code = request.form.get("code", "").strip()[:60]
    other = queries.by_code(row.programme_id, code)
    change = actions.remove_enemy if "remove" in request.form else actions.add_enemy
    try:
        if other is None:
            raise refuse("item_enemy_unknown", status=422, code=code)
        change(row, other, by=current_user.person_id, now=clock.now())
    except Refusal as refusal:
        return _page(row, None, "enemy", refusal.reasons), refusal.status
    return _back(row)


@blueprint.post("/manage/items/<int:item_id>/draft")
@permit("items.edit")
def start_draft(item_id: int) -> ResponseReturnValue:
    """A new version that begins as a copy of the newest one."""
    row = found(item_id, "items.edit")
    actions.start_draft(row, by=current_user.person_id, now=clock.now())
    return _back(row)
