"""Backup and restore, on both databases."""

import io
import subprocess
import sys
import tarfile
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from lms import backup
from lms.accounts.models import Person
from lms.backup import BackupError
from lms.db import db, unit
from tests import postgres
from tests.conftest import environment
from tests.factories import Factory

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def full(app: Flask, make: Factory, tmp_path: Path, now: datetime) -> Path:
    """The backup of an academy with two people and two documents."""
    make.person("Ada Lovelace")
    make.person("Bob Ross")
    for content in (b"first document", b"second document"):
        app.extensions["storage"].put(content)
    target = tmp_path / "kept" / "academy.tar"
    report = backup.make(app.extensions["settings"], target, now=now)
    assert report.documents == 2
    return target


def restored(tmp_path: Path, url: str, source: Path) -> list[str]:
    """The names of the people after a restore into an empty place."""
    settings = environment(tmp_path / "again", url)
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "restore", str(source)],
        cwd=ROOT,
        env={**settings, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    app = create_app(settings)
    with app.app_context():
        with unit(writes=False):
            names = list(db.session.scalars(sa.select(Person.name).order_by(Person.id)))
        digests = [path.name for path in (tmp_path / "again").rglob("sha256/*/*")]
        for digest in digests:
            app.extensions["storage"].get(digest)
        assert len(digests) == 2
        db.engine.dispose()
    return names


@pytest.mark.sqlite
def test_an_sqlite_academy_comes_back_whole(tmp_path: Path, full: Path) -> None:
    url = f"sqlite:///{tmp_path / 'again' / 'academy.db'}"
    (tmp_path / "again").mkdir()
    assert restored(tmp_path, url, full) == ["Ada Lovelace", "Bob Ross"]


@pytest.mark.postgres
def test_a_postgresql_academy_comes_back_whole(
    tmp_path: Path, full: Path, postgres_url: str
) -> None:
    name = "restored_academy"
    postgres.execute(postgres_url, f"DROP DATABASE IF EXISTS {name}")
    postgres.execute(postgres_url, f"CREATE DATABASE {name}")
    try:
        url = postgres.in_database(postgres_url, name)
        assert restored(tmp_path, url, full) == ["Ada Lovelace", "Bob Ross"]
    finally:
        postgres.execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_backup_is_verified_without_touching_anything(app: Flask, full: Path) -> None:
    told = app.test_cli_runner().invoke(args=["restore", "--verify", str(full)])
    assert (told.exit_code, told.output.split(":")[0]) == (0, "sound")


def test_nothing_that_is_there_is_overwritten(app: Flask, full: Path) -> None:
    told = app.test_cli_runner().invoke(args=["restore", str(full)])
    assert told.exit_code == 1
    with app.app_context(), unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2


def members(source: Path) -> dict[str, bytes]:
    """Each member of an archive by its name."""
    with tarfile.open(source) as archive:
        return {
            name: content.read()
            for name in archive.getnames()
            if (content := archive.extractfile(name))
        }


def packed(target: Path, contents: dict[str, bytes], *more: tarfile.TarInfo) -> Path:
    """An archive of these files, and of members without content."""
    with tarfile.open(target, "w") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in more:
            archive.addfile(member)
    return target


@pytest.mark.parametrize("part", ["database", "documents"])
def test_a_damaged_backup_is_refused(full: Path, tmp_path: Path, part: str) -> None:
    contents = members(full)
    victim = next(name for name in contents if name.startswith(part))
    contents[victim] = contents[victim][:-1] + b"?"
    broken = packed(tmp_path / "broken.tar", contents)
    with pytest.raises(BackupError, match="damaged"):
        backup.verify(broken, tmp_path / "check")


def link(name: str, target: str) -> tarfile.TarInfo:
    """A member that points elsewhere."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    return member


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "keys/../../outside", "keys/.."])
def test_a_backup_writes_nowhere_else(full: Path, tmp_path: Path, name: str) -> None:
    hostile = packed(tmp_path / "hostile.tar", members(full) | {name: b"a surprise"})
    with pytest.raises(BackupError, match="does not belong"):
        backup.verify(hostile, tmp_path / "check")
    assert not (tmp_path / "outside").exists()


def test_a_backup_holds_no_links(full: Path, tmp_path: Path) -> None:
    hostile = packed(tmp_path / "hostile.tar", {}, link("database", "/etc/passwd"))
    with pytest.raises(BackupError, match="does not belong"):
        backup.verify(hostile, tmp_path / "check")


def test_what_is_no_backup_says_so(tmp_path: Path) -> None:
    stray = tmp_path / "holiday.tar"
    stray.write_text("a picture")
    with pytest.raises(BackupError, match="no backup of ours"):
        backup.verify(stray, tmp_path / "check")


def test_secrets_stay_out(app: Flask, full: Path) -> None:
    secret = app.extensions["settings"].secret_key
    with tarfile.open(full) as archive:
        names = archive.getnames()
    assert not [name for name in names if "secret" in name or "password" in name]
    assert secret.encode() not in full.read_bytes()
