"""The credential that carries a status list. Pure."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

CONTEXTS = ["https://www.w3.org/ns/credentials/v2"]


def build(
    url: str, purpose: str, encoded: str, *, issuer: str, start: datetime, days: int
) -> dict[str, Any]:
    """The credential of a status list, good for a few days, without proofs."""
    begin = start.astimezone(ZoneInfo("UTC"))
    return {
        "@context": list(CONTEXTS),
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": begin.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "validUntil": (begin + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "ttl": 300_000,
            "encodedList": encoded,
        },
    }
