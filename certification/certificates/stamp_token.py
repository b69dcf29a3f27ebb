"""What a server of time stamps answered (RFC 3161), byte for byte: a container of CMS like ours, of
which it signed a part. Around that part nothing may stand that could be anything else.

Servers write in ways of their own: they name their certificate by its number or by its key, send
the certificates above it or not and in any order, and write an algorithm with or without an empty
parameter. Who exchanges one such way for another changes bytes and can say nothing by it.
"""

from collections.abc import Iterable, Sequence
from hashlib import new as hash_by_name
from typing import Any

from asn1crypto import x509
from asn1crypto.algos import DigestAlgorithm, SignedDigestAlgorithm
from asn1crypto.cms import (
    CMSAttributes,
    ContentInfo,
    IssuerAndSerialNumber,
    SignedData,
    SignerIdentifier,
    SignerInfo,
)
from asn1crypto.core import OctetString, ParsableOctetString
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
NOTHING = b"\x05\x00"
"""The empty parameter, which some write of an algorithm."""


def is_plain(token: bytes, servers: Iterable[x509.Certificate]) -> bool:
    """Whether the token holds nothing but its signed parts and the certificates to them.

    Args:
        token: as it stands in the signature.
        servers: the authorities that vouch for time-stamp servers, as far as they are known.

    Raises:
        ValueError: it is no token.
    """
    signed = ContentInfo.load(token)["content"]
    (one,) = signed["signer_infos"]
    given = [each.dump() for each in signed["certificates"]]
    found = _signer(one, given)
    if found is None or len(set(given)) != len(given):
        return False
    own, named = found
    if not (_has_digest(signed, one) and _signs(own, one)):
        return False
    if not _lead(own, given, servers):
        return False
    if not _are_plain(signed, one) or signed["certificates"].contents != b"".join(given):
        return False
    return _written(signed, one, named).dump() == token


def _signer(one: SignerInfo, given: Sequence[bytes]) -> tuple[bytes, SignerIdentifier] | None:
    """The certificate that the signature names, and the name, as it must be written."""
    written = one["sid"].dump()
    for each in given:
        for named in _names(x509.Certificate.load(each)):
            if named.dump() == written:
                return each, named
    return None


def _names(own: x509.Certificate) -> list[SignerIdentifier]:
    number = IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    found = [SignerIdentifier("issuer_and_serial_number", number)]
    if own.key_identifier:
        key = OctetString(own.key_identifier)
        found.append(SignerIdentifier("subject_key_identifier", key))
    return found


def _has_digest(signed: SignedData, one: SignerInfo) -> bool:
    """Whether what is signed beside the time is the digest of what says the time, as it stands."""
    content = bytes(signed["encap_content_info"]["content"])
    digest = hash_by_name(one["digest_algorithm"]["algorithm"].native, content).digest()
    told = [
        list(attribute["values"].native)
        for attribute in CMSAttributes.load(b"\x31" + one["signed_attrs"].dump()[1:])
        if attribute["type"].native == "message_digest"
    ]
    return told == [[digest]]


def _signs(own: bytes, one: SignerInfo) -> bool:
    """Whether the signature is over what it covers as that stands in the token. Of a kind that is
    not known here, pyHanko's word counts, for what encodes to the same again."""
    key = load_der_x509_certificate(own).public_key()
    covered, value = b"\x31" + one["signed_attrs"].dump()[1:], one["signature"].native
    hashed = _hash(one)
    kind = one["signature_algorithm"].signature_algo
    try:
        if hashed and kind == "rsassa_pkcs1v15" and isinstance(key, rsa.RSAPublicKey):
            key.verify(value, covered, padding.PKCS1v15(), hashed)
        elif hashed and kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, covered, ec.ECDSA(hashed))
        else:
            return _is_encoded_the_same(one.dump())
    except InvalidSignature:
        return False
    return True


