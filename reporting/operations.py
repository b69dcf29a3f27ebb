"""For administrators: the jobs, the audit log, and the style guide of the interface."""

import sqlalchemy as sa
from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from certification.certificates.writing import missing_scripts
from lms import clock, jobs, paging, styleguide, worker
from lms.accounts.models import Person
from lms.audit import AuditEntry
from lms.db import db
from lms.health import Check
from lms.paging import SIZE, page_of
from lms.permissions import permit
from lms.settings import Settings
from reporting.demo import people as demo

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
    """The audit log, newest first."""
    wanted = (
        sa.select(AuditEntry, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.by_person_id)
        .order_by(AuditEntry.id.desc())
        .limit(SIZE + 1)
    )
    cursor = request.args.get("after")
    if cursor:
        wanted = wanted.where(AuditEntry.id < paging.decode(cursor, (int,))[0])
    act = request.args.get("act", "").strip()[:60]
    if act:
        wanted = wanted.where(AuditEntry.act == act)
    rows = db.session.execute(wanted).all()
    page = page_of(rows, size=SIZE, key=lambda row: (row[0].id,), is_first=not cursor)
    subjects = {int(e.subject_id) for e, _ in page.rows if e.subject_kind == "person"}
    return render_template("reporting/audit.html", page=page, act=act, people=_people(subjects))


def _people(ids: set[int]) -> dict[str, tuple[str, str]]:
    """Public ids and names of those whom the entries are about."""
    rows = db.session.execute(
        sa.select(Person.id, Person.public_id, Person.name).where(Person.id.in_(ids))
    )
    return {str(row.id): (row.public_id, row.name) for row in rows}


@blueprint.get("/styleguide")
@permit("jobs.see")
def show_styleguide() -> ResponseReturnValue:
    """Every component in every state; not in production."""
    if current_app.extensions["settings"].production:
        abort(404)
    return render_template("styleguide.html", **styleguide.samples(), now=clock.now())
