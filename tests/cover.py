"""Which tests PostgreSQL is asked in an ordinary run: enough of them that each statement that
tests had SQLite carry out is carried out there, too, with each kind of outcome it had.

The run on SQLite notes what each test had its database do. Whatever does so from several threads
stands for itself, since what happens between two is different each time. `script/test --full` and
a run of pytest by hand ask all of them.
"""

import hashlib
import json
import os
import re
import threading
from collections import Counter, defaultdict
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine, ExceptionContext

from lms import prepared
from tests.conftest import FULL, ON_POSTGRES

FOLDER = os.environ.get("TEST_NOTES", "")
"""Where the run on SQLite leaves its notes, and the one on PostgreSQL finds them."""
SEVERAL = re.compile(r"\?(, \?)+")
"""Values in a row: how many there are makes no other statement."""
SMALLEST = 0.02
"""Seconds that each test takes at least, its clearing up included."""
Notes = dict[str, tuple[list[str], float]]
"""Tests by address: what they had done, and seconds."""


class Notebook:
    """What the tests of one process had their databases do."""

    def __init__(self) -> None:
        self._test = ""
        self._done: defaultdict[str, set[str]] = defaultdict(set)
        self._seconds = Counter[str]()

    def begin(self, test: str) -> None:
        """Whatever is done from now on is done by this test."""
        self._test = test

    def note(self, text: str, outcome: str = "") -> None:
        """A statement ended in some way."""
        if not self._test:
            return
        if threading.current_thread() is not threading.main_thread():
            text, outcome = self._test, "threads"
        mark = hashlib.sha256(f"{outcome} {SEVERAL.sub('?', text)}".encode()).hexdigest()[:16]
        self._done[self._test].add(mark)

    def took(self, test: str, seconds: float) -> None:
        """A part of a test took so long."""
        self._seconds[test] += seconds

    def write(self, path: Path) -> None:
        """Leave the notes of this process."""
        found = {
            test: (sorted(self._done[test]), self._seconds[test]) for test in sorted(self._seconds)
        }
        path.write_text(json.dumps(found), encoding="utf-8")


def read(folder: Path) -> Notes:
    """The notes of all processes of a run."""
    found: Notes = {}
    for path in sorted(folder.glob("*.json")):
        found |= json.loads(path.read_text(encoding="utf-8"))
    return found


def chosen(notes: Notes, tests: list[str]) -> set[str]:
    """Of these tests, some by which all is done that all of them do; of what serves alike, what
    takes less time. Those of which nothing is known are among them."""
    kept = {test for test in tests if test not in notes}
    known = {test: set(notes[test][0]) for test in tests if test in notes}
    left = set[str]().union(*known.values())

    def worth(test: str) -> tuple[float, str]:
        """Least for what does most that is left, in the least time."""
        return -len(known[test] & left) / max(notes[test][1], SMALLEST), test

    waiting = [worth(test) for test in known]
    heapify(waiting)
    while left:
        test = heappop(waiting)[1]
        now = worth(test)  # what others do by now counts no more
        if waiting and now > waiting[0]:
            heappush(waiting, now)
            continue
        left -= known[test]
        kept.add(test)
    return kept


book = Notebook()


@sa.event.listens_for(Engine, "after_cursor_execute")
def _done(
    _connection: sa.Connection, cursor: Any, text: str, _values: Any, _context: Any, _many: bool
) -> None:
    changes = not text.lstrip()[:6].upper().startswith(("SELECT", "WITH"))
    book.note(text, "none" if changes and cursor.rowcount == 0 else "")


@sa.event.listens_for(Engine, "handle_error")
def _failed(context: ExceptionContext) -> None:
    if context.statement is not None and context.sqlalchemy_exception is not None:
        book.note(context.statement, type(context.sqlalchemy_exception).__name__)


prepared.observers.append(book.note)


def pytest_runtest_logstart(nodeid: str) -> None:
    book.begin(nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    book.took(report.nodeid, report.duration)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Each process that ran tests on SQLite leaves its notes."""
    worker = getattr(session.config, "workerinput", {}).get("workerid")
    if FOLDER and worker and not ON_POSTGRES:
        book.write(Path(FOLDER) / f"{worker}.json")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what PostgreSQL need not be asked again. Last, when all is left out that would not
    run anyway."""
    if not FOLDER or not ON_POSTGRES or FULL:
        return
    kept = chosen(read(Path(FOLDER)), [item.nodeid for item in items])
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in kept])
    items[:] = [item for item in items if item.nodeid in kept]
