"""Administration of the catalogue: drafts, previews, publication."""

from dataclasses import dataclass, field
from decimal import Decimal

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from courses.catalog import actions, drafts, forms, queries
from courses.catalog.actions import Content
from courses.catalog.changes import changes_of
from courses.catalog.models import Course, CourseKind, CourseVersion, VersionState
from courses.catalog.snapshot import catalog
from courses.catalog.views import blueprint
from lms import clock, permissions
from lms import wording as words
from lms.db import db
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.permissions import permit

SPARE_ROWS = 3
MOST_MODULES = 60


@dataclass(slots=True)
class ModuleRow:
    """A line of the module table as it was typed."""

    title: str = ""
    minutes: str = ""
    topics: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def _limits(permission: str) -> list[str] | None:
    found = permissions.programmes(current_user, permission)
    return None if found is None else list(found)


def _course(code: str, permission: str) -> Course:
    found = queries.course_by_code(code, _limits(permission))
    if found is None:
        abort(404)
    return found


def _versions(course: Course) -> tuple[CourseVersion | None, CourseVersion | None]:
    """(published, draft)."""
    rows = {v.state: v for v in reversed(queries.versions_of(course.id))}
    return rows.get(VersionState.PUBLISHED), rows.get(VersionState.DRAFT)


@blueprint.get("/manage/catalog")
@permit("catalog.see_drafts")
def manage() -> ResponseReturnValue:
    """Programmes and courses with their states."""
    return render_template(
        "catalog/manage.html", groups=queries.managed(_limits("catalog.see_drafts"))
    )


