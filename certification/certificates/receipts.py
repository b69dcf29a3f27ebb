"""Signed receipts: who asked what when, and the hash of the answer, as a compact JWS.

A partner who keeps the result file and its receipt can show later, to anybody who has the
issuer's published keys, what the issuer said on that day.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from certification.keys.encoding import unpadded
from certification.keys.signers import Signer

KIND = "certificate-check+jwt"


def receipt(claims: Mapping[str, Any], signer: Signer, key_url: str) -> str:
    """The claims, signed."""
    header = {"alg": signer.algorithm, "kid": key_url, "typ": KIND}
    signed = ".".join(unpadded(_compact(part)) for part in (header, claims))
    return f"{signed}.{unpadded(signer.sign(signed.encode()))}"


def claims_of(
    result: bytes,
    counts: Mapping[str, int],
    *,
    issuer: str,
    check: str,
    organisation: str | None,
    now: datetime,
) -> dict[str, Any]:
    """What a receipt says about a checked list."""
    return {
        "iss": issuer,
        "iat": int(now.timestamp()),
        "jti": f"urn:uuid:{check}",
        "checked_at": now.isoformat(timespec="seconds"),
        "organisation": organisation,
        "result_sha256": hashlib.sha256(result).hexdigest(),
        "counts": dict(counts),
    }


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
