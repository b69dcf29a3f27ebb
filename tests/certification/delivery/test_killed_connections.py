"""What was answered "saved" is there when the database is torn away in the middle of saving: its
connections are ended from outside (PostgreSQL), or somebody else locks the file (SQLite). 1,000
saves in the full run, 100 otherwise."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from certification.delivery.models import Attempt, AttemptEvent
from certification.delivery.queries import responses_of
from lms.db import db, unit
from tests.certification.delivery.served import PLACES, Server, save, signed_in
from tests.conftest import FULL, environment
from tests.factories import Factory
from tests.sweeping import CLIENTS

pytestmark = pytest.mark.slow
SAVES = 1000 if FULL else 60
LEAST_TORN = 50 if FULL else 10
PATIENCE = 400.0 if FULL else 150.0
ENDED = f"""SELECT count(pg_terminate_backend(pid)) FROM {CLIENTS} AND state <> 'idle'
AND query ILIKE ANY (ARRAY['%attempt%', 'COMMIT%'])"""


@pytest.fixture
def server(app: Flask, tmp_path: Path, database_url: str) -> Iterator[Server]:
    found = Server(environment(tmp_path / "data", database_url))
    yield found
    found.kill()


@pytest.mark.postgres
def test_no_acknowledged_save_is_lost_while_connections_are_ended(
    app: Flask, make: Factory, server: Server, database_url: str
) -> None:
    address = sa.make_url(database_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as line:

        def tear() -> int:
            time.sleep(0.01)
            row = line.execute(ENDED.encode()).fetchone()
            return int(row[0]) if row else 0

        torn, refused = _save_while(app, make, server, tear)
    assert torn >= LEAST_TORN
    assert refused > 0, "no save was in the middle of anything"


@pytest.mark.sqlite
@pytest.mark.full
def test_no_acknowledged_save_is_lost_while_somebody_locks_the_file(
    app: Flask, make: Factory, server: Server, database_url: str
) -> None:
    path = sa.make_url(database_url).database or ""

    def lock() -> int:
        line = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            line.execute("BEGIN EXCLUSIVE")
            time.sleep(0.1)
            line.execute("ROLLBACK")
        finally:
            line.close()
        time.sleep(0.02)
        return 1

    torn, _refused = _save_while(app, make, server, lock)
    assert torn >= LEAST_TORN


def _save_while(
    app: Flask, make: Factory, server: Server, tear: Callable[[], int]
) -> tuple[int, int]:
    """How often it was torn, and how many saves were not acknowledged."""
    attempt, headers = signed_in(app, make)
    db.session.remove()
    db.engine.dispose()
    server.start(workers=2)
    numbers, kept, lost, torn = count(), list[int](), list[int](), [0]
    deadline, turn, done = time.monotonic() + PATIENCE, threading.Lock(), threading.Event()

    def missing() -> int:
        return max(SAVES - len(kept), LEAST_TORN - torn[0])

    def send() -> None:
        while missing() > 0 and time.monotonic() < deadline:
            with turn:
                number = next(numbers)
            is_kept = save(server.port, attempt, headers, number, breaks=True)
            (kept if is_kept else lost).append(number)

    def destroy() -> None:
        while not done.is_set():
            torn[0] += tear()

    _begin(lambda: save(server.port, attempt, headers, next(numbers), breaks=True), deadline)
    savers = [threading.Thread(target=send) for _ in range(4)]
    destroyer = threading.Thread(target=destroy)
    for thread in (*savers, destroyer):
        thread.start()
    for thread in savers:
        thread.join()
    done.set()
    destroyer.join()
    server.kill()
    assert len(kept) >= SAVES, f"only {len(kept)} saves in time"
    _is_all_there(attempt, kept)
    return torn[0], len(lost)


def _begin(saves: Callable[[], bool], deadline: float) -> None:
    while not saves():
        assert time.monotonic() < deadline, "the server did not begin"
        time.sleep(0.1)


def _is_all_there(attempt: Attempt, kept: list[int]) -> None:
    """Each acknowledged answer is an event, once, unless a newer one of its place came first."""
    with unit(writes=False):
        events = db.session.scalars(
            sa.select(AttemptEvent)
            .where(AttemptEvent.kind == "answered")
            .order_by(AttemptEvent.number)
        ).all()
        total = db.session.scalars(sa.select(sa.func.count()).select_from(AttemptEvent)).one()
        held = responses_of(attempt.id)
        numbered = db.session.scalars(sa.select(Attempt.events)).one()
    seqs = [event.data["client_seq"] for event in events]
    assert len(seqs) == len(set(seqs))
    assert {one + 1 for one in kept} <= set(seqs)
    assert numbered == total
    for place in range(1, PLACES + 1):
        newest = max(one for one in kept if one % PLACES + 1 == place)
        assert held[place].client_seq >= newest + 1
        assert held[place].response == f"answer {held[place].client_seq - 1}"
