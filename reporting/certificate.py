"""The holder's page of one certificate: files, sharing, consent."""

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.certificates import codes, sharing
from certification.certificates import queries as certificates
from certification.certificates import wording as verdicts
from certification.certificates.queries import Checked
from certification.certificates.views_share import SHOWN
from lms import clock, site
from lms.accounts import actions
from lms.accounts import queries as people
from lms.i18n import gettext as _
from lms.permissions import SIGNED_IN, permit
from reporting.home import blueprint


def _own(code: str) -> Checked:
    """The reader's own certificate; anybody else's is not found."""
    settings = current_app.extensions["settings"]
    wanted = codes.normalise(code)
    today = clock.today(clock.now(), settings.issuer_zone)
    checked = certificates.by_code(wanted, today) if wanted else None
    if checked is None or checked.row.person_id != current_user.person_id:
        abort(404)
    return checked


@blueprint.get("/me/certificates/<code>")
@permit(SIGNED_IN)
def certificate(code: str) -> ResponseReturnValue:
    """Download it, share it, say whether partners may find it."""
    checked = _own(code)
    row, settings = checked.row, current_app.extensions["settings"]
    link = f"{settings.public_url}/verify/{row.code}"
    return render_template(
        "reporting/certificate.html",
        checked=checked,
        row=row,
        link=link,
        code=codes.grouped(row.code),
        linkedin=sharing.add_to_profile(
            name=row.achievement, organisation=site.load().name, issued_on=row.issued_on,
            valid_until=row.valid_until, url=link, number=row.number,
        ),
        has_credential=certificates.credential_of(row.code) is not None,
        is_shown=checked.verdict in SHOWN and checked.holder is not None,
        person=people.person_by_id(current_user.person_id),
        look=verdicts.LOOKS[checked.verdict],
        word=verdicts.word(checked.verdict),
    )  # fmt: skip


@blueprint.post("/me/consent/<answer>")
@permit(SIGNED_IN)
def consent(answer: str) -> ResponseReturnValue:
    """Agree, or no longer agree, to be found by partners by one's address."""
    if answer not in ("give", "withdraw"):
        abort(404)
    person = people.person_by_id(current_user.person_id)
    actions.set_consent(person, consents=answer == "give", now=clock.now())
    flash(_("Partners may find you now.") if answer == "give" else _("Partners cannot find you."))
    return redirect(url_for("home.me", _anchor="certificates"), 303)
