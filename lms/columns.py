"""Column types that behave the same on SQLite and on PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeEngine


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in storage, on both databases."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(sa.types.TypeDecorator[str]):
    """Text with a length that SQLite keeps too: a longer value is refused on both databases.

    To ask for a longer value is no mistake: it is just not there.
    """

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def coerce_compared_value(self, op: Any, value: Any) -> sa.String:
        return sa.String()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and len(value) > self.length:
            raise ValueError(f"text of {len(value)} characters, {self.length} at most")
        return value


class Exact(sa.types.TypeDecorator[Fraction]):
    """A number without rounding, as text: `7`, `-1/3`. For points, where a third is a third."""

    impl = sa.String
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(80)

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        return None if value is None else str(Fraction(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        return None if value is None else Fraction(value)


def choice(kind: type[StrEnum], name: str) -> sa.Enum:
    """A column type for an enumeration: stored as its value, held by a named CHECK."""
    return sa.Enum(
        kind,
        name=name,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=24,
    )


Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class IdList(sa.types.TypeDecorator[Sequence[int]]):
    """Many ids as one bound value: JSON on SQLite, an array on PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(sa.BigInteger()))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else json.dumps(ids)


class _Each(sa.sql.functions.FunctionElement[int]):
    type = sa.BigInteger()
    inherit_cache = True


@compiles(_Each, "sqlite")
def _each_sqlite(element: _Each, compiler: Any, **options: Any) -> str:
    return f"value FROM json_each({compiler.process(element.clauses, **options)})"


@compiles(_Each, "postgresql")
def _each_postgresql(element: _Each, compiler: Any, **options: Any) -> str:
    return f"unnest({compiler.process(element.clauses, **options)})"


def empty(kind: TypeEngine[Any]) -> Any:
    """NULL of a type: what a branch of a UNION does not have."""
    return sa.cast(sa.null(), kind)


def listed(name: str) -> sa.Select[int]:
    """The ids of a bound list, for `column.in_(listed("ids"))` in a statement that is compiled
    once, whatever the list's length."""
    return sa.select(_Each(sa.bindparam(name, type_=IdList())))


def where(condition: str) -> dict[str, Any]:
    """What makes an index hold only the rows that meet an SQL condition, on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
