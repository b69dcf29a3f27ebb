"""HTTP: a request is a transaction, every route has a permission, every answer its headers."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    g,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import BadRequest, Forbidden, NotFound, Unauthorized
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from lms import clock, landing, logs, once, quick
from lms.assets import style_sheet
from lms.cookies import Sessions
from lms.db import ATTEMPTS, db, is_passing, unit
from lms.paging import LARGEST_ID
from lms.permissions import PUBLIC, TOKEN, may, permission_of
from lms.templates import Templates

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger()
csrf = CSRFProtect()
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; manifest-src 'self'"
)


HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
]
HTTPS_HEADERS = [("Strict-Transport-Security", "max-age=31536000; includeSubDomains")]
DEFAULTS = [("Content-Security-Policy", CSP), ("Referrer-Policy", "same-origin")]
"""Sent unless the answer has its own."""


class Uncommitted(Exception):
    """Carries an answer whose unit must be rolled back (422, a repeated form)."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Application(Flask):
    """Flask, with one unit of work around each view, and safe headers on every answer."""

    jinja_environment = Templates

    def wsgi_app(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Add the headers at the outermost edge, where no error page can miss them."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            own = {name for name, _value in headers}
            headers += [pair for pair in DEFAULTS if pair[0] not in own]
            headers += HEADERS
            if self.extensions["settings"].https:
                headers += HTTPS_HEADERS
            return start_response(status, headers, *error)

        ready = quick.answer(self, environ)
        if ready is None:
            return super().wsgi_app(environ, start)
        start("200 OK", ready[0])
        return [ready[1]]

    def send_static_file(self, filename: str) -> Response:
        """A file of `static`; style sheets in their compact form."""
        path = Path(self.static_folder or "") / filename
        if path.suffix != ".css" or not path.resolve().is_relative_to(self.static_folder or "/"):
            return super().send_static_file(filename)
        if not path.is_file():
            raise NotFound()
        content = style_sheet(path, path.stat().st_mtime_ns)
        response = Response(content, mimetype="text/css")
        response.add_etag()
        response.make_conditional(request)
        return response

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view here is asynchronous; Flask would look twelve times in each request."""
        return func

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view in a unit, again from its start when the database asks for it."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._in_unit()
            except DBAPIError as error:
                if attempt == ATTEMPTS or not is_passing(error, writes=request.method not in SAFE):
                    raise
                log.warning("unit repeated", attempt=attempt, path=request.path)
                _forget_what_was_read()
        raise AssertionError("unreachable")

    def _in_unit(self) -> ResponseReturnValue:
        writes = request.method not in SAFE
        if writes:
            check_permission()  # who asks is read before the lock on writing is taken
        try:
            with unit(writes=writes):
                response = self._answer(writes)
                if response.status_code >= 400:
                    raise Uncommitted(response)
                return response
        except Uncommitted as stopped:
            return stopped.response

    def _answer(self, writes: bool) -> Response:
        if not writes:
            check_permission()
        key = request.form.get(once.FIELD, "") if writes else ""
        if key and not once.claim(key, request.path, now=clock.now()):
            raise Uncommitted(_again(key))
        response = self.make_response(super().dispatch_request())
        if key and response.location:
            once.remember(key, response.location)
        return response


def _again(key: str) -> Response:
    """The form arrived before: go where its first arrival went."""
    location = once.earlier_location(key, request.path)
    return _plain_redirect(location or request.path)


def _plain_redirect(location: str) -> Response:
    response = redirect(location, 303)
    return response if isinstance(response, Response) else Response(status=303)


def _forget_what_was_read() -> None:
    g.pop("_login_user", None)
    db.session.remove()


def check_permission() -> None:
    """Refuse a view that this actor may not use: visitors sign in first, others get a 403."""
    if request.url_rule is None:
        return
    permission = permission_of(current_app.view_functions[request.endpoint or ""])
    if permission.startswith(TOKEN):
        _check_token(permission.removeprefix(TOKEN))
        return
    if permission == PUBLIC or may(current_user, permission):
        return
    if not current_user.is_authenticated:
        raise SignInFirst()
    raise Forbidden()


def _check_token(scope: str) -> None:
    """The API's own gate said what is missing; this one stands behind it."""
    client = g.get("api_client")
    if client is None or scope not in client.scopes:
        raise Unauthorized()


class SignInFirst(Exception):
    """A visitor asked for a page that needs an account."""


def check_all_routes(app: Flask) -> None:
    """Stop the start when a route carries no permission; then say where each of them leads."""
    bare = [name for name, view in app.view_functions.items() if "permission" not in view.__dict__]
    if bare:
        raise LookupError(f"routes without @permit: {', '.join(sorted(bare))}")
    quick.check(app)
    landing.init_app(app)


class IdConverter(IntegerConverter):
    """`<int:…>` in addresses: a number that no database could hold is not found."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_ID, **options})


def init_app(app: Flask) -> None:
    """Cookies, headers, ids, static files."""
    settings = app.extensions["settings"]
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-academy" if settings.https else "academy",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = Sessions()
    app.before_request(_identify)  # first: what refuses a request names it
    csrf.init_app(app)
    if settings.trusted_hops:
        hops = settings.trusted_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.url_map.converters["int"] = IdConverter
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(static_url=static_url, once=once.fresh_key)
    app.before_request(_refuse_nul)
    app.after_request(_headers)


def _identify() -> None:
    g.request_id = logs.request_id()


def _refuse_nul() -> None:
    """No database text holds a NUL; whoever sends one tries the doors."""
    if "\0" in request.path or b"%00" in request.query_string:
        raise BadRequest()
    if request.method not in SAFE and any(
        "\0" in text for values in request.form.listvalues() for text in values
    ):
        raise BadRequest()


def _headers(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = getattr(g, "request_id", "")
    if request.endpoint == "static" and "v" in request.args:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response


def static_url(filename: str) -> str:
    """The address of a static file with its content's fingerprint, cached for a year."""
    urls: dict[str, str] = current_app.extensions.setdefault("static_urls", {})
    if filename not in urls or current_app.debug:
        content = (Path(current_app.static_folder or "") / filename).read_bytes()
        mark = hashlib.sha256(content).hexdigest()[:12]
        urls[filename] = url_for("static", filename=filename, v=mark)
    return urls[filename]


def cached(response: Response, *, seconds: int, vary: str = "Cookie, Accept-Language") -> Response:
    """Let a public answer be kept for a while; answers 304 when the reader has it already."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else "no-cache"
    response.headers["Vary"] = vary
    response.add_etag()
    response.make_conditional(request)
    return response


FOR_EVER = 31_536_000


def published(content: bytes, kind: str, *, seconds: int) -> Response:
    """A public fact that any site may read and any cache may keep, with its ETag; `FOR_EVER` for
    what never changes."""
    response = Response(content, mimetype=kind)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    never = ", immutable" if seconds == FOR_EVER else ""
    response.headers["Cache-Control"] = f"public, max-age={seconds}{never}"
    response.add_etag()
    response.make_conditional(request)
    return response


def private(response: Response) -> Response:
    """A page for one reader, which the browser may keep and ask again with its ETag."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    response.add_etag()
    if "If-None-Match" in request.headers:
        response.make_conditional(request)
    return response
