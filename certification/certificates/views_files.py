"""Checking a file: dropped or chosen, without an account, and never kept."""

import time
from datetime import datetime

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from certification.certificates import codes, queries, shown, stated, wording
from certification.certificates.facts import CertificateFacts
from certification.certificates.forms import CodeForm
from certification.certificates.inspection import inspect
from certification.certificates.queries import Checked
from certification.certificates.reports import Kind, Report, verdict_of
from certification.certificates.rules import Verdict
from certification.certificates.views import blueprint
from certification.credentials import queries as credentials
from certification.credentials.findings import Check, Finding, State, failed, passed
from certification.credentials.trust import Trust
from lms import clock
from lms.db import release
from lms.i18n import gettext as _
from lms.limits import count_hard_file, hard_files_from_address, limited, tries_from_address
from lms.permissions import PUBLIC, permit
from lms.settings import Settings

HARD_SECONDS = 2.0
"""An ordinary check takes a tenth of a second."""
ICONS = {State.PASSED: "circle-check", State.FAILED: "circle-x", State.UNKNOWN: "circle-help"}


@blueprint.post("/verify/file")
@permit(PUBLIC)
@limited(tries_from_address, hard_files_from_address)
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
    content, trust = sent.read(), credentials.trust_bundle(settings, now=now)
    release()
    report = _inspected(content, trust, now)
    checked = _known(report, settings, now)
    issued = _issued(report, checked, content)
    findings = [*report.findings, *issued]
    verdict = _overall(verdict_of(findings), checked)
    zone = _zone(checked) or settings.issuer_zone
    said = stated.fields(report.credential, zone) if _says_so(report) else []
    return _page(findings, verdict, checked, said, now)


def _inspected(content: bytes, trust: Trust, now: datetime) -> Report:
    """Who sends files that are hard to read is counted: this process serves nobody meanwhile. A
    wait for others' files is not the sender's doing."""
    begun = time.monotonic()
    report = inspect(content, trust, now=now)
    was_busy = any(found.code == "busy" for found in report.findings)
    if time.monotonic() - begun > HARD_SECONDS and not was_busy:
        count_hard_file()
    return report


def _known(report: Report, settings: Settings, now: datetime) -> Checked | None:
    code = codes.normalise(report.code)
    return queries.with_facts(code, clock.today(now, settings.issuer_zone)) if code else None


def _issued(report: Report, checked: Checked | None, content: bytes) -> list[Finding]:
    """Whether a document is the very file of our records."""
    if report.kind is not Kind.PDF or checked is None:
        return []
    digest = queries.document_digest(content)
    if digest == checked.row.document_sha256:
        return [passed(Check.ISSUED, "issued_here")]
    return [failed(Check.ISSUED, "issued_other")]


def _says_so(report: Report) -> bool:
    """Whether what the file says was signed by us: nobody else's words are shown here."""
    asked = {Check.SIGNATURE, Check.ISSUER}
    good = {found.check for found in report.findings if found.state is State.PASSED}
    return asked <= good and report.verdict not in {Verdict.ALTERED, Verdict.NOT_OURS}


def _zone(checked: Checked | None) -> str | None:
    """In which zone a file of our records means its days."""
    return CertificateFacts.from_json(checked.row.facts).zone if checked else None


def _overall(verdict: Verdict, checked: Checked | None) -> Verdict:
    """The worse of what the file shows and what our records say today; our records know better
    why it is not valid. A question that could not be answered is never valid."""
    if verdict in {Verdict.ALTERED, Verdict.NOT_OURS}:
        return verdict
    if checked is None:
        return Verdict.COULD_NOT_CHECK
    return verdict if checked.verdict is Verdict.VALID else checked.verdict


def _page(
    findings: list[Finding],
    verdict: Verdict,
    checked: Checked | None,
    said: list[tuple[str, str]],
    now: datetime,
) -> str:
    settings: Settings = current_app.extensions["settings"]
    values = shown.values(checked, now, settings.issuer_zone)
    kind, icon = wording.LOOKS[verdict]
    return render_template(
        "certificates/verify_file.html",
        kind=kind,
        icon_name=icon,
        word=wording.word(verdict),
        sentence=wording.file_sentence(verdict, values["today"], values["day"]),
        findings=[(ICONS[f.state], f.state.value, wording.finding(f)) for f in findings],
        said=said,
        code=checked.row.code if checked else "",
        holder=values.get("holder"),
        now=now,
        zone=settings.issuer_zone,
    )
