"""Backup and restore: the database by its own means, the documents, never the secrets.

A plain copy of a live SQLite file is broken more often than not, so SQLite's backup API or
`pg_dump` does it. Documents are content-addressed: those named at the time of the database's
copy are complete by the time they are copied. Private keys go in as they lie there, encrypted;
what unlocks them (KEY_FILE) and every other secret stay out: a backup must not lie beside what
unlocks it.
"""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url

from lms.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


class BackupError(Exception):
    """A backup or restore that cannot be; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a backup holds: its file, the kind of database, and how many documents."""

    path: Path
    database: str
    documents: int


def make(settings: Settings, target: Path, *, now: datetime) -> Report:
    """Write one `.tar` with the database, every document and a manifest of their hashes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        work = Path(folder)
        kind = _dump(settings, work)
        documents = _documents(settings)
        keys = _keys(settings)
        manifest = _manifest(work, documents, kind, now)
        manifest["keys"] = {path.name: _sha256(path) for path in keys}
        (work / MANIFEST).write_text(json.dumps(manifest, indent=1))
        unfinished = work / "unfinished.tar"
        _pack(unfinished, work, keys, documents)
        unfinished.replace(target)
    target.chmod(0o600)
    return Report(target, kind, len(documents))


def _dump(settings: Settings, work: Path) -> str:
    url = make_url(settings.database_url)
    if settings.sqlite:
        source, copy = sqlite3.connect(url.database or ""), sqlite3.connect(work / "database")
        with source, copy:
            source.backup(copy)
        source.close()
        copy.close()
        return "sqlite"
    _tool(["pg_dump", "--format=custom", "--file", str(work / "database"), _dsn(url)])
    return "postgresql"


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _tool(command: list[str]) -> None:
    name = command[0]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BackupError(f"{name} is missing: install PostgreSQL's client tools") from error
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()}")


def _documents(settings: Settings) -> list[Path]:
    root = settings.data_dir / "documents" / "sha256"
    return sorted(path for path in root.glob("*/*") if not path.name.startswith("."))


def _keys(settings: Settings) -> list[Path]:
    """The encrypted private keys; nothing that is not encrypted."""
    found = sorted((settings.data_dir / "keys").glob("[!.]*.pem"))
    bare = [path.name for path in found if ENCRYPTED not in path.read_bytes()]
    if bare:
        raise BackupError(f"{', '.join(bare)} in DATA_DIR/keys is not encrypted: move it away")
    return found


def _manifest(work: Path, documents: list[Path], kind: str, now: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "database": kind,
        "database_sha256": _sha256(work / "database"),
        "documents": [path.name for path in documents],
    }


def _pack(target: Path, work: Path, keys: list[Path], documents: list[Path]) -> None:
    with tarfile.open(target, "w") as archive:
        archive.add(work / MANIFEST, MANIFEST)
        archive.add(work / "database", "database")
        for path in keys:
            archive.add(path, f"keys/{path.name}")
        for path in documents:
            archive.add(path, f"documents/{path.name}")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(source: Path, work: Path) -> dict[str, Any]:
    """Unpack into `work` and check every hash; returns the manifest or raises BackupError."""
    try:
        with tarfile.open(source) as archive:
            _unpack(archive, work)
        manifest: dict[str, Any] = json.loads((work / MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BackupError(f"{source} is no backup of ours, or it is damaged: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{source} has format {manifest.get('format')}, this version reads 1")
    if _sha256(work / "database") != manifest["database_sha256"]:
        raise BackupError(f"the database in {source} is damaged")
    for name in manifest["documents"]:
        _check_document(work / "documents" / name, name)
    for name, digest in manifest.get("keys", {}).items():
        path = work / "keys" / Path(name).name
        if not path.is_file() or _sha256(path) != digest:
            raise BackupError(f"the key file {name} in the backup is missing or damaged")
    return manifest


def _unpack(archive: tarfile.TarFile, work: Path) -> None:
    """Write what `_pack` puts in and nothing else: no link, no folder, no place outside of `work`.
    Debian 12's own Python (3.11.2) has no extraction filters yet."""
    for member in archive:
        content = archive.extractfile(member) if _is_ours(member) else None
        if content is None:
            raise tarfile.TarError(f"{member.name!r} does not belong into a backup")
        target = work / member.name
        target.parent.mkdir(exist_ok=True, parents=True)
        with content, open(target, "wb") as file:
            shutil.copyfileobj(content, file)


def _is_ours(member: tarfile.TarInfo) -> bool:
    folder, _, name = member.name.rpartition("/")
    known = name in {MANIFEST, "database"} if not folder else folder in {"keys", "documents"}
    return member.isfile() and known and name not in {"", ".", ".."}


def _check_document(path: Path, name: str) -> None:
    if not path.is_file() or _sha256(path) != name:
        raise BackupError(f"document {name} in the backup is missing or damaged")


def restore(settings: Settings, source: Path) -> Report:
    """Put a verified backup in place. Refuses to overwrite a database that holds anything."""
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as folder:
        work = Path(folder)
        manifest = verify(source, work)
        if (manifest["database"] == "sqlite") != settings.sqlite:
            raise BackupError(f"this backup is of {manifest['database']}; set DATABASE_URL to one")
        _put_documents(settings, work, manifest["documents"])
        _put_keys(settings, work, list(manifest.get("keys", {})))
        _put_database(settings, work / "database")
    return Report(source, manifest["database"], len(manifest["documents"]))


def _put_documents(settings: Settings, work: Path, names: list[str]) -> None:
    for name in names:
        target = settings.data_dir / "documents" / "sha256" / name[:2] / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.move(work / "documents" / name, target)


def _put_keys(settings: Settings, work: Path, names: list[str]) -> None:
    folder = settings.data_dir / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in map(Path, names):
        target = folder / name.name
        if not target.exists():
            shutil.move(work / "keys" / name.name, target)
            target.chmod(0o600)


def _put_database(settings: Settings, dump: Path) -> None:
    url = make_url(settings.database_url)
    if not settings.sqlite:
        _tool(["pg_restore", "--exit-on-error", "--no-owner", "--dbname", _dsn(url), str(dump)])
        return
    target = Path(url.database or "")
    if target.exists():
        raise BackupError(f"{target} exists: move it away first, nothing is overwritten")
    shutil.move(dump, target)
