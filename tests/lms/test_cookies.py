"""The session cookie: read once for the same bytes, believed only while it is young and whole."""

from datetime import timedelta

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface


def cookie(app: Flask, **values: object) -> str:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps(values))


def said(app: Flask, value: str, path: str = "/") -> dict[str, object]:
    with app.test_request_context(path, headers={"Cookie": f"session={value}"}):
        return dict(session)


@pytest.fixture(autouse=True)
def name(app: Flask) -> None:
    app.config["SESSION_COOKIE_NAME"] = "session"


def test_a_cookie_says_the_same_a_second_time(app: Flask) -> None:
    value = cookie(app, token="t")
    assert said(app, value) == said(app, value) == {"token": "t"}


def test_a_changed_cookie_says_nothing_also_after_the_true_one_was_read(app: Flask) -> None:
    value = cookie(app, token="t")
    said(app, value)
    other = "A" if value[-9] != "A" else "B"
    for forged in (f"{value[:-9]}{other}{value[-8:]}", f"e{value}", f"{value}x"):
        assert said(app, forged) == {}


def test_what_a_request_changes_stays_with_it(app: Flask) -> None:
    value = cookie(app, token="t", _flashes=[("info", "Saved")])
    with app.test_request_context("/", headers={"Cookie": f"session={value}"}):
        session["token"] = "another"
        session["_flashes"].append(("info", "Twice"))
    assert said(app, value) == {"token": "t", "_flashes": [("info", "Saved")]}


def test_a_cookie_that_grew_too_old_says_nothing_however_well_it_is_known(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = cookie(app, token="t")
    assert said(app, value) == {"token": "t"}
    app.permanent_session_lifetime = timedelta(seconds=-1)
    assert said(app, value) == {}


def test_a_programs_cookie_means_nothing(app: Flask) -> None:
    value = cookie(app, token="t")
    assert said(app, value) == {"token": "t"}
    assert said(app, value, "/api/v1/verifications") == {}
