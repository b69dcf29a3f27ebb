"""For partners and employers: check a certificate, see the own staff and what expires."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.certificates import queries_staff, wording
from certification.certificates.forms import CodeForm
from lms import clock, paging, permissions
from lms.accounts import queries as people
from lms.accounts.models import Organisation
from lms.paging import page_of
from lms.permissions import permit

blueprint = Blueprint("partner", __name__)
WINDOWS = (30, 60, 90)


def organisation_ids(permission: str = "partner.see") -> list[int]:
    """The organisations for which the reader may: the role's limits, else the own ones."""
    limits = permissions.organisations(current_user, permission)
    if limits is not None:
        return list(limits)
    return [
        row.organisation_id
        for row in people.memberships_of(current_user.person_id)
        if row.ended_on is None
    ]


def organisations(permission: str) -> list[Organisation]:
    """The same, as rows in the order of their names."""
    limits = permissions.organisations(current_user, permission)
    return list(people.organisations_of(current_user.person_id, limits))


@blueprint.get("/partner")
@permit("partner.see")
def index() -> ResponseReturnValue:
    """One check, the counts, and the own staff; `expires` narrows to what ends within days."""
    today = clock.today(clock.now(), current_app.extensions["settings"].issuer_zone)
    own = organisation_ids()
    within = _window(request.args.get("expires"))
    rows = _staff(own, today, within)
    return render_template(
        "reporting/partner.html",
        form=CodeForm(),
        today=today,
        within=within,
        page=rows,
        counts=queries_staff.staff_counts(own, today) if own else {},
        windows=WINDOWS,
        organisations=organisations("partner.see"),
        word=wording.word,
        looks=wording.LOOKS,
    )


def _window(text: str | None) -> int | None:
    if not text:
        return None
    if text not in {str(days) for days in WINDOWS}:
        abort(404)
    return int(text)


def _staff(own: list[int], today: date, within: int | None) -> Any:
    cursor = request.args.get("after")
    after = tuple(paging.decode(cursor, (str, int))) if cursor else None
    rows = queries_staff.staff(own, today, within_days=within, after=after) if own else []  # type: ignore[arg-type]
    return page_of(
        rows, size=50, key=lambda r: (r.name.casefold(), r.checked.row.id), is_first=after is None
    )
