"""Visitors' pages, drawn once and kept in this process; readers' own pages, drawn each time."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from flask import Response, current_app, request, session
from flask_login import current_user

from lms import i18n, site
from lms.web import private

KEPT = 200
FLASHES = "_flashes"


def answer(key: Hashable, draw: Callable[[], str]) -> Response:
    """A reader's own page is drawn. A visitor's page depends on `key`, the language, the
    appearance and the site's profile only; whoever has it already gets a 304."""
    if current_user.is_authenticated or FLASHES in session:
        return private(current_app.make_response(draw()))
    theme = request.cookies.get("theme")
    look = theme if theme in {"light", "dark"} else ""
    body, mark = _kept((key, i18n.language(), look, site.current()), draw)
    response = Response(body, mimetype="text/html")
    response.set_etag(mark)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    response.make_conditional(request)
    return response


def _kept(key: Any, draw: Callable[[], str]) -> tuple[bytes, str]:
    """A page and its mark; the one that was asked for longest ago makes room."""
    pages: OrderedDict[Any, tuple[bytes, str]] = current_app.extensions.setdefault(
        "catalog_pages", OrderedDict()
    )
    if key not in pages:
        body = draw().encode()
        pages[key] = (body, hashlib.sha256(body).hexdigest()[:32])
        if len(pages) > KEPT:
            pages.popitem(last=False)
    pages.move_to_end(key)
    return pages[key]
