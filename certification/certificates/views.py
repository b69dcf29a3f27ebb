"""The public verification, the documents, and a manager's replacement of a certificate."""

from datetime import datetime
from typing import Any

import orjson
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.certificates import actions, codes, queries, shown, wording
from certification.certificates.codes import Hint
from certification.certificates.facts import CertificateFacts
from certification.certificates.fingerprint import svg
from certification.certificates.forms import CodeForm, SupersedeForm
from certification.certificates.queries import Checked
from certification.certificates.rules import Verdict
from lms import clock, pages, permissions, quick
from lms.accounts.queries import person_by_id
from lms.limits import count_miss
from lms.permissions import PUBLIC, permit
from lms.settings import Settings
from lms.storage import Storage
from lms.web import FOR_EVER, published

blueprint = Blueprint("certificates", __name__)
JSON_HEADERS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Cache-Control", "no-cache"),
)
PAGE_HEADERS = (("Cache-Control", "no-store"), ("Vary", "Cookie"))
HTML = "text/html; charset=utf-8"
FILE_SECONDS = 300
"""For how long caches keep a person's files without asking. These never change, but are gone when
their holder is erased."""


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@blueprint.get("/verify")
@permit(PUBLIC)
def verify_form() -> ResponseReturnValue:
    """Ask for a code; a code in the query leads to its page."""
    typed = request.args.get("code")
    form = CodeForm(request.args)
    if typed is None:
        form.process()
        return render_template("certificates/verify_form.html", form=form)
    if not form.validate():
        return render_template("certificates/verify_form.html", form=form), 422
    last = (form.code.data or "").strip().rstrip("/").rpartition("/")[2]
    return redirect(url_for("certificates.verify", code=codes.normalise(last) or last[:40]), 303)


@blueprint.get("/verify/<code>")
@permit(PUBLIC)
def verify(code: str) -> ResponseReturnValue:
    """The verdict on a code today, in words, colour and icon."""
    now = clock.now()
    checked = _with_facts(code, now)
    if checked is None:
        count_miss()
        return _page(None, codes.hint(code) or Verdict.NOT_FOUND, now), 404
    if checked.row.code != code:
        return redirect(url_for("certificates.verify", code=checked.row.code), 301)
    return _page(checked, checked.verdict, now)


def _look_up(code: str, now: datetime) -> Checked | None:
    wanted = codes.normalise(code)
    if wanted is None:
        return None
    return queries.by_code(wanted, clock.today(now, _settings().issuer_zone))


def _with_facts(code: str, now: datetime) -> Checked | None:
    wanted = codes.normalise(code)
    if wanted is None:
        return None
    return queries.with_facts(wanted, clock.today(now, _settings().issuer_zone))


def _page(checked: Checked | None, verdict: Verdict | Hint, now: datetime) -> str:
    values = shown.values(checked, now, _settings().issuer_zone)
    return pages.filled(("verify", verdict), lambda marks: _draw(verdict, marks), values)


def _draw(verdict: Verdict | Hint, marks: pages.Marks) -> str:
    kind, icon = wording.LOOKS[verdict]
    return render_template(
        "certificates/verify.html",
        v=marks,
        verdict=verdict,
        kind=kind,
        icon_name=icon,
        word=wording.word(verdict),
        sentence=wording.sentence(verdict, marks["today"], marks["day"]),
        is_known=isinstance(verdict, Verdict) and verdict is not Verdict.NOT_FOUND,
        base=_settings().public_url,
        form=CodeForm(),
    )


@blueprint.get("/verify/<code>/art.svg")
@permit(PUBLIC)
def art(code: str) -> ResponseReturnValue:
    """The line art of a certificate's facts; it never changes, so it is kept for a year."""
    checked = _look_up(code, clock.now())
    if checked is None or checked.holder is None:
        abort(404)
    drawn = svg(bytes.fromhex(checked.row.facts_sha256)).encode()
    return published(drawn, "image/svg+xml", seconds=FOR_EVER)


@blueprint.get("/verify/<code>.json")
@permit(PUBLIC)
def verify_json(code: str) -> Response:
    """The verdict for programs: the fields of the public contract."""
    now = clock.now()
    checked = _look_up(code, now)
    if checked is None:
        count_miss()
    body = _answer(code, checked, now)
    status = 200 if checked else 404
    return Response(orjson.dumps(body), status, JSON_HEADERS, mimetype="application/json")


def _answer(code: str, checked: Checked | None, now: datetime) -> dict[str, Any]:
    if checked is None:
        return {
            "code": code[:40],
            "verdict": Verdict.NOT_FOUND,
            "holder": None,
            "achievement": None,
            "issued_on": None,
            "valid_until": None,
            "revoked_on": None,
            "reason": None,
            "superseded_by": None,
            "checked_at": now,
            "hint": codes.hint(code),
        }
    row, shown = checked.row, checked.holder is not None
    return {
        "code": row.code,
        "verdict": checked.verdict,
        "holder": checked.holder,
        "achievement": row.achievement if shown else None,
        "issued_on": row.issued_on,
        "valid_until": row.valid_until if shown else None,
        "revoked_on": row.revoked_on,
        "reason": checked.reason,
        "superseded_by": row.superseded_by,
        "checked_at": now,
    }


@quick.way("verify", "certificates.verify_json")
def _quickly(rest: str) -> quick.Ready | None:
    """The answers of `verify` and `verify_json` for a code of ours in its own spelling."""
    code, now = rest.removesuffix(".json"), clock.now()
    if codes.normalise(code) != code:
        return None
    if code != rest:
        checked = _look_up(code, now)
        body = None if checked is None else orjson.dumps(_answer(code, checked, now))
        return None if body is None else quick.Ready(body, "application/json", JSON_HEADERS)
    checked = _with_facts(code, now)
    if checked is None:
        return None
    values = shown.values(checked, now, _settings().issuer_zone)
    page = pages.quickly(("verify", checked.verdict), values)
    return None if page is None else quick.Ready(page.encode(), HTML, PAGE_HEADERS)


@blueprint.get("/certificates/<code>.pdf")
@permit(PUBLIC)
def document(code: str) -> ResponseReturnValue:
    """The issued document, byte for byte. Its address holds 80 random bits."""
    found = queries.document_of(codes.normalise(code) or "")
    if found is None:
        count_miss()
        abort(404)
    digest, number = found
    storage: Storage = current_app.extensions["storage"]
    response = published(storage.get(digest), "application/pdf", seconds=FILE_SECONDS)
    response.headers["Content-Disposition"] = f'inline; filename="{number}.pdf"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.route("/manage/certificates/<code>/supersession", methods=["GET", "POST"])
@permit("certification.edit")
def supersede(code: str) -> ResponseReturnValue:
    """Preview the replacement of a certificate, then make it."""
    allowed = permissions.programmes(current_user, "certification.edit")
    row = queries.editable(code, None if allowed is None else list(allowed))
    if row is None:
        abort(404)
    form = SupersedeForm()
    if request.method == "POST" and form.validate():
        fresh = actions.supersede(
            row.id,
            _settings(),
            reason=form.reason.data or "",
            by=current_user.person_id,
            now=clock.now(),
        )
        return redirect(url_for("certificates.verify", code=fresh.code), 303)
    person = person_by_id(row.person_id)
    facts = CertificateFacts.from_json(row.facts["json"])
    page = render_template(
        "certificates/supersede.html", row=row, form=form, person=person, facts=facts
    )
    return page, 422 if form.errors else 200
