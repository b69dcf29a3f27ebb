"""The pictures of the item bank, for those who may see its items."""

from flask import Response, abort, current_app
from flask.typing import ResponseReturnValue

from certification.items import queries
from certification.items.views import banks, blueprint
from lms.permissions import permit
from lms.storage import Storage


@blueprint.get("/manage/items/pictures/<sha256>.png")
@permit("items.see")
def picture(sha256: str) -> ResponseReturnValue:
    """A picture of one of the banks that this person may see."""
    if not queries.has_picture(sha256, [bank.id for bank in banks()]):
        abort(404)
    storage: Storage = current_app.extensions["storage"]
    response = Response(storage.get(sha256), mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
