"""Alembic's entry: our metadata only; DBOS and the search index keep their own tables."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from lms.columns import Exact, UtcDateTime, Words
from lms.connections import writing
from lms.db import Base


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """Leave tables alone that our models do not know."""
    del thing, compared
    return not (kind == "table" and reflected and name not in Base.metadata.tables)


def render_item(kind: str, thing: Any, context_: Any) -> str | bool:
    """Write our column types as the plain types that they are in the database."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Words):
        return f"sa.String(length={thing.length})"
    if kind == "type" and isinstance(thing, Exact):
        return "sa.String(length=80)"
    if kind == "type" and isinstance(thing, sa.JSON):
        context_.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if kind == "type" and isinstance(thing, sa.BigInteger):
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def run() -> None:
    """Migrate online, each revision in its transaction."""
    engine = current_app.extensions["migrate"].db.engine
    token = writing.set(True)
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                include_object=include_object,
                render_item=render_item,
                render_as_batch=engine.dialect.name == "sqlite",
                compare_type=True,
                transaction_per_migration=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        writing.reset(token)


run()
