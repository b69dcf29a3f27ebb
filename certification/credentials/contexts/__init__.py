"""The JSON-LD contexts that we sign with: bundled, pinned by hash, never fetched."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

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