@blueprint.route("/manage/catalog/programmes/new", methods=["GET", "POST"])
@permit("catalog.edit")
def new_programme() -> ResponseReturnValue:
    """A new programme; for managers of the whole catalogue."""
    if _limits("catalog.edit") is not None:
        abort(404)
    form = forms.ProgrammeForm()
    if request.method == "POST" and form.validate():
        try:
            actions.create_programme(
                code=form.code.data or "",
                slug=form.slug.data or "",
                title=form.title.data or "",
                summary=form.summary.data or "",
                by=current_user.person_id,
                now=clock.now(),
            )
            return redirect(url_for("catalog.manage"), 303)
        except Refusal as refusal:
            form.code.errors = [words.word(reason) for reason in refusal.reasons]
    page = render_template("catalog/new_programme.html", form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/manage/catalog/programmes/<code>/courses/new", methods=["GET", "POST"])
@permit("catalog.edit")
def new_course(code: str) -> ResponseReturnValue:
    """A new course with an empty draft."""
    limits, programme = _limits("catalog.edit"), queries.programme_by_code(code)
    if programme is None or (limits is not None and code not in limits):
        abort(404)
    form = forms.CourseForm()
    if request.method == "POST" and form.validate():
        try:
            made = actions.create_course(
                programme,
                code=form.code.data or "",
                slug=form.slug.data or "",
                kind=CourseKind(form.kind.data),
                title=form.title.data or "",
                by=current_user.person_id,
                now=clock.now(),
            )
            return redirect(url_for("catalog.edit", code=made.code), 303)
        except Refusal as refusal:
            form.code.errors = [words.word(reason) for reason in refusal.reasons]
    page = render_template("catalog/new_course.html", form=form, programme=programme)
    return page, 422 if form.errors else 200


@blueprint.get("/manage/catalog/courses/<code>")
@permit("catalog.see_drafts")
def manage_course(code: str) -> ResponseReturnValue:
    """A course: its versions."""
    course = _course(code, "catalog.see_drafts")
    return render_template(
        "catalog/manage_course.html", course=course, versions=queries.versions_of(course.id)
    )


@blueprint.post("/manage/catalog/courses/<code>/draft")
@permit("catalog.edit")
def start_draft(code: str) -> ResponseReturnValue:
    """Begin a draft as a copy of what is published."""
    drafts.start_draft(_course(code, "catalog.edit"), by=current_user.person_id, now=clock.now())
    return redirect(url_for("catalog.edit", code=code), 303)


@blueprint.post("/manage/catalog/courses/<code>/draft/discard")
@permit("catalog.edit")
def discard(code: str) -> ResponseReturnValue:
    """Throw the draft away."""
    drafts.discard_draft(_course(code, "catalog.edit"), by=current_user.person_id, now=clock.now())
    flash(_("The draft is discarded."))
    return redirect(url_for("catalog.manage_course", code=code), 303)


def _form(course: Course, content: Content) -> forms.DraftForm:
    form = forms.DraftForm(
        data={
            "title": content.title,
            "summary": content.summary,
            "description": content.description,
            "audience": content.audience,
            "outcomes": "\n".join(content.outcomes),
            "hours": Decimal(content.minutes) / 60 if content.minutes else None,
            "length_note": content.length_note,
            "languages": ", ".join(content.languages),
            "formats": list(content.format_ids),
            "prerequisites": list(content.prerequisite_ids),
            "sample": content.sample,
        }
    )
    modes = {mode.code: mode.title for mode in catalog().modes}
    form.formats.choices = [
        (f.id, f"{modes[f.mode.code]}: {f.title}") for f in queries.formats_with_modes()
    ]
    form.prerequisites.choices = [
        (c.id, f"{c.code} {c.title}") for c in catalog().courses if c.id != course.id
    ]
    return form


@blueprint.route("/manage/catalog/courses/<code>/draft/edit", methods=["GET", "POST"])
@permit("catalog.edit")
def edit(code: str) -> ResponseReturnValue:
    """Edit a draft. Without JavaScript, “More lines” sends the form and adds lines."""
    course = _course(code, "catalog.edit")
    _published, draft = _versions(course)
    if draft is None:
        abort(404)
    content = drafts.content_of(draft)
    form = _form(course, content)
    rows = _typed_rows() if request.method == "POST" else _rows_of(content)
    wants_saving = request.method == "POST" and request.form.get("more") is None
    if wants_saving and _saved(course, form, rows):
        return redirect(url_for("catalog.preview", code=code), 303)
    failed = bool(form.errors) or any(row.errors for row in rows)
    page = render_template(
        "catalog/edit.html",
        course=course,
        draft=draft,
        form=form,
        rows=rows + [ModuleRow() for _ in range(SPARE_ROWS)],
        revision=request.form.get("revision", draft.revision),
        failed=failed,
    )
    return page, 422 if request.method == "POST" else 200


def _rows_of(content: Content) -> list[ModuleRow]:
    return [
        ModuleRow(title, str(minutes), ", ".join(topics))
        for title, minutes, topics in content.modules
    ]


def _typed_rows() -> list[ModuleRow]:
    names = ("module_title", "module_minutes", "module_topics")
    columns = [request.form.getlist(name)[:MOST_MODULES] for name in names]
    rows = [ModuleRow(*(value.strip() for value in row)) for row in zip(*columns, strict=False)]
    return [row for row in rows if row.title or row.minutes or row.topics]


def _saved(course: Course, form: forms.DraftForm, rows: list[ModuleRow]) -> bool:
    for row in rows:
        if not row.title or len(row.title) > 200:
            row.errors["title"] = _("Enter a title of 200 characters at most.")
        if not row.minutes.isdecimal() or not 0 < int(row.minutes) <= 60_000:
            row.errors["minutes"] = _("Enter the minutes as a whole number.")
    if not form.validate() or any(row.errors for row in rows):
        return False
    try:
        drafts.save_draft(
            course,
            _content(form, rows),
            by=current_user.person_id,
            revision=request.form.get("revision", 0, int),
            now=clock.now(),
        )
    except Refusal as refusal:
        db.session.rollback()
        form.form_errors.extend(words.word(reason) for reason in refusal.reasons)
        return False
    return True


def _content(form: forms.DraftForm, rows: list[ModuleRow]) -> Content:
    return Content(
        title=form.title.data or "",
        summary=form.summary.data or "",
        description=form.description.data or "",
        audience=form.audience.data or "",
        outcomes=[
            line.strip()[:200] for line in (form.outcomes.data or "").splitlines() if line.strip()
        ],
        minutes=round(form.hours.data * 60) if form.hours.data else None,
        length_note=form.length_note.data or "",
        languages=[tag.strip() for tag in (form.languages.data or "").split(",")],
        format_ids=form.formats.data or [],
        prerequisite_ids=form.prerequisites.data or [],
        modules=[
            (
                row.title,
                int(row.minutes),
                [topic.strip()[:200] for topic in row.topics.split(",") if topic.strip()],
            )
            for row in rows
        ],
        sample=bool(form.sample.data),
    )


@blueprint.route("/manage/catalog/courses/<code>/draft/preview", methods=["GET", "POST"])
@permit("catalog.edit")
def preview(code: str) -> ResponseReturnValue:
    """What changes for readers, and what is missing; then publication."""
    course = _course(code, "catalog.edit")
    published, draft = _versions(course)
    if draft is None:
        abort(404)
    if request.method == "POST":
        drafts.publish_draft(
            course,
            revision=request.form.get("revision", 0, int),
            by=current_user.person_id,
            now=clock.now(),
        )
        flash(_("Version %(number)s is published.", number=draft.number))
        return redirect(url_for("catalog.manage_course", code=code), 303)
    return render_template(
        "catalog/preview.html",
        course=course,
        draft=draft,
        published=published,
        flaws=[words.word(reason) for reason in drafts.draft_flaws(draft)],
        changes=changes_of(published, draft),
    )
