"""Is this file ours, whole, in its time, and not withdrawn? A PDF, a credential (`.json`) or a
token (`.jwt`) against a trust bundle: no database, no network.

Each question has its own finding; the verdict is the worst of them, and never good when a
question could not be answered.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from certification.certificates import container, stamping
from certification.certificates.reports import (
    LARGEST_CREDENTIAL,
    Kind,
    Report,
    kind_of,
    unread,
    verdict_of,
    without_mark,
)
from certification.certificates.rules import Verdict
from certification.certificates.stamping import outside_loops
from certification.certificates.withdrawn import standing
from certification.credentials import json_text
from certification.credentials.findings import Check, Finding, failed, passed, unknown
from certification.credentials.trust import Trust
from certification.credentials.verifying import read_token, verify_credential, verify_token


def check_file(content: bytes, trust: Trust, *, now: datetime) -> Report:
    """Check a file of at most `LARGEST` bytes, whatever it holds."""
    kind = kind_of(content)
    if kind is Kind.PDF:
        return _check_pdf(content, trust, now)
    if kind is Kind.CREDENTIAL:
        return _report(kind, *_check_credential(without_mark(content), trust, now))
    if kind is Kind.TOKEN:
        token = without_mark(content).strip().decode("ascii")
        findings = verify_token(token, trust, now=now)
        return _report(kind, findings, read_token(token, trust))
    return unread()


def _check_credential(
    content: bytes, trust: Trust, now: datetime
) -> tuple[list[Finding], dict[str, Any] | None]:
    try:
        credential = json_text.read(content)
        if not isinstance(credential, dict):
            raise TypeError("no object")
        return verify_credential(credential, trust, now=now), credential
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return [failed(Check.SIGNATURE, "malformed")], None


def _check_pdf(content: bytes, trust: Trust, now: datetime) -> Report:
    """The document's signature, then the credential inside. A hostile file may break any part of
    a PDF reader: then it is not readable, which is an answer."""
    try:
        reader = PdfFileReader(BytesIO(content), strict=False)
        signatures = list(reader.embedded_signatures)
        attached = _attached(reader)
        own = _check_signatures(signatures, content, trust, now)
    except Exception:
        broken = failed(Check.DOCUMENT, "document_unreadable")
        return Report(Kind.PDF, Verdict.ALTERED, (broken,))
    if attached is None:
        return _report(Kind.PDF, [*own, failed(Check.SIGNATURE, "proof_missing")], None)
    found, credential = _check_credential(attached, trust, now)
    return _report(Kind.PDF, [*own, *found], credential)


def _attached(reader: PdfFileReader) -> bytes | None:
    """The first associated file, the credential."""
    listed = reader.root.get("/AF")
    if not listed:
        return None
    data: bytes = listed[0].get_object()["/EF"]["/F"].data
    return data if len(data) <= LARGEST_CREDENTIAL else None


def _check_signatures(
    signatures: Sequence[Any], content: bytes, trust: Trust, now: datetime
) -> list[Finding]:
    if not signatures:
        return [failed(Check.DOCUMENT, "document_unsigned")]
    first, known = signatures[0], _authorities(trust)
    context = _context(first.signer_cert, known, now)
    stamps = _stamp_context(first, trust, now)
    status = outside_loops(
        lambda: validate_pdf_signature(
            first, signer_validation_context=context, ts_validation_context=stamps
        )
    )
    whole = len(signatures) == 1 and _is_whole(status, content, first, known, trust)
    return [
        _document(status, known, standing(first.signer_cert, known, trust, now=now)),
        passed(Check.WHOLE, "whole_signed") if whole else failed(Check.WHOLE, "not_whole"),
        _time(status, now),
    ]


def _is_whole(
    status: PdfSignatureStatus,
    content: bytes,
    signature: Any,
    known: Sequence[x509.Certificate],
    trust: Trust,
) -> bool:
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return False
    place, servers = container.place_of(signature, content), trust.stamp_authority
    ours = known if status.trusted else None
    return container.is_sound(place, ours, stamping.certificates(servers))


def _document(
    status: PdfSignatureStatus, known: Sequence[x509.Certificate], vouched: Finding
) -> Finding:
    if not (status.intact and status.valid and status.docmdp_ok):
        return failed(Check.DOCUMENT, "document_altered")
    if known and not status.trusted:
        return failed(Check.DOCUMENT, "document_not_ours")
    return vouched


def _time(status: PdfSignatureStatus, now: datetime) -> Finding:
    stamp = status.timestamp_validity
    if stamp is None:
        return passed(Check.TIME, "time_claimed")
    if not (stamp.intact and stamp.valid):
        return failed(Check.TIME, "time_forged")
    if not stamp.trusted:
        return unknown(Check.TIME, "time_unknown")
    if not stamping.is_plausible(stamp.timestamp, status.signer_reported_dt, now):
        return failed(Check.TIME, "time_forged")
    return passed(Check.TIME, "time_stamped", at=stamp.timestamp.astimezone(UTC).isoformat())


def _stamp_context(signature: Any, trust: Trust, now: datetime) -> ValidationContext:
    """Whom the bundle trusts about times; as of the server's own time, as `_context` does."""
    data = next(extract_tst_data_iter(signature.signer_info, signed=False), None)
    last = extract_certificate_info(data).signer_cert.not_valid_after if data else now
    return ValidationContext(
        trust_roots=stamping.certificates(trust.stamp_authority),
        allow_fetching=False,
        moment=min(now, last - timedelta(seconds=1)),
        retroactive_revinfo=True,
    )


def _context(
    leaf: x509.Certificate, known: Sequence[x509.Certificate], now: datetime
) -> ValidationContext:
    """The bundle's authorities, and nothing from outside; their lists are asked by `standing`. A
    certificate whose time is over is looked at as of its last second: what it signed stays
    signed."""
    last = leaf.not_valid_after - timedelta(seconds=1)
    return ValidationContext(
        trust_roots=known,
        revocation_mode="none",
        allow_fetching=False,
        moment=min(now, last),
    )


def _authorities(trust: Trust) -> list[x509.Certificate]:
    """Nobody when the bundle holds nothing that can be read: then nobody can tell who signed."""
    try:
        found = list(pem.unarmor(trust.authority, True))
    except ValueError:
        return []
    return [x509.Certificate.load(der) for _name, _headers, der in found]


def _report(kind: Kind, findings: Sequence[Finding], credential: dict[str, Any] | None) -> Report:
    return Report(kind, verdict_of(findings), tuple(findings), credential)
