"""A PostgreSQL of the tests' own: started for a run, stopped after it, in a temporary folder.

`script/test` starts one for all its test processes (`TEST_POSTGRES_URL`); a run without it starts
its own. Locks and isolation are real; only the disk is not waited for.

    python -m tests.postgres start FOLDER    writes FOLDER/url
    python -m tests.postgres stop FOLDER
"""

import getpass
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests import once, sweeping
from tests.ports import free_port
from tests.sweeping import Broom

USER = "academy"
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "timezone": "Pacific/Chatham",  # a zone that nobody expects
}
DATABASES = {"database_url", "shared_database_url"}
"""The fixtures of which one is asked for by whatever has a database."""
DURABLE = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "on")


class MissingProgramError(Exception):
    """PostgreSQL's server is not installed."""


def program(name: str) -> str:
    """The newest installed server program of this name (Debian keeps them out of PATH)."""
    debian = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = sorted(debian, key=lambda path: int(path.parts[-3]))
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        raise MissingProgramError(f"{name} is missing: script/setup tests installs PostgreSQL")
    return found


def owner() -> str:
    """Who runs the server, which refuses to run as root."""
    if os.geteuid() != 0:
        return getpass.getuser()
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def start(folder: Path, *, durable: bool = False) -> str:
    """Make a cluster in this empty folder and start it; returns its address. A durable one waits
    for the disk at each commit."""
    if os.geteuid() == 0:
        shutil.chown(folder, owner(), pwd.getpwnam(owner()).pw_gid)
    data, port = folder / "data", free_port()
    safety = DURABLE if durable else {}
    options = {**OPTIONS, **safety, "port": str(port), "unix_socket_directories": str(folder)}
    flags = " ".join(f"-c {name}={value}" for name, value in options.items())
    _run(
        program("initdb"), "--pgdata", data, "--username", USER, "--auth", "trust",
        "--encoding", "UTF8", "--locale", "C", "--no-sync", folder=folder,
    )  # fmt: skip
    _run(
        program("pg_ctl"), "--pgdata", data, "--log", folder / "log", "--options", flags,
        "--wait", "start", folder=folder,
    )  # fmt: skip
    return f"postgresql+psycopg://{USER}@127.0.0.1:{port}/postgres"


def stop(folder: Path) -> None:
    """Stop the server and remove all of it."""
    data = folder / "data"
    if (data / "postmaster.pid").exists():
        _run(program("pg_ctl"), "--pgdata", data, "--mode", "immediate", "stop", folder=folder)
    shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str | Path, folder: Path) -> None:
    """Run a server program as the server's owner; its output is shown only when it fails."""
    log = folder.with_suffix(".out")
    with open(log, "w+b") as output:
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,  # a file: the server inherits it, and would hold a pipe open
            stderr=output,
            user=owner() if os.geteuid() == 0 else None,
            extra_groups=[] if os.geteuid() == 0 else None,
        )
    said = log.read_text(errors="replace")
    log.unlink()
    if done.returncode:
        server = folder / "log"
        said += server.read_text(errors="replace") if server.exists() else ""
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{said}")


def execute(url: str, statement: str) -> None:
    """Run a statement outside any transaction."""
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(statement.encode())


def _plain(url: str) -> str:
    """The address as the driver takes it."""
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def in_database(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run again only what has a database: the rest cannot come out differently."""
    if os.environ.get("TEST_DATABASE") != "postgres":
        return
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        has_database = DATABASES & set(getattr(item, "fixturenames", ()))
        (kept if has_database else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The server's address; its user may do anything."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="academy-postgres-"))
    try:
        yield start(folder)
    finally:
        stop(folder)


def template(url: str, name: str, make: Callable[[str], None], of: str = "template1") -> str:
    """The name of a database for `CREATE DATABASE … TEMPLATE`, which `make` fills, given its
    address, unless the server has it. It stays: the next run may use it."""
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            begun = f"{name}_begun"
            connection.execute(f"DROP DATABASE IF EXISTS {begun} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {begun} TEMPLATE {of}".encode())
            make(in_database(url, begun))
            connection.execute(f"ALTER DATABASE {begun} RENAME TO {name}".encode())
    return name


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, migrated: Callable[[str], None]) -> str:
    """The name of a database with the newest schema."""
    return template(postgres_url, f"template_{once.digest(once.SCHEMA)}", migrated)


@pytest.fixture(scope="session")
def postgres_stage(
    postgres_url: str, postgres_template: str, worker_name: str
) -> Iterator[Callable[..., str]]:
    """Gives the worker's database as new: swept after its last test, made anew when a test changed
    its schema or begins with another template. A copy of one takes a quarter of a second, a sweep
    much less."""
    name = f"test_{worker_name}"
    address = in_database(postgres_url, name)
    made: list[Broom] = []

    def fresh(filled: str | None = None) -> str:
        if filled or not made or not made[0].sweep():
            for broom in made:
                broom.leave()
            sweeping.keep_none()
            execute(postgres_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE {filled or postgres_template}")
            made[:] = [] if filled else [Broom(address)]
        return address

    yield fresh
    for broom in made:
        broom.leave()
    execute(postgres_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def postgres_database(postgres_stage: Callable[..., str]) -> str:
    """The address of a database with the newest schema and nothing of any other test."""
    return postgres_stage()


@pytest.fixture(scope="module")
def postgres_copy(postgres_url: str, postgres_template: str, worker_name: str) -> Iterator[str]:
    """The address of a database with the newest schema for all tests of a file."""
    name = f"copy_{worker_name}"
    execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield in_database(postgres_url, name)
    execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def worker_name() -> str:
    """This test process among those of the run; runs side by side have different ones."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


COMMANDS: Mapping[str, Callable[[Path], object]] = {
    "start": lambda folder: (folder / "url").write_text(start(folder)),
    "stop": stop,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](Path(sys.argv[2]))
