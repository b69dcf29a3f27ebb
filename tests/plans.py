"""Looks, while the tests run on SQLite, how each statement of the product would be carried out: one
that goes through all rows of a table that grows fails the test in which it was first seen.

SQLite plans without knowing how many rows there are, so that the empty template tells what a
million rows would meet. A page of a list that follows an index up to its limit is a scan too: such
places are named in `MEANT`, with the reason.
"""

import re
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from lms import prepared
from lms.db import db

ROOT = Path(__file__).resolve().parents[1]
HELPERS = (
    "lms/db.py",
    "lms/prepared.py",
    "lms/paging.py",
    "tests/plans.py",
)
"""What stands between a statement and whoever wants it."""
OTHERS = ("tests/", "migrations/", "reporting/demo/story.py")
"""Who may look at whole tables: nobody waits for it, or the tables are short."""
SMALL = frozenset(
    [
        "adjustment_reason",
        "alembic_version",
        "blueprint",
        "blueprint_cell",
        "bulk_act",
        "competency",
        "cut_rating",
        "directory_block",
        "design_choice",
        "contact",
        "channel",
        "certificate_number",
        "course",
        "course_competency",
        "course_delivery",
        "course_version",
        "cut_score",
        "delivery_format",
        "delivery_mode",
        "design",
        "design_version",
        "exam",
        "exam_form",
        "exam_policy",
        "form_item",
        "framework",
        "item",
        "item_competency",
        "item_event",
        "item_version",
        "judgement",
        "kept_bulk_act",
        "loaded_file",
        "module",
        "organisation",
        "people_import",
        "plan_coverage",
        "prerequisite",
        "programme",
        "region",
        "rubric_version",
        "scheme",
        "scheme_version",
        "signing_key",
        "status_list",
        "support_plan",
        "worker_beat",
    ]
)
"""Tables that are as long as a catalogue, a bank of items or a list of employers, not as the number
of people."""
PARTIAL = re.compile(
    r"INDEX (idx_workflow_status_(pending|in_flight|delayed|failed)|ix_\w+_(withdrawn|corrected))"
)
"""Indexes that hold few rows of a table: what waits or runs, what was taken back."""
MEANT = {
    "certification/certificates/queries.py:signed_with": "a stolen key's certificates: all of them",
    "certification/credentials/queries.py:positions": "the few revocations and suspensions",
    "certification/delivery/queries_slots.py:overdue": "bookings that are still to come",
    "certification/rubrics/actions.py:discard": "a draft goes: its foreign keys are checked",
    "courses/scheduling/queries/log.py:begun_queues": "places in queues that are still waited for",
    "courses/scheduling/actions/classes.py:_code": "codes alone, once for a new class session",
    "courses/scheduling/queries/roster.py:taught": "by time up to the limit, for who sees all",
    "courses/scheduling/queries/sessions.py:_paged": "by time up to the page's end",
    "lms/accounts/queries_lists.py:people": "by name up to the page's end",
    "lms/accounts/queries_undo.py:in_use": "an import is undone: whatever names its people",
    "lms/audit.py:verify": "the whole chain",
    "lms/once.py:remember": "a draft goes: its foreign keys are checked",
    "reporting/demo/people.py:is_there": "the doctor, once, in production",
    "reporting/audit_search.py:entries": "the newest up to the page's end",
}
_NAMED = re.compile(r'(?:FROM|JOIN|UPDATE|,)\s+"?([a-z_.]+)"?(?:\s+(?:AS\s+)?"?(\w+)"?)?', re.I)


@dataclass
class Watch:
    """What was looked at, and what was found."""

    file: Path | None = None
    seen: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)
    _connections: dict[Path, sqlite3.Connection] = field(default_factory=dict)

    def look(self, text: str, values: Any = None, who: str = "") -> None:
        """Explain a statement of the product, the first time. Values count: SQLite looks at them
        to see whether a partial index serves."""
        if self.file is None or text in self.seen or not _asks(text):
            return
        who = who or _who()
        if who.startswith(OTHERS):
            return
        self.seen.add(text)
        scans = [one for one in self._plan(text, values) if _is_through_a_growing_table(one, text)]
        if scans and who not in MEANT:
            self.found.append(f"{who}: {'; '.join(scans)}\n{text[:3000]}")

    def taken(self) -> list[str]:
        """What was found since the last time."""
        found, self.found = self.found, []
        return found

    def _plan(self, text: str, values: Any) -> list[str]:
        assert self.file is not None
        if self.file not in self._connections:
            made = sqlite3.connect(self.file, check_same_thread=False)
            made.create_function("unixepoch", -1, lambda *_: 0)
            self._connections[self.file] = made
        asked = f"EXPLAIN QUERY PLAN {text}"
        given = [None] * text.count("?") if values is None else values
        return [str(row[3]) for row in self._connections[self.file].execute(asked, given)]


watch = Watch()


def _asks(text: str) -> bool:
    return text.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE"))


def _who() -> str:
    """File and function that wanted the statement."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and ".venv" not in path.parts:
            who = f"{path.relative_to(ROOT)}:{frame.f_code.co_name}"
            if not who.startswith(HELPERS):
                return who
        frame = frame.f_back
    return "tests/"


def _is_through_a_growing_table(step: str, text: str) -> bool:
    if not step.startswith("SCAN ") or PARTIAL.search(step):
        return False
    alias = step.split()[1]
    names = {found[2] or found[1]: found[1] for found in _NAMED.finditer(text)}
    name = names.get(alias, alias).removeprefix("main.")
    known = name in db.metadata.tables or name == "workflow_status"
    return known and name not in SMALL


@sa.event.listens_for(Engine, "before_cursor_execute")
def _before(
    connection: sa.Connection, _cursor: Any, text: str, values: Any, _context: Any, many: bool
) -> None:
    if connection.dialect.name == "sqlite":
        watch.look(text, values[0] if many else values)


@prepared.observers.append
def _observed(text: str) -> None:
    if db.engine.dialect.name == "sqlite":
        watch.look(text)
