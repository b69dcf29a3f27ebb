"""Whether the key of a document was withdrawn: asked of the bundle's lists.

Our lists name only keys that others may hold. What such a key signed is worth nothing whenever
it claims to be signed, so whom a list names is out, whatever the dates.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from certification.credentials.findings import Check, Finding, failed, passed, unknown
from certification.credentials.trust import Trust


def standing(
    leaf: asn1.Certificate, known: Sequence[asn1.Certificate], trust: Trust, *, now: datetime
) -> Finding:
    """Whether the authority that vouches for this certificate still does. Without its list of
    today nobody can tell."""
    if not known:
        return unknown(Check.DOCUMENT, "authority_missing")
    authority = _authority_of(leaf, known)
    if authority is None:
        return failed(Check.DOCUMENT, "document_not_ours")
    lists = list(_lists_of(authority, trust))
    number = leaf.serial_number
    if any(it.get_revoked_certificate_by_serial_number(number) is not None for it in lists):
        return failed(Check.DOCUMENT, "document_not_ours")
    if not lists:
        return unknown(Check.DOCUMENT, "list_missing")
    if all(it.next_update_utc is None or it.next_update_utc < now for it in lists):
        return unknown(Check.DOCUMENT, "list_ended")
    return passed(Check.DOCUMENT, "document_signed")


def _authority_of(
    leaf: asn1.Certificate, known: Sequence[asn1.Certificate]
) -> x509.Certificate | None:
    """By its signature: authorities that followed each other bear the same name."""
    return next((one for one in map(_loaded, known) if _vouches(one, leaf)), None)


def _loaded(certificate: asn1.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())


def _vouches(authority: x509.Certificate, leaf: asn1.Certificate) -> bool:
    try:
        _loaded(leaf).verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _lists_of(
    authority: x509.Certificate, trust: Trust
) -> Iterator[x509.CertificateRevocationList]:
    for der in (trust.crl, *trust.older_crls):
        try:
            found = x509.load_der_x509_crl(der)
            is_its = found.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
        except (ValueError, TypeError):
            continue
        if is_its:
            yield found
