"""Certificates of the first schema survive the one that brought keys and credentials."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from app import create_app
from lms import schema
from lms.connections import writing
from lms.db import db
from tests.conftest import environment

SAMPLES: dict[type, Any] = {
    int: 1,
    str: "x",
    bool: True,
    dict: {},
    date: date(2026, 11, 20),
    datetime: datetime(2026, 11, 20, tzinfo=UTC),
}


def put(connection: sa.Connection, table: str, **values: Any) -> None:
    """A row with these values and something of the right type in all others that must be."""
    found = sa.Table(table, sa.MetaData(), autoload_with=connection)
    for column in found.columns:
        if not column.nullable and column.name not in values:
            kind = dict if isinstance(column.type, sa.JSON) else column.type.python_type
            values[column.name] = SAMPLES[kind]
    connection.execute(found.insert().values(values))


@pytest.mark.thorough
@pytest.mark.sqlite
def test_a_certificate_of_before_is_kept_without_a_credential(tmp_path: Path) -> None:
    app = create_app(environment(tmp_path, f"sqlite:///{tmp_path / 'old.db'}"))
    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0001")
        token = writing.set(True)
        with db.engine.begin() as connection:
            put(connection, "person")
            put(connection, "programme")
            put(connection, "scheme")
            put(connection, "scheme_version", state="published", term_months=24)
            put(connection, "award")
            put(connection, "certificate", code="7F3K9Q2MXR4T0C8VA", state="pending")
        writing.reset(token)

        upgrade(directory=str(schema.FOLDER))

        with db.engine.connect() as connection:
            row = connection.execute(
                sa.text("SELECT code, credential_sha256, document_kid FROM certificate")
            ).one()
            tables = sa.inspect(connection).get_table_names()
        db.engine.dispose()
    assert tuple(row) == ("7F3K9Q2MXR4T0C8VA", None, None)
    assert {"signing_key", "status_list", "signed_list", "status_entry"} <= set(tables)
