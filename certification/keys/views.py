"""What verifiers read: the DID document, the keys, the authority and its list.

All are public facts: any site may read them, and caches may keep them for a while. Five minutes
for what a compromise must change, a day for one certificate that never changes.
"""

import ssl

import orjson
from flask import Blueprint, Response, abort, current_app

from certification.keys import (
    queries,
    wording,  # noqa: F401 -- registers the texts
)
from certification.keys.models import Key, KeyState, Purpose
from lms.permissions import PUBLIC, permit
from lms.settings import Settings
from lms.web import published

blueprint = Blueprint("keys", __name__)
SHORT, LONG = 300, 86_400


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@blueprint.get("/.well-known/did.json")
@permit(PUBLIC)
def did_document() -> Response:
    """The issuer's DID document."""
    content = orjson.dumps(queries.did_document(_settings()))
    return published(content, "application/did+json", seconds=SHORT)


@blueprint.get("/.well-known/jwks.json")
@permit(PUBLIC)
def jwks() -> Response:
    """The keys of tokens."""
    content = orjson.dumps(queries.jwks(_settings()))
    return published(content, "application/jwk-set+json", seconds=SHORT)


@blueprint.get("/keys/<kid>.json")
@permit(PUBLIC)
def jwk(kid: str) -> Response:
    """One key as one bare JWK; a compromised one is gone."""
    key = _known(kid, Purpose.CREDENTIAL, Purpose.TOKEN)
    content = orjson.dumps(queries.jwk(key, _settings()))
    return published(content, "application/jwk+json", seconds=SHORT)


@blueprint.get("/keys/ca.crt")
@permit(PUBLIC)
def authority() -> Response:
    """The certificates of our authorities (PEM), the newest first."""
    content = queries.authority_pem().encode()
    if not content:
        abort(404)
    return published(content, "application/x-pem-file", seconds=SHORT)


@blueprint.get("/keys/ca.crl")
@permit(PUBLIC)
def crl() -> Response:
    """The newest authority's list of withdrawn certificates."""
    lists = queries.crls()
    if not lists:
        abort(404)
    return published(lists[0], "application/pkix-crl", seconds=SHORT)


@blueprint.get("/keys/<kid>.crt")
@permit(PUBLIC)
def one_certificate(kid: str) -> Response:
    """The certificate of one authority, as documents' certificates name it: DER, which readers
    expect at such an address (RFC 5280, 4.2.2.1)."""
    key = _known(kid, Purpose.AUTHORITY)
    der = ssl.PEM_cert_to_DER_cert(key.certificate or "")
    return published(der, "application/pkix-cert", seconds=LONG)


@blueprint.get("/keys/<kid>.crl")
@permit(PUBLIC)
def one_crl(kid: str) -> Response:
    """The list of one authority."""
    key = _known(kid, Purpose.AUTHORITY)
    return published(key.crl or b"", "application/pkix-crl", seconds=SHORT)


def _known(kid: str, *purposes: Purpose) -> Key:
    key = queries.by_kid(kid)
    if key is None or key.purpose not in purposes:
        abort(404)
    if key.state == KeyState.COMPROMISED:
        abort(410)
    return key
