"""Drafts: begin, edit, preview, publish, discard."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from courses.catalog import actions, drafts
from courses.catalog.actions import Content
from courses.catalog.changes import changes
from courses.catalog.drafts import Seen
from courses.catalog.forms_draft import (
    MORE_ROWS,
    SPARE_ROWS,
    DraftForm,
    ModuleRow,
    form_of,
    is_sound,
    rows_of,
    typed_content,
    typed_rows,
)
from courses.catalog.models import Course, CourseVersion, VersionState
from courses.catalog.views import blueprint
from courses.catalog.views_manage import managed_course
from lms import clock
from lms import wording as words
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.permissions import permit

EMPTY = Content(title="", summary="")


def _draft_of(course: Course) -> CourseVersion:
    draft = actions.version_in(course, VersionState.DRAFT)
    if draft is None:
        abort(404)
    return draft


@blueprint.post("/manage/catalog/courses/<code>/draft")
@permit("catalog.edit")
def start_draft(code: str) -> ResponseReturnValue:
    """Begin a draft as a copy of what is published."""
    course = managed_course(code, "catalog.edit")
    drafts.start_draft(course, by=current_user.person_id, now=clock.now())
    return redirect(url_for("catalog.edit", code=code), 303)


@blueprint.get("/manage/catalog/courses/<code>/draft/edit")
@permit("catalog.edit")
def edit(code: str) -> ResponseReturnValue:
    """The draft's form."""
    course = managed_course(code, "catalog.edit")
    draft = _draft_of(course)
    stored = drafts.content_of(draft)
    return _form_page(course, form_of(course, stored), rows_of(stored), draft.revision)


@blueprint.post("/manage/catalog/courses/<code>/draft/edit")
@permit("catalog.edit")
def save(code: str) -> ResponseReturnValue:
    """Save the draft. Without a script, “More lines” sends the form and adds lines."""
    course = managed_course(code, "catalog.edit")
    revision = request.form.get("revision", 0, int)
    form, rows = form_of(course, EMPTY), typed_rows(request.form)
    if "more" in request.form:
        return _form_page(course, form, rows, revision, spare=MORE_ROWS), 422
    if not is_sound(form, rows):
        return _form_page(course, form, rows, revision), 422
    typed = typed_content(form, rows)
    try:
        drafts.save_draft(
            course, typed, revision=revision, by=current_user.person_id, now=clock.now()
        )
    except Refusal as refusal:
        form.form_errors.extend(words.word(reason) for reason in refusal.reasons)
        return _refused(course, form, rows, revision, typed), refusal.status
    return redirect(url_for("catalog.preview", code=code), 303)


def _refused(
    course: Course, form: DraftForm, rows: Sequence[ModuleRow], revision: int, mine: Content
) -> str:
    """The form as it was typed. Where somebody was faster, both are shown: saving again decides
    for what was typed here, if need be as a new draft."""
    draft = actions.version_in(course, VersionState.DRAFT)
    newest = draft or actions.version_in(course, VersionState.PUBLISHED)
    now_at = draft.revision if draft else drafts.NO_DRAFT
    if now_at == revision or newest is None:
        return _form_page(course, form, rows, revision)
    clashes = changes(drafts.content_of(newest), mine)
    return _form_page(course, form, rows, now_at, clashes=clashes)


def _form_page(
    course: Course,
    form: DraftForm,
    rows: Sequence[ModuleRow],
    revision: int,
    *,
    spare: int = SPARE_ROWS,
    clashes: Sequence[tuple[str, str, str]] = (),
) -> str:
    return render_template(
        "catalog/edit.html",
        course=course,
        form=form,
        rows=[*rows, *(ModuleRow() for _row in range(spare))],
        revision=revision,
        clashes=clashes,
    )


@blueprint.get("/manage/catalog/courses/<code>/draft/preview")
@permit("catalog.edit")
def preview(code: str) -> ResponseReturnValue:
    """What changes for readers, and what is missing."""
    course = managed_course(code, "catalog.edit")
    return _preview_page(course, _draft_of(course))


def _preview_page(course: Course, draft: CourseVersion, refusal: Refusal | None = None) -> str:
    published = actions.version_in(course, VersionState.PUBLISHED)
    before = drafts.content_of(published) if published else None
    return render_template(
        "catalog/preview.html",
        course=course,
        draft=draft,
        published=published,
        refused=[words.word(reason) for reason in refusal.reasons] if refusal else [],
        flaws=[words.word(reason) for reason in drafts.draft_flaws(draft)],
        changes=changes(before, drafts.content_of(draft)),
    )


@blueprint.post("/manage/catalog/courses/<code>/draft/preview")
@permit("catalog.edit")
def publish(code: str) -> ResponseReturnValue:
    """Publish exactly what the preview showed."""
    course = managed_course(code, "catalog.edit")
    seen = Seen(request.form.get("revision", 0, int), request.form.get("over", 0, int))
    try:
        made = drafts.publish_draft(course, seen, by=current_user.person_id, now=clock.now())
    except Refusal as refusal:
        draft = actions.version_in(course, VersionState.DRAFT)
        if draft is None:
            raise
        return _preview_page(course, draft, refusal), refusal.status
    flash(_("Version %(number)s is published.", number=made.number))
    return redirect(url_for("catalog.manage_course", code=code), 303)


@blueprint.get("/manage/catalog/courses/<code>/draft/discard")
@permit("catalog.edit")
def ask_discard(code: str) -> ResponseReturnValue:
    """What is lost with the draft."""
    course = managed_course(code, "catalog.edit")
    draft = _draft_of(course)
    published = actions.version_in(course, VersionState.PUBLISHED)
    before = drafts.content_of(published) if published else None
    return render_template(
        "catalog/discard.html",
        course=course,
        draft=draft,
        changes=changes(before, drafts.content_of(draft)),
    )


@blueprint.post("/manage/catalog/courses/<code>/draft/discard")
@permit("catalog.edit")
def discard(code: str) -> ResponseReturnValue:
    """Throw the draft away."""
    course = managed_course(code, "catalog.edit")
    revision = request.form.get("revision", 0, int)
    drafts.discard_draft(course, revision=revision, by=current_user.person_id, now=clock.now())
    flash(_("The draft is discarded."))
    return redirect(url_for("catalog.manage_course", code=code), 303)
