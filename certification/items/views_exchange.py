"""Items from files with a preview of each, and items as a file."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import FileField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Regexp

from certification.items import actions_import, queries
from certification.items.actions import Link
from certification.items.content import LANGUAGES
from certification.items.exchange import table
from certification.items.reading import draft_from
from certification.items.views import banks, blueprint, narrowing
from courses.catalog.models import Programme
from lms import clock
from lms import wording as words
from lms.accounts.listfile import decode
from lms.forms import Form, accepted
from lms.i18n import gettext as _
from lms.i18n import lazy as _l
from lms.i18n import ngettext
from lms.permissions import permit

MOST_BYTES = 1 << 20
MOST_EXPORTED = 5_000
FORMATS = (("gift", "GIFT"), ("aiken", "Aiken"), ("csv", "CSV"))


class ImportForm(Form):
    """A file or a pasted text, and where its items go."""

    programme = SelectField(_l("Programme"))
    format = SelectField(_l("Format"), choices=list(FORMATS))
    language = SelectField(_l("Language of the items"), choices=[(one, one) for one in LANGUAGES])
    prefix = StringField(
        _l("Codes begin with"),
        [DataRequired(_l("Write a beginning.")), Regexp("^[A-Za-z0-9-]{1,40}$")],
    )
    competency = SelectField(_l("Competency that they show"))
    level = IntegerField(_l("Level"), [NumberRange(1, 9)], default=1)
    file = FileField(_l("File"))
    text = TextAreaField(_l("Or paste the text"), [Length(max=MOST_BYTES)])


def _form() -> Any:
    form = ImportForm()
    seen = banks("items.edit")
    form.programme.choices = [(bank.code, bank.title) for bank in seen]
    competencies = queries.competencies_of([bank.id for bank in seen])
    form.competency.choices = [("", _("None yet"))]
    form.competency.choices += [(one.code, f"{one.code} {one.title}") for one in competencies]
    return form


def _bank(form: Any) -> Programme:
    return next(bank for bank in banks("items.edit") if bank.code == form.programme.data)


@blueprint.get("/manage/items/import")
@permit("items.edit")
def import_page() -> ResponseReturnValue:
    """Where a file is given."""
    return render_template("items/import.html", form=_form())


@blueprint.post("/manage/items/import")
@permit("items.edit")
def preview() -> ResponseReturnValue:
    """What each item of the file becomes; nothing is kept yet."""
    form = _form()
    upload = request.files.get("file")
    found: list[Any] = []

    def read() -> None:
        if upload:
            form.text.data = decode(upload.read(MOST_BYTES)).replace("\r\n", "\n")
        found.extend(_plan(form))

    if not form.validate() or not accepted(form, read):
        return render_template("items/import.html", form=form), 422
    return render_template(
        "items/preview.html",
        form=form,
        planned=found,
        new=[one for one in found if one.is_new],
        digest=actions_import.digest_of(found),
        word=words.word,
    )


def _plan(form: Any) -> list[actions_import.Planned]:
    text = (form.text.data or "").replace("\r\n", "\n")
    return actions_import.plan(
        _bank(form), form.format.data, text, prefix=form.prefix.data, language=form.language.data
    )


@blueprint.post("/manage/items/import/items")
@permit("items.edit")
def apply() -> ResponseReturnValue:
    """Make drafts of what the preview showed."""
    form = _form()
    made: list[int] = []

    def act() -> None:
        made.append(
            actions_import.apply(
                _bank(form),
                _plan(form),
                _links(form),
                seen=request.form.get("digest", ""),
                by=current_user.person_id,
                now=clock.now(),
            )
        )

    if not form.validate() or not accepted(form, act):
        return render_template("items/import.html", form=form), 422
    flash(ngettext("%(num)s item is now a draft.", "%(num)s items are now drafts.", made[0]))
    return redirect(url_for("items.index", programme=form.programme.data, state="draft"), 303)


def _links(form: Any) -> list[Link]:
    of_bank = {one.code: one.id for one in queries.competencies_of([_bank(form).id])}
    named = of_bank.get(form.competency.data)
    return [Link(named, form.level.data)] if named else []


@blueprint.get("/manage/items/export.csv")
@permit("items.see")
def export() -> ResponseReturnValue:
    """The newest version of each item of the list, whole."""
    rows = queries.listed(narrowing(banks()), size=MOST_EXPORTED).rows
    text = table.write((row.item.code, row.title, draft_from(row.content)) for row in rows)
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=items.csv"
    response.headers["Cache-Control"] = "no-store"
    return response
