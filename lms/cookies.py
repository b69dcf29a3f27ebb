"""Flask's signed session cookie, read at the price of looking it up."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature

from lms import clock

API = "/api/"
"""Where programs ask, which send tokens and no cookies."""
KEPT = 5_000
Held = tuple[dict[str, Any], datetime]


class Sessions(SecureCookieSessionInterface):
    """Of one application, so of one secret. A visitor without a cookie costs no signature, and the
    same bytes are asked once."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Held] = OrderedDict()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie, empty without one; a program's cookie means nothing."""
        value = request.cookies.get(self.get_cookie_name(app))
        if not value or request.path.startswith(API):
            return self.session_class()
        held = self._held.get(value)
        if held is not None and timedelta(0) <= clock.now() - held[1] <= _lifetime(app):
            return self.session_class(held[0])
        return self.session_class(self._read(app, value))

    def _read(self, app: Flask, value: str) -> dict[str, Any]:
        """What a cookie says, if its signature holds and is young. Only plain values are kept: a
        request changes what hangs from others."""
        serializer, age = self.get_signing_serializer(app), _lifetime(app).total_seconds()
        if serializer is None:
            return {}
        try:
            data, at = serializer.loads(value, max_age=int(age), return_timestamp=True)
        except BadSignature:
            return {}
        if all(isinstance(one, str | int | None) for one in data.values()):
            self._held[value] = data, at
            if len(self._held) > KEPT:
                self._held.popitem(last=False)
        return dict(data)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Answers to programs, and facts that any site may read, neither set cookies nor vary by
        them, so that caches share them."""
        if not request.path.startswith(API) and response.access_control_allow_origin != "*":
            super().save_session(app, session, response)


def _lifetime(app: Flask) -> timedelta:
    lifetime: timedelta = app.permanent_session_lifetime
    return lifetime
