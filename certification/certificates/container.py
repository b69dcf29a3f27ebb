"""The one place of a signed document that its signature does not cover is the signature's own. It
must hold what our signer writes there, byte for byte, or something could hide in it.

A signature lies in a container of CMS (RFC 5652), most of which is not signed: certificates along
the way, lengths, versions, a stamp of its time. Readers skip what they do not need of it, so a
changed byte there changes no verdict of theirs.

One thing is left to whoever can count: of an ECDSA signature (r, s) anybody can make (r, n - s),
which holds as well. It says nothing, and documents with either exist.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from asn1crypto import x509
from asn1crypto.cms import (
    CertificateChoices,
    CertificateSet,
    CMSAttribute,
    CMSAttributes,
    ContentInfo,
    IssuerAndSerialNumber,
    SignedData,
    SignerIdentifier,
    SignerInfo,
)
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_der_x509_certificate

from certification.certificates import stamp_token

RESERVED = 6144
"""Hexadecimal digits kept for the signature, which takes about 3,000: measuring it first would
sign twice."""
RESERVED_FOR_STAMP = 16_384
"""As many again where the time is stamped: the server's own certificates come along."""
STAMPS = {RESERVED: 0, RESERVED + RESERVED_FOR_STAMP: 1}
"""How many stamps there must be, by the digits. How wide the place is, is signed; whether a stamp
is in it, is not."""
STAMP = "signature_time_stamp_token"
"""What a server of time stamps says, which is signed by itself."""

Certificates = Iterable[x509.Certificate]


def place_of(signature: Any, content: bytes) -> bytes:
    """What a document has between the two parts that the signature covers."""
    _start, begins, ends, _length = (int(number) for number in signature.byte_range)
    return content[begins:ends]


def is_sound(gap: bytes, known: Certificates | None, servers: Certificates) -> bool:
    """Whether the gap between the signed parts holds one signature in hexadecimal, then zeros.

    Args:
        gap: the bytes that are not covered, with the brackets around the digits.
        known: the authorities one of whose certificates lies beside the signer's own; None when
            the signature is nobody's that we know, of which no more can be said.
        servers: the authorities that vouch for time-stamp servers.

    Raises:
        ValueError: what is in the gap is no signature.
    """
    value = bytes.fromhex(gap[1:-1].decode("ascii"))
    if gap != b"<" + value.hex().upper().encode() + b">":
        return False
    found = ContentInfo.load(value)
    length = len(found.dump())
    if any(value[length:]):
        return False
    if known is None:
        return True
    stamps = _stamps(value[:length])
    if len(stamps) != STAMPS.get(len(gap) - 2):
        return False
    plain = all(stamp_token.is_plain(stamp, servers) for stamp in stamps)
    return plain and _is_ours(value[:length], {one.dump() for one in known}, stamps)


def _stamps(value: bytes) -> list[bytes]:
    """All that is said beside the signature, whatever it is called: `_written` calls it stamps."""
    (one,) = ContentInfo.load(value)["content"]["signer_infos"]
    return [said.dump() for attribute in one["unsigned_attrs"] for said in attribute["values"]]


def _is_ours(value: bytes, known: set[bytes], stamps: Sequence[bytes]) -> bool:
    signed = ContentInfo.load(value)["content"]
    (one,) = signed["signer_infos"]
    given = [each.dump() for each in signed["certificates"]]
    own = [each for each in given if each not in known]
    if len(own) != 1 or len(given) != 2 or not _signs(own[0], one):
        return False
    (above,) = set(given) - set(own)
    if not stamp_token.vouches(load_der_x509_certificate(above), load_der_x509_certificate(own[0])):
        return False
    written: bytes = _written(given, one, x509.Certificate.load(own[0]), stamps).dump()
    # Never beside its own dump: once read, a value may be encoded anew, without what has no name.
    return written == value


def _signs(own: bytes, one: SignerInfo) -> bool:
    """Whether the signature is over what it covers as that stands in the file (RFC 5652, 5.4).
    pyHanko verifies what it has encoded anew, and that lacks what it did not know of."""
    key = load_der_x509_certificate(own).public_key()
    covered = b"\x31" + one["signed_attrs"].dump()[1:]
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(one["signature"].native, covered, ec.ECDSA(hashes.SHA256()))
            return True
    except InvalidSignature:
        pass
    return False


def _written(
    certificates: Iterable[bytes], one: SignerInfo, own: x509.Certificate, stamps: Sequence[bytes]
) -> ContentInfo:
    """What our signer would have written around the same signature."""
    number = IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    signer = {
        "version": "v1",
        "sid": SignerIdentifier("issuer_and_serial_number", number),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": one["signed_attrs"],
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": one["signature"],
    }
    if stamps:
        said = {"type": STAMP, "values": [ContentInfo.load(stamp) for stamp in stamps]}
        signer["unsigned_attrs"] = CMSAttributes([CMSAttribute(said)])
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": CertificateSet([CertificateChoices.load(each) for each in certificates]),
        "signer_infos": [signer],
    }
    return ContentInfo({"content_type": "signed_data", "content": SignedData(signed)})
