"""The database's shape: migrations to the head, DBOS's own tables, and whether both are there."""

from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, upgrade

from lms import worker
from lms.db import Base, db

migrate = Migrate(compare_type=True, render_as_batch=True)
FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def init_app(app: Flask) -> None:
    """Register `flask db …` on our metadata."""
    migrate.init_app(app, db, directory=str(FOLDER))


def to_head(app: Flask) -> None:
    """Migrate to the newest revision; DBOS brings its own tables."""
    with app.app_context():
        upgrade(directory=str(FOLDER))
    worker.migrate(app.extensions["settings"])


def head() -> str | None:
    """The newest revision that the code knows."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return ScriptDirectory.from_config(config).get_current_head()


def current() -> str | None:
    """The revision that the database has; None for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_ours(name: str) -> bool:
    """Whether a table belongs to our metadata (and not to DBOS or the search index)."""
    return name in Base.metadata.tables


def has_tables() -> bool:
    """Whether the database holds anything of ours."""
    return sa.inspect(db.engine).has_table("person")
