"""The roster as a form: one row per learner, what was typed kept until it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from courses.scheduling.actions.roster import Outcomes, Typed
from courses.scheduling.queries.roster import Line
from courses.scheduling.rules.marks import Flaw, Marks, Outcome, Presence, read
from courses.scheduling.wording import word
from lms.reasons import Reason

FIELDS = ("presence", "outcome", "score", "note")
NOTHING, RECORDED = "nothing", "recorded"
FILLS = (Presence.PRESENT, Outcome.PASSED, NOTHING, RECORDED)


@dataclass(slots=True)
class Row:
    """A learner's row: cells as typed, errors by field, what a colleague saved meanwhile, and what
    the row empties where the page asks why that was recorded by mistake."""

    line: Line
    cells: dict[str, str]
    attendance_id: int | None
    result_id: int | None
    marks: Marks = field(default_factory=Marks)
    errors: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] | None = None
    emptied: dict[str, str] | None = None

    @property
    def is_changed(self) -> bool:
        """Whether the cells say anything else than what is recorded."""
        return self.cells != cells_of(self.line.marks)

    @property
    def is_unsaved(self) -> bool:
        """Whether the row waits for the trainer."""
        return bool(self.errors or self.theirs or self.emptied)

    @property
    def loses_result(self) -> bool:
        """Whether a recorded result is among what the row empties."""
        return bool(self.emptied and self.emptied["outcome"])

    @property
    def seen(self) -> str:
        """The facts that the page shows, as a hidden field carries them."""
        return f"{self.attendance_id or 0}.{self.result_id or 0}"

    def asked(self) -> None:
        """Show what the row takes back."""
        current = self.line.marks
        lost = Marks(
            current.presence if self.marks.presence is None else None,
            current.grade if self.marks.grade is None else None,
        )
        self.emptied = cells_of(lost) if lost != Marks() else None

    def flawed(self, flaws: list[Flaw]) -> None:
        """Word the flaws beside their cells."""
        self.errors |= {flaw.field: word(Reason(flaw.code)) for flaw in flaws}

    def overtaken(self, current: Line) -> None:
        """Show what a colleague recorded; saving again is then a decision, not an accident."""
        self.theirs = cells_of(current.marks)
        self.attendance_id, self.result_id = current.attendance_id, current.result_id


def cells_of(marks: Marks) -> dict[str, str]:
    """Recorded facts as the cells show them."""
    grade = marks.grade
    return {
        "presence": marks.presence.value if marks.presence else "",
        "outcome": grade.outcome.value if grade else "",
        "score": str(grade.score) if grade and grade.score is not None else "",
        "note": grade.note if grade else "",
    }


def recorded(lines: list[Line]) -> list[Row]:
    """The rows as they are recorded now."""
    return [Row(line, cells_of(line.marks), line.attendance_id, line.result_id) for line in lines]


def typed(lines: list[Line], form: Mapping[str, str]) -> list[Row]:
    """The rows as they were sent; learners who came later are shown as recorded."""
    return [_row(line, form) for line in lines]


def _row(line: Line, form: Mapping[str, str]) -> Row:
    if f"seen-{line.person_id}" not in form:
        return Row(line, cells_of(line.marks), line.attendance_id, line.result_id, marks=line.marks)
    cells = {name: form.get(f"{name}-{line.person_id}", "") for name in FIELDS}
    _empty_with_outcome(cells, cells_of(line.marks))
    attendance_id, result_id = _seen(form[f"seen-{line.person_id}"])
    row = Row(line, cells, attendance_id, result_id)
    row.marks, flaws = read(cells)
    row.flawed(flaws)
    if f"mistake-{line.person_id}" in form:
        row.asked()
    return row


def _empty_with_outcome(cells: dict[str, str], recorded: Mapping[str, str]) -> None:
    """Who empties a recorded outcome need not empty its score and note as well."""
    rest = ("score", "note")
    is_as_recorded = all(cells[name].strip() == recorded[name] for name in rest)
    if recorded["outcome"] and not cells["outcome"] and is_as_recorded:
        cells.update(dict.fromkeys(rest, ""))


def _seen(text: str) -> tuple[int | None, int | None]:
    first, _, second = text.partition(".")
    known = [int(part) if part.isascii() and part.isdigit() else 0 for part in (first, second)]
    return (known[0] or None), (known[1] or None)


def fill(rows: list[Row], value: str) -> None:
    """Fill in "present" or "passed" where nothing is chosen yet; who was absent did not pass, and
    of who has left nothing new is said. Or empty whatever is recorded ("nothing"), or show it again
    where the page asks why it was emptied ("recorded"); what else was typed stays."""
    if value in (NOTHING, RECORDED):
        _refill(rows, value)
        return
    name = "presence" if value == Presence.PRESENT else "outcome"
    for row in (row for row in rows if not row.line.has_left):
        if name == "presence" or row.cells["presence"] != Presence.ABSENT:
            row.cells[name] = row.cells[name] or value


def _refill(rows: list[Row], value: str) -> None:
    for row in rows:
        if value == NOTHING and row.line.is_marked:
            row.cells, row.errors = cells_of(Marks()), {}
        elif value == RECORDED and row.emptied:
            row.cells, row.emptied = cells_of(row.line.marks), None


def to_save(rows: list[Row], mistake: str) -> dict[int, Typed]:
    """The rows as the action takes them; one with a wrong cell is not sent. The reason is for the
    rows that the page asked about, so that none is taken back unseen."""
    return {
        row.line.person_id: Typed(
            row.marks, row.attendance_id, row.result_id, mistake if row.emptied else ""
        )
        for row in rows
        if not row.errors
    }


def show(rows: list[Row], outcomes: Outcomes, fresh: list[Line]) -> list[Row]:
    """The rows after a save: what was not saved as it was typed, with its reason; the rest as it
    is recorded now."""
    now = {row.line.person_id: row for row in recorded(fresh)}
    for row in rows:
        who = row.line.person_id
        row.flawed(list(outcomes.flaws.get(who, [])))
        if who in outcomes.conflicts:
            row.overtaken(outcomes.conflicts[who])
        row.emptied = None
        if who in outcomes.unexplained:
            row.asked()
    return [row if row.is_unsaved else now[row.line.person_id] for row in rows]


def summary(rows: list[Row]) -> dict[str, list[tuple[str, str]]]:
    """Each error once, with the name and the cell of every learner that has it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        for name, text in row.errors.items():
            found.setdefault(text, []).append((row.line.name, f"{name}-{row.line.person_id}"))
    return found
