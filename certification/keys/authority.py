"""A small certificate authority of one's own: its certificate, the documents' certificates, and
the list of those withdrawn. Keys and times in, certificates out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 25 * 365
LEAF_DAYS = 10 * 365
"""A signature has no time stamp, so readers ask whether the certificate holds today."""
CRL_DAYS = 400
"""Long, so that the authority's key can lie in a safe between two uses."""
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
BACKDATED = timedelta(minutes=5)
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority that can sign."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where readers find the authority's certificate and its list."""

    certificate: str
    crl: str


def found(key: ec.EllipticCurvePrivateKey, name: str, *, now: datetime) -> Authority:
    """A new authority's own certificate."""
    subject = _name(name, f"{name} Root CA")
    builder = _builder(subject, subject, key.public_key(), now, AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return Authority(builder.sign(key, hashes.SHA256()), key)


def vouch(
    authority: Authority,
    key: ec.EllipticCurvePublicKey,
    name: str,
    addresses: Addresses,
    *,
    now: datetime,
) -> x509.Certificate:
    """A certificate for a key that signs documents.

    Common readers trust a document's signature only with emailProtection among the usages.
    """
    subject = _name(name, f"Certificates of {name}")
    usages = [DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signs_certificates=False), True),
        (x509.ExtendedKeyUsage(usages), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), False),
        (_crl_place(addresses.crl), False),
        (_authority_place(addresses.certificate), False),
    ]
    builder = _builder(subject, authority.certificate.subject, key, now, LEAF_DAYS)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(authority.key, hashes.SHA256())


def withdraw(
    authority: Authority, withdrawn: Sequence[tuple[x509.Certificate, datetime]], *, now: datetime
) -> bytes:
    """The list of withdrawn certificates (DER), with the instant of each."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - BACKDATED)
        .next_update(now + timedelta(days=CRL_DAYS))
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
    )
    for certificate, at in withdrawn:
        builder = builder.add_revoked_certificate(_withdrawn(certificate, at))
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _withdrawn(certificate: x509.Certificate, at: datetime) -> x509.RevokedCertificate:
    reason = x509.CRLReason(x509.ReasonFlags.key_compromise)
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(certificate.serial_number)
        .revocation_date(at)
        .add_extension(reason, critical=False)
        .build()
    )


def is_crl_ending(crl: bytes | None, *, now: datetime) -> bool:
    """Whether a list is missing or ends within two months."""
    if crl is None:
        return True
    until = x509.load_der_x509_crl(crl).next_update_utc
    return until is None or until - now < timedelta(days=60)


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:LONGEST_NAME]),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:LONGEST_NAME]),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _crl_place(url: str) -> x509.CRLDistributionPoints:
    place = x509.UniformResourceIdentifier(url)
    return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])


def _authority_place(url: str) -> x509.AuthorityInformationAccess:
    place = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)]
    )
