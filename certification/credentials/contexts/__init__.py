"""The JSON-LD contexts that we sign with: bundled, pinned by hash, never fetched."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from pyld import jsonld

FOLDER = Path(__file__).resolve().parent
VC = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
BADGES_MORE = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
SCHEMA = "ob_v3p0_achievementcredential_schema.json"

PINS = {
    "credentials-v2.jsonld": "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    "ob-v3p0-3.0.3.json": "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    "ob-v3p0-extensions.json": "146f85aa16effd7ca1da8056eb443f53ce1eca8a34186cb062832c0a97d889c3",
    SCHEMA: "859e405b592d93c3261fe899362f4128801140d4d20c01502a066b3540483d95",
}
FILES = {
    VC: "credentials-v2.jsonld",
    BADGES: "ob-v3p0-3.0.3.json",
    BADGES_MORE: "ob-v3p0-extensions.json",
}
UNDEFINED = "urn:x-undefined:"
"""Where the sentinel vocabulary sends every term that no context defines."""


class Changed(Exception):
    """A bundled file is not the one that was pinned."""


class UndefinedTerm(ValueError):
    """A document uses a term that its contexts do not define: signing would drop it silently."""


class Unreadable(ValueError):
    """A document that cannot be canonicalised: an unknown context, or no JSON-LD at all."""


@cache
def bundled(name: str) -> dict[str, Any]:
    """A bundled file; raises Changed when its hash is not the pinned one."""
    content = (FOLDER / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != PINS[name]:
        raise Changed(name)
    document: dict[str, Any] = json.loads(content)
    return document


def load(url: str, _options: dict[str, Any] | None = None) -> dict[str, Any]:
    """PyLD's document loader: our contexts or nothing."""
    if url not in FILES:
        raise jsonld.JsonLdError(f"{url} is not bundled", "jsonld.LoadDocumentError")
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "tag": "static",
        "document": bundled(FILES[url]),
    }


RDFC = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}


def canonical(document: Any) -> bytes:
    """The document as RDFC-1.0 N-Quads; raises Unreadable."""
    with _readable():
        return jsonld.normalize(document, RDFC).encode()


class Expanded(jsonld.JsonLdProcessor):
    """Takes a document that was expanded as it is: PyLD would expand it once more."""

    def expand(self, input_: Any, options: dict[str, Any]) -> Any:
        del options
        return input_


_scoped: dict[tuple[Any, ...], tuple[Any, Any]] = {}
MOST_SCOPED = 200


class Remembering(jsonld.JsonLdProcessor):
    """Keeps what a context that stands inside of another one (of a term or type) makes of those
    around it. PyLD works it out for each node of each document: a third of the time that signing a
    credential takes. What a document's own contexts make, PyLD keeps itself."""

    def _process_context(
        self, active_ctx: Any, local_ctx: Any, options: Any, **choice: Any
    ) -> dict[str, Any]:
        # A document's own come without a choice; with "cycles" a context is only looked through.
        if not choice or "cycles" in choice or "_uuid" not in active_ctx:
            return self._worked_out(active_ctx, local_ctx, options, choice)
        # The id stays its own, since the context is kept here too.
        key = (active_ctx["_uuid"], id(local_ctx), *sorted(choice.items()))
        made: dict[str, Any] | None = _scoped.get(key, (None,))[0]
        if made is None:
            made = self._worked_out(active_ctx, local_ctx, options, choice)
            made.setdefault("_uuid", str(uuid4()))
            if len(_scoped) >= MOST_SCOPED:
                _scoped.clear()
            _scoped[key] = made, local_ctx
        return made

    def _worked_out(
        self, active_ctx: Any, local_ctx: Any, options: Any, choice: dict[str, Any]
    ) -> dict[str, Any]:
        work_out: Any = super()._process_context  # type: ignore[misc]  # PyLD has no types
        made: dict[str, Any] = work_out(active_ctx, local_ctx, options, **choice)
        return made


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (jsonld.JsonLdError, RecursionError, ValueError, TypeError, AttributeError) as error:
        raise Unreadable(str(error)) from error


def lossless(document: dict[str, Any]) -> bytes:
    """The document as N-Quads; raises UndefinedTerm when a term would be dropped.

    PyLD drops terms without a word. With a sentinel vocabulary before the document's own
    contexts, a term that none of them defines shows up under its name. When none does, that
    expansion is the plain one, and need not be made twice.
    """
    contexts = document["@context"]
    contexts = contexts if isinstance(contexts, list) else [contexts]
    watched = {**document, "@context": [{"@vocab": UNDEFINED}, *contexts]}
    with _readable():
        expanded = Remembering().expand(watched, {"documentLoader": load})
    text = json.dumps(expanded)
    if UNDEFINED in text:
        start = text.index(UNDEFINED) + len(UNDEFINED)
        raise UndefinedTerm(text[start:].partition('"')[0])
    with _readable():
        return Expanded().normalize(expanded, RDFC).encode()
