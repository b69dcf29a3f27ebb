"""Documents: content-addressed, written once, in a folder under DATA_DIR."""

import hashlib
import os
import secrets
from pathlib import Path


class Damaged(Exception):
    """A stored document no longer has the hash that names it."""


class Storage:
    """`sha256/ab/cdef…` below a root. Two writers of the same bytes agree."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Where the document with this SHA-256 (64 hex digits) lies."""
        return self.root / "sha256" / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Store the bytes durably and return their SHA-256; storing twice changes nothing."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{digest}.{secrets.token_hex(4)}")
        try:
            _write_durably(temporary, content)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes; raises FileNotFoundError when absent and Damaged when they changed."""
        content = self.path(digest).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise Damaged(digest)
        return content

    def is_writable(self) -> bool:
        """Whether a document could be stored now."""
        try:
            self.put(b"storage probe")
        except OSError:
            return False
        return True


def _write_durably(path: Path, content: bytes) -> None:
    with open(path, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o440)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
