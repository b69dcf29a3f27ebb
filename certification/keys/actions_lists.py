"""Writing the authorities' lists of withdrawn keys, each with the key of its own authority."""

from datetime import datetime

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certification.keys import authority, queries
from certification.keys.authority import Authority
from certification.keys.models import Key, KeyState, Purpose
from certification.keys.vault import KeyTrouble
from lms.db import db, locked
from lms.settings import Settings


def renew(settings: Settings, *, now: datetime) -> list[str]:
    """Write anew each list that ends soon; returns the names of their authorities.

    Authorities that were followed by others too: what they vouched for is checked for as long as
    it is shown. One whose key is elsewhere is passed over; the doctor asks for it in time.
    """
    ending = [
        key
        for key in queries.published(Purpose.AUTHORITY)
        if authority.is_crl_ending(key.crl, now=now)
    ]
    return [key.kid for key in ending if _renewed(key, settings, now=now)]


def _renewed(key: Key, settings: Settings, *, now: datetime) -> bool:
    try:
        write(key.id, settings, now=now)
    except KeyTrouble:
        return False
    return True


def write(authority_id: int, settings: Settings, *, now: datetime) -> None:
    """Write a list as of now; raises KeyTrouble when the authority's key is not here.

    The authority is locked before its keys are read: of two that write at once, the later one
    must not leave out whom the earlier one withdrew.
    """
    key = db.session.scalars(locked(sa.select(Key).where(Key.id == authority_id))).one()
    rows = db.session.scalars(
        sa.select(Key)
        .where(Key.authority_id == key.id, Key.state == KeyState.COMPROMISED)
        .order_by(Key.id)
        .execution_options(populate_existing=True)
    )
    withdrawn = [
        (x509.load_pem_x509_certificate((row.certificate or "").encode()), row.compromised_at)
        for row in rows
    ]
    listed = [(certificate, at) for certificate, at in withdrawn if at is not None]
    key.crl = authority.withdraw(authority_of(key, settings), listed, now=now)
    db.session.flush()


def authority_of(key: Key, settings: Settings) -> Authority:
    """An authority that can sign; raises KeyTrouble."""
    certificate = x509.load_pem_x509_certificate((key.certificate or "").encode())
    return Authority(certificate, private_of(key, settings))


def private_of(key: Key, settings: Settings) -> ec.EllipticCurvePrivateKey:
    """The private key of an authority; raises KeyTrouble."""
    private = queries.private(key, settings)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise KeyTrouble(f"{key.kid} is no key of an authority")
    return private
