"""API v1 of certificates: one code, own lists, the status on a day, checks of lists."""

import zlib
from datetime import date, datetime
from typing import Any

import orjson
from flask import Response, current_app, request, url_for
from werkzeug.exceptions import NotFound

from certification.certificates import actions_checks, codes, lists, queries, queries_lists
from certification.certificates.actions_checks import Asker
from certification.certificates.api_models import (
    CertificateList,
    CheckRequest,
    CheckResult,
    CheckSummary,
    Listed,
    ListQuery,
    Status,
    StatusQuery,
    Verification,
    Verified,
)
from certification.certificates.codes import Hint
from certification.certificates.models_checks import CertificateCheck
from certification.certificates.queries import Checked
from certification.certificates.rules import Verdict
from lms import clock, paging
from lms.api import tokens
from lms.api.endpoints import Answer, endpoint
from lms.api.problems import Problem
from lms.limits import lists_checked
from lms.settings import Settings


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _today(now: datetime) -> date:
    return clock.today(now, _settings().issuer_zone)


@endpoint("GET", "/certificates/<code>", summary="Verify one certificate", answer=Verified)
def verify_certificate(code: str) -> Answer:
    """Open to everybody. Case, spaces and hyphens of the code do not matter. Any site may read
    it and any cache may keep it, but asks again: a revocation shows at once."""
    now = clock.now()
    checked = _found(code, _today(now))
    facts = _verification(checked)
    body = Verified(**facts, checked_at=now, verify_url=_verify_url(checked.row.code))
    headers = {
        "Cache-Control": "public, no-cache",
        "Vary": "Accept-Encoding",
    }
    return Answer(body, headers, mark=Verification(**facts))


@endpoint(
    "GET",
    "/certificates/<code>/status",
    summary="The status of a certificate on a day",
    answer=Status,
    query=StatusQuery,
)
def certificate_status(code: str, query: StatusQuery) -> Answer:
    """Open to everybody. What the certificate was on a day from its issue until today."""
    today = _today(clock.now())
    day = query.on or today
    checked = _found(code, day)
    row = checked.row
    if not row.issued_on <= day <= today:
        raise Problem(
            422, "day_out_of_range", "No status on that day",
            f"Ask for a day from {row.issued_on} until {today}.",
        )  # fmt: skip
    verdict = checked.verdict
    body = Status(
        code=row.code, on=day, verdict=verdict,
        superseded_by=row.superseded_by if verdict is Verdict.SUPERSEDED else None,
        valid_until=row.valid_until if checked.holder else None,
        days_left=checked.days_left if verdict is Verdict.VALID else None,
    )  # fmt: skip
    return Answer(body, {"Cache-Control": "public, no-cache"})


def _found(code: str, day: date) -> Checked:
    wanted = codes.normalise(code)
    checked = queries.by_code(wanted, day) if wanted else None
    if checked is None:
        raise Problem(404, Verdict.NOT_FOUND.value, "No such certificate", _missing(code))
    return checked


def _missing(code: str) -> str:
    return {
        Hint.NUMBER: "This is a certificate number. Ask with the code under the QR code.",
        Hint.MISTYPED: "No code is written like this: a character is wrong, missing or too many.",
        None: "No certificate has this code.",
    }[codes.hint(code)]


def _verification(checked: Checked) -> dict[str, Any]:
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
    }


def _verify_url(code: str) -> str:
    return f"{_settings().public_url}/verify/{code}"


@endpoint(
    "GET",
    "/certificates",
    summary="Own certificates, or those of the organisation's people",
    scope=tokens.READ,
    answer=CertificateList,
    query=ListQuery,
)
def list_certificates(query: ListQuery) -> CertificateList:
    """A person's token lists that person's certificates, an organisation's token those of the
    people who work there today. Replaced ones are listed too, as what they are."""
    client = _client()
    after = paging.id_after(query.cursor)
    found = queries_lists.page_for(
        person_id=client.person_id, organisation_id=client.organisation_id,
        day=_today(clock.now()), after=after, limit=query.limit + 1,
    )  # fmt: skip
    page = paging.page_of(
        found, size=query.limit, key=lambda checked: (checked.row.id,), is_first=after is None
    )
    return CertificateList(items=[_listed(c) for c in page.rows], next_cursor=page.next_cursor)


def _listed(checked: Checked) -> Listed:
    row = checked.row
    is_there = row.document_sha256 is not None and checked.holder is not None
    url = f"{_settings().public_url}/certificates/{row.code}.pdf" if is_there else None
    return Listed(
        **_verification(checked), number=row.number, verify_url=_verify_url(row.code),
        document_url=url,
    )  # fmt: skip


def _client() -> tokens.Client:
    client = tokens.current()
    if client is None:
        raise NotFound()
    return client


@endpoint(
    "POST",
    "/checks",
    summary="Check a list of codes or addresses",
    scope=tokens.CHECK,
    body=CheckRequest,
    answer=CheckResult,
    status=201,
    limits=(lists_checked,),
)
def make_check(body: CheckRequest) -> Response:
    """Up to 10,000 entries. An address answers only for people who agreed to be found by it;
    everybody else is `not_found`, as is an address that nobody has. Repeated entries answer
    once, and an address once for each of its certificates; the result file has every entry as
    it was given."""
    client = _client()
    asker = Asker(client.organisation_id, client.organisation_code, token_id=client.token_id)
    check, rows = actions_checks.run(lists.given(body.entries), asker, _settings(), now=clock.now())
    # Ten thousand models would cost as much as all the rest: rows have the answer's shape.
    response = Response(orjson.dumps({**_summary(check), "rows": rows}), 201)
    response.mimetype = "application/json"
    response.headers["Location"] = url_for("api.get_check", check_id=check.public_id)
    return response


def _summary(check: CertificateCheck) -> dict[str, Any]:
    base = f"{_settings().public_url}/api/v1/checks/{check.public_id}"
    return {
        "id": check.public_id,
        "checked_at": check.checked_at,
        "counts": check.counts,
        "result_sha256": check.result_sha256,
        "result_url": f"{base}/result.csv",
        "receipt": check.receipt,
    }


@endpoint(
    "GET", "/checks/<check_id>", summary="A checked list and its receipt", scope=tokens.CHECK,
    answer=CheckSummary,
)  # fmt: skip
def get_check(check_id: str) -> CheckSummary:
    """Counts, the hash of the result and the signed receipt, for ever."""
    return CheckSummary(**_summary(_own_check(check_id)))


@endpoint(
    "GET", "/checks/<check_id>/result.csv", summary="The result file of a checked list",
    scope=tokens.CHECK, media="text/csv",
)  # fmt: skip
def get_check_result(check_id: str) -> Response:
    """The CSV file whose hash the receipt signs, byte for byte; for 30 days."""
    check = _own_check(check_id)
    content = queries_lists.result_of(check.id)
    if content is None:
        raise Problem(404, "result_gone", "No longer kept", "Result files are kept for 30 days.")
    response = Response(zlib.decompress(content), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="check-{check.public_id}.csv"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(check.result_sha256)
    response.make_conditional(request)
    return response


def _own_check(check_id: str) -> CertificateCheck:
    organisation_id = _client().organisation_id
    found = queries_lists.check_by_id(check_id, [organisation_id or 0])
    if found is None:
        raise Problem(404, "check_unknown", "No such check", "There is none, or it is not yours.")
    return found
