"""The shipped folder, and an academy that has loaded it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from lms import clock
from lms.db import db
from reporting.cli import SHIPPED, catalog_group
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


@pytest.fixture(scope="session")
def shipped(template_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder and its database (SQLite) with what is shipped: loading takes seconds."""
    folder = tmp_path_factory.mktemp("shipped")
    shutil.copy(template_file, folder / "academy.db")
    app = create_app(environment(folder / "data", f"sqlite:///{folder / 'academy.db'}"))
    with app.app_context():
        result = load_folder(app, SHIPPED)
        assert result.exit_code == 0, result.output
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def loaded(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> None:
    """The test begins with what is shipped; ask for it before the application."""
    if ON_POSTGRES:
        load_folder(request.getfixturevalue("app"), SHIPPED)
    else:
        shutil.copytree(request.getfixturevalue("shipped"), tmp_path, dirs_exist_ok=True)
