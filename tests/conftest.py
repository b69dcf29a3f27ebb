"""The cast and the stage: an application over a fresh database for each test.

`TEST_DATABASE=postgres` runs the same tests on PostgreSQL; a test marked `postgres` always runs
there, one marked `sqlite` never. A template database is made once per worker; each test gets a
copy.
"""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from app import create_app
from lms import clock, schema, settings
from lms.db import db, unit
from tests import disorder, once, plans, sweeping, warm
from tests.factories import Factory
from tests.scheduling import BySite

pytest_plugins = ["tests.postgres", "tests.cover"]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FULL = bool(os.environ.get("RUN_FULL"))
"""`script/test --full`: larger counts."""
SPARE = 1 if FULL else 4
"""How many times its target of CPU time something may take. Where others share the machine, what
reads much memory has taken four times as long; the full run holds the targets themselves."""
ON_POSTGRES = os.environ.get("TEST_DATABASE") == "postgres"

warm.prepare()
disorder.prepare()
# Where others share the machine, any example may wait longer than hypothesis has patience.
hypothesis.settings.register_profile("academy", deadline=None, max_examples=100 if FULL else 40)
hypothesis.settings.load_profile("academy")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySite | None:
    """The tests of a site are one group; other ways of handing out are xdist's own."""
    return BySite(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker whether the tests of a group are its alone, and follow each other."""
    node.workerinput["in_groups"] = node.config.getoption("dist") == "loadfile"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups with a site come first, then files that hold long tests, so that no worker waits for
    the others at the end."""
    slow, thorough = (
        {item.path for item in items if item.get_closest_marker(mark)}
        for mark in ("slow", "thorough")
    )

    def place(item: pytest.Item) -> int:
        has_site = "site" in getattr(item, "fixturenames", ())
        return 0 if has_site else 1 if item.path in slow else 2 if item.path in thorough else 3

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What is loaded by now stays for the run, so the collector need not walk it again and again: a
    fifth of the tests' time otherwise."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(300_000, 20, 100)


def environment(folder: Path, url: str) -> dict[str, str]:
    """Settings of a test application."""
    return {
        "APP_ENV": "test",
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "PUBLIC_URL": "http://academy.test",
        "SECRET_KEY": "a-test-secret-of-more-than-32-characters",
        "DEMO_PASSWORD": "correct-horse-battery",
    }


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """Bring the empty database at an address to the newest schema."""

    def migrate(url: str) -> None:
        app = create_app(environment(tmp_path_factory.mktemp("migrate"), url))
        schema.to_head(app)
        with app.app_context():
            if db.engine.dialect.name == "sqlite":
                with db.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()

    return migrate


@pytest.fixture(scope="session")
def template_file(
    tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[str], None]
) -> Path:
    """An SQLite file with the newest schema."""
    path = once.made_once(
        once.folder_of_run(tmp_path_factory),
        "template",
        lambda folder: migrated(f"sqlite:///{folder / 'template.db'}"),
    )
    plans.watch.file = path / "template.db"
    return plans.watch.file


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A link to the folder of the test that runs, so that its database has the same address."""
    return tmp_path_factory.mktemp("place") / "here"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path, place: Path) -> str:
    """A fresh database for this test."""
    node: pytest.Item = request.node
    if node.get_closest_marker("postgres") or (
        ON_POSTGRES and not node.get_closest_marker("sqlite")
    ):
        return str(request.getfixturevalue("postgres_database"))
    shutil.copy(request.getfixturevalue("template_file"), tmp_path / "academy.db")
    place.unlink(missing_ok=True)
    place.symlink_to(tmp_path)
    return f"sqlite:///{place / 'academy.db'}"


@pytest.fixture(scope="module")
def shared_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A fresh database for all tests of a file that look at what takes long to make."""
    if ON_POSTGRES:
        return str(request.getfixturevalue("postgres_copy"))
    target = tmp_path_factory.mktemp("shared") / "academy.db"
    shutil.copy(request.getfixturevalue("template_file"), target)
    return f"sqlite:///{target}"


@pytest.fixture(scope="session")
def lasting() -> dict[str, warm.Lasting]:
    """Applications by the address of their database."""
    return {}


@pytest.fixture
def app(database_url: str, tmp_path: Path, lasting: dict[str, warm.Lasting]) -> Iterator[Flask]:
    """The application under test."""
    environ = environment(tmp_path / "data", database_url)
    if database_url not in lasting:
        made = create_app(environ)
        made.before_request_funcs.setdefault(None, []).insert(0, _forget_the_last_reader)
        lasting[database_url] = warm.Lasting(made)
    app = lasting[database_url].as_new(settings.read(environ))
    yield app
    scans = plans.watch.taken()
    client = app.extensions.get("jobs_client")
    if client is not None:
        client.destroy()
    with app.app_context():
        db.session.remove()
        if db.engine.dialect.name == "postgresql":
            sweeping.keep_few(db.engine)
        else:
            db.engine.dispose()
    assert not scans, "\n\n".join(scans)


def _forget_the_last_reader() -> None:
    """`make` holds one context for the whole test: each request begins as in a fresh one."""
    for name in list(g):
        g.pop(name)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser."""
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    """Monday, 23 November 2026, 09:00 UTC."""
    return NOW


@pytest.fixture
def stands(now: datetime) -> Iterator[None]:
    """The clock stands at `now` for the whole test: for what is over on some day after it."""
    with clock.frozen_at(now):
        yield


@pytest.fixture
def make(app: Flask) -> Iterator[Factory]:
    """Plain factories: what each makes is committed."""
    with app.app_context():
        yield Factory(now=NOW)
        db.session.rollback()


__all__ = ["unit"]
