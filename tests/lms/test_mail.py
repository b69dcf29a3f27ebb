"""Mails: noted with the business row, sent once by a job, to a file or to a real SMTP server."""

import email
import socketserver
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from lms import mail
from lms.db import db, unit
from lms.mail import MailMessage
from tests.conftest import environment
from tests.factories import Factory

FACTS = {"name": "Ada", "token": "abc-123"}


class Postbox(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321 to take a mail."""

    def handle(self) -> None:
        self.say("220 postbox")
        lines: list[bytes] = []
        for line in self.rfile:
            verb = line[:4].upper().strip()
            if verb == b"QUIT":
                self.say("221 bye")
                return
            if verb == b"DATA":
                self.say("354 go on")
                for part in self.rfile:
                    if part == b".\r\n":
                        break
                    lines.append(part)
                self.server.taken.append(b"".join(lines))  # type: ignore[attr-defined]
            self.say("250 fine")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def postbox() -> Iterator[socketserver.ThreadingTCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postbox) as server:
        server.taken = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def send(now: datetime, key: str = "reset:1") -> None:
    with unit(writes=True):
        mail.send(
            "password",
            "ada@people.example",
            key=key,
            now=now,
            language="en",
            zone="UTC",
            person_id=None,
            **FACTS,
        )


def test_a_mail_is_noted_once_and_written_to_a_file(
    app: Flask, make: Factory, now: datetime
) -> None:
    make.person("Ada")
    send(now)
    send(now)
    for _ in range(2):
        mail.deliver({"key": "reset:1"})
    folder: Path = app.extensions["settings"].data_dir / "mail"
    [path] = list(folder.iterdir())
    found = email.message_from_bytes(path.read_bytes())
    assert found["To"] == "ada@people.example"
    assert found["Subject"]
    assert "\n" not in found["Subject"]
    assert "http://academy.test/password-reset/abc-123" in found.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_the_values_are_gone_once_the_mail_is_sent(
    app: Flask, make: Factory, now: datetime
) -> None:
    make.person("Ada")
    send(now)
    mail.deliver({"key": "reset:1"})
    with unit(writes=False):
        row = db.session.scalars(sa.select(MailMessage)).one()
    assert row.sent_at is not None
    assert row.facts == {}


def test_what_is_rolled_back_is_never_sent(app: Flask, make: Factory, now: datetime) -> None:
    make.person("Ada")

    def half_done() -> None:
        with unit(writes=True):
            mail.send(
                "password", "a@b.example", key="k", now=now, language="en", zone="UTC", **FACTS
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with unit(writes=False):
        assert db.session.scalars(sa.select(MailMessage)).all() == []


def test_smtp_takes_it(
    database_url: str, tmp_path: Path, now: datetime, postbox: socketserver.ThreadingTCPServer
) -> None:
    port = postbox.server_address[1]
    settings = environment(tmp_path / "data", database_url)
    app = create_app({**settings, "SMTP_URL": f"smtp://127.0.0.1:{port}"})
    with app.app_context():
        send(now)
        mail.deliver({"key": "reset:1"})
        db.engine.dispose()
    app.extensions["jobs_client"].destroy()
    [taken] = postbox.taken  # type: ignore[attr-defined]
    assert b"To: ada@people.example" in taken


def test_a_server_that_is_away_fails_the_job_and_keeps_the_mail(
    database_url: str, tmp_path: Path, now: datetime
) -> None:
    settings = environment(tmp_path / "data", database_url)
    app = create_app({**settings, "SMTP_URL": "smtp://127.0.0.1:9"})
    with app.app_context():
        send(now)
        with pytest.raises(OSError, match="refused"):
            mail.deliver({"key": "reset:1"})
        with unit(writes=False):
            row = db.session.scalars(sa.select(MailMessage)).one()
        assert row.sent_at is None
        assert row.facts == FACTS
        db.engine.dispose()
    app.extensions["jobs_client"].destroy()
