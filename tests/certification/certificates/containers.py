"""Signatures taken apart and put together by hand, all lengths right, as no library would."""

import re

from asn1crypto import parser
from asn1crypto.cms import ContentInfo
from asn1crypto.core import ObjectIdentifier

HEX = re.compile(rb"/Contents <([0-9A-F]{2000,})>")
STAMP = "1.2.840.113549.1.9.16.2.14"


def wrapped(tag: int, content: bytes) -> bytes:
    """A DER value."""
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    length = size if 0 < len(content) < 128 else bytes([128 | len(size)]) + size
    return bytes([tag]) + (length if content else b"\0") + content


def signature_of(pdf: bytes) -> bytes:
    """The container in the signature's place, without the zeros after it."""
    digits = HEX.search(pdf)
    assert digits is not None
    value = bytes.fromhex(digits[1].decode())
    return value[: sum(map(len, parser.parse(value)[3:]))]


def exchanged(pdf: bytes, value: bytes) -> bytes:
    """The document with something else where its signature is."""
    digits = HEX.search(pdf)
    assert digits is not None
    written = value.hex().upper().encode()
    assert len(written) <= len(digits[1])
    return pdf.replace(digits[1], written.ljust(len(digits[1]), b"0"))


def certificates_of(value: bytes) -> list[bytes]:
    """Those in the container, in their order."""
    return [each.dump() for each in ContentInfo.load(value)["content"]["certificates"]]


def beside(value: bytes, attributes: bytes | None) -> bytes:
    """The container with other unsigned attributes; None: with none."""
    signed = ContentInfo.load(value)["content"]
    (one,) = signed["signer_infos"]
    parts = [one[name].dump() for name in ("version", "sid", "digest_algorithm")]
    parts += [one[name].dump() for name in ("signed_attrs", "signature_algorithm", "signature")]
    if attributes is not None:
        parts.append(wrapped(0xA1, attributes))
    return _around(value, _certificates(value), wrapped(0x30, b"".join(parts)))


def holding(value: bytes, certificates: list[bytes], more: bytes = b"") -> bytes:
    """The container with these certificates, and more after them."""
    (one,) = ContentInfo.load(value)["content"]["signer_infos"]
    return _around(value, wrapped(0xA0, b"".join(certificates)) + more, one.dump())


def _certificates(value: bytes) -> bytes:
    return wrapped(0xA0, b"".join(certificates_of(value)))


def _around(value: bytes, certificates: bytes, signer: bytes) -> bytes:
    found = ContentInfo.load(value)
    parts = ("version", "digest_algorithms", "encap_content_info")
    inner = b"".join(found["content"][name].dump() for name in parts)
    signed = wrapped(0x30, inner + certificates + wrapped(0x31, signer))
    return wrapped(0x30, found["content_type"].dump() + wrapped(0xA0, signed))


def stamped_with(*values: bytes, kind: str = STAMP) -> bytes:
    """The unsigned attribute in which a stamp stands."""
    return wrapped(0x30, ObjectIdentifier(kind).dump() + wrapped(0x31, b"".join(values)))


def token_of(value: bytes) -> bytes:
    """The stamp in the container."""
    (one,) = ContentInfo.load(value)["content"]["signer_infos"]
    token: bytes = one["unsigned_attrs"][0]["values"][0].dump()
    return token
