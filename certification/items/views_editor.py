"""Writing items: a page of plain fields; each "add" is a button that keeps what was typed."""

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.items import actions, fields, markup, queries, queries_pictures, wording
from certification.items.actions import Draft, Link
from certification.items.content import KINDS, LANGUAGES
from certification.items.forms_item import (
    PARTS,
    PARTS_OF,
    blank,
    data_of,
    with_language,
    with_picture,
    with_row,
    without_empty_languages,
)
from certification.items.models import Item, ItemState, ItemVersion
from certification.items.reading import ContentError, draft_from
from certification.items.rules import unready
from certification.items.showing import shown
from certification.items.views import banks, blueprint, found, picture_address, version_of
from certification.items.views_picture import uploaded
from lms import clock
from lms import wording as words
from lms.errors import Refusal
from lms.permissions import permit
from lms.reasons import Reason

LINKS = range(3)
_LINK = ("code", "level", "weight")


@blueprint.get("/manage/items/new")
@permit("items.edit")
def new_page() -> ResponseReturnValue:
    """Where a new item begins."""
    return _new([])


def _new(reasons: Sequence[Reason]) -> str:
    return render_template(
        "items/new.html",
        banks=banks("items.edit"),
        kinds=[(kind, wording.kind_name(kind)) for kind in KINDS],
        typed=request.values,
        errors={"code": [words.word(reason) for reason in reasons]} if reasons else {},
    )


@blueprint.post("/manage/items/new")
@permit("items.edit")
def create() -> ResponseReturnValue:
    """A new item with its first draft."""
    wanted, kind = request.form.get("programme"), request.form.get("kind", "")
    bank = next((one for one in banks("items.edit") if one.code == wanted), None)
    if bank is None or kind not in KINDS:
        abort(404)
    code = request.form.get("code", "").strip()
    if not 0 < len(code) <= 60:
        return _new([Reason("item_code_missing")]), 422
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
    open_ends = fields.placed(version.content, unready(draft_from(version.content)))
    return _editor(row, version, version.content, known, open_ends)


def _editor(
    row: Item,
    version: ItemVersion,
    data: Any,
    known: Any,
    open_ends: Sequence[fields.Placed] = (),
    *,
    wrong: bool = False,
    previews: Sequence[Any] = (),
) -> str:
    """The page: `open_ends` is what is not finished or, when `wrong`, what was refused."""
    chosen = (data.get("picture") or {}).get("sha256", "")
    said = [(field, words.word(reason)) for field, reason in open_ends]
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
        more=[(tag, tag) for tag in LANGUAGES if tag not in data["texts"]],
        competencies=queries.competencies_of([row.programme_id]),
        pictures=queries_pictures.offered(row.programme_id, chosen),
        picture_address=picture_address,
        open_ends=said,
        errors=_grouped(said) if wrong else {},
        previews=previews,
        html=lambda text: markup.html(text, picture_address),
        wording=wording,
    )


def _grouped(said: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for field, text in said:
        found.setdefault(field, []).append(text)
    return found


@blueprint.post("/manage/items/<int:item_id>/edit")
@permit("items.edit")
def save(item_id: int) -> ResponseReturnValue:
    """Save the draft, or show its page with one more row, language or picture, or a preview."""
    row = found(item_id, "items.edit")
    version = _draft(row)
    wanted, known = request.form.get("add", ""), _known()
    data = _typed(row, version, with_empty=wanted in (*PARTS, "language", "picture"))
    if wanted == "picture":
        return _with_upload(row, version, data, known)
    if wanted in (*PARTS, "language"):
        tag = request.form.get("language", "")
        data = with_language(data, tag) if wanted == "language" else with_row(data, wanted)
        return _editor(row, version, data, known)
    if misread := [*fields.misread(data), *fields.misread_known(known)]:
        return _editor(row, version, data, known, misread, wrong=True), 422
    try:
        if wanted == "preview":
            shown = _typed(row, version, with_empty=True)
            return _editor(row, version, shown, known, previews=_previews(data))
        _save(row, version, without_empty_languages(data), known)
    except (ContentError, Refusal) as error:
        flaws = fields.placed(data, error.reasons)
        return _editor(row, version, data, known, flaws, wrong=True), 422
    return redirect(url_for("items.item", item_id=item_id), 303)


def _typed(row: Item, version: ItemVersion, *, with_empty: bool) -> dict[str, Any]:
    """The content as the fields say it, above one of the bank's pictures; with the rows in which
    nothing is written yet where the page only comes back."""
    data = data_of(request.form, version.content, with_empty=with_empty)
    picture = queries_pictures.by_digest(row.programme_id, request.form.get("picture", ""))
    if picture is not None:
        size = {"width": picture.width, "height": picture.height}
        data["picture"] = {"sha256": picture.sha256, **size}
    return data


def _with_upload(
    row: Item, version: ItemVersion, data: dict[str, Any], known: Any
) -> ResponseReturnValue:
    said = request.form.get("picture-words", "").strip()[:300]
    try:
        if not said and version.kind != "hotspot":
            wanted = [("picture-words", Reason("item_alt_wanted"))]
            return _editor(row, version, data, known, wanted, wrong=True), 422
        picture = uploaded(row.programme)
    except Refusal as refusal:
        broken = [("picture-file", reason) for reason in refusal.reasons]
        return _editor(row, version, data, known, broken, wrong=True), refusal.status
    return _editor(row, version, with_picture(data, picture, said), known)


def _previews(data: Any) -> list[dict[str, Any]]:
    """What a candidate sees of the typed content in each language."""
    content, found = draft_from(data), []
    for tag in content.languages:
        view = shown(content, tag, "1")
        body = markup.html(view["body"], picture_address)
        found.append({"tag": tag, "view": view, "pieces": markup.pieces(body)})
    return found


def _known() -> dict[str, Any]:
    rows = [
        {name: request.form.get(f"link-{name}-{n}", "").strip() for name in _LINK} for n in LINKS
    ]
    return {
        "difficulty": request.form.get("difficulty", "").strip(),
        "source": request.form.get("source", "").strip()[:300],
        "links": [row for row in rows if row["code"]],
    }


def _save(row: Item, version: ItemVersion, data: Any, known: Any) -> None:
    named = {one.code: one.id for one in queries.competencies_of([row.programme_id])}
    links = {
        one["code"]: Link(named[one["code"]], int(one["level"] or 1), int(one["weight"] or 100))
        for one in known["links"]
        if one["code"] in named
    }
    difficulty = int(known["difficulty"]) if known["difficulty"] else None
    draft = Draft(draft_from(data), list(links.values()), difficulty, known["source"])
    revision = request.form.get("revision", type=int) or 0
    by, now = current_user.person_id, clock.now()
    actions.save_draft(version, draft, revision=revision, by=by, now=now)
