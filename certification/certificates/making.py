"""What a certificate is made of, read in one unit; and its signed files, written once."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certification.awards.models import Award
from certification.certificates.actions import held
from certification.certificates.claims import claims_of
from certification.certificates.facts import CertificateFacts
from certification.certificates.models import Certificate, CertificateState
from certification.credentials import actions as status
from certification.credentials import queries as credentials
from certification.credentials.credential import Holder, Issuer
from certification.credentials.signing import Signers, Statement
from certification.designs import queries as designs
from certification.designs.content import Content
from certification.keys import actions as keys
from certification.keys import queries as key_queries
from certification.keys.models import Purpose
from certification.keys.signers import DocumentSigner
from lms import site
from lms.accounts.models import Account, AccountState
from lms.db import db
from lms.settings import Settings


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that making the files needs, so that no transaction stays open meanwhile.

    `stored` is the digest of the credential that an earlier, unfinished run signed.
    """

    facts: CertificateFacts
    statement: Statement
    signers: Signers
    document: DocumentSigner
    stored: str | None
    design: Content | None


@dataclass(frozen=True, slots=True)
class Press:
    """What all certificates of a unit share: who issues and who signs."""

    settings: Settings
    issuer: Issuer
    signers: Signers
    document: DocumentSigner


def press(settings: Settings, *, now: datetime) -> Press:
    """Who issues and signs now; makes the first keys if nobody did. Raises KeyTrouble."""
    if key_queries.active(Purpose.CREDENTIAL) is None:
        keys.ensure(settings, now=now)
    return Press(
        settings,
        credentials.issuer(settings),
        credentials.signers(settings),
        key_queries.document_signer(settings),
    )


def gather(certificate_id: int, by: Press, *, now: datetime) -> Material | None:
    """The material of a certificate that waits for its files; None when it has them."""
    return material_of(held(certificate_id), by, now=now)


def material_of(row: Certificate, by: Press, *, now: datetime) -> Material | None:
    """As `gather`, of a row that this unit made or locked. Gives it its place in the status
    list."""
    if row.state == CertificateState.ISSUED:
        return None
    place = status.allot(row.id, row.award_id, now=now)
    facts = CertificateFacts.from_json(row.facts["json"])
    earned, email = _award_and_address(row)
    statement = Statement(
        claims_of(facts, earned),
        _holder(row, email),
        replace(by.issuer, zone=facts.zone or by.issuer.zone),
        credentials.place_of(place.list_id, place.position, by.settings),
    )
    return Material(
        facts,
        statement,
        by.signers,
        by.document,
        row.credential_sha256,
        designs.named(facts.design) if facts.design else None,
    )


def _award_and_address(row: Certificate) -> tuple[dict[str, Any], str | None]:
    """What the award was earned by, and where its holder reads mail."""
    email = (
        sa.select(Account.email)
        .where(Account.person_id == row.person_id, Account.state != AccountState.DISABLED)
        .order_by(Account.id)
        .limit(1)
        .scalar_subquery()
    )
    found = db.session.execute(sa.select(Award.facts, email).where(Award.id == row.award_id)).one()
    return found[0], found[1]


def _holder(row: Certificate, email: str | None) -> Holder:
    name = row.holder_name if _names_holders() else None
    return Holder(email, secrets.token_hex(16), name)


def _names_holders() -> bool:
    """Whether credentials carry names: the site's policy, no unless it says so."""
    return bool(site.facts().get("credentials_name_holders", False))
