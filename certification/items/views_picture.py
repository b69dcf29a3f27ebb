"""The pictures of the item bank: seen, uploaded, and deleted while no item shows them."""

from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import FileField, SelectField

from certification.items import actions_picture, queries, queries_pictures
from certification.items.views import banks, blueprint, picture_address
from courses.catalog.models import Programme
from lms import clock, images, paging
from lms.forms import Form, accepted
from lms.i18n import gettext as _
from lms.i18n import lazy as _l
from lms.permissions import permit
from lms.storage import Storage

KINDS = ("PNG", "JPEG", "WEBP")


class PictureForm(Form):
    """A picture and whose bank it goes to."""

    programme = SelectField(_l("Programme"))
    file = FileField(_l("Picture"))


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


def uploaded(bank: Programme, name: str = "picture-file") -> dict[str, Any]:
    """The sent picture, encoded anew and kept in the bank: its hash and size."""
    upload = request.files.get(name)
    picture = images.cleaned(upload.read(images.MOST_BYTES + 1) if upload else b"", KINDS)
    sha256, size = _storage().put(picture.content), (picture.width, picture.height)
    actions_picture.keep(bank, sha256, size, by=current_user.person_id, now=clock.now())
    return {"sha256": sha256, "width": picture.width, "height": picture.height}


@blueprint.get("/manage/items/pictures")
@permit("items.see")
def pictures() -> ResponseReturnValue:
    """The pictures of the banks with what to paste, and the items that show them."""
    return _page(_form())


def _form() -> Any:
    form = PictureForm()
    form.programme.choices = [(bank.code, bank.title) for bank in banks("items.edit")]
    return form


def _page(form: Any) -> str:
    cursor = request.args.get("after")
    before = paging.id_after(cursor)
    page = queries_pictures.listed([bank.id for bank in banks()], before)
    return render_template(
        "items/pictures.html",
        form=form,
        page=page,
        uses=queries_pictures.uses_of(page.rows),
        picture_address=picture_address,
        most=images.MOST_BYTES >> 20,
        edge=images.MOST_EDGE,
    )


@blueprint.post("/manage/items/pictures")
@permit("items.edit")
def add_picture() -> ResponseReturnValue:
    """Keep a picture in a bank."""
    form = _form()
    codes = ("image_unknown", "image_too_large", "image_too_many_pixels", "image_broken")

    def act() -> None:
        bank = next(one for one in banks("items.edit") if one.code == form.programme.data)
        uploaded(bank, "file")

    if not form.validate() or not accepted(form, act, **dict.fromkeys(codes, "file")):
        return _page(form), 422
    flash(_("The picture is kept. Copy its Markdown into an item."))
    return redirect(url_for("items.pictures"), 303)


@blueprint.post("/manage/items/pictures/<int:picture_id>/deletion")
@permit("items.edit")
def delete_picture(picture_id: int) -> ResponseReturnValue:
    """Take a picture that no item shows out of its bank."""
    allowed = [bank.id for bank in banks("items.edit")]
    row = queries_pictures.by_id(picture_id, allowed) or abort(404)
    actions_picture.delete(row, by=current_user.person_id, now=clock.now())
    flash(_("The picture is deleted."))
    return redirect(url_for("items.pictures"), 303)


@blueprint.get("/manage/items/pictures/<sha256>.png")
@permit("items.see")
def picture(sha256: str) -> ResponseReturnValue:
    """A picture of one of the banks that this person may see."""
    if not queries.has_picture(sha256, [bank.id for bank in banks()]):
        abort(404)
    response = Response(_storage().get(sha256), mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
