"""Items from files with a preview of each, and items as a file."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from wtforms import FileField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Regexp

from certification.items import actions_import, intake, queries, wording
from certification.items import wording_import as _words  # noqa: F401 -- registers its texts
from certification.items.actions import Link
from certification.items.content import LANGUAGES
from certification.items.exchange import parting, qti_package, table
from certification.items.reading import draft_from
from certification.items.rules import flaws
from certification.items.views import banks, blueprint, narrowing
from courses.catalog.models import Programme
from lms import clock
from lms import wording as words
from lms.db import release
from lms.errors import refuse
from lms.forms import Form, accepted
from lms.i18n import gettext as _
from lms.i18n import lazy as _l
from lms.i18n import ngettext
from lms.permissions import permit
from lms.storage import Damaged, Storage
from lms.uploads import Uploads

MOST_TEXT = 1 << 20
MOST_BYTES = 6 << 20
MOST_EXPORTED = 5_000
FORMATS = (
    ("auto", _l("As the file says")),
    ("gift", "GIFT"),
    ("aiken", "Aiken"),
    ("moodle", "Moodle XML"),
    ("qti", "QTI 2.1, 2.2, 3.0"),
    ("csv", "CSV"),
)


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
    text = TextAreaField(_l("Or paste the text"), [Length(max=MOST_TEXT)])


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
    """What each item of the file becomes; no item is made yet."""
    form = _form()
    found: list[Any] = []
    held: list[str] = []

    def read() -> None:
        held.append(_hold(_uploaded(form)))
        found.extend(_plan(form, held[0]))

    if not form.validate() or not accepted(form, read, import_file_large="file"):
        return render_template("items/import.html", form=form), 422
    return render_template(
        "items/preview.html",
        form=form,
        new=[one for one in found if one.is_new],
        known=[one for one in found if one.same_as],
        left=[one for one in found if one.found.content is None],
        whys=_whys(found),
        held=held[0],
        digest=actions_import.digest_of(found),
        word=words.word,
        kind_name=wording.kind_name,
    )


def _whys(planned: list[Any]) -> list[tuple[str, int]]:
    """Each reason why something stays behind, the commonest first."""
    said = Counter(words.word(reason) for one in planned for reason in one.found.refusals)
    return said.most_common(12)


def _uploaded(form: Any) -> bytes:
    upload = request.files.get("file")
    content: bytes = upload.read(MOST_BYTES + 1) if upload else b""
    if len(content) > MOST_BYTES:
        raise refuse("import_file_large", status=422, most=MOST_BYTES >> 20)
    return content or (form.text.data or "").encode()


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


def _uploads() -> Uploads:
    uploads: Uploads = current_app.extensions["uploads"]
    return uploads


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="items-import")


def _hold(content: bytes) -> str:
    """Keep what was sent until it is confirmed; the answer is a name that only its sender has."""
    return str(_signer().dumps([current_user.person_id, _uploads().keep(content)]))


def _held(name: str) -> bytes:
    try:
        person_id, kept = _signer().loads(name, max_age=int(intake.KEPT.total_seconds()))
        if person_id == current_user.person_id:
            return _uploads().get(kept)
    except (BadSignature, ValueError, TypeError, FileNotFoundError):
        pass
    raise refuse("preview_outdated")


def _plan(form: Any, held: str) -> list[actions_import.Planned]:
    content = _held(held)
    release()
    found = intake.read(form.format.data, content, form.language.data)
    return actions_import.plan(_bank(form), found, prefix=form.prefix.data)


@blueprint.post("/manage/items/import/items")
@permit("items.edit")
def apply() -> ResponseReturnValue:
    """Make drafts of what the preview showed."""
    form = _form()
    made: list[int] = []

    def act() -> None:
        planned = _plan(form, request.form.get("held", ""))
        made.append(
            actions_import.apply(
                _bank(form),
                planned,
                _links(form),
                seen=request.form.get("digest", ""),
                storage=_storage(),
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

    def write(part: Sequence[qti_package.Exported]) -> bytes:
        text = table.write((one.code, one.title, one.content) for one in part)
        return text.encode("utf-8-sig")  # spreadsheets take it for another encoding without a mark

    return _files(parting.parts(_listed(), write, MOST_BYTES), "items", ".csv")


@blueprint.get("/manage/items/export.zip")
@permit("items.see")
def export_qti() -> ResponseReturnValue:
    """The same as a package of QTI 2.1 with pictures; unfinished drafts cannot be said in it."""

    def write(part: Sequence[qti_package.Exported]) -> bytes:
        return qti_package.write(part, _picture)

    finished = [one for one in _listed() if not flaws(one.content)]
    return _files(parting.parts(finished, write, MOST_BYTES), "items-qti", ".zip")


def _listed() -> list[qti_package.Exported]:
    rows = queries.listed(narrowing(banks()), size=MOST_EXPORTED).rows
    return [qti_package.Exported(row.item.code, row.title, draft_from(row.content)) for row in rows]


def _picture(digest: str) -> bytes:
    try:
        return _storage().get(digest)
    except (FileNotFoundError, Damaged):
        return b""


def _files(files: Sequence[bytes], name: str, ending: str) -> Response:
    """The file, or where an import takes no file so large a zip of several."""
    if len(files) == 1:
        return _file(files[0], f"{name}{ending}")
    return _file(parting.together(files, name, ending), f"{name}-in-parts.zip")


def _file(content: bytes, name: str) -> Response:
    kind = "text/csv" if name.endswith(".csv") else "application/zip"
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    return response
