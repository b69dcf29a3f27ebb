"""The issuer's signature over a whole document: PAdES, ECDSA P-256, by pyHanko. Values to bytes.

A certification signature that allows no change (DocMDP level 1, ISO 32000-2, 12.8.2.2), with the
certificates and the revocation list in the same revision (DSS, ETSI EN 319 142-1), so that one
range covers the file. Without a time-stamp server its time is the issuer's own claim; with one its
stamp (RFC 3161) stands in the signature.
"""

import io
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from asn1crypto import algos, cms, core, crl, pem, tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.attributes import SignedAttributeProviderSpec, SigningCertificateV2Provider
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certification.certificates import stamping
from certification.certificates.container import RESERVED, RESERVED_FOR_STAMP
from certification.certificates.pdfua import SIGNATURE_FIELD
from certification.keys.signers import DocumentSigner, to_der

Node = TypeVar("Node", bound=core.Asn1Value)
logging.getLogger("pyhanko.sign.signers").setLevel(logging.ERROR)
"""It warns at each signature that nothing is fetched, which is what we want."""
LONGEST_DER = 72
"""Bytes of the largest ECDSA P-256 signature in DER, for which room is kept."""


def encoded(value: Node) -> Node:
    """The same, read from its own encoding. asn1crypto encodes a value that was composed anew each
    time and for each level that it stands in, all below it included; one that was read, never."""
    return type(value).load(value.dump())


@lru_cache(maxsize=16)
def naming(certificate: bytes) -> bytes:
    """What a signature says of its certificate (RFC 5035), in DER."""
    return as_signing_certificate_v2(certificate_of(certificate)).dump()


class Naming(SigningCertificateV2Provider):
    """The same for all signatures under one certificate."""

    def __init__(self, certificate: bytes) -> None:
        super().__init__(certificate_of(certificate))
        self.certificate = certificate

    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:
        del dry_run
        return tsp.SigningCertificateV2.load(naming(self.certificate))


class NamesItsCertificate(SignedAttributeProviderSpec):
    """All that PAdES wants signed beside type and digest (ETSI EN 319 142-1, 6.3)."""

    def __init__(self, certificate: bytes) -> None:
        self.certificate = certificate

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Iterable[Naming]:
        del data_digest, digest_algorithm
        return [Naming(self.certificate)]


class IssuerSigner(Signer):
    """pyHanko's signer over ours, wherever the key lives."""

    def __init__(self, document: DocumentSigner) -> None:
        vouching = SimpleCertificateStore()
        vouching.register(certificate_of(document.authority))
        super().__init__(
            signing_cert=certificate_of(document.certificate),
            cert_registry=vouching,
            # A new one each time: asn1crypto grows one that is shared with every use.
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self.document = document
        self.signed_attr_prov_spec = NamesItsCertificate(document.certificate)

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """The signature in DER, or as many empty bytes when only room is measured."""
        if dry_run:
            return bytes(LONGEST_DER)
        if digest_algorithm != "sha256":
            raise ValueError(f"{digest_algorithm} is not what the key signs")
        return to_der(self.document.signer.sign(data))

    async def signed_attrs(self, *args: Any, **options: Any) -> cms.CMSAttributes:
        """What is signed beside the document's digest."""
        composed: cms.CMSAttributes = await super().signed_attrs(*args, **options)
        return encoded(composed)

    def signer_info(self, *args: Any, **options: Any) -> cms.SignerInfo:
        """Who signed, what and how."""
        composed: cms.SignerInfo = super().signer_info(*args, **options)
        return encoded(composed)


class OneRevision(IncrementalPdfFileWriter):
    """Appends the signature and leaves the document's metadata as they were drawn.

    pyHanko would write the metadata anew: in another form than archives' validators expect of the
    PDF/UA mark, and with a second date of change.
    """

    def _update_meta(self) -> None:
        """Nothing to say: the signature has its time, the drawing its date."""


class ArchivalSigner(PdfSigner):
    """A signer that keeps the file a PDF 1.7, which PDF/A-3 and PDF/UA-1 rest on. pyHanko would
    declare PDF 2.0, because ISO/TS 32002 named the P-256 curve for that version first."""

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:
        """The extension of PDF 1.7 that PAdES signatures belong to (ETSI EN 319 142-1)."""
        del md_algorithm
        pdf_out.register_extension(ESIC_EXTENSION_1)


@lru_cache(maxsize=16)
def certificate_of(text: bytes) -> x509.Certificate:
    """A certificate in PEM or DER."""
    der = pem.unarmor(text)[2] if pem.detect(text) else text
    return x509.Certificate.load(der)


@lru_cache(maxsize=4)
def validation(document: DocumentSigner, moment: datetime) -> ValidationContext:
    """Whom pyHanko trusts when it looks, before each signature, whether the certificate holds. The
    same for all signatures of a minute: a fifth of their time otherwise."""
    return ValidationContext(
        moment=moment,
        trust_roots=[certificate_of(document.authority), *stamping.roots(document.stamps)],
        allow_fetching=False,
        crls=[crl.CertificateList.load(document.crl)],
    )


def sign(pdf: bytes, document: DocumentSigner, *, reason: str, now: datetime) -> bytes:
    """Sign a drawn certificate, which must hold the empty signature field; returns the new file.

    Nothing of the old bytes changes: the signature is appended as one revision. `now` is when the
    signer's certificate must hold.
    """
    stamps = document.stamps
    # The minute's end: what was certified within it holds by then.
    context = validation(document, now.replace(second=0, microsecond=0) + timedelta(minutes=1))
    wanted = PdfSignatureMetadata(
        field_name=SIGNATURE_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
        embed_validation_info=True,
        validation_context=context,
        dss_settings=DSSContentSettings(
            placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE, include_vri=False
        ),
    )
    writer = OneRevision(io.BytesIO(pdf))
    stamper = stamping.stamper(stamps.url) if stamps else None
    signer = ArchivalSigner(wanted, IssuerSigner(document), timestamper=stamper)
    room = RESERVED + RESERVED_FOR_STAMP if stamps else RESERVED
    with stamping.named_troubles(stamps):
        signed = stamping.outside_loops(lambda: signer.sign_pdf(writer, bytes_reserved=room))
        content: bytes = signed.getvalue()
        if stamps:
            stamping.outside_loops(
                lambda: stamping.require(content, stamps, document.authority, context)
            )
    return content
