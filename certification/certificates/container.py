"""The one place of a signed document that its signature does not cover is the signature's own. It
must hold what our signer writes there, byte for byte, or something could hide in it.

A signature lies in a container of CMS (RFC 5652), most of which is not signed: certificates along
the way, lengths, versions. Readers skip what they do not need of it, so a changed byte there
changes no verdict of theirs.
"""

from collections.abc import Iterable

from asn1crypto import x509
from asn1crypto.cms import (
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

STAMP = "signature_time_stamp_token"
"""What a server of time stamps says, which is signed by itself."""


def is_sound(gap: bytes, known: Iterable[x509.Certificate] | None) -> bool:
    """Whether the gap between the signed parts holds one signature in hexadecimal, then zeros.

    Args:
        gap: the bytes that are not covered, with the brackets around the digits.
        known: the authorities whose certificates may lie beside the signer's own; None when the
            signature is nobody's that we know, of which no more can be said.

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
    return known is None or _is_ours(value[:length], {one.dump() for one in known})


def _is_ours(value: bytes, known: set[bytes]) -> bool:
    signed = ContentInfo.load(value)["content"]
    (one,) = signed["signer_infos"]
    kinds = [attribute["type"].native for attribute in one["unsigned_attrs"]]
    own = [each for each in signed["certificates"] if each.dump() not in known]
    if kinds not in ([], [STAMP]) or len(own) != 1 or not _signs(own[0].chosen, one):
        return False
    written: bytes = _written(signed["certificates"], one, own[0].chosen).dump()
    # Never beside its own dump: once read, a value may be encoded anew, without what has no name.
    return written == value


def _signs(own: x509.Certificate, one: SignerInfo) -> bool:
    """Whether the signature is over what it covers as that stands in the file (RFC 5652, 5.4).
    pyHanko verifies what it has encoded anew, and that lacks what it did not know of."""
    key = load_der_x509_certificate(own.dump()).public_key()
    covered = b"\x31" + one["signed_attrs"].dump()[1:]
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(one["signature"].native, covered, ec.ECDSA(hashes.SHA256()))
            return True
    except InvalidSignature:
        pass
    return False


def _written(certificates: object, one: SignerInfo, own: x509.Certificate) -> ContentInfo:
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
    if len(one["unsigned_attrs"]):
        signer["unsigned_attrs"] = one["unsigned_attrs"]
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": certificates,
        "signer_infos": [signer],
    }
    return ContentInfo({"content_type": "signed_data", "content": SignedData(signed)})
