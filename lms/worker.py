"""The job worker: one process (or more) that runs what the others enqueue.

Each worker has a fresh executor id and a heartbeat row. A worker whose process is gone, or whose
heartbeat stopped, loses its work to the reaper, which resumes it through DBOS's public API.
"""

import os
import signal
import socket
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock, jobs, limits, once
from lms.api import answers
from lms.columns import Words
from lms.db import Base, db, run, unit
from lms.settings import Settings

log = structlog.get_logger()
BEAT_SECONDS = 5
STALE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Lane:
    """How a worker serves a queue: how many jobs it does at once, and how many it takes, every so
    many seconds, to have the next at hand. Looking more often costs a worker that has nothing to
    do; taking no more than it does at once would leave it idle until it looks again. What takes
    long is not taken ahead: another worker may have time for it sooner."""

    queue: str
    at_once: int
    taken: int
    seconds: float


LANES = (
    Lane(jobs.QUEUE, 2, 16, 0.5),
    Lane(jobs.LONG_QUEUE, 2, 2, 0.5),
    Lane(jobs.MAIL_QUEUE, 1, 20, 1.0),
    Lane(jobs.CALL_QUEUE, 4, 4, 1.0),
)
_places = {lane.queue: threading.BoundedSemaphore(lane.at_once) for lane in LANES}
_app: list[Flask] = []


class WorkerBeat(Base):
    """A worker that lives, or lived: who it is and when it last said so."""

    __tablename__ = "worker_beat"

    id: Mapped[int] = mapped_column(primary_key=True)
    executor_id: Mapped[str] = mapped_column(Words(64), unique=True)
    host: Mapped[str] = mapped_column(Words(255))
    pid: Mapped[int]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime] = mapped_column(index=True)


@DBOS.step(
    name="run_handler",
    retries_allowed=True,
    max_attempts=8,
    interval_seconds=0.5,
    backoff_rate=2.0,
)
def _run_handler(kind: str, args: jobs.Args) -> None:
    with _places[jobs.queue_of(kind)], _app[0].app_context():
        try:
            jobs.handler_of(kind)(args)
        except Exception:
            log.exception("job failed", kind=kind)
            raise


@DBOS.workflow(name=jobs.WORKFLOW)
def _run_job(kind: str, args: jobs.Args) -> None:
    _run_handler(kind, args)


def config(settings: Settings, executor_id: str) -> DBOSConfig:
    """DBOS's settings: pinned application version, portable JSON, no LISTEN behind a pooler."""
    options: dict[str, Any] = {"connect_args": {"timeout": 30}} if settings.sqlite else {}
    return {
        "name": "academy",
        "system_database_url": jobs.system_url(settings),
        "application_version": jobs.APP_VERSION,
        "executor_id": executor_id,
        "log_level": "ERROR",
        "serializer": DBOSPortableJSONSerializer(),
        "use_listen_notify": False,
        "db_engine_kwargs": options,
    }


def migrate(settings: Settings) -> None:
    """Create or upgrade DBOS's own tables."""
    instance = DBOS(config=config(settings, f"migrate-{uuid.uuid4()}"))
    instance.launch()
    DBOS.destroy()


def start(app: Flask, settings: Settings) -> str:
    """Start running jobs in this process; returns the executor's id."""
    executor_id = uuid.uuid4().hex
    _app[:] = [app]
    with app.app_context():
        run(lambda: beat(executor_id, now=clock.now()))
    DBOS(config=config(settings, executor_id))
    DBOS.launch()
    for lane in LANES:
        DBOS.register_queue(
            lane.queue, worker_concurrency=lane.taken, polling_interval_sec=lane.seconds
        )
    return executor_id


def serve(app: Flask, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT: jobs, heartbeat, reaper."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    executor_id = start(app, settings)
    log.info("worker up", executor=executor_id)
    while not stop.is_set():
        _tend(app, executor_id)
        stop.wait(BEAT_SECONDS)
    DBOS.destroy(workflow_completion_timeout_sec=10)


def _tend(app: Flask, executor_id: str) -> None:
    """One round of housekeeping; a failure is logged and the next round tries again."""
    try:
        with app.app_context():
            run(lambda: beat(executor_id, now=clock.now()))
            reap(now=clock.now())
            for look in jobs.ticks():
                run(partial(look, clock.now()))
    except Exception:
        log.exception("worker housekeeping failed")


def beat(executor_id: str, *, now: datetime) -> None:
    """Say that this worker lives."""
    row = db.session.scalar(sa.select(WorkerBeat).where(WorkerBeat.executor_id == executor_id))
    if row is None:
        row = WorkerBeat(
            executor_id=executor_id, host=socket.gethostname(), pid=os.getpid(), started_at=now
        )
        db.session.add(row)
    row.beat_at = now


def reap(*, now: datetime) -> int:
    """Resume the work of workers that are gone; returns how many jobs."""
    with unit(writes=False):
        rows = list(db.session.scalars(sa.select(WorkerBeat)))
        alive = {row.executor_id for row in rows if is_alive(row, now=now)}
        orphans = [job for job, executor_id in jobs.running() if executor_id not in alive]
    for job in orphans:
        jobs.client().resume_workflow(job, queue_name=jobs.queue_of(job.partition(":")[0]))
    if orphans:
        log.warning("resumed jobs of a worker that is gone", count=len(orphans))
    run(lambda: _forget(now=now))
    return len(orphans)


def _forget(*, now: datetime) -> None:
    old = now - timedelta(days=1)
    db.session.execute(sa.delete(WorkerBeat).where(WorkerBeat.beat_at < old))
    once.forget_old(now=now)
    limits.forget_old(now=now)
    answers.forget_old(now=now)


def is_alive(row: WorkerBeat, *, now: datetime) -> bool:
    """Fresh heartbeat, and, on this host, a process that still exists."""
    if now - row.beat_at > STALE:
        return False
    return row.host != socket.gethostname() or _process_exists(row.pid)


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def newest_beat() -> datetime | None:
    """When any worker last said that it lives."""
    return db.session.scalar(sa.select(sa.func.max(WorkerBeat.beat_at)))
