"""Jobs: durable workflows by DBOS on the business database, enqueued in the caller's transaction.

At-least-once: a handler may run twice, so its effects are held by unique constraints. Web
processes only enqueue; `lms.worker` runs. A handler is registered by kind and gets plain JSON.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.engine import Engine

from lms.clock import now as clock_now
from lms.db import db
from lms.settings import Settings

Args: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Args], None]
Tick: TypeAlias = Callable[[datetime], None]

APP_VERSION = "1"
QUEUE = "quick"
LONG_QUEUE = "jobs"
MAIL_QUEUE = "mail"
CALL_QUEUE = "calls"
"""What takes long, mails, and calls to servers of others wait in queues of their own, so that
nobody's certificate waits behind them."""
WORKFLOW = "run_job"
_handlers: dict[str, Handler] = {}
_queues: dict[str, str] = {}
_ticks: list[Tick] = []


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A job that gave up: its kind, key and the error's first line."""

    kind: str
    key: str
    error: str


def job(kind: str, *, queue: str = QUEUE) -> Callable[[Handler], Handler]:
    """Register the handler of a kind (`awards.evaluate`). Kinds are stable: rows name them. In
    `QUEUE` there is only what takes moments."""

    def register(handler: Handler) -> Handler:
        if kind in _handlers:
            raise LookupError(f"job kind {kind} is registered twice")
        _handlers[kind], _queues[kind] = handler, queue
        return handler

    return register


def tick(function: Tick) -> Tick:
    """Register a look at what is due: each worker calls it every few seconds, in a unit of its
    own. It enqueues under keys that say what was due, since several workers look at once."""
    _ticks.append(function)
    return function


def ticks() -> list[Tick]:
    """All registered looks."""
    return list(_ticks)


def handler_of(kind: str) -> Handler:
    """The handler of a kind; LookupError for a kind that no slice registers."""
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"no handler for job kind {kind}") from None


def queue_of(kind: str) -> str:
    """The queue in which jobs of a kind wait."""
    return _queues.get(kind, QUEUE)


def kinds() -> list[str]:
    """All registered kinds."""
    return sorted(_handlers)


@event.listens_for(Engine, "connect")
def _teach_subseconds(connection: Any, _record: object) -> None:
    """DBOS takes for granted that Python 3.12 brings SQLite 3.42, whose `unixepoch` knows
    'subsec'. Where Python was built against an older one (Debian 12) it gets its own."""
    if isinstance(connection, sqlite3.Connection) and sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", -1, _unixepoch)


def _unixepoch(*what: str) -> float | int:
    if what not in {(), ("now",), ("subsec",), ("now", "subsec")}:
        raise ValueError(f"unixepoch{what} is not known here")
    return time.time() if "subsec" in what else int(time.time())


def system_url(settings: Settings) -> str:
    """The database address in the form that DBOS takes."""
    return settings.database_url


def init_app(app: Flask, settings: Settings) -> None:
    """Keep the settings with which this process's client is made when it is first needed."""
    app.extensions["jobs_settings"] = settings


def client() -> DBOSClient:
    """This process's client, made on first use (after a fork, never before)."""
    found: DBOSClient | None = current_app.extensions.get("jobs_client")
    if found is None:
        settings: Settings = current_app.extensions["jobs_settings"]
        found = DBOSClient(
            system_database_url=system_url(settings),
            serializer=DBOSPortableJSONSerializer(),
            system_database_pool_size=1,
            lazy=True,
        )
        current_app.extensions["jobs_client"] = found
    return found


def enqueue(kind: str, args: Args, *, key: str, run_at: datetime | None = None) -> None:
    """Enqueue within the caller's transaction: the job exists if and only if it commits.

    `key` names the work: a second enqueue with the same kind and key changes nothing, for ever.
    """
    handler_of(kind)
    options: EnqueueOptions = {
        "workflow_name": WORKFLOW,
        "queue_name": queue_of(kind),
        "app_version": APP_VERSION,
        "workflow_id": f"{kind}:{key}",
    }
    if run_at is not None:
        options["delay_seconds"] = max(0.0, (run_at - clock_now()).total_seconds())
    client().enqueue_in_transaction(db.session(), options, kind, args)


def running() -> list[tuple[str, str]]:
    """(id, executor's id) of the jobs that workers have taken."""
    taken = f"SELECT workflow_uuid, executor_id FROM {_table()} WHERE status = 'PENDING'"
    return [(row.workflow_uuid, row.executor_id) for row in db.session.execute(sa.text(taken))]


def pending_count() -> int:
    """Jobs that wait or run."""
    begun = f"SELECT count(*) FROM {_table()} WHERE status IN ('ENQUEUED', 'PENDING')"
    later = f"SELECT count(*) FROM {_table()} WHERE status = 'DELAYED'"
    return sum(db.session.scalar(sa.text(asked)) or 0 for asked in (begun, later))


def failures(limit: int = 50) -> list[JobFailure]:
    """The newest jobs that gave up."""
    ended = "status IN ('ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')"
    asked = f"SELECT workflow_uuid FROM {_table()} WHERE {ended} AND status != 'CANCELLED'"
    newest = sa.text(f"{asked} ORDER BY created_at DESC LIMIT :limit")
    ids = list(db.session.scalars(newest, {"limit": limit}))
    rows = client().list_workflows(workflow_ids=ids, sort_desc=True) if ids else []
    return [
        JobFailure(row.workflow_id.partition(":")[0], row.workflow_id, str(row.error))
        for row in rows
    ]


def _table() -> str:
    """DBOS's table of jobs, which keeps all that there ever were. Its own lists go through all of
    them, for SQLite uses no partial index where the state is a parameter."""
    return "workflow_status" if db.engine.dialect.name == "sqlite" else "dbos.workflow_status"
