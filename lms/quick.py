"""The short cut of hot public facts: answered before Flask builds a request.

A certificate is verified far more often than anything else is asked, and for one row of the
database Flask's request, session, hooks and response are most of the work (measured: 0004). So a
visitor's plain GET of such an address is answered from an application context alone, when its
slice has the whole answer at hand. Everything else goes the ordinary way: other methods, any
cookie or query, unknown codes, whatever failed. The ordinary view alone says what an address means;
`tests/lms/test_quick.py` holds both to the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, g
from sqlalchemy.exc import SQLAlchemyError

from lms import i18n, logs
from lms.db import unit
from lms.permissions import PUBLIC, permission_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Ready:
    """A whole 200: the body, its type, and the headers of the ordinary answer."""

    body: bytes
    kind: str
    headers: tuple[tuple[str, str], ...]


Way = Callable[[str], Ready | None]
"""From what follows the prefix in the address to the answer; None: go the ordinary way."""
_ways: dict[str, tuple[str, Way]] = {}


def way(prefix: str, endpoint: str) -> Callable[[Way], Way]:
    """Register the short cut of a public view for addresses `/prefix/…`."""

    def register(found: Way) -> Way:
        _ways[prefix] = (endpoint, found)
        return found

    return register


def check(app: Flask) -> None:
    """Stop the start when a short cut would lead around a permission."""
    guarded = [e for e, _way in _ways.values() if permission_of(app.view_functions[e]) != PUBLIC]
    if guarded:
        raise LookupError(f"short cuts around a permission: {', '.join(guarded)}")


def answer(app: Flask, environ: "WSGIEnvironment") -> tuple[Headers, bytes] | None:
    """Headers and body for a visitor's GET that has a short cut, else None."""
    if environ["REQUEST_METHOD"] != "GET" or "HTTP_COOKIE" in environ or environ["QUERY_STRING"]:
        return None
    prefix, _slash, rest = environ["PATH_INFO"][1:].partition("/")
    if prefix not in _ways:
        return None
    ready = _ask(app, _ways[prefix][1], rest, environ)
    return None if ready is None else (_headers(ready), ready.body)


def _ask(app: Flask, way: Way, rest: str, environ: "WSGIEnvironment") -> Ready | None:
    with app.app_context():
        g.language = i18n.accepted(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        try:
            with unit(writes=False):
                return way(rest)
        except SQLAlchemyError:
            return None  # the ordinary way repeats it, or says what is wrong


def _headers(ready: Ready) -> Headers:
    return [
        ("Content-Type", ready.kind),
        ("Content-Length", str(len(ready.body))),
        *ready.headers,
        ("X-Request-Id", logs.request_id()),
    ]
