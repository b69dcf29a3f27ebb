"""Administration of the catalogue: programmes and courses."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from courses.catalog import actions, forms, queries
from courses.catalog.models import Course, CourseKind
from courses.catalog.snapshot import catalog
from courses.catalog.views import blueprint
from lms import clock, permissions
from lms import wording as words
from lms.errors import Refusal
from lms.permissions import permit


def _limits(permission: str) -> list[str] | None:
    found = permissions.programmes(current_user, permission)
    return None if found is None else list(found)


def managed_course(code: str, permission: str) -> Course:
    """The course, if this person may manage it; else 404."""
    found = queries.course_by_code(code, _limits(permission))
    if found is None:
        abort(404)
    return found


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
    course = managed_course(code, "catalog.see_drafts")
    card = catalog().by_id().get(course.id)
    return render_template(
        "catalog/manage_course.html",
        course=course,
        programme=queries.programme(course.programme_id),
        versions=queries.versions_of(course.id),
        href=card.href if card else None,
    )
