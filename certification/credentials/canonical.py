"""Documents as graphs (RDFC-1.0), by PyLD, with bundled contexts alone.

Brought in late, by who signs or verifies: PyLD loads an HTTP client, which nobody here uses.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from pyld import jsonld

from certification.credentials.contexts import FILES, UndefinedTerm, Unreadable, bundled

UNDEFINED = "urn:x-undefined:"
"""Where the sentinel vocabulary sends every term that no context defines."""


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
