"""The shipped folder, and an academy that has loaded it."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app import create_app
from lms import clock
from lms.db import db
from reporting.cli import SHIPPED, catalog_group
from tests import once, postgres
from tests.conftest import NOW, ON_POSTGRES, environment

Load = Callable[[Flask, Path], Result]


@pytest.fixture
def frozen(now: datetime) -> Iterator[None]:
    """The clock stands."""
    with clock.frozen_at(now):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped folder."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "files"))


def load_folder(app: Flask, folder: Path, command: str = "load") -> Result:
    """The command, run on the day of the tests' `now`."""
    with clock.frozen_at(NOW):
        return app.test_cli_runner().invoke(catalog_group, [command, str(folder)])


def load_into(folder: Path, url: str) -> None:
    """Load what is shipped into a data folder and the database at an address."""
    app = create_app(environment(folder / "data", url))
    with app.app_context():
        result = load_folder(app, SHIPPED)
        assert result.exit_code == 0, result.output
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def shipped(template_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder and its database (SQLite) with what is shipped: loading takes seconds."""

    def make(folder: Path) -> None:
        shutil.copy(template_file, folder / "academy.db")
        load_into(folder, f"sqlite:///{folder / 'academy.db'}")

    return once.made_once(once.folder_of_run(tmp_path_factory), "shipped", make)


@pytest.fixture(scope="session")
def shipped_on_postgres(
    postgres_url: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The same on PostgreSQL, once a server: the name of a template, and the data folder."""
    run = once.folder_of_run(tmp_path_factory)
    name = f"shipped_{os.getppid() if 'PYTEST_XDIST_WORKER' in os.environ else os.getpid()}"

    def make(folder: Path) -> None:
        # One of an earlier run would have its files elsewhere.
        postgres.execute(postgres_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        postgres.template(
            postgres_url, name, lambda url: load_into(folder, url), of=postgres_template
        )

    return name, once.made_once(run, f"shipped-{sa.make_url(postgres_url).port}", make)


@pytest.fixture
def loaded(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> None:
    """The test begins with what is shipped; ask for it before the application."""
    if not ON_POSTGRES:
        shutil.copytree(request.getfixturevalue("shipped"), tmp_path, dirs_exist_ok=True)
        return
    name, folder = request.getfixturevalue("shipped_on_postgres")
    request.getfixturevalue("postgres_stage")(name)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
