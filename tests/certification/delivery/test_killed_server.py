"""What was answered "saved" is there after `kill -9` of the web process: 1,000 saves in the full
run, 100 otherwise, while the process is killed again and again."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.delivery.models import Attempt, AttemptEvent
from certification.delivery.queries import responses_of
from lms.accounts import identity
from lms.accounts.models import Account
from lms.db import db, unit
from tests.conftest import environment
from tests.factories import Factory

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
FULL = bool(os.environ.get("RUN_FULL"))
SAVES = 1000 if FULL else 100
KILLED_EVERY = 100 if FULL else 25
PATIENCE = 400.0 if FULL else 150.0


class Server:
    """The product's web process, one after the other on the same port."""

    def __init__(self, environ: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.environ = {**os.environ, **environ}
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to serve."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"]
        command += ["app:create_app", "--host", "127.0.0.1", "--port", str(self.port), "--no-ws"]
        command += ["--workers", "1", "--blocking-threads", "1", "--log-level", "error"]
        self.running = subprocess.Popen(command, cwd=ROOT, env=self.environ, start_new_session=True)

    def kill(self) -> None:
        """SIGKILL, whatever it does right now."""
        if self.running is not None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None


@pytest.fixture
def server(app: Flask, tmp_path: Path, database_url: str) -> Iterator[Server]:
    found = Server(environment(tmp_path / "data", database_url))
    yield found
    found.kill()


def signed_in(app: Flask, make: Factory) -> tuple[Attempt, dict[str, str]]:
    """An attempt that began now, and the headers of its candidate's page."""
    make.now = make.now.now(tz=make.now.tzinfo)
    person = make.person("Cara")
    attempt = make.begun(make.takeable(kinds=("text",) * 5), person)
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


def save(port: int, attempt: Attempt, headers: dict[str, str], number: int) -> bool:
    """Send one save; True when the server said that it is kept."""
    entry = {"position": number % 5 + 1, "seq": number + 1, "response": f"answer {number}"}
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
    assert answer.status == 200, text
    return json.loads(text)["saved"] == [entry["position"]]


@pytest.mark.sqlite
def test_no_acknowledged_save_is_lost_on_sqlite(app: Flask, make: Factory, server: Server) -> None:
    _save_and_kill(app, make, server)


@pytest.mark.postgres
def test_no_acknowledged_save_is_lost_on_postgresql(
    app: Flask, make: Factory, server: Server
) -> None:
    _save_and_kill(app, make, server)


def _save_and_kill(app: Flask, make: Factory, server: Server) -> None:
    attempt, headers = signed_in(app, make)
    kept: list[int] = []
    deadline = time.monotonic() + PATIENCE
    server.start()
    number = killed = 0
    while len(kept) < SAVES:
        assert time.monotonic() < deadline, f"only {len(kept)} saves in time, {killed} kills"
        if save(server.port, attempt, headers, number):
            kept.append(number)
            if len(kept) % KILLED_EVERY == 0:
                server.kill()
                killed += 1
                server.start()
        else:
            time.sleep(0.05)
        number += 1
    server.kill()
    with unit(writes=False):
        events = db.session.scalars(
            sa.select(AttemptEvent.data).where(AttemptEvent.kind == "answered")
        ).all()
        held = responses_of(attempt.id)
    assert {data["client_seq"] for data in events} >= {one + 1 for one in kept}
    for place in range(1, 6):
        newest = max(one for one in kept if one % 5 + 1 == place)
        assert held[place].client_seq >= newest + 1
    assert killed >= 4
