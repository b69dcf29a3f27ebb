"""API v1: how an endpoint is declared, and what happens around each.

The cookie of a browser means nothing here: who asks is who holds the token. A declaration is the
one source of the route, its gate, the check of what comes in, and its description in OpenAPI.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeAlias

from flask import Blueprint, Flask, Response, current_app, g, request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from pydantic import BaseModel, ValidationError

from lms import clock
from lms.accounts.identity import digest
from lms.api import answers, problems, tokens
from lms.api.problems import Problem
from lms.limits import Check, limited, tries_of_token
from lms.networks import network_of
from lms.permissions import PUBLIC, TOKEN, permission_of, permit
from lms.web import csrf

ROOT = "/api/v1"
OPEN_RATE, TOKEN_RATE, DENIED_RATE = map(parse, ("600/minute", "600/minute", "60/15minutes"))
View: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the API."""

    method: str
    path: str
    name: str
    scope: str | None
    summary: str
    detail: str
    answer: type[BaseModel] | None
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    status: int
    statuses: tuple[int, ...]
    media: str = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view returns when the body alone does not say it all.

    `mark` is what the ETag is made of, where the body holds the time of the check.
    """

    body: BaseModel
    headers: dict[str, str]
    mark: BaseModel | None = None


blueprint = Blueprint("api", __name__, url_prefix=ROOT)
csrf.exempt(blueprint)
ENDPOINTS: list[Endpoint] = []


def endpoint(
    method: str,
    path: str,
    *,
    summary: str,
    answer: type[BaseModel] | None = None,
    scope: str | None = None,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    status: int = 200,
    statuses: tuple[int, ...] = (),
    media: str = "application/json",
    limits: tuple[Check, ...] = (),
) -> Callable[[View], View]:
    """Declare an operation. Its view gets the path's values, `query` and `body`, and returns a
    model, an `Answer` or a finished response."""

    def declare(view: View) -> View:
        found = Endpoint(
            method,
            path,
            view.__name__,
            scope,
            summary,
            " ".join((view.__doc__ or "").split()),
            answer,
            query,
            body,
            status,
            statuses,
            media,
        )
        ENDPOINTS.append(found)
        wrapped = permit(TOKEN + scope if scope else PUBLIC)(_around(found, view))
        if method == "POST":
            limited(tries_of_token, *limits)(wrapped)
        blueprint.add_url_rule(path, view.__name__, wrapped, methods=[method])
        return view

    return declare


def _around(found: Endpoint, view: View) -> View:
    @wraps(view)
    def run(**values: Any) -> Response:
        given = dict(values)
        if found.query is not None:
            given["query"] = _read(found.query, request.args.to_dict(), "#/query")
        if found.body is not None:
            given["body"] = _body(found.body)
        response = _response(view(**given), found.status)
        held: answers.Claim | None = g.get("api_claim")
        if held is not None and response.status_code < 400:
            answers.keep(held, response)
        return response

    return run


def _read(model: type[BaseModel], values: dict[str, Any], root: str) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise problems.unreadable(error, root) from None


def _body(model: type[BaseModel]) -> BaseModel:
    if request.mimetype != "application/json":
        raise Problem(415, "not_json", "Send JSON", "The Content-Type must be application/json.")
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        raise problems.unreadable(error, "#") from None


def _response(found: Any, status: int) -> Response:
    if isinstance(found, Response):
        return found
    answer = found if isinstance(found, Answer) else Answer(found, {})
    response = Response(answer.body.model_dump_json(), status, mimetype="application/json")
    response.headers.update(answer.headers)
    if request.method == "GET":
        marked = answer.mark or answer.body
        response.set_etag(digest(marked.model_dump_json())[:32])
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault("Vary", "Authorization")
        response.make_conditional(request)
    return response


@blueprint.before_request
def _begin() -> Response | None:
    """Who asks, whether too often, and whether this very request was answered before."""
    now = clock.now()
    secret = _secret()
    if secret is not None:
        g.api_client = _client(secret, now)
    _hold(TOKEN_RATE if secret else OPEN_RATE, digest(secret)[:32] if secret else _address())
    _gate()
    if request.method != "POST" or tokens.current() is None:
        return None
    held = answers.claim(
        current_app.extensions["settings"].database_url,
        g.api_client.token_id,
        request.headers.get(answers.HEADER, ""),
        answers.hash_of(request.method, request.path, request.get_data()),
        now=now,
    )
    if isinstance(held, Response):
        return held
    g.api_claim = held
    return None


def _gate() -> None:
    """A key is claimed only by who may use the address; `lms.web` asks again in the unit."""
    permission = _permission()
    if permission.startswith(TOKEN):
        require(permission.removeprefix(TOKEN))


def _permission() -> str:
    return permission_of(current_app.view_functions[request.endpoint or ""])


def require(scope: str) -> None:
    """Refuse who holds no token (401), or one without this scope (403)."""
    client = tokens.current()
    if client is None:
        raise _denied("token_missing", "This address needs a token", "Send Authorization: Bearer …")
    if scope not in client.scopes:
        raise Problem(
            403, "token_scope", "Not with this token", f"The token needs the scope {scope}."
        )


def _secret() -> str | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.casefold() != "bearer" or not secret.strip():
        raise _denied("token_missing", "This address needs a token", "Send Authorization: Bearer …")
    return secret.strip()


def _client(secret: str, now: Any) -> tokens.Client:
    found = tokens.holder(secret, now=now)
    if found is None:
        _hold(DENIED_RATE, f"denied:{_address()}")
        raise _denied(
            "token_unknown", "This token does not work", "It is unknown, over or revoked."
        )
    return found


def _denied(code: str, title: str, detail: str) -> Problem:
    return Problem(401, code, title, detail, headers={"WWW-Authenticate": 'Bearer realm="api"'})


def _address() -> str:
    return network_of(request.remote_addr or "unknown")


def _hold(rate: Any, key: str) -> None:
    """Count in this process's memory: reading is cheap, and counted where it happens."""
    limiter: FixedWindowRateLimiter = current_app.extensions["api_limiter"]
    if not limiter.hit(rate, key):
        ends = limiter.get_window_stats(rate, key).reset_time
        raise Problem(
            429,
            "too_many",
            "Too many requests",
            "Wait, then go on more slowly.",
            headers={"Retry-After": str(max(1, int(ends - time.time())))},
        )


@blueprint.after_request
def _end(response: Response) -> Response:
    if _permission() == PUBLIC:  # also what it refuses, which a browser would hide from a site
        response.headers["Access-Control-Allow-Origin"] = "*"
    held: answers.Claim | None = g.pop("api_claim", None)
    if held is not None and response.status_code >= 400:
        answers.settle(current_app.extensions["settings"].database_url, held, response)
    return response


def init_app(app: Flask) -> None:
    """Register the problems' handler, the limiter and the endpoints declared so far."""
    app.extensions["api_limiter"] = FixedWindowRateLimiter(MemoryStorage())
    problems.init_app(app)
    app.register_blueprint(blueprint)
