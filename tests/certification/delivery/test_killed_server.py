"""What was answered "saved" is there after `kill -9` of the web process: 1,000 saves on each
database in the full run, 60 on SQLite otherwise, while the process is killed again and again."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.delivery.models import AttemptEvent
from certification.delivery.queries import responses_of
from lms.db import db, unit
from tests.certification.delivery.served import Server, save, signed_in
from tests.conftest import FULL, environment
from tests.factories import Factory

pytestmark = pytest.mark.slow
SAVES = 1000 if FULL else 60
KILLED_EVERY = 100 if FULL else 30
PATIENCE = 400.0 if FULL else 150.0


@pytest.fixture
def server(app: Flask, tmp_path: Path, database_url: str) -> Iterator[Server]:
    found = Server(environment(tmp_path / "data", database_url))
    yield found
    found.kill()


@pytest.mark.sqlite
def test_no_acknowledged_save_is_lost_on_sqlite(app: Flask, make: Factory, server: Server) -> None:
    _save_and_kill(app, make, server)


@pytest.mark.full
@pytest.mark.postgres
def test_no_acknowledged_save_is_lost_on_postgresql(
    app: Flask, make: Factory, server: Server
) -> None:
    _save_and_kill(app, make, server)


def _save_and_kill(app: Flask, make: Factory, server: Server) -> None:
    attempt, headers = signed_in(app, make)
    kept: list[int] = []
    deadline = time.monotonic() + PATIENCE
    server.start()
    number = killed = 0
    while len(kept) < SAVES:
        assert time.monotonic() < deadline, f"only {len(kept)} saves in time, {killed} kills"
        if save(server.port, attempt, headers, number):
            kept.append(number)
            if len(kept) % KILLED_EVERY == 0:
                server.kill()
                killed += 1
                server.start()
        else:
            time.sleep(0.05)
        number += 1
    server.kill()
    with unit(writes=False):
        events = db.session.scalars(
            sa.select(AttemptEvent.data).where(AttemptEvent.kind == "answered")
        ).all()
        held = responses_of(attempt.id)
    assert {data["client_seq"] for data in events} >= {one + 1 for one in kept}
    for place in range(1, 6):
        newest = max(one for one in kept if one % 5 + 1 == place)
        assert held[place].client_seq >= newest + 1
    assert killed == SAVES // KILLED_EVERY