def _hash(one: SignerInfo) -> hashes.HashAlgorithm | None:
    try:
        name = one["signature_algorithm"].hash_algo
    except ValueError:  # some name the two apart
        name = one["digest_algorithm"]["algorithm"].native
    return HASHES[name]() if name in HASHES else None


def _is_encoded_the_same(signer: bytes) -> bool:
    return SignerInfo.load(signer).dump(force=True) == signer


def _lead(own: bytes, given: Sequence[bytes], servers: Iterable[x509.Certificate]) -> bool:
    """Whether the certificates are those from the server's own upwards, and no others. A name and
    a public key are anybody's to copy: each must itself be vouched for. Of a server that nobody
    knows, only the topmost need not be, unless it names one that is at hand."""
    found = {load_der_x509_certificate(each) for each in given}
    known = {load_der_x509_certificate(each.dump()) for each in servers}
    first = load_der_x509_certificate(own)
    vouched = _all_under(known, found)
    if first not in vouched:
        vouched = _all_under(known | {one for one in found if _is_top(one, found | known)}, found)
    path = {first} & vouched
    while new := {one for one in vouched - path if any(vouches(one, it) for it in path)}:
        path |= new
    return found <= path


def _all_under(above: set[Certificate], found: set[Certificate]) -> set[Certificate]:
    """Those for whom the ones above vouch, through others too, and these themselves."""
    while new := {one for one in found - above if any(vouches(it, one) for it in above)}:
        above = above | new
    return above


def _is_top(one: Certificate, others: set[Certificate]) -> bool:
    """Whether no other could vouch for it."""
    named = {it for it in others if it.subject == one.issuer}
    return not named or (named == {one} and vouches(one, one))


def vouches(above: Certificate, below: Certificate) -> bool:
    """Whether the certificate above signed the one below, as that stands."""
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return _is_whole(below)


def _is_whole(one: Certificate) -> bool:
    """Whether the signature in a certificate is of whole bytes. How many of its last bits are
    unused is told beside it (X.690, 8.6.2.2) and covered by nothing: whoever verifies passes a zero
    bit by, whatever is told of it."""
    loaded: Any = x509.Certificate.load(one.public_bytes(Encoding.DER))
    return bool(loaded["signature_value"].contents[:1] == b"\0")


def _are_plain(signed: SignedData, one: SignerInfo) -> bool:
    """Whether the algorithms are names alone, the one of digests both times."""
    if len(signed["digest_algorithms"]) != 1:
        return False
    (outer,), inner = signed["digest_algorithms"], one["digest_algorithm"]
    same = outer["algorithm"].native == inner["algorithm"].native
    kind = one["signature_algorithm"]
    bare = kind.signature_algo == "rsassa_pss" or _is_bare(kind)
    return same and _is_bare(outer) and _is_bare(inner) and bare


def _is_bare(algorithm: DigestAlgorithm | SignedDigestAlgorithm) -> bool:
    name = algorithm["algorithm"].dump()
    ways = [b"\x30" + bytes([len(name + more)]) + name + more for more in (b"", NOTHING)]
    return algorithm.dump() in ways


def _written(signed: SignedData, one: SignerInfo, named: SignerIdentifier) -> ContentInfo:
    """What a server writes around the same signature."""
    by_number = named.name == "issuer_and_serial_number"
    signer = {
        "version": "v1" if by_number else "v3",
        "sid": named,
        "digest_algorithm": one["digest_algorithm"],
        "signed_attrs": one["signed_attrs"],
        "signature_algorithm": one["signature_algorithm"],
        "signature": OctetString(one["signature"].native),
    }
    said = ParsableOctetString(bytes(signed["encap_content_info"]["content"]))
    whole = {
        "version": "v3",
        "digest_algorithms": signed["digest_algorithms"],
        "encap_content_info": {"content_type": "tst_info", "content": said},
        "certificates": signed["certificates"],
        "signer_infos": [signer],
    }
    return ContentInfo({"content_type": "signed_data", "content": SignedData(whole)})
