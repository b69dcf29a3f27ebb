"""PostgreSQL asked without a cursor, for single statements outside of a transaction.

psycopg's cursor takes any statement in any state of its connection; for a small SELECT that is as
much work as sending it (measured: 0085). Where a connection needs no BEGIN and may keep plans, the
statement is planned once by its name, its values are sent as text and its rows read by psycopg's
own loaders. Several statements may be sent together, which is one wait instead of one for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias

from psycopg import Connection, abc, errors, generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

Raw: TypeAlias = tuple[Any, ...]
Question: TypeAlias = tuple[str, Sequence[Any]]
"""A statement with `$1`, and its values in order."""
Sent: TypeAlias = Sequence[abc.Buffer | None]


@dataclass(slots=True)
class _Plan:
    """A statement that the server knows by its name."""

    name: bytes
    values: abc.Transformer
    """Writes values and reads rows; it remembers how, for the statement is always the same."""
    knows_columns: bool = False

    def sent(self, values: Sequence[Any]) -> Sent:
        """As text: the statement's casts alone say what type a value has, so one plan serves."""
        return self.values.dump_sequence(values, [PyFormat.TEXT] * len(values))

    def rows(self, result: PGresult) -> list[Raw]:
        self.values.set_pgresult(result, set_loaders=not self.knows_columns)
        self.knows_columns = True
        rows = self.values.load_rows(0, result.ntuples, tuple)
        self.values.set_pgresult(None, set_loaders=False)  # which frees the result
        return rows


class Wire:
    """A connection in autocommit mode, with its plans. psycopg has the server forget all plans of a
    connection on which a transaction was rolled back: then they are made again."""

    def __init__(self, driver: Connection[Any]) -> None:
        self.driver = driver
        self._plans: dict[str, _Plan] = {}
        self._numbers = count()

    def rows(self, text: str, values: Sequence[Any]) -> list[Raw]:
        """All rows of one statement."""
        try:
            return self._one(text, values)
        except errors.InvalidSqlStatementName:
            self._plans.clear()
            return self._one(text, values)

    def together(self, questions: Sequence[Question]) -> list[list[Raw]]:
        """All rows of each of several statements, which are sent before the first is answered."""
        try:
            return self._several(questions)
        except errors.InvalidSqlStatementName:
            self._plans.clear()
            return self._several(questions)

    def _one(self, text: str, values: Sequence[Any]) -> list[Raw]:
        plan, pgconn = self._plan(text), self.driver.pgconn
        pgconn.send_query_prepared(plan.name, plan.sent(values))
        return plan.rows(self._good(self._wait()))

    def _several(self, questions: Sequence[Question]) -> list[list[Raw]]:
        plans = [self._plan(text) for text, _values in questions]
        sent = [plan.sent(values) for plan, (_text, values) in zip(plans, questions, strict=True)]
        answers = self._pipelined(plans, sent)
        return [plan.rows(self._good(found)) for plan, found in zip(plans, answers, strict=True)]

    def _pipelined(self, plans: Sequence[_Plan], sent: Sequence[Sent]) -> list[list[PGresult]]:
        pgconn = self.driver.pgconn
        pgconn.enter_pipeline_mode()
        try:
            for plan, values in zip(plans, sent, strict=True):
                pgconn.send_query_prepared(plan.name, values)
            pgconn.pipeline_sync()
            answers = self.driver.wait(_answers(pgconn, len(plans)))
            pgconn.exit_pipeline_mode()
        except BaseException:
            self.driver.close()  # nobody knows what is still to come over it
            raise
        return answers

    def _wait(self) -> list[PGresult]:
        """What answers the statement that was sent."""
        try:
            return self.driver.wait(generators.execute(self.driver.pgconn))
        except BaseException:
            self.driver.close()
            raise

    def _plan(self, text: str) -> _Plan:
        plan = self._plans.get(text)
        if plan is None:
            plan = _Plan(f"wire_{next(self._numbers)}".encode(), Transformer(self.driver))
            self.driver.pgconn.send_prepare(plan.name, text.encode())
            self._good(self._wait())
            self._plans[text] = plan
        return plan

    def _good(self, results: Sequence[PGresult]) -> PGresult:
        """The one result of a statement, unless it is an error."""
        result = results[-1]
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise errors.error_from_result(result, encoding=self.driver.info.encoding)
        return result


def _answers(pgconn: PGconn, count: int) -> abc.PQGen[list[list[PGresult]]]:
    """The results of so many statements; what answers the sync after them is read and left out."""
    found = []
    yield from generators.send(pgconn)
    for _ in range(count + 1):
        found.append((yield from generators.fetch_many(pgconn)))
    return found[:count]
