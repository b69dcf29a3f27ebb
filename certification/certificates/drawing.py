"""Making a certificate's files: sign, draw, store, then say that it is issued. Repeatable by
whoever does it: the first one written stays."""

import sqlalchemy as sa
from flask import current_app, g

from certification.certificates import actions, making
from certification.certificates.document import Labels, render
from certification.certificates.making import Material
from certification.certificates.models import Certificate
from certification.certificates.signing import sign as sign_document
from certification.credentials.signing import sign
from certification.designs.queries import with_pictures
from lms import clock, mail
from lms.accounts.models import Account, AccountState, Person
from lms.db import db, run
from lms.i18n import gettext as _
from lms.settings import Settings
from lms.storage import Storage


def draw(certificate_id: int) -> None:
    """Sign, draw and store outside any transaction, then note it. A repeated run goes on with
    the credential that the first one signed."""
    settings: Settings = current_app.extensions["settings"]
    storage: Storage = current_app.extensions["storage"]
    now = clock.now()
    material = run(lambda: making.gather(certificate_id, settings, now=now))
    if material is None:
        return
    credential = storage.get(material.stored or _sign(certificate_id, material, storage))
    content = document_of(material, credential, storage)
    digest = storage.put(content)
    run(lambda: _finish(certificate_id, material, digest, len(content)))


def _sign(certificate_id: int, material: Material, storage: Storage) -> str:
    """Store the signed credential and its token; returns the credential's digest."""
    signed = sign(material.statement, material.signers, now=clock.now())
    credential, token = storage.put(signed.credential), storage.put(signed.token)
    return run(lambda: making.keep(certificate_id, signed, credential, token))


def document_of(material: Material, credential: bytes, storage: Storage) -> bytes:
    """The PDF of a certificate: drawn with its credential inside, then signed as a whole."""
    design = with_pictures(material.design, storage) if material.design else None
    drawn = render(material.facts, labels(), design, credential)
    return sign_document(drawn, material.document, reason=_("Certificate issued"))


def _finish(certificate_id: int, material: Material, digest: str, size: int) -> None:
    kid = material.document.signer.kid
    now = clock.now()
    if actions.mark_issued(certificate_id, digest, size, kid=kid, now=now):
        _tell(certificate_id)


def _tell(certificate_id: int) -> None:
    """Mail the holder, once per certificate."""
    certificate = db.session.get_one(Certificate, certificate_id)
    row = db.session.execute(
        sa.select(Account.email, Person.language, Person.time_zone, Person.name)
        .join(Person, Person.id == Account.person_id)
        .where(Person.id == certificate.person_id, Account.state != AccountState.DISABLED)
        .order_by(Account.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return
    mail.send(
        "awarded",
        row.email,
        key=f"awarded:{certificate_id}",
        now=clock.now(),
        language=row.language,
        zone=row.time_zone,
        person_id=certificate.person_id,
        name=row.name,
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
