"""Visitors' pages, drawn once and kept in this process; readers' own pages, drawn each time.

A visitor's page depends on what it shows, the language, the appearance and the site's profile.
Where it is the same for many visitors it is kept whole (`answer`); where a part differs by what
was asked for, the page is kept with marks in the places of its values (`filled`).
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

from flask import Response, current_app, g, request, session
from flask_login import current_user
from markupsafe import Markup, escape

from lms import i18n, site
from lms.web import private

KEPT = {"parts": 1000}
"""How many of a kind are kept, where 200 are too few: a row of the catalogue takes a kilobyte."""
FLASHES = "_flashes"
EDGE = "\0"
"""No text of ours holds it (`lms.web` refuses it), so it marks where a value stands."""
MARK = Markup("\0{}\0")
SPECIAL = re.compile("[&<>\"']")
"""What `escape` changes."""
Marks: TypeAlias = Mapping[str, Markup | None]


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


def filled(key: Hashable, draw: Callable[[Marks], str], values: Mapping[str, str | None]) -> str:
    """A page whose values differ by what was asked for. `draw` gets a mark for each value that is
    there and None for the others; it may print marks, in words and attributes too, but not
    change them, and may depend on `key` besides. What it drew is kept, the values are filled in.
    """
    given = tuple(name for name, value in values.items() if value is not None)
    if is_own():
        pieces = _pieces(draw, values, given)
    else:
        pieces = _kept("visitor_forms", (key, given), lambda: _pieces(draw, values, given))
    return _fill(pieces, values)


def quickly(key: Hashable, values: Mapping[str, str | None]) -> str | None:
    """The same without a request, for a visitor who chose nothing; None until `filled` has drawn
    it."""
    given = tuple(name for name, value in values.items() if value is not None)
    kept = current_app.extensions.get("visitor_forms", {})
    pieces = kept.get(((key, given), i18n.language(), "", site.current()))
    return None if pieces is None else _fill(pieces, values)


def part(key: Hashable, draw: Callable[[Marks], str], values: Mapping[str, str | None]) -> Markup:
    """A part that stands on every page, readers' own ones too; as `filled`, and always kept."""
    given = tuple(name for name, value in values.items() if value is not None)
    pieces = _kept("parts", (key, given), lambda: _pieces(draw, values, given))
    return Markup(_fill(pieces, values))  # noqa: S704  # `_fill` escapes every value


def _fill(pieces: Sequence[str], values: Mapping[str, str | None]) -> str:
    """Text and values in turn."""
    whole = list(pieces)
    whole[1::2] = [_escaped(values[name]) for name in pieces[1::2]]
    return "".join(whole)


def _escaped(value: str | None) -> str:
    """Most values are words without a special character: to look is a third of making Markup."""
    if type(value) is str and SPECIAL.search(value) is None:
        return value
    return escape(value)


def _pieces(
    draw: Callable[[Marks], str], values: Mapping[str, str | None], given: tuple[str, ...]
) -> list[str]:
    """What was drawn, cut at the marks: text and names of values in turn."""
    marks = dict.fromkeys(values) | {name: MARK.format(name) for name in given}
    return draw(marks).split(EDGE)


def macro(file: str, name: str) -> Callable[..., str]:
    """A macro of a template, to draw a part with: it sees what it is given, and nothing of the
    request."""
    macros: Any = current_app.jinja_env.get_template(file).module
    found: Callable[..., str] = getattr(macros, name)
    return found


def is_own() -> bool:
    """Whether the page holds something of one reader: their menu, or news for them."""
    return bool(session) and (FLASHES in session or bool(current_user.is_authenticated))


def _with_mark(page: str) -> tuple[bytes, str]:
    body = page.encode()
    return body, hashlib.sha256(body).hexdigest()[:32]


def _look() -> tuple[str, str, site.Site]:
    """What every page of this request depends on: language, appearance, who runs the academy."""
    look: tuple[str, str, site.Site] | None = g.get("look")
    if look is None:
        theme = request.cookies.get("theme")
        look = (i18n.language(), theme if theme in {"light", "dark"} else "", site.current())
        g.look = look
    return look


def _kept(kind: str, key: Hashable, make: Callable[[], Any]) -> Any:
    """What was made for this key and this visitor's look; the longest unused makes room."""
    kept: OrderedDict[Any, Any] = current_app.extensions.setdefault(kind, OrderedDict())
    whole = (key, *_look())
    if whole not in kept:
        kept[whole] = make()
        if len(kept) > KEPT.get(kind, 200):
            kept.popitem(last=False)
    kept.move_to_end(whole)
    return kept[whole]
