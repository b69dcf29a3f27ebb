"""A database that went away for a moment is noticed by whoever asks next, not by the reader."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from certification.certificates.models import Certificate
from lms import connections
from lms.accounts.models import Person
from lms.audit import AuditEntry
from lms.db import db, run, unit
from tests import sweeping
from tests.factories import Factory
from tests.lms.test_serve import wait_for
from tests.page import Page

pytestmark = pytest.mark.postgres


@pytest.fixture
def certificate(make: Factory) -> Certificate:
    return make.issued(make.award(make.person("Ada"), make.scheme(make.programme())))


OURS = f"FROM {sweeping.CLIENTS} AND application_name <> '{sweeping.NAME}'"


def cut(app: Flask) -> int:
    """End every connection of the application's pool from the database's side, and wait until
    they have ended: to be told is not yet to be gone."""
    return len(asked(app, f"SELECT pg_terminate_backend(pid, 10000) {OURS}"))


def alive(app: Flask) -> int:
    """How many connections the application holds."""
    return len(asked(app, f"SELECT 1 {OURS}"))


def asked(app: Flask, statement: str) -> list[Any]:
    url = str(app.config["SQLALCHEMY_DATABASE_URI"]).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement.encode()).fetchall()


def test_a_cut_connection_costs_a_reader_nothing(
    app: Flask, make: Factory, certificate: Certificate
) -> None:
    reader = make.sign_in(app.test_client(), make.person("Ines Prado"))
    visitor = app.test_client(use_cookies=False)
    for ask in (
        lambda: reader.get("/me"),
        lambda: visitor.get(f"/verify/{certificate.code}.json"),
        lambda: visitor.get("/catalog"),
    ):
        assert ask().status_code == 200
        db.session.remove()
        assert cut(app) >= 1
        assert ask().status_code == 200


def test_a_cut_connection_costs_a_writer_nothing(app: Flask, make: Factory) -> None:
    person = make.person("Ines Prado")
    with unit(writes=False):
        db.session.execute(sa.select(Person)).all()
    db.session.remove()
    assert cut(app) >= 1
    with unit(writes=True):
        db.session.execute(sa.update(Person).where(Person.id == person.id).values(name="Ines Sol"))
    with unit(writes=False):
        assert db.session.scalar(sa.select(Person.name)) == "Ines Sol"


def test_a_unit_cut_before_its_commit_runs_again(app: Flask, make: Factory) -> None:
    person_id, cuts = make.person("Ines Prado").id, iter([True])

    def rename() -> None:
        _name(person_id, "Ines Sol")
        if next(cuts, False):
            assert cut(app) >= 1
        _name(person_id, f"{db.session.scalar(sa.select(Person.name))} Vega")

    run(rename)
    with unit(writes=False):
        assert db.session.scalar(sa.select(Person.name)) == "Ines Sol Vega"


def test_a_unit_cut_at_its_commit_is_not_run_twice(app: Flask, make: Factory) -> None:
    """Nobody knows whether it was kept: to do it again might do it twice."""
    person_id, runs = make.person("Ines Prado").id, [0]

    def rename() -> None:
        runs[0] += 1
        _name(person_id, "Ines Sol")
        assert cut(app) >= 1

    with pytest.raises(DBAPIError):
        run(rename)
    assert runs == [1]


def test_a_form_sent_while_the_database_goes_away_is_kept_once(
    app: Flask, client: FlaskClient, make: Factory
) -> None:
    make.sign_in(client, make.person("Ines Prado", password="correct horse battery"))
    form, cuts = Page(client.get("/account")).form("/account"), iter([True])

    def go_away(*given: object) -> None:
        if str(given[2]).startswith("UPDATE person") and next(cuts, False):
            assert cut(app) >= 1

    with listening(db.engine, "before_cursor_execute", go_away):
        assert form.submit(client, name="Ines Sol").status_code == 303
    assert next(cuts, None) is None
    with unit(writes=False):
        assert db.session.scalar(sa.select(Person.name)) == "Ines Sol"
        assert db.session.scalars(sa.select(AuditEntry.act)).all() == ["person.changed"]


@contextmanager
def listening(engine: sa.Engine, name: str, listener: Callable[..., None]) -> Iterator[None]:
    sa.event.listen(engine, name, listener)
    try:
        yield
    finally:
        sa.event.remove(engine, name, listener)


def _name(person_id: int, name: str) -> None:
    db.session.execute(sa.update(Person).where(Person.id == person_id).values(name=name))


def test_a_transaction_after_a_single_select_is_one_again(
    app: Flask, client: FlaskClient, make: Factory, certificate: Certificate
) -> None:
    assert client.get(f"/verify/{certificate.code}.json").status_code == 200
    with suppress(ZeroDivisionError), unit(writes=True):
        db.session.execute(sa.update(Person).values(name="Nobody"))
        raise ZeroDivisionError
    with unit(writes=False):
        assert db.session.scalar(sa.select(Person.name)) == "Ada"


def test_nothing_rests_when_the_connections_are_closed(
    app: Flask, client: FlaskClient, certificate: Certificate
) -> None:
    assert client.get(f"/verify/{certificate.code}.json").status_code == 200
    db.session.remove()
    db.engine.dispose()
    wait_for(lambda: alive(app) == 0, seconds=30)  # what was closed takes a moment to end


def plans(app: Flask, url: str) -> int:
    """How many statements the server keeps after five runs, over this address."""
    engine = sa.create_engine(url, **connections.options(app.extensions["settings"]))
    connections.prepare(engine)
    with engine.connect() as connection:
        for _ in range(5):
            connection.execute(sa.text("SELECT 1 + :n"), {"n": 1}).all()
        kept = connection.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements"))
    engine.dispose()
    assert isinstance(kept, int)
    return kept


def test_a_direct_connection_keeps_plans(app: Flask) -> None:
    assert plans(app, str(app.config["SQLALCHEMY_DATABASE_URI"])) >= 1


def test_behind_a_pooler_nothing_is_prepared(app: Flask) -> None:
    url = sa.make_url(str(app.config["SQLALCHEMY_DATABASE_URI"]))
    with Pooler(url.host or "", url.port or 0) as port:
        behind = url.set(host="127.0.0.1", port=port).update_query_dict({"sslmode": "disable"})
        assert plans(app, behind.render_as_string(hide_password=False)) == 0


def test_behind_a_pooler_a_reader_asks_by_cursor(app: Flask) -> None:
    url = sa.make_url(str(app.config["SQLALCHEMY_DATABASE_URI"]))
    assert is_wired(app, url)
    with Pooler(url.host or "", url.port or 0) as port:
        behind = url.set(host="127.0.0.1", port=port).update_query_dict({"sslmode": "disable"})
        assert not is_wired(app, behind)


def is_wired(app: Flask, url: sa.URL) -> bool:
    """Whether a reader's SELECTs over this address are planned by name."""
    engine = sa.create_engine(url, **connections.options(app.extensions["settings"]))
    connections.prepare(engine)
    reader = connections.reader(engine, may_repeat=True)
    assert connections.rows_of(engine.dialect, reader, "SELECT $1::INTEGER", [7]) == [(7,)]
    found = connections.wire_of(engine.dialect, reader) is not None
    reader.close()
    engine.dispose()
    return found


class Pooler:
    """What a pooler does at a connection's start: it tells a process id of its own."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.door = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        threading.Thread(target=self._serve, daemon=True).start()
        port: int = self.door.getsockname()[1]
        return port

    def __exit__(self, *_error: object) -> None:
        self.door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self.door.accept()
                server = socket.create_connection(self.target)
                threading.Thread(target=pump, args=(client, server), daemon=True).start()
                threading.Thread(target=answer, args=(server, client), daemon=True).start()


def pump(source: socket.socket, target: socket.socket) -> None:
    """Bytes from one to the other until one of them hangs up."""
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    target.close()


def answer(server: socket.socket, client: socket.socket) -> None:
    """The server's messages up to "ready", BackendKeyData with another process id; then bytes."""
    stream, kind = server.makefile("rb"), b""
    while kind != b"Z":
        kind, (length,) = stream.read(1), struct.unpack("!I", size := stream.read(4))
        body = stream.read(length - 4)
        if kind == b"K":
            body = struct.pack("!I", 7) + body[4:]
        client.sendall(kind + size + body)
    with suppress(OSError):
        while chunk := stream.read1(65536):
            client.sendall(chunk)
    client.close()
