"""W3C Data Integrity with Ed25519: eddsa-rdfc-2022 over the graph, eddsa-jcs-2022 over the text.

A credential carries both. The graph proof is what most verifiers read; the text proof holds the
order of lists too, which the graph forgets. Verification starts with the text proof, which covers
the document and its own options, and requires the graph proof to state the same options: whatever
is turned into a graph was written by us, so that nobody's blank nodes can keep a verifier busy, and
nothing is said in words that a graph passes over.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certification.credentials.contexts import Unreadable
from certification.keys.encoding import BadKey, from_multibase, multibase
from certification.keys.signers import Signer

Json = dict[str, Any]
RDFC = "eddsa-rdfc-2022"
JCS = "eddsa-jcs-2022"
KIND = "DataIntegrityProof"
PURPOSE = "assertionMethod"


class BadProof(ValueError):
    """A proof that does not hold; the text is for logs."""


def instant(at: datetime) -> str:
    """An instant as credentials write it: UTC, whole seconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sign(document: Json, signer: Signer, *, issuer: str, created: datetime) -> Json:
    """The document with both proofs, the graph's first; raises UndefinedTerm before signing."""
    from certification.credentials.canonical import lossless  # noqa: PLC0415  # as in `_graph`

    bare = {name: value for name, value in document.items() if name != "proof"}
    graph = _sha256(lossless(bare))
    proofs = []
    for suite, content in ((RDFC, graph), (JCS, _sha256(text(bare)))):
        options = _options(bare, suite, f"{issuer}#{signer.kid}", instant(created))
        signature = signer.sign(_options_hash(bare, options) + content)
        proofs.append({**options, "proofValue": multibase(signature)})
    return {**bare, "proof": proofs}


def _options(bare: Json, suite: str, method: str, created: str) -> Json:
    options: Json = {
        "type": KIND,
        "cryptosuite": suite,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": PURPOSE,
    }
    return {"@context": bare["@context"], **options} if suite == JCS else options


def _options_hash(bare: Json, options: Json) -> bytes:
    if options["cryptosuite"] == JCS:
        return _sha256(text(options))
    return _graph_of_options(text({"@context": bare["@context"], **options}))


@lru_cache(maxsize=64)
def _graph_of_options(content: bytes) -> bytes:
    """Options differ by their second only, and many documents may be signed within one."""
    return _sha256(_graph(json.loads(content)))


def digest(bare: Json, options: Json) -> bytes:
    """What is signed: the hash of the proof's options, then the hash of the document."""
    is_text = options["cryptosuite"] == JCS
    return _options_hash(bare, options) + _sha256(text(bare) if is_text else _graph(bare))


def _graph(document: Json) -> bytes:
    from certification.credentials.canonical import canonical  # noqa: PLC0415  # most never sign

    return canonical(document)


def text(document: Json) -> bytes:
    """The document as RFC 8785 writes it; raises Unreadable."""
    try:
        return rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, RecursionError, ValueError, TypeError) as error:
        raise Unreadable(str(error)) from error


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def verify(document: Json, find: Callable[[str], Ed25519PublicKey | None]) -> datetime:
    """Require both proofs; returns when the document was signed. Raises BadProof.

    `find` gives the issuer's key with this id; an id that carries its own key finds none.
    """
    bare = {name: value for name, value in document.items() if name != "proof"}
    by_suite = _proofs(document)
    for suite in (JCS, RDFC):
        _verify(bare, by_suite[suite], find)
    return datetime.fromisoformat(by_suite[JCS]["created"])


def methods(document: Json) -> set[str]:
    """The key ids that the document's proofs name; empty when there are none."""
    listed = document.get("proof")
    proofs = listed if isinstance(listed, list) else [listed]
    found = [proof.get("verificationMethod") for proof in proofs if isinstance(proof, dict)]
    return {method for method in found if isinstance(method, str)}


def _proofs(document: Json) -> dict[str, Json]:
    listed = document.get("proof")
    if not isinstance(listed, list) or len(listed) != 2:
        raise BadProof("two proofs are expected")
    by_suite = {str(it.get("cryptosuite")): it for it in listed if isinstance(it, dict)}
    if set(by_suite) != {RDFC, JCS}:
        raise BadProof("one proof of each kind is expected")
    of_graph = by_suite[RDFC]
    stated = {**by_suite[JCS], "cryptosuite": RDFC, "proofValue": of_graph.get("proofValue")}
    stated.pop("@context", None)
    if of_graph != stated:
        raise BadProof("the graph's proof states something else than the text's")
    return by_suite


def _verify(bare: Json, proof: Json, find: Callable[[str], Ed25519PublicKey | None]) -> None:
    if proof.get("type") != KIND or proof.get("proofPurpose") != PURPOSE:
        raise BadProof("another kind of proof")
    if proof.get("cryptosuite") == JCS and proof.get("@context") != bare.get("@context"):
        raise BadProof("the proof's contexts differ from the document's")
    key = find(str(proof.get("verificationMethod")))
    if key is None:
        raise BadProof("the key is not the issuer's")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        key.verify(from_multibase(str(proof.get("proofValue"))), digest(bare, options))
    except (InvalidSignature, BadKey, Unreadable, KeyError) as error:
        raise BadProof(f"{proof['cryptosuite']}: {type(error).__name__}") from error
