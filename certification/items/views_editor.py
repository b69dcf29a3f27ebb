"""Writing items: a page of plain fields; each "add" is a button that keeps what was typed."""

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.items import actions, queries, wording
from certification.items.actions import Draft, Link
from certification.items.content import KINDS, LANGUAGES
from certification.items.forms_item import PARTS, PARTS_OF, blank, data_of, with_language, with_row
from certification.items.models import Item, ItemState, ItemVersion
from certification.items.reading import ContentError, draft_from
from certification.items.rules import flaws
from certification.items.views import banks, blueprint, found, version_of
from lms import clock
from lms import wording as words
from lms.errors import Refusal
from lms.permissions import permit
from lms.reasons import Reason

WRITABLE = tuple(kind for kind in KINDS if kind != "hotspot")
LINKS = range(3)


@blueprint.get("/manage/items/new")
@permit("items.edit")
def new_page() -> ResponseReturnValue:
    """Where a new item begins."""
    return _new([])


def _new(reasons: Sequence[Reason]) -> str:
    kinds = [(kind, wording.kind_name(kind)) for kind in WRITABLE]
    said = [words.word(reason) for reason in reasons]
    return render_template("items/new.html", banks=banks("items.edit"), kinds=kinds, errors=said)


@blueprint.post("/manage/items/new")
@permit("items.edit")
def create() -> ResponseReturnValue:
    """A new item with its first draft."""
    bank = next(
        (one for one in banks("items.edit") if one.code == request.form.get("programme")), None
    )
    kind, code = request.form.get("kind", ""), request.form.get("code", "").strip()
    if bank is None or kind not in WRITABLE or not 0 < len(code) <= 60:
        return _new([Reason("item_field_unreadable", {"field": "code"})]), 422
    draft = Draft(draft_from(blank(kind)))
    try:
        version = actions.create(bank, code, draft, by=current_user.person_id, now=clock.now())
    except Refusal as refusal:
        return _new(refusal.reasons), refusal.status
    return redirect(url_for("items.edit", item_id=version.item_id), 303)


def _draft(item: Item) -> ItemVersion:
    version = version_of(item, None)
    return version if version.state == ItemState.DRAFT else abort(404)


@blueprint.get("/manage/items/<int:item_id>/edit")
@permit("items.edit")
def edit(item_id: int) -> ResponseReturnValue:
    """The draft's fields."""
    row = found(item_id, "items.edit")
    version = _draft(row)
    links = [
        {"code": one.competency.code, "level": one.level, "weight": one.weight}
        for one in queries.links_of(version)
    ]
    known = {"difficulty": version.difficulty, "source": version.source, "links": links}
    return _editor(row, version, version.content, known, flaws(draft_from(version.content)))


def _editor(
    row: Item, version: ItemVersion, data: Any, known: Any, reasons: Sequence[Reason]
) -> str:
    return render_template(
        "items/edit.html",
        item=row,
        version=version,
        revision=request.form.get("revision", version.revision),
        data=data,
        known=known,
        parts=PARTS_OF[version.kind],
        links=LINKS,
        tags=list(data["texts"]),
        more=[tag for tag in LANGUAGES if tag not in data["texts"]],
        competencies=queries.competencies_of([row.programme_id]),
        errors=[words.word(reason) for reason in reasons],
        wording=wording,
    )


@blueprint.post("/manage/items/<int:item_id>/edit")
@permit("items.edit")
def save(item_id: int) -> ResponseReturnValue:
    """Save the draft, or show its page with one more row or language."""
    row = found(item_id, "items.edit")
    version = _draft(row)
    data, known = data_of(request.form, version.content), _known()
    if (part := request.form.get("add", "")) in PARTS:
        return _editor(row, version, with_row(data, part), known, [])
    if part == "language":
        wanted = with_language(data, request.form.get("language", ""))
        return _editor(row, version, wanted, known, [])
    try:
        _save(row, version, data, known)
    except (ContentError, Refusal) as error:
        return _editor(row, version, data, known, error.reasons), 422
    return redirect(url_for("items.item", item_id=item_id), 303)


def _known() -> dict[str, Any]:
    rows = [
        {name: request.form.get(f"link-{name}-{n}", "") for name in ("code", "level", "weight")}
        for n in LINKS
    ]
    return {
        "difficulty": request.form.get("difficulty", "").strip(),
        "source": request.form.get("source", "").strip()[:300],
        "links": [row for row in rows if row["code"]],
    }


def _save(row: Item, version: ItemVersion, data: Any, known: Any) -> None:
    named = {one.code: one.id for one in queries.competencies_of([row.programme_id])}
    links = {
        named[one["code"]]: Link(
            named[one["code"]],
            _number(one["level"] or "1", "level", 1, 9),
            _number(one["weight"] or "100", "weight", 1, 100),
        )
        for one in known["links"]
        if one["code"] in named
    }
    said = known["difficulty"]
    difficulty = _number(said, "difficulty", 0, 100) if said else None
    draft = Draft(draft_from(data), list(links.values()), difficulty, known["source"])
    revision = request.form.get("revision", type=int) or 0
    by, now = current_user.person_id, clock.now()
    actions.save_draft(version, draft, revision=revision, by=by, now=now)


def _number(text: str, name: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise ContentError([Reason("item_field_unreadable", {"field": name})])
    return int(text)
