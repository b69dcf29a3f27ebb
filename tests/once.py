"""What takes seconds to make and is the same for all test processes of a run: the first that needs
it makes it, the others wait for it."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = [*sorted((ROOT / "migrations").rglob("*.py")), ROOT / "requirements.txt"]
"""What decides how an empty database looks: DBOS brings tables of its own."""


def folder_of_run(factory: pytest.TempPathFactory) -> Path:
    """The folder that the processes of this run have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def made_once(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of this name, which `make` fills. One that was begun and not finished is begun
    anew."""
    wanted, begun = folder / name, folder / f"{name}.begun"
    with open(folder / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.exists():
            shutil.rmtree(begun, ignore_errors=True)
            begun.mkdir()
            make(begun)
            begun.rename(wanted)
    return wanted


def digest(files: list[Path]) -> str:
    """A short name for what these files hold."""
    found = hashlib.sha256()
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()[:12]
