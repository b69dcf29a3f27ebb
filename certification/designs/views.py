"""The list of designs, which scheme takes which, versions, pictures, and drawings to look at."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.awards.models import Scheme
from certification.designs import actions, forms, queries
from certification.designs.content import Content
from certification.designs.content import Design as Drawable
from certification.designs.models import Design, DesignState, DesignVersion
from lms import clock, images, slots
from lms import wording as words
from lms.db import release
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.permissions import permit
from lms.storage import Storage

blueprint = Blueprint("designs", __name__)
SAMPLES = ("ordinary", "fullest", "sparse")


def storage() -> Storage:
    """Where pictures lie."""
    kept: Storage = current_app.extensions["storage"]
    return kept


def found(code: str) -> Design:
    """The design of this address, else 404."""
    design = queries.by_code(code)
    if design is None:
        abort(404)
    return design


def drawn(kind: str, design: Drawable, sample: str, language: str, width: int = 1200) -> bytes:
    """A drawing by the process with limits, outside of any transaction; refuses as it does."""
    values = {"kind": kind, "design": design, "sample": sample, "language": language}
    release()
    picture: bytes = slots.ask("design.drawing", b"", now=clock.now(), width=width, **values)
    return picture


@blueprint.get("/manage/designs")
@permit("certification.see")
def index() -> ResponseReturnValue:
    """All designs, and what each scheme takes."""
    return _index(_new_form())


def _new_form() -> forms.NewDesignForm:
    form = forms.NewDesignForm()
    form.like.choices = [(row.design.code, row.design.title) for row in queries.listed()]
    form.like.choices.append(("", _("An empty page")))
    return form


def _index(form: forms.NewDesignForm) -> str:
    rows = queries.listed()
    return render_template(
        "designs/index.html",
        rows=rows,
        form=form,
        schemes=queries.schemes(),
        choosable=[row.design for row in rows if row.published],
    )


@blueprint.post("/manage/designs")
@permit("certification.edit")
def create() -> ResponseReturnValue:
    """A new design with its first draft."""
    form = _new_form()
    if not form.validate():
        return _index(form), 422
    source = queries.by_code(form.like.data or "")
    try:
        design = actions.create(
            form.code.data or "",
            form.title.data or "",
            like=queries.versions_of(source)[0] if source else None,
            by=current_user.person_id,
            now=clock.now(),
        )
    except Refusal as refusal:
        form.code.errors = [words.word(reason) for reason in refusal.reasons]
        return _index(form), refusal.status
    return redirect(url_for("designs.edit", code=design.code), 303)


@blueprint.post("/manage/designs/choices/<scheme>")
@permit("certification.edit")
def choose(scheme: str) -> ResponseReturnValue:
    """A scheme takes another design from now on."""
    row = next((row for row, _design in queries.schemes() if row.code == scheme), None)
    if row is None:
        abort(404)
    _choose(row, request.form.get("design", ""))
    flash(_("New certificates of %(scheme)s take this design.", scheme=row.title))
    return redirect(url_for("designs.index"), 303)


def _choose(scheme: Scheme, code: str) -> None:
    design = found(code) if code else None
    actions.choose(scheme, design, by=current_user.person_id, now=clock.now())


@blueprint.get("/manage/designs/<code>")
@permit("certification.see")
def design(code: str) -> ResponseReturnValue:
    """A design: its look, versions, pictures."""
    return _design_page(found(code), forms.ImageForm(formdata=None))


def _design_page(row: Design, form: forms.ImageForm) -> str:
    return render_template(
        "designs/design.html",
        design=row,
        versions=queries.versions_of(row),
        images=queries.images_of(row),
        schemes=queries.schemes_of().get(row.id, []),
        form=form,
        samples=sample_names(),
    )


def sample_names() -> dict[str, str]:
    """The invented certificates that a design is shown with."""
    names = (_("Ordinary"), _("As much as possible"), _("As little as possible"))
    return dict(zip(SAMPLES, names, strict=True))


def _chosen(content: Content) -> tuple[str, str]:
    """Sample and language of this request."""
    sample = request.values.get("sample", SAMPLES[0])
    wanted = request.values.get("shown", "")
    return sample if sample in SAMPLES else SAMPLES[0], content.language_for(wanted)


def _version(row: Design, number: int) -> DesignVersion:
    version = queries.version(row, number)
    if version is None:
        abort(404)
    return version


@blueprint.get("/manage/designs/<code>/<int:number>.png")
@permit("certification.see")
def picture(code: str, number: int) -> ResponseReturnValue:
    """A version as a picture."""
    return _drawing(found(code), number, "png", "image/png")


@blueprint.get("/manage/designs/<code>/<int:number>.pdf")
@permit("certification.see")
def document(code: str, number: int) -> ResponseReturnValue:
    """A version as the document that it makes."""
    return _drawing(found(code), number, "pdf", "application/pdf")


def _drawing(row: Design, number: int, kind: str, media: str) -> Response:
    version = _version(row, number)
    content = Content.model_validate(version.content)
    is_frozen = version.state == DesignState.PUBLISHED
    drawable = queries.with_pictures(content, storage())
    response = Response(drawn(kind, drawable, *_chosen(content)), mimetype=media)
    response.headers["Cache-Control"] = "private, max-age=3600" if is_frozen else "no-store"
    return response


@blueprint.get("/manage/designs/<code>/images/<sha256>.png")
@permit("certification.see")
def image(code: str, sha256: str) -> ResponseReturnValue:
    """One of the design's pictures."""
    row = queries.image(found(code), sha256)
    if row is None:
        abort(404)
    response = Response(storage().get(row.sha256), mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@blueprint.post("/manage/designs/<code>/images")
@permit("certification.edit")
def add_image(code: str) -> ResponseReturnValue:
    """Keep a logo or a signature."""
    row, form = found(code), forms.ImageForm()
    if not form.validate():
        return _design_page(row, form), 422
    try:
        _keep(row, form)
    except Refusal as refusal:
        form.file.errors = [words.word(reason) for reason in refusal.reasons]
        return _design_page(row, form), refusal.status
    flash(_("The picture is kept. Choose it in the draft."))
    return redirect(url_for("designs.design", code=code) + "#pictures", 303)


def _keep(row: Design, form: Any) -> None:
    upload = request.files.get("file")
    picture = images.cleaned(upload.read(images.MOST_BYTES + 1) if upload else b"")
    sha256 = storage().put(picture.content)
    title, by = form.title.data or "", current_user.person_id
    actions.add_image(row, title, picture, sha256, by=by, now=clock.now())
