"""Visitors' pages, drawn once and kept in this process; readers' own pages, drawn each time.

A visitor's page depends on what it shows, the language, the appearance and the site's profile.
Where it is the same for many visitors it is kept whole (`answer`); where a part differs by what
was asked for, the frame around that part is kept (`framed`).
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from flask import Response, current_app, request, session
from flask_login import current_user
from markupsafe import Markup

from lms import i18n, site
from lms.web import private

KEPT = 200
FLASHES = "_flashes"
GAP = "\0gap\0"


def answer(key: Hashable, draw: Callable[[], str]) -> Response:
    """A page that is the same for all visitors; whoever has it already gets a 304."""
    if is_own():
        return private(current_app.make_response(draw()))
    body, mark = _kept("visitor_pages", key, lambda: _with_mark(draw()))
    response = Response(body, mimetype="text/html")
    response.set_etag(mark)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    response.make_conditional(request)
    return response


def framed(key: Hashable, draw: Callable[[Markup], str], part: str) -> str:
    """A page around a finished part; `draw` gets the part and may depend on `key` besides."""
    if is_own():
        return draw(Markup(part))  # noqa: S704 - drawn by a template
    before, after = _kept("visitor_frames", key, lambda: _around(draw(Markup(GAP))))  # noqa: S704
    return f"{before}{part}{after}"


def is_own() -> bool:
    """Whether the page holds something of one reader: their menu, or news for them."""
    return bool(session) and (FLASHES in session or bool(current_user.is_authenticated))


def _with_mark(page: str) -> tuple[bytes, str]:
    body = page.encode()
    return body, hashlib.sha256(body).hexdigest()[:32]


def _around(page: str) -> tuple[str, str]:
    before, gap, after = page.partition(GAP)
    if not gap:
        raise LookupError("the frame has no place for its part")
    return before, after


def _kept(kind: str, key: Hashable, make: Callable[[], Any]) -> Any:
    """What was made for this key and this visitor's look; the longest unused makes room."""
    kept: OrderedDict[Any, Any] = current_app.extensions.setdefault(kind, OrderedDict())
    theme = request.cookies.get("theme")
    whole = (key, i18n.language(), theme if theme in {"light", "dark"} else "", site.current())
    if whole not in kept:
        kept[whole] = make()
        if len(kept) > KEPT:
            kept.popitem(last=False)
    kept.move_to_end(whole)
    return kept[whole]
