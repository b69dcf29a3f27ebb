"""The academy that is measured: its own folder and database, the bench data set, its readers."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import sqlalchemy as sa
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from app import create_app
from certification.certificates.models import Certificate
from courses.catalog.snapshot import catalog
from courses.scheduling.models import Seat
from lms import clock
from lms.accounts import identity
from lms.accounts.models import Account
from lms.db import db, unit
from tests import postgres
from tests.bench.servers import ROOT

READERS = 40
CODES = 400


@dataclass(frozen=True, slots=True)
class Stage:
    """A loaded academy."""

    name: str
    people: int
    folder: Path
    environ: Mapping[str, str]

    @contextmanager
    def app(self) -> Iterator[Flask]:
        """The application in this process, inside its context."""
        app = create_app(self.environ)
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()

    def load(self) -> str:
        """Load the data set by its command; returns the command's last line."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "demo", "bench", "--people",
             str(self.people)],
            cwd=ROOT, env={**os.environ, **self.environ}, check=False, capture_output=True,
            text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"loading failed:\n{done.stdout}{done.stderr}")
        return done.stdout.strip().splitlines()[-1].strip()


def stage(name: str, folder: Path, people: int, url: str) -> Stage:
    """An empty academy in a folder of its own, on this database (SQLite in the folder if "")."""
    folder.mkdir()
    environ = {
        "APP_ENV": "development",
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": "a-bench-secret-of-more-than-32-characters",
        "DEMO_PASSWORD": "not-used-in-this-run",
        "TRUSTED_HOPS": "1",
        "SMTP_URL": "",
    }
    return Stage(name, people, folder, environ)


@dataclass(frozen=True, slots=True)
class Readers:
    """Addresses to ask for, and who asks."""

    course: str
    codes: list[str]
    cookies: list[str]


def readers(stage: Stage) -> Readers:
    """Sign some learners in and pick codes from the whole range of certificates."""
    with stage.app() as app:
        with unit(writes=True):
            people = _some(Seat.person_id, READERS)
            cookies = [signed_in(app, person_id)[0] for person_id in people]
        with unit(writes=False):
            codes = [str(code) for code in _some(Certificate.code, CODES)]
            course = max(catalog().courses, key=lambda card: len(card.formats)).href
    return Readers(course, codes, cookies)


def _some(column: sa.orm.InstrumentedAttribute[object], count: int) -> list[object]:
    """Values spread evenly over a table."""
    table_id = column.class_.id
    highest = db.session.scalar(sa.select(sa.func.max(table_id))) or 0
    wanted = [highest * (n + 1) // (count + 1) for n in range(count)]
    return list(db.session.scalars(sa.select(column).where(table_id.in_(wanted)).distinct()))


def signed_in(app: Flask, person_id: object) -> tuple[str, str]:
    """The browser's cookie of a fresh sign-in, and the token that its forms carry."""
    account = db.session.scalars(sa.select(Account).where(Account.person_id == person_id)).one()
    token, secret = identity.start(account, now=clock.now()), token_hex(20)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({"_user_id": token, "_fresh": True, "csrf_token": secret})
    forms = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(secret)
    return f"{app.config['SESSION_COOKIE_NAME']}={value}", str(forms)


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """A PostgreSQL of the run's own, which waits for the disk."""
    folder.mkdir()
    try:
        yield postgres.start(folder, durable=True)
    finally:
        postgres.stop(folder)


def new_database(url: str, name: str) -> str:
    """The address of a fresh database of this server."""
    postgres.execute(url, f"CREATE DATABASE {name}")
    return postgres.in_database(url, name)
