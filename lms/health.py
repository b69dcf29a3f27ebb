"""Whether this process lives and whether the whole product can serve."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify

from lms import aside, clock, schema, worker
from lms.permissions import PUBLIC, permit

blueprint = Blueprint("health", __name__)
BEAT_LIMIT = timedelta(seconds=60)
BUSY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the installation, its answer, and what to do when it is no."""

    name: str
    fine: bool
    detail: str
    remedy: str = ""


@blueprint.get("/healthz")
@permit(PUBLIC)
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return _uncached(jsonify(status="ok"))


@blueprint.get("/readyz")
@permit(PUBLIC)
def readyz() -> Response:
    """Database, migrations, storage and worker; 503 with the failing names when not ready."""
    checks = list(readiness(now=clock.now()))
    fine = all(check.fine for check in checks)
    body = {check.name: "ok" if check.fine else "failing" for check in checks}
    response = _uncached(jsonify(status="ready" if fine else "not ready", checks=body))
    response.status_code = 200 if fine else 503
    return response


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def readiness(*, now: datetime) -> Iterator[Check]:
    """The checks of `/readyz`, each guarded so that one failure hides no other."""
    yield _guarded("database", _database, "Start the database or correct DATABASE_URL.")
    yield _guarded("migrations", _migrations, "Run `flask setup`.")
    yield _guarded("storage", _storage, "Make DATA_DIR writable and free some space.")
    yield _guarded("worker", lambda: _worker(now), "Start a worker: `flask worker`.")


def _guarded(name: str, ask: Callable[[], str], remedy: str) -> Check:
    try:
        trouble = ask()
    except (sa.exc.SQLAlchemyError, OSError) as error:
        trouble = str(error).splitlines()[0]
    return Check(name, not trouble, trouble or "ok", remedy if trouble else "")


def _database() -> str:
    """A write that changes nothing, on a connection of its own."""
    url = current_app.extensions["settings"].database_url
    with aside.begin(url, wait_seconds=BUSY_SECONDS) as connection:
        connection.execute(sa.text("UPDATE person SET id = id WHERE id = -1"))
    return ""


def _migrations() -> str:
    current, head = schema.current(), schema.head()
    return "" if current == head else f"the database is at {current}, the code at {head}"


def _storage() -> str:
    return "" if current_app.extensions["storage"].is_writable() else "cannot store a document"


def _worker(now: datetime) -> str:
    beat = worker.newest_beat()
    if beat is None:
        return "no worker has ever run"
    age = now - beat
    return "" if age < BEAT_LIMIT else f"the last heartbeat is {age.total_seconds():.0f} s old"
