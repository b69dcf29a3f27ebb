"""Errors as pages or as problem details (RFC 9457), always with the request's id."""

import structlog
from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from lms import i18n, landing, resending, wording
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.web import SAFE, SignInFirst

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(SignInFirst, _sign_in_first)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)


def wants_json() -> bool:
    """Whether the reader is a program."""
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def answer(status: int, title: str, texts: list[str], code: str | None = None) -> Response:
    """Draw an error for this reader."""
    if wants_json():
        body = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": " ".join(texts),
            "instance": request.path,
            "request_id": getattr(g, "request_id", ""),
        }
        if code is not None:
            body["code"] = code
        response = jsonify(body)
        response.content_type = "application/problem+json"
    else:
        response = Response(
            render_template(
                "errors/error.html",
                code=status,
                title=title,
                texts=texts,
                request_id=getattr(g, "request_id", ""),
            )
        )
    response.status_code = status
    return response


def _refusal(error: Refusal) -> Response:
    texts = [wording.word(reason) for reason in error.reasons]
    return answer(error.status, _("That was not possible"), texts, error.reasons[0].code)


def _sign_in_first(_error: SignInFirst) -> Response:
    if wants_json():
        return answer(401, _("Sign in first"), [_("This address needs an account.")])
    if request.method not in SAFE and resending.state() == resending.State.SIGNED_OUT:
        return _send_again()
    target = request.full_path.rstrip("?") if request.method in SAFE else request.path
    response = redirect(url_for("accounts.sign_in", next=target), 303)
    return Response(response.response, 303, response.headers)


def _expired_form(_error: CSRFError) -> Response:
    return _send_again()


def _send_again() -> Response:
    told = resending.page()
    if wants_json():
        return answer(told.status, told.title, told.texts)
    return Response(resending.drawn(told), told.status)


def _http_error(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        response = error.get_response()
        return Response(response.response, code, dict(response.headers))
    page = landing.page_of_address() if code == 405 and not wants_json() else None
    if page is not None:
        return Response(status=303, headers={"Location": page})
    title, text = _words(code)
    response = answer(code, title, [text])
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(allowed)
    seconds = getattr(error, "retry_after", None)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def _words(code: int) -> tuple[str, str]:
    known = {
        400: (
            _("That request makes no sense"),
            _("Go back, check what you entered and try again."),
        ),
        403: (
            _("Not for your role"),
            _(
                "Your account may not use this page. If you need it, ask "
                "an administrator for the role."
            ),
        ),
        404: (
            _("Page not found"),
            _(
                "There is nothing at this address, or it is not yours to see. "
                "Check the address, or start from the home page."
            ),
        ),
        405: (_("Not possible here"), _("This address does not take that kind of request.")),
        413: (_("Too large"), _("The file or the form is larger than 8 MB. Send it in parts.")),
        429: (_("Too many requests"), _("Wait a minute, then try again.")),
        500: (
            _("Something went wrong on our side"),
            _("Nothing was lost. Try again; if it happens again, tell us the request number."),
        ),
    }
    return known.get(code, (_("That did not work"), _("Go back and try again.")))


def _crash(error: Exception) -> Response:
    log.exception("unhandled error", path=request.path)
    del error
    try:
        title, text = _words(500)
        return answer(500, title, [text])
    except Exception:  # the database may be away: nothing that asks it can be drawn
        log.exception("no error page", path=request.path)
        return _bare()


def _bare() -> Response:
    """The last resort: words alone."""
    g.language = i18n.SOURCE
    title, text = _words(500)
    page = f"{title}. {text} ({getattr(g, 'request_id', '')})\n"
    return Response(page, 500, mimetype="text/plain")
