"""A certificate's credential and token, signed. Values in, files out: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime

from certification.credentials import proofs, schema, tokens
from certification.credentials.credential import Claims, Holder, Issuer, StatusPlace, build
from certification.keys.signers import Signer


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed: the claims, about whom, by whom, and where its status stands."""

    claims: Claims
    holder: Holder
    issuer: Issuer
    place: StatusPlace


@dataclass(frozen=True, slots=True)
class Signers:
    """Who signs credentials and who signs tokens."""

    credential: Signer
    token: Signer


@dataclass(frozen=True, slots=True)
class Signed:
    """The files and the keys that signed them."""

    credential: bytes
    token: bytes
    credential_kid: str
    token_kid: str


def sign(statement: Statement, by: Signers, *, now: datetime) -> Signed:
    """Both files. Refuses (NotValid, UndefinedTerm) before anything is signed."""
    issuer = statement.issuer
    bare = build(statement.claims, statement.holder, issuer, statement.place)
    schema.require_valid(bare)
    whole = proofs.sign(bare, by.credential, issuer=issuer.did, created=now)
    token = tokens.sign(bare, by.token, key_url=f"{issuer.url}/keys/{by.token.kid}.json")
    return Signed(proofs.text(whole), token.encode("ascii"), by.credential.kid, by.token.kid)
