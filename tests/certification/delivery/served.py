"""The web process as it is served, and a candidate's page that saves: for tests that kill."""

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.delivery.models import Attempt
from lms.accounts import identity
from lms.accounts.models import Account
from lms.db import db, unit
from tests.factories import Factory
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
PLACES = 5


class Server:
    """The product's web process, one after the other on the same port."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.port = free_port()
        self.environ = {**os.environ, **environ}
        self.running: subprocess.Popen[bytes] | None = None

    def start(self, workers: int = 1) -> None:
        """Begin to serve."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"]
        command += ["app:create_app", "--host", "127.0.0.1", "--port", str(self.port), "--no-ws"]
        command += ["--workers", str(workers), "--blocking-threads", "1", "--log-level", "error"]
        self.running = subprocess.Popen(command, cwd=ROOT, env=self.environ, start_new_session=True)

    def kill(self) -> None:
        """SIGKILL, whatever it does right now."""
        if self.running is not None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None


def signed_in(app: Flask, make: Factory) -> tuple[Attempt, dict[str, str]]:
    """An attempt that began now, and the headers of its candidate's page."""
    make.now = make.now.now(tz=make.now.tzinfo)
    person = make.person("Cara")
    attempt = make.begun(make.takeable(kinds=("text",) * PLACES), person)
    with unit(writes=True):
        account = db.session.scalars(sa.select(Account).where(Account.person_id == person.id)).one()
        token = identity.start(account, now=make.now)
    client: FlaskClient = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    csrf = client.get(f"/exams/attempts/{attempt.code}").text.split('name="csrf_token" value="')[1]
    cookie = client.get_cookie("academy")
    assert cookie is not None
    return attempt, {
        "Cookie": f"academy={cookie.value}",
        "X-CSRFToken": csrf.split('"')[0],
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


def save(
    port: int, attempt: Attempt, headers: dict[str, str], number: int, *, breaks: bool = False
) -> bool:
    """Send one save; True when the server said that it is kept. `breaks`: it may say 5xx."""
    entry = {"position": number % PLACES + 1, "seq": number + 1, "response": f"answer {number}"}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        body = json.dumps({"answers": [entry]})
        line.request("POST", f"/exams/attempts/{attempt.code}/answers", body, headers)
        answer = line.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
    if breaks and answer.status >= 500:
        return False
    assert answer.status == 200, text
    return json.loads(text)["saved"] == [entry["position"]]
