"""Files that were made to keep a reader busy, or to fill its memory. Each is small enough to be
uploaded."""

import base64
import io
import json
import zlib
from collections.abc import Callable

PAGES = b"<</Type/Pages/Kids[]/Count 0>>"
FILE = b"<</EF<</F 4 0 R>>>>"
MB = 1 << 20


def document(*objects: bytes) -> bytes:
    """A PDF of these objects; the first is its catalogue."""
    file, places = io.BytesIO(), []
    file.write(b"%PDF-1.7\n")
    for number, content in enumerate(objects, 1):
        places.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    begin = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.writelines(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    file.write(trailer % (len(objects) + 1, begin))
    return file.getvalue()


def catalogue(more: bytes = b"") -> bytes:
    return b"<</Type/Catalog/Pages 2 0 R/AF[3 0 R]%s>>" % more


def stream(content: bytes, filters: bytes) -> bytes:
    return b"<</Length %d/Filter%s>>stream\n%s\nendstream" % (len(content), filters, content)


def attaching(content: bytes, filters: bytes) -> bytes:
    return document(catalogue(), PAGES, FILE, stream(content, filters))


def doubling_fields() -> bytes:
    """Forty fields, each of which holds the next one twice: four kilobytes, 2^40 steps."""
    kids = [b"<</T(a)/Kids[%d 0 R %d 0 R]>>" % (at + 1, at + 1) for at in range(4, 44)]
    form = catalogue(b"/AcroForm<</Fields[4 0 R]>>")
    return document(form, PAGES, FILE, *kids, b"<</FT/Sig/T(z)>>")


def many_fields() -> bytes:
    fields = b"4 0 R " * 1_000_000
    field = b"<</FT/Sig/T(a)/V 5 0 R>>"
    form = catalogue(b"/AcroForm<</Fields[%s]>>" % fields)
    return document(form, PAGES, FILE, field, b"<</Type/Sig/Contents<00>/ByteRange[0 1 2 3]>>")


def long_chain() -> bytes:
    """Sixty thousand revisions of nothing."""
    file = io.BytesIO()
    file.write(b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n")
    before = b""
    for _ in range(60_000):
        begin = file.tell()
        file.write(b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 3/Root 1 0 R%s>>\n" % before)
        file.write(b"startxref\n%d\n%%%%EOF\n" % begin)
        before = b"/Prev %d" % begin
    return file.getvalue()


def deep_json(depth: int) -> bytes:
    return b'{"proof":' + b"[" * depth + b"]" * depth + b"}"


def token(header: object, payload: object, signature: str = "A" * 86) -> bytes:
    parts = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in (header, payload)
    )
    return f"{'.'.join(parts)}.{signature}".encode()


def packed() -> bytes:
    """A quarter of a gigabyte of nothing."""
    return zlib.compress(bytes(255 * MB), 9)


def twice_packed() -> bytes:
    return attaching(zlib.compress(packed(), 9), b"[/FlateDecode/FlateDecode]")


def with_catalogue(value: bytes) -> bytes:
    return document(catalogue(), PAGES, value)


ALL: dict[str, Callable[[], bytes]] = {
    "fields that double": doubling_fields,
    "a million fields": many_fields,
    "a long number": lambda: with_catalogue(b"9" * (7 * MB)),
    "a long name": lambda: with_catalogue(b"/" + b"A" * (7 * MB)),
    "a long string": lambda: with_catalogue(b"(" * (3 * MB) + b")" * (3 * MB)),
    "deep lists": lambda: with_catalogue(b"[" * (3 * MB) + b"]" * (3 * MB)),
    "a packed quarter of a gigabyte": lambda: attaching(packed(), b"/FlateDecode"),
    "packed twice": twice_packed,
    "seven megabytes of z": lambda: attaching(b"z" * (7 * MB) + b"~>", b"/ASCII85Decode"),
    "a long chain": long_chain,
    "white space": lambda: b"%PDF-1.7\n" + b" " * (7 * MB) + b"startxref\n0\n%%EOF",
    "deep JSON": lambda: deep_json(200_000),
    "a huge number in JSON": lambda: b'{"id":' + b"9" * 500_000 + b"}",
    "a token without a signature": lambda: token({"alg": "none"}, {}, ""),
    "a token with its own key": lambda: token({"alg": "ES256", "jwk": {"kty": "EC"}}, {}),
    "a token of lists": lambda: token([], []),
}
"""Makes each, by what it does to a careless reader."""
