"""Statements that hot pages run on every request, compiled once and handed to the driver.

SQLAlchemy spends 100 to 400 µs around a statement that SQLite answers in 10: building it, finding
it in the cache, wrapping its rows. Here a Core or ORM SELECT of columns is compiled once for each
dialect; a run binds its values, executes and turns the rows into named tuples with the types'
own processors. Values come in by `bindparam`, lists of ids by `lms.columns.listed`.

A run joins the transaction of its unit, if one has begun.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from flask import g
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.type_api import TypeEngine
from sqlalchemy.sql.visitors import replacement_traverse

from lms.connections import in_order, rows_of, wire_of
from lms.db import AnySelect, connection, db, is_reading
from lms.wire import Question

Convert = Callable[[Any], Any]
observers: list[Callable[[str], None]] = []
"""Called with the text of each statement that runs: tests count with it."""


class _Compiled:
    """A statement in one dialect: its text, how to bind and how to read."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        reads = isinstance(statement, sa.SelectBase)
        prepared = _with_constants(statement, dialect) if reads else statement
        compiled: Any = prepared.compile(dialect=in_order(dialect))
        self.text = str(compiled)
        self.positions: Sequence[str] = compiled.positiontup
        self.defaults = {
            name: compiled.params[name]
            for bind, name in compiled.bind_names.items()
            if not bind.required
        }
        self.binders = {
            name: convert
            for bind, name in compiled.bind_names.items()
            if (convert := _processor(bind.type, "bind_processor", dialect))
        }
        columns = list(statement.selected_columns if reads else statement.exported_columns)
        names = [column.key or "" for column in columns]
        kind: Any = namedtuple("Row", names)  # type: ignore[misc]
        self.make: Convert = kind._make
        self.readers = [
            (place, convert)
            for place, column in enumerate(columns)
            if (convert := _processor(column.type, "result_processor", dialect, None))
        ]

    def arguments(self, values: dict[str, Any]) -> Any:
        """The values in the driver's form and order."""
        given = {**self.defaults, **values}
        for name, convert in self.binders.items():
            given[name] = convert(given[name])
        return [given[name] for name in self.positions]

    def read(self, raw: Sequence[Any]) -> Any:
        """A row as a named tuple of Python values."""
        if not self.readers:
            return self.make(raw)
        values = list(raw)
        for place, convert in self.readers:
            values[place] = convert(values[place])
        return self.make(values)


def _with_constants(statement: Any, dialect: Dialect) -> Any:
    """The statement with its words and numbers written into its text. SQLite plans anew at each
    run when a bound value decides whether a partial index serves (40 µs), not for a constant."""

    def written(bind: Any, **_others: Any) -> Any:
        if not isinstance(bind, sa.BindParameter) or bind.expanding:
            return None
        if not isinstance(bind.value, str | int) or "%" in str(bind.value):
            return None
        text = str(bind.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        return sa.literal_column(text, bind.type)

    traverse: Any = replacement_traverse
    return traverse(statement, {}, written)


def _processor(kind: TypeEngine[Any], name: str, dialect: Dialect, *more: Any) -> Convert | None:
    convert: Convert | None = getattr(kind.dialect_impl(dialect), name)(dialect, *more)
    return convert


class Prepared:
    """A SELECT, or what an INSERT or UPDATE gives back by RETURNING, that is composed and compiled
    once. Column names must be unique. What writes runs in a unit that writes."""

    def __init__(
        self, statement: AnySelect | sa.CompoundSelect[*tuple[Any, ...]] | sa.UpdateBase
    ) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Any) -> list[Any]:
        """All rows as named tuples."""
        return self._run(values, alone=False)

    def alone(self, **values: Any) -> Any:
        """The first row, or None, of a statement that is all that its unit writes: it is durable
        when this returns (`lms.db.connection`)."""
        return next(iter(self._run(values, alone=True)), None)

    def _run(self, values: dict[str, Any], *, alone: bool) -> list[Any]:
        dialect = db.engine.dialect
        compiled = self._in_dialect(dialect)
        found = _taken(self, values)
        if found is None:
            _observe(compiled)
            given = compiled.arguments(values)
            with connection(alone=alone) as driver:
                found = rows_of(dialect, driver, compiled.text, given)
        return [compiled.read(raw) for raw in found]

    def asked(self, **values: Any) -> "Asked":
        """The question that `rows` would ask, for `ahead`."""
        return self, values

    def put(self, values: dict[str, Any]) -> Question:
        """The question as the database is asked, which is observed."""
        compiled = self._in_dialect(db.engine.dialect)
        _observe(compiled)
        return compiled.text, compiled.arguments(values)

    def _in_dialect(self, dialect: Dialect) -> _Compiled:
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Compiled(self.statement, dialect)
        return self._compiled[dialect.name]

    def first(self, **values: Any) -> Any:
        """The first row, or None."""
        return next(iter(self.rows(**values)), None)


Asked: TypeAlias = tuple[Prepared, dict[str, Any]]
"""A question as `Prepared.asked` says it."""


def ahead(*questions: Asked) -> None:
    """Ask now and at once what this unit is about to ask one by one, where that saves waiting:
    PostgreSQL is asked once, SQLite later as before. Each answer is for the next who asks the same
    in this unit, and for them alone. A unit that writes reads at its own time."""
    if db.engine.dialect.name != "postgresql" or not is_reading():
        return
    with connection() as driver:
        wire = wire_of(db.engine.dialect, driver)
        if wire is None:
            return
        found = wire.together([statement.put(values) for statement, values in questions])
    g.brought = list(zip(questions, found, strict=True))


def _taken(statement: Prepared, values: dict[str, Any]) -> Sequence[Any] | None:
    """What `ahead` brought for this question, once."""
    brought: list[tuple[Asked, Sequence[Any]]] = g.get("brought") or []
    for place, ((asked, given), rows) in enumerate(brought):
        if asked is statement and given == values:
            del brought[place]
            return rows
    return None


def _observe(compiled: _Compiled) -> None:
    for observe in observers:
        observe(compiled.text)
