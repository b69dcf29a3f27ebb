"""The signed files of a certificate: its credential and its token, as they were issued."""

from flask import Response, abort, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from certification.certificates import codes, queries
from certification.certificates.views import FILE_SECONDS, blueprint
from lms.limits import count_miss
from lms.permissions import PUBLIC, permit
from lms.storage import Storage
from lms.web import published


@blueprint.get("/certificates/<code>.json")
@permit(PUBLIC)
def credential(code: str) -> Response:
    """The Open Badges credential with both proofs; its address is the credential's id."""
    digest, _token, number = _found(code)
    return _file(digest, "application/vc", f"{number}.json")


@blueprint.get("/certificates/<code>.jwt")
@permit(PUBLIC)
def token(code: str) -> Response:
    """The credential as a token."""
    _credential, digest, number = _found(code)
    return _file(digest, "application/vc+jwt", f"{number}.jwt")


@blueprint.get("/achievements/<code>/<int:version>")
@permit(PUBLIC)
def achievement(code: str, version: int) -> ResponseReturnValue:
    """What credentials call an achievement: the certification's page says what it takes."""
    del version
    return redirect(url_for("awards.scheme", code=code), 303)


def _found(code: str) -> tuple[str, str, str]:
    found = queries.credential_of(codes.normalise(code) or "")
    if found is None:
        count_miss()
        abort(404)
    return found


def _file(digest: str, kind: str, name: str) -> Response:
    """The stored bytes for any site. Their address holds 80 random bits."""
    storage: Storage = current_app.extensions["storage"]
    response = published(storage.get(digest), kind, seconds=FILE_SECONDS)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response
