"""`flask doctor`: configuration, database, migrations, fonts, storage, worker, clock, disk."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask, current_app

from lms import clock, jobs
from lms.db import db
from lms.health import Check, readiness
from lms.settings import Settings

LOW_DISK = 1024**3
DRIFT_SECONDS = 5.0


def add_check(app: Flask, check: Callable[[], Check]) -> None:
    """Let an upper package add a check (the certificates' fonts)."""
    app.extensions.setdefault("doctor_checks", []).append(check)


def examine() -> Iterator[Check]:
    """All checks, in the order in which one would mend them."""
    now = clock.now()
    settings: Settings = current_app.extensions["settings"]
    yield from readiness(now=now)
    yield _disk(settings)
    yield _clock(now)
    yield _jobs()
    yield _secrets(settings)
    for check in current_app.extensions.get("doctor_checks", []):
        yield check()


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(settings.data_dir).free
    return Check(
        "disk",
        free > LOW_DISK,
        f"{free / 1024**3:.1f} GB free in {settings.data_dir}",
        "" if free > LOW_DISK else "Free some space: 1 GB at least.",
    )


def _clock(now: datetime) -> Check:
    """The database's clock against this machine's; they are one on SQLite."""
    if db.engine.dialect.name == "sqlite":
        return Check("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")
    there = db.session.scalar(sa.select(sa.func.clock_timestamp()))
    drift = abs((there.astimezone(UTC) - clock.now()).total_seconds()) if there else 0.0
    fine = drift < DRIFT_SECONDS
    return Check(
        "clock",
        fine,
        f"{drift:.1f} s between this machine and the database",
        "" if fine else "Let both machines follow a time server.",
    )


def _jobs() -> Check:
    failed = jobs.failures()
    detail = f"{jobs.pending_count()} waiting, {len(failed)} given up"
    return Check(
        "jobs",
        not failed,
        detail,
        f"See /manage/jobs; the newest: {failed[0].error}" if failed else "",
    )


def _secrets(settings: Settings) -> Check:
    loose = [path.name for path in settings.data_dir.glob("*.key") if path.stat().st_mode & 0o077]
    loose += [
        path.name for path in settings.data_dir.glob("*.password") if path.stat().st_mode & 0o077
    ]
    return Check(
        "secrets",
        not loose,
        "only the owner can read them" if not loose else f"others can read {', '.join(loose)}",
        "" if not loose else f"chmod 600 in {os.fspath(settings.data_dir)}",
    )
