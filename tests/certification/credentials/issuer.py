"""An issuer without a database: keys, a credential, its lists, and the trust that follows."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certification.credentials import bitstring, proofs, status_list
from certification.credentials.credential import (
    Claims,
    Holder,
    Issuer,
    Requirement,
    StatusPlace,
    build,
)
from certification.credentials.signing import Signed, Signers, Statement, sign
from certification.credentials.trust import Trust
from certification.keys.encoding import jwk, multikey
from certification.keys.signers import SoftwareSigner

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
URL = "https://academy.example"
DID = "did:web:academy.example"
POSITION = 94_567
PLACE = StatusPlace(f"{URL}/status-lists/1", f"{URL}/status-lists/1/suspension", POSITION)
REQUIREMENTS = (
    Requirement("course", "ADM-101", "Foundation Training", date(2026, 11, 2)),
    Requirement("exam", "ADM-X", "Written Exam", date(2026, 11, 20), 87, 100, 70),
    Requirement("exam", "ADM-Y", "Practical Exam", date(2026, 11, 20), 91, 100, 80),
    Requirement("competency", "SEC-1", "Hardening", date(2026, 11, 19), level=3),
)


def claims(**changes: Any) -> Claims:
    """An ordinary certificate's claims with some of them changed."""
    values: dict[str, Any] = {
        "code": "7F3K9Q2MXR4T0C8VA",
        "number": "ACA-2026-004417",
        "title": "Certified Administrator",
        "kind": "Certification",
        "statement": "completed the programme.",
        "scheme_code": "ADM",
        "scheme_version": 3,
        "language": "en",
        "awarded_on": date(2026, 11, 20),
        "valid_until": date(2028, 11, 20),
        "issued_at": NOW,
        "hours_minutes": 1470,
        "requirements": REQUIREMENTS,
        "demonstration": False,
    }
    return Claims(**(values | changes))


class TestIssuer:
    """Signs what it is told to."""

    __test__ = False

    def __init__(self, did: str = DID) -> None:
        self.did = did
        self.key = SoftwareSigner("k-2026-11", Ed25519PrivateKey.generate())
        self.token_key = SoftwareSigner("t-2026-11", ec.generate_private_key(ec.SECP256R1()))
        self.issuer = Issuer(did, URL, "Academy", "Europe/Berlin")
        self.holder = Holder("ada@people.example", "a-salt", "Ada Lovelace")

    def bare(self, **changes: Any) -> dict[str, Any]:
        """A credential without proofs."""
        return build(claims(**changes), self.holder, self.issuer, PLACE)

    def credential(self, **changes: Any) -> dict[str, Any]:
        """A signed credential."""
        return proofs.sign(self.bare(**changes), self.key, issuer=self.did, created=NOW)

    def files(self, **changes: Any) -> Signed:
        """The files of a certificate."""
        statement = Statement(claims(**changes), self.holder, self.issuer, PLACE)
        return sign(statement, Signers(self.key, self.token_key), now=NOW)

    def list_of(
        self, purpose: str, bits: Iterable[int] = (), *, start: datetime = NOW
    ) -> dict[str, Any]:
        """A signed status list."""
        url = PLACE.revocation if purpose == "revocation" else PLACE.suspension
        encoded = bitstring.encode(bits)
        bare = status_list.build(url, purpose, encoded, issuer=self.did, start=start, days=7)
        return proofs.sign(bare, self.key, issuer=self.did, created=start)

    def trust(self, revoked: Iterable[int] = (), suspended: Iterable[int] = ()) -> Trust:
        """What this issuer publishes."""
        lists = [self.list_of("revocation", revoked), self.list_of("suspension", suspended)]
        method = f"{self.did}#{self.key.kid}"
        return Trust(
            did={
                "id": self.did,
                "verificationMethod": [
                    {
                        "id": method,
                        "type": "Multikey",
                        "controller": self.did,
                        "publicKeyMultibase": multikey(self.key.public_key()),
                    }
                ],
                "assertionMethod": [method],
            },
            jwks={"keys": [jwk(self.token_key.public_key(), f"{URL}/keys/t-2026-11.json")]},
            authority=b"",
            crl=b"",
            status_lists={listed["id"]: listed for listed in lists},
            made_at=NOW,
        )


LATER = NOW + timedelta(days=1)
