"""Checking a list of codes or addresses: paste or upload, result file, receipt."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.certificates import actions_checks, lists, queries_lists
from certification.certificates import wording as verdicts
from certification.certificates.actions_checks import Asker
from certification.certificates.codes import Hint
from certification.certificates.models_checks import CertificateCheck
from certification.certificates.rules import Verdict
from lms import clock, permissions, wording
from lms.accounts.models import Organisation
from lms.errors import Refusal
from lms.limits import limited, lists_checked
from lms.permissions import permit
from reporting.partner.forms import ListForm
from reporting.partner.views import blueprint, organisation_ids, organisations

SHOWN = 100


@blueprint.route("/partner/checks", methods=["GET", "POST"])
@limited(lists_checked)
@permit("partner.check")
def checks() -> ResponseReturnValue:
    """Check a list; the lists that were checked before."""
    form, own = ListForm(), organisations("partner.check")
    form.organisation.choices = [(row.code, row.name) for row in own]
    if request.method == "POST" and form.validate() and (check := _run(form, own)):
        return redirect(url_for("partner.check", check_id=check.public_id), 303)
    page = render_template(
        "reporting/partner_checks.html", form=form, organisations=own, most=lists.MOST,
        checks=queries_lists.checks_of([row.id for row in own]),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _run(form: ListForm, own: Sequence[Organisation]) -> CertificateCheck | None:
    asked = next((row for row in own if row.code == form.organisation.data), None)
    chosen = asked or next(iter(own), None)
    asker = Asker(
        chosen.id if chosen else None,
        chosen.code if chosen else None,
        person_id=current_user.person_id,
    )
    settings = current_app.extensions["settings"]
    try:
        given = lists.given(_texts(form))
        return actions_checks.run(given, asker, settings, now=clock.now())[0]
    except Refusal as refusal:
        form.entries.errors = [wording.word(reason) for reason in refusal.reasons]
        return None


def _texts(form: ListForm) -> Iterable[str]:
    upload = form.file.data
    if upload is not None and upload.filename:
        return lists.uploaded(upload.read())
    return lists.pasted(form.entries.data or "")


def _check_or_404(check_id: str) -> CertificateCheck:
    """A list of the reader's organisations, or one that they checked for nobody."""
    found = queries_lists.check_by_id(check_id, None)
    if found is None:
        abort(404)
    own = found.organisation_id in organisation_ids("partner.check")
    mine = found.organisation_id is None and found.person_id == current_user.person_id
    if not own and not mine:
        abort(404)
    return found


@blueprint.get("/partner/checks/<check_id>")
@permit("partner.check")
def check(check_id: str) -> ResponseReturnValue:
    """The counts, the first rows, the result file and the receipt."""
    found = _check_or_404(check_id)
    content = queries_lists.result_of(found.id)
    lines = lists.unpacked(content) if content else None
    return render_template(
        "reporting/partner_check.html", check=found, counts=_counts(found.counts, found.slips),
        rows=_first_rows(lines) if lines else None,
        shown=SHOWN, looks=verdicts.LOOKS, word=verdicts.word, Verdict=Verdict, Hint=Hint,
        may_see_tokens=permissions.may(current_user, "partner.edit"),
    )  # fmt: skip


def _counts(counts: Mapping[str, int], slips: Mapping[str, int]) -> dict[Verdict | Hint, int]:
    """How many have each answer, the good ones first. What was mistyped has a count of its own: it
    is for the partner to put right, not for the holder. The receipt counts it as not found."""
    found: dict[Verdict | Hint, int] = {one: counts.get(one, 0) for one in Verdict}
    found[Verdict.NOT_FOUND] -= sum(slips.values())
    found |= {one: slips.get(one, 0) for one in Hint}
    return {one: count for one, count in found.items() if count}


def _first_rows(lines: Iterator[str]) -> list[dict[str, Any]]:
    """As the file has them, but the day to be read by people: the file stays for programs."""
    rows = lists.first_rows(lines, SHOWN)
    return [row | {"valid_until": _day(row["valid_until"])} for row in rows]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@blueprint.get("/partner/checks/<check_id>/result.csv")
@permit("partner.check")
def check_result(check_id: str) -> ResponseReturnValue:
    """The result file, byte for byte as its receipt says."""
    found = _check_or_404(check_id)
    content = queries_lists.result_of(found.id)
    if content is None:
        abort(404)
    return _file(zlib.decompress(content), "text/csv", f"check-{found.public_id}.csv")


@blueprint.get("/partner/checks/<check_id>/receipt.jws")
@permit("partner.check")
def check_receipt(check_id: str) -> ResponseReturnValue:
    """The signed receipt."""
    found = _check_or_404(check_id)
    if found.receipt is None:
        abort(404)
    return _file(found.receipt.encode(), "application/jose", f"check-{found.public_id}.jws")


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
