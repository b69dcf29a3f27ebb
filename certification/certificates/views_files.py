"""Checking a file: dropped or chosen, without an account, and never kept."""

from datetime import datetime

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from certification.certificates import codes, queries, wording
from certification.certificates.checking import Kind, Report, check_file, verdict_of
from certification.certificates.forms import CodeForm
from certification.certificates.queries import Checked
from certification.certificates.rules import Verdict
from certification.certificates.views import blueprint
from certification.credentials import queries as credentials
from certification.credentials.findings import Check, Finding, State, failed, passed
from lms import clock
from lms.i18n import gettext as _
from lms.i18n import long_date
from lms.limits import limited, tries_from_address
from lms.permissions import PUBLIC, permit
from lms.settings import Settings

ICONS = {State.PASSED: "circle-check", State.FAILED: "circle-x", State.UNKNOWN: "circle-help"}


@blueprint.post("/verify/file")
@permit(PUBLIC)
@limited(tries_from_address)
def verify_file() -> ResponseReturnValue:
    """The verdict on a file, each answer of its own, and the certificate that it speaks of."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form = CodeForm()
        text = _("Choose a file first: a PDF, a .json or a .jwt.")
        page = render_template("certificates/verify_form.html", form=form, file_error=text)
        return page, 422
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    content = sent.read()
    report = check_file(content, credentials.trust_bundle(settings, now=now), now=now)
    checked = _known(report, settings, now)
    findings = [*report.findings, *_issued(report, checked, content)]
    verdict = _overall(verdict_of(findings), checked)
    return _page(findings, verdict, checked, now)


def _known(report: Report, settings: Settings, now: datetime) -> Checked | None:
    code = codes.normalise(report.code)
    return queries.by_code(code, clock.today(now, settings.issuer_zone)) if code else None


def _issued(report: Report, checked: Checked | None, content: bytes) -> list[Finding]:
    """Whether a document is the very file of our records."""
    if report.kind is not Kind.PDF or checked is None:
        return []
    digest = queries.document_digest(content)
    if digest == checked.row.document_sha256:
        return [passed(Check.ISSUED, "issued_here")]
    return [failed(Check.ISSUED, "issued_other")]


def _overall(verdict: Verdict, checked: Checked | None) -> Verdict:
    """What our records say today wins over what the file says, unless the file itself is bad."""
    if verdict in {Verdict.ALTERED, Verdict.NOT_OURS}:
        return verdict
    return checked.verdict if checked is not None else Verdict.COULD_NOT_CHECK


def _page(findings: list[Finding], verdict: Verdict, checked: Checked | None, now: datetime) -> str:
    settings: Settings = current_app.extensions["settings"]
    today = long_date(clock.today(now, settings.issuer_zone))
    row = checked.row if checked else None
    day = long_date(row.revoked_on or row.valid_until) if row else ""
    kind, icon = wording.LOOKS[verdict]
    return render_template(
        "certificates/verify_file.html",
        kind=kind,
        icon_name=icon,
        word=wording.word(verdict),
        sentence=wording.sentence(verdict, today, day),
        findings=[(ICONS[f.state], f.state.value, wording.finding(f)) for f in findings],
        code=row.code if row else "",
        now=now,
        zone=settings.issuer_zone,
    )
