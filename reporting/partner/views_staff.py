"""The own people with what they hold and what they lack, as a page and as a file."""

from datetime import date

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from certification.awards.rules import Status
from lms import clock, paging
from lms.accounts import listfile
from lms.i18n import gettext as _
from lms.i18n import short_date
from lms.paging import Page
from lms.permissions import permit
from reporting.partner import queries_staff
from reporting.partner.queries_staff import Held, StaffMember
from reporting.partner.views import blueprint, organisation_ids, organisations

MOST_IN_FILE = 10_000
COLUMNS = ("name", "certification", "status", "valid_until", "next", "met", "required", "missing")


@blueprint.get("/partner/staff")
@permit("partner.see")
def staff() -> ResponseReturnValue:
    """Each colleague: certifications with status and end, and the gaps to the next one."""
    own, cursor = organisation_ids(), request.args.get("after")
    after = paging.decode(cursor, (str, int)) if cursor else None
    page = queries_staff.staff(
        own, _today(), after=(str(after[0]), int(after[1])) if after else None
    )
    return render_template(
        "reporting/partner_staff.html", page=page, organisations=organisations("partner.see"),
        today=_today(), Status=Status, status_name=status_name, status_day=status_day,
    )  # fmt: skip


@blueprint.get("/partner/staff.csv")
@permit("partner.see")
def staff_file() -> ResponseReturnValue:
    """The same as a file: a row for each certification, and one for who has none."""
    page: Page[StaffMember] = queries_staff.staff(organisation_ids(), _today(), size=MOST_IN_FILE)
    rows = [COLUMNS, *[row for member in page.rows for row in _rows(member)]]
    response = Response(listfile.write(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="staff.csv"'
    return response


def _rows(member: StaffMember) -> list[tuple[str, ...]]:
    gaps = member.next
    after = (
        (gaps.title, str(gaps.met), str(gaps.all), "; ".join(gaps.missing))
        if gaps
        else ("", "", "", "")
    )
    held = [
        (h.title, h.status.value, h.valid_until.isoformat() if h.valid_until else "")
        for h in member.held
    ]
    return [(member.name, *row, *after) for row in held or [("", "", "")]]


def status_name(status: Status) -> str:
    """A status in a word."""
    return {
        Status.VALID: _("Valid"),
        Status.EXPIRED: _("Expired"),
        Status.REVOKED: _("Revoked"),
        Status.SUSPENDED: _("Suspended"),
    }.get(status, status.value)


def status_day(held: Held) -> str:
    """The day that goes with the status: the end of a certificate is not that of a suspension."""
    day, text = {
        Status.EXPIRED: (held.valid_until, _("was valid until %(day)s")),
        Status.REVOKED: (held.revoked_on, _("on %(day)s")),
        Status.SUSPENDED: (held.suspended_on, _("since %(day)s")),
    }.get(held.status, (held.valid_until, _("until %(day)s")))
    return text % {"day": short_date(day)} if day else ""


def _today() -> date:
    return clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)
