"""What a certificate is made of, read in one unit; and its signed files, written once."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certification.awards.models import Award
from certification.certificates.claims import claims_of
from certification.certificates.document import CertificateFacts
from certification.certificates.models import Certificate, CertificateState
from certification.credentials import actions as status
from certification.credentials import queries as credentials
from certification.credentials.credential import Holder
from certification.credentials.signing import Signed, Signers, Statement
from certification.designs import queries as designs
from certification.designs.content import Content
from certification.keys import actions as keys
from certification.keys import queries as key_queries
from certification.keys.models import Purpose
from certification.keys.signers import DocumentSigner
from lms.accounts.models import Account, AccountState
from lms.db import db, locked
from lms.settings import Settings
from lms.site import SiteProfile


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


def gather(certificate_id: int, settings: Settings, *, now: datetime) -> Material | None:
    """The material of a certificate that waits for its files; None when it has them.

    Gives it its place in the status list, and makes the first keys if nobody did.
    """
    row = db.session.scalars(
        locked(sa.select(Certificate).where(Certificate.id == certificate_id))
    ).one()
    if row.state == CertificateState.ISSUED:
        return None
    if key_queries.active(Purpose.CREDENTIAL) is None:
        keys.ensure(settings, now=now)
    place = status.allot(row.id, row.award_id, now=now)
    facts = CertificateFacts.from_json(row.facts["json"])
    statement = Statement(
        claims_of(facts, _award_facts(row.award_id)),
        _holder(row),
        credentials.issuer(settings),
        credentials.place_of(place, settings),
    )
    return Material(
        facts,
        statement,
        credentials.signers(settings),
        key_queries.document_signer(settings),
        row.credential_sha256,
        designs.named(facts.design) if facts.design else None,
    )


def _award_facts(award_id: int) -> dict[str, Any]:
    facts: dict[str, Any] = db.session.scalars(
        sa.select(Award.facts).where(Award.id == award_id)
    ).one()
    return facts


def _holder(row: Certificate) -> Holder:
    email = db.session.scalar(
        sa.select(Account.email)
        .where(Account.person_id == row.person_id, Account.state != AccountState.DISABLED)
        .order_by(Account.id)
        .limit(1)
    )
    name = row.holder_name if _names_holders() else None
    return Holder(email, secrets.token_hex(16), name)


def _names_holders() -> bool:
    """Whether credentials carry names: the site's policy, no unless it says so."""
    facts = db.session.scalar(sa.select(SiteProfile.facts).where(SiteProfile.id == 1)) or {}
    return bool(facts.get("credentials_name_holders", False))


def keep(certificate_id: int, signed: Signed, credential: str, token: str) -> str:
    """Note the stored files (their digests) unless an earlier run did; returns the credential's
    digest that counts. The first one written stays: a document may hold it already."""
    db.session.execute(
        sa.update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.credential_sha256.is_(None))
        .values(
            credential_sha256=credential,
            token_sha256=token,
            credential_kid=signed.credential_kid,
            token_kid=signed.token_kid,
        )
    )
    counts = sa.select(Certificate.credential_sha256).where(Certificate.id == certificate_id)
    return str(db.session.scalars(counts).one())
