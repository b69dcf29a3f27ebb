"""The status lists and the trust bundle: signed facts that any site and any cache may keep."""

import orjson
from flask import Blueprint, Response, abort, current_app

from certification.credentials import queries
from certification.credentials.models import StatusPurpose
from lms import clock
from lms.permissions import PUBLIC, permit
from lms.settings import Settings
from lms.web import published

blueprint = Blueprint("credentials", __name__)
SECONDS = 300


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@blueprint.get("/status-lists/<int:list_id>")
@permit(PUBLIC)
def revocations(list_id: int) -> Response:
    """Which credentials nobody may rely on now."""
    return _list(list_id, StatusPurpose.REVOCATION)


@blueprint.get("/status-lists/<int:list_id>/suspension")
@permit(PUBLIC)
def suspensions(list_id: int) -> Response:
    """Which of them are withdrawn for a while only."""
    return _list(list_id, StatusPurpose.SUSPENSION)


def _list(list_id: int, purpose: StatusPurpose) -> Response:
    found = queries.list_exists(list_id)
    if found is None:
        abort(404)
    signed = queries.signed_list(found, purpose, _settings(), now=clock.now())
    return published(orjson.dumps(signed.content), "application/vc", seconds=SECONDS)


@blueprint.get("/trust-bundle.json")
@permit(PUBLIC)
def trust_bundle() -> Response:
    """All that an offline verifier needs, as one file that says how old it is."""
    bundle = queries.trust_bundle(_settings(), now=clock.now())
    response = published(bundle.to_json().encode(), "application/json", seconds=SECONDS)
    response.headers["Content-Disposition"] = 'attachment; filename="trust-bundle.json"'
    return response
