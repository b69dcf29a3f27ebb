"""Making a certificate's files: sign, draw, store, then say that it is issued. Repeatable by
whoever does it: the first one written stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app, g

from certification.certificates import actions, making
from certification.certificates.facts import Labels
from certification.certificates.making import Material
from certification.certificates.models import Certificate
from certification.credentials.signing import Signed, sign
from certification.designs.queries import with_pictures
from lms import clock
from lms.accounts import letters
from lms.accounts.queries import Address, mail_addresses
from lms.db import db, run
from lms.i18n import gettext as _
from lms.settings import Settings
from lms.storage import Storage


@dataclass(frozen=True, slots=True)
class Files:
    """A certificate's stored files, by their digests, and the keys that signed them."""

    document: str
    size: int
    document_kid: str
    credential: str
    signed: Signed | None
    token: str | None
    """None for both where an earlier run, which did not end, had signed the credential."""

    def values(self) -> dict[str, Any]:
        """The certificate's columns that name them."""
        values = {
            "document_sha256": self.document,
            "document_size": self.size,
            "document_kid": self.document_kid,
        }
        if self.signed is None:
            return values
        return values | {
            "credential_sha256": self.credential,
            "token_sha256": self.token,
            "credential_kid": self.signed.credential_kid,
            "token_kid": self.signed.token_kid,
        }


def draw(certificate_id: int) -> None:
    """Sign, draw and store outside any transaction, then note it."""
    settings: Settings = current_app.extensions["settings"]
    material = run(lambda: _gather(certificate_id, settings))
    if material is not None:
        files = make(material)
        run(lambda: finish({certificate_id: files}))


def _gather(certificate_id: int, settings: Settings) -> Material | None:
    now = clock.now()
    return making.gather(certificate_id, making.press(settings, now=now), now=now)


def make(material: Material) -> Files:
    """Sign the credential, draw the document with it inside, sign that, and store all of it."""
    storage: Storage = current_app.extensions["storage"]
    signed, token = None, None
    if material.stored is None:
        signed = sign(material.statement, material.signers, now=clock.now())
        credential, token = storage.put(signed.credential), storage.put(signed.token)
    else:
        credential = material.stored
    text = signed.credential if signed else storage.get(credential)
    content = document_of(material, text, storage)
    kid = material.document.signer.kid
    return Files(storage.put(content), len(content), kid, credential, signed, token)


def document_of(material: Material, credential: bytes, storage: Storage) -> bytes:
    """The PDF of a certificate: drawn with its credential inside, then signed as a whole."""
    from certification.certificates.document import render  # noqa: PLC0415  # as in `lms.paper`
    from certification.certificates.signing import sign as sign_document  # noqa: PLC0415

    design = with_pictures(material.design, storage) if material.design else None
    drawn = render(material.facts, labels(), design, credential)
    reason = _("Certificate issued")
    return sign_document(drawn, material.document, reason=reason, now=clock.now())


def finish(made: Mapping[int, Files], *, mails: bool = True) -> None:
    """Note each certificate's files all at once, so that a document and its credential belong
    together whoever else made some; then mail the holders, once per certificate (without `mails`
    somebody else has the mails delivered)."""
    now = clock.now()
    rows = db.session.scalars(
        sa.select(Certificate).where(Certificate.id.in_(made)).order_by(Certificate.id)
    ).all()
    issued = [row for row in rows if actions.mark_issued(row.id, made[row.id].values(), now=now)]
    addresses = mail_addresses([row.person_id for row in issued])
    for row in issued:
        if to := addresses.get(row.person_id):
            _tell(row, to, mails=mails, now=now)


def mail_key(certificate_id: int) -> str:
    """The key of the mail that tells the holder."""
    return f"awarded:{certificate_id}"


def _tell(certificate: Certificate, to: Address, *, mails: bool, now: datetime) -> None:
    letters.write_to(
        to,
        "awarded",
        certificate.person_id,
        key=mail_key(certificate.id),
        now=now,
        delivers=mails,
        achievement=certificate.achievement,
        code=certificate.code,
        number=certificate.number,
        valid_until=certificate.valid_until.isoformat() if certificate.valid_until else None,
        is_replacement=certificate.supersedes_id is not None,
    )


def labels() -> Labels:
    """The document's own words in the language of this context."""
    g.setdefault("language", "en")
    return Labels(
        certifies=_("This certifies that"),
        awarded=_("Awarded"),
        valid_until=_("Valid until"),
        number=_("Certificate number"),
        scheme=_("Scheme"),
        cycle=_("Cycle"),
        hours=_("Training"),
        score=_("Exam result"),
        check=_("Check this certificate"),
        signed=_("Issued electronically"),
        demonstration=_("Demonstration"),
        version=_("version %(number)s", number="%(number)s"),
        hours_value=_("%(count)s hours", count="%(count)s"),
        score_value=_(
            "%(score)s of %(full)s, %(required)s required",
            score="%(score)s",
            full="%(full)s",
            required="%(required)s",
        ),
        no_end=_("Without end"),
        steps=_("Completed"),
        more=_("and %(count)s more", count="%(count)s"),
    )
