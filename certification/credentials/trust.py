"""The trust bundle: all that a verifier needs, as one JSON file that says how old it is."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from certification.credentials import json_text

FORMAT = "academy-trust-1"


class BadBundle(ValueError):
    """A file that is no trust bundle."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The issuer's public facts at one moment.

    `did` is the DID document, `jwks` the token keys, `authority` the CA certificates (PEM, one
    after another), `crl` DER of the newest one, `older_crls` of those before it,
    `status_lists` the signed lists by their address.
    """

    did: dict[str, Any]
    jwks: dict[str, Any]
    authority: bytes
    crl: bytes
    status_lists: dict[str, dict[str, Any]]
    made_at: datetime
    older_crls: tuple[bytes, ...] = ()
    stamp_authority: bytes = b""
    """Who vouches for time-stamp servers (PEM, one after another)."""

    @property
    def issuer(self) -> str:
        """The issuer's DID."""
        return str(self.did.get("id", ""))

    def to_json(self) -> str:
        """The bundle file."""
        values = {
            "format": FORMAT,
            "made_at": self.made_at.astimezone(UTC).isoformat(),
            "did": self.did,
            "jwks": self.jwks,
            "authority": self.authority.decode("ascii"),
            "crl": base64.b64encode(self.crl).decode(),
            "older_crls": [base64.b64encode(crl).decode() for crl in self.older_crls],
            "stamp_authority": self.stamp_authority.decode("ascii"),
            "status_lists": self.status_lists,
        }
        return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Trust":
        """Read a bundle file; raises BadBundle."""
        try:
            return cls._read(json_text.read(text))
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise BadBundle(f"this is no trust bundle: {error}") from error

    @classmethod
    def _read(cls, values: dict[str, Any]) -> "Trust":
        if values["format"] != FORMAT:
            raise BadBundle(f"format {values['format']} is unknown")
        made_at = datetime.fromisoformat(values["made_at"])
        if made_at.tzinfo is None:
            raise BadBundle("made_at has no time zone")
        return cls(
            did=dict(values["did"]),
            jwks=dict(values["jwks"]),
            authority=values["authority"].encode("ascii"),
            crl=base64.b64decode(values["crl"], validate=True),
            status_lists={str(url): dict(it) for url, it in values["status_lists"].items()},
            made_at=made_at,
            older_crls=tuple(base64.b64decode(it, validate=True) for it in values["older_crls"]),
            stamp_authority=values.get("stamp_authority", "").encode("ascii"),
        )
