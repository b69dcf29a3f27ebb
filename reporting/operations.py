"""For administrators: the jobs, the audit log, and the style guide of the interface."""

from typing import Any

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from certification.certificates.writing import missing_scripts
from lms import clock, jobs, styleguide, worker
from lms.accounts.queries import account_by_email
from lms.health import Check
from lms.i18n import gettext as _
from lms.i18n import zone_name
from lms.paging import Page
from lms.permissions import permit
from lms.settings import Settings
from reporting import audit_search
from reporting.audit_search import Search
from reporting.demo import people as demo
from reporting.forms import AuditForm

blueprint = Blueprint("operations", __name__)


def fonts() -> Check:
    """For the doctor: a font for every script that a name may be written in."""
    missing = missing_scripts()
    return Check(
        "fonts",
        not missing,
        "every script has a font" if not missing else f"no font for {', '.join(missing)}",
        "" if not missing else "Install fonts-noto-core and fonts-noto-cjk.",
    )


def demonstration() -> Check:
    """For the doctor: nobody can sign in to a real academy as a demonstration person."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.production:
        return Check("demonstration", True, "not in production: it may be here")
    found = demo.is_there()
    return Check(
        "demonstration",
        not found,
        "demonstration people can sign in" if found else "no demonstration people",
        "Start with an empty DATA_DIR and database." if found else "",
    )


@blueprint.get("/manage/jobs")
@permit("jobs.see")
def job_list() -> ResponseReturnValue:
    """What waits, what gave up, and whether a worker lives."""
    return render_template(
        "reporting/jobs.html",
        waiting=jobs.pending_count(),
        failed=jobs.failures(),
        beat=worker.newest_beat(),
        now=clock.now(),
    )


@blueprint.get("/manage/audit")
@permit("audit.see")
def audit_log() -> ResponseReturnValue:
    """The audit log, newest first, or what a search finds in it."""
    form = AuditForm(request.args)
    search = _search(form) if form.validate() else None
    page: Page[Any] = Page([], None, is_first=True)
    if search is not None:
        page = audit_search.entries(search, request.args.get("after"))
    chosen = {field.name: field.raw_data[0] for field in form if field.data and field.raw_data}
    drawn = render_template(
        "reporting/audit.html", form=form, page=page, chosen=chosen,
        names=audit_search.names(row[0] for row in page.rows), people=audit_search.PEOPLE,
    )  # fmt: skip
    return drawn, 200 if search else 422


def _search(form: AuditForm) -> Search | None:
    """What a sound form asks for; None, noted beside the field, when nobody has an address."""
    people = {}
    for field in (form.by, form.about):
        account = account_by_email(field.data) if field.data else None
        people[field.name] = account.person_id if account else None
        if field.data and account is None:
            field.errors = [_("Nobody has this address.")]
    if form.errors:
        return None
    return Search(
        act=form.act.data or "", kind=form.kind.data or "", id=form.id.data or "",
        since=form.since.data, until=form.until.data, zone=zone_name(), **people,
    )  # fmt: skip


@blueprint.get("/styleguide")
@permit("jobs.see")
def show_styleguide() -> ResponseReturnValue:
    """Every component in every state; not in production."""
    if current_app.extensions["settings"].production:
        abort(404)
    return render_template("styleguide.html", **styleguide.samples(), now=clock.now())
