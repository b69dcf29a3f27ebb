"""The draft: composed with a live preview, proved with the longest facts, published."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.designs import actions, forms, queries, rules
from certification.designs.content import Content, Words
from certification.designs.languages import LOCALES
from certification.designs.models import Design, DesignVersion
from certification.designs.views import SAMPLES, blueprint, drawn, found, sample_names, storage
from certification.designs.wording import block_name, tongue
from lms import clock
from lms import wording as words
from lms.db import release
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.permissions import permit


@blueprint.post("/manage/designs/<code>/draft")
@permit("certification.edit")
def start_draft(code: str) -> ResponseReturnValue:
    """Begin the next version."""
    actions.start_draft(found(code), by=current_user.person_id, now=clock.now())
    return redirect(url_for("designs.edit", code=code), 303)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of the draft shows: a version at a revision, in these languages."""

    design: Design
    number: int
    revision: int
    tags: Sequence[str]


def _draft(design: Design) -> DesignVersion:
    draft = queries.draft_of(design)
    if draft is None:
        abort(404)
    return draft


@blueprint.get("/manage/designs/<code>/draft/edit")
@permit("certification.edit")
def edit(code: str) -> ResponseReturnValue:
    """The draft's form beside its picture."""
    design = found(code)
    draft = _draft(design)
    content = Content.model_validate(draft.content)
    form = forms.form_of(queries.images_of(design), content.languages, forms.data_of(content))
    source = url_for("designs.picture", code=code, number=draft.number, r=draft.revision)
    return _page(Shown(design, draft.number, draft.revision, content.languages), form, source)


@blueprint.post("/manage/designs/<code>/draft/edit")
@permit("certification.edit")
def save(code: str) -> ResponseReturnValue:
    """Save the draft, and go on to publish exactly what was saved where that is asked."""
    design, tags = found(code), _tags()
    form, shown = _sent(design, tags), _shown(design, tags)
    if not form.validate():
        return _page(shown, form, None), 422
    typed, by = forms.typed(form, tags), current_user.person_id
    try:
        actions.save_draft(design, typed, revision=shown.revision, by=by, now=clock.now())
    except Refusal as refusal:
        form.form_errors.extend(words.word(reason) for reason in refusal.reasons)
        return _page(shown, form, None), refusal.status
    flash(_("The draft is saved."))
    page = "designs.review" if request.form.get("then") == "review" else "designs.edit"
    return redirect(url_for(page, code=code), 303)


@blueprint.post("/manage/designs/<code>/draft/preview")
@permit("certification.edit")
def preview(code: str) -> ResponseReturnValue:
    """The form as it was typed beside its picture; nothing is saved. A preview that follows the
    typing takes what is not finished yet for no error, and comes again with the same key."""
    release()
    design, tags = found(code), _tags()
    form, shown = _sent(design, tags), _shown(design, tags)
    source = _picture_of(form, tags) if form.validate() else None
    is_wrong = bool(form.errors) and "live" not in request.form
    return _page(shown, form, source), 422 if is_wrong else 200


def _shown(design: Design, tags: Sequence[str]) -> Shown:
    return Shown(design, _draft(design).number, request.form.get("revision", 0, int), tags)


def _tags() -> list[str]:
    """The languages that were sent, in the order of ours; one at least, so that words can be
    typed."""
    chosen = request.form.getlist("languages")
    return [tag for tag in LOCALES if tag in chosen] or [next(iter(LOCALES))]


def _sent(design: Design, tags: Sequence[str]) -> Any:
    """The sent form. A language that was just chosen begins with the words of a new design."""
    data = {f"{name}_{tag}": default for tag in tags for name, default in _first_words().items()}
    form = forms.form_of(queries.images_of(design), tags, data)
    for name, default in data.items():
        if name not in request.form:
            form[name].data = default
    return form


def _first_words() -> dict[str, str]:
    fields = Words.model_fields
    return {name: str(field.default) for name, field in fields.items()}


def _picture_of(form: Any, tags: Sequence[str]) -> str | None:
    """The typed design as the picture's address, or None with the reason in the form."""
    content = forms.typed(form, tags)
    sample = request.form.get("sample", SAMPLES[0])
    language = content.language_for(request.form.get("shown", ""))
    try:
        drawable = queries.with_pictures(content, storage())
        picture = drawn("png", drawable, sample if sample in SAMPLES else SAMPLES[0], language)
    except Refusal as refusal:
        form.form_errors.extend(words.word(reason) for reason in refusal.reasons)
        return None
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def _page(shown: Shown, form: Any, source: str | None) -> str:
    return render_template(
        "designs/edit.html",
        design=shown.design,
        number=shown.number,
        revision=shown.revision,
        form=form,
        tags=shown.tags,
        texts=forms.TEXTS,
        blocks=rules.BLOCKS,
        signatories=forms.SIGNATORIES,
        placeholders=rules.PLACEHOLDERS,
        block_name=block_name,
        tongue=tongue,
        source=source,
        samples=sample_names(),
        sample=request.values.get("sample", SAMPLES[0]),
        shown=request.values.get("shown", ""),
    )


@blueprint.get("/manage/designs/<code>/draft/publication")
@permit("certification.edit")
def review(code: str) -> ResponseReturnValue:
    """The draft with little, ordinary and much to say, in each of its languages."""
    design = found(code)
    return _review(design, _draft(design), [])


def _review(design: Design, draft: DesignVersion, refused: Sequence[str]) -> str:
    return render_template(
        "designs/publication.html",
        design=design,
        draft=draft,
        languages=Content.model_validate(draft.content).languages,
        schemes=queries.schemes_of().get(design.id, []),
        samples=sample_names(),
        tongue=tongue,
        refused=refused,
    )


@blueprint.post("/manage/designs/<code>/draft/publication")
@permit("certification.edit")
def publish(code: str) -> ResponseReturnValue:
    """Prove that the draft holds the longest facts, then freeze exactly what was proved."""
    design = found(code)
    revision, content = request.form.get("revision", 0, int), _draft(design).content
    try:
        proof = _prove(Content.model_validate(content))
        made = actions.publish(
            found(code), proof, revision=revision, by=current_user.person_id, now=clock.now()
        )
    except Refusal as refusal:
        reasons = [words.word(reason) for reason in refusal.reasons]
        fresh = found(code)
        return _review(fresh, _draft(fresh), reasons), refusal.status
    flash(_("Version %(number)s is published. It never changes again.", number=made.number))
    return redirect(url_for("designs.design", code=code), 303)


def _prove(content: Content) -> actions.Proof:
    drawable = queries.with_pictures(content, storage())
    answers = [drawn("fits", drawable, "fullest", tag) for tag in content.languages]
    return actions.Proof(actions.digest_of(content), all(answer == b"yes" for answer in answers))


@blueprint.post("/manage/designs/<code>/draft/discard")
@permit("certification.edit")
def discard(code: str) -> ResponseReturnValue:
    """Throw the draft away."""
    design = found(code)
    revision = request.form.get("revision", 0, int)
    actions.discard_draft(design, revision=revision, by=current_user.person_id, now=clock.now())
    flash(_("The draft is discarded."))
    return redirect(url_for("designs.design", code=code), 303)
