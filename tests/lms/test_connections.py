"""A database that went away for a moment is noticed by whoever asks next, not by the reader."""

import socket
import struct
import threading
from contextlib import suppress

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.certificates.models import Certificate
from lms import connections
from lms.accounts.models import Person
from lms.db import db, unit
from tests import sweeping
from tests.factories import Factory

pytestmark = pytest.mark.postgres


@pytest.fixture
def certificate(make: Factory) -> Certificate:
    return make.issued(make.award(make.person("Ada"), make.scheme(make.programme())))


def cut(app: Flask) -> int:
    """End every connection of the application's pool from the database's side."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"]).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            f"AND application_name <> '{sweeping.NAME}'"
        ).fetchall()
    return len(found)


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
    assert cut(app) == 0


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
