"""Attendance and results: new facts only, merged with what somebody else recorded meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from courses.scheduling.actions import completions, news
from courses.scheduling.actions.queue import lock
from courses.scheduling.models import Attendance, ClassSession, Outcome, Result, SessionState
from courses.scheduling.queries.roster import Line, grade_of, marks_shown, roster
from courses.scheduling.rules.marks import Flaw, Grade, Marks, Merge, merge, removals
from lms import audit
from lms.db import db
from lms.errors import refuse


@dataclass(frozen=True, slots=True)
class Typed:
    """A row as the trainer left it, and the facts that the page had shown for it."""

    marks: Marks
    attendance_id: int | None
    result_id: int | None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a save found: rows that were not written, and how many were."""

    flaws: Mapping[int, Sequence[Flaw]]
    conflicts: Mapping[int, Line]
    written: int


@dataclass(frozen=True, slots=True)
class _Step:
    line: Line
    mine: Marks
    attendance: Merge
    grade: Merge

    @property
    def merges(self) -> tuple[Merge, Merge]:
        return self.attendance, self.grade


def save_roster(
    class_session: ClassSession, typed: Mapping[int, Typed], *, by: int, now: datetime
) -> Outcomes:
    """Record every changed row that is sound; a row is written whole or not at all.

    A row that both this trainer and somebody else changed differently is a conflict.
    """
    session = lock(class_session)
    if session.state == SessionState.CANCELLED:
        raise refuse("session_cancelled_before")
    lines = {line.person_id: line for line in roster(session.id)}
    known = {person_id: row for person_id, row in typed.items() if person_id in lines}
    steps = _steps(session, lines, known)
    flaws = {s.line.person_id: found for s in steps if (found := _flaws(s, by=by))}
    conflicts = {s.line.person_id: s.line for s in steps if Merge.CONFLICT in s.merges}
    sound = [s for s in steps if s.line.person_id not in {*flaws, *conflicts}]
    written = sum(_write(session, step, by=by, now=now) for step in sound)
    return Outcomes(flaws, conflicts, written)


def _steps(
    session: ClassSession, lines: Mapping[int, Line], typed: Mapping[int, Typed]
) -> list[_Step]:
    shown, graded = marks_shown(
        session.id,
        [row.attendance_id for row in typed.values() if row.attendance_id],
        [row.result_id for row in typed.values() if row.result_id],
    )
    steps = []
    for person_id, row in typed.items():
        line, was = lines[person_id], shown.get(row.attendance_id or 0)
        base = Marks(
            was.presence if was and was.person_id == person_id else None,
            _grade(graded.get(row.result_id or 0), person_id),
        )
        presence = merge(base.presence, line.marks.presence, row.marks.presence)
        steps.append(
            _Step(line, row.marks, presence, merge(base.grade, line.marks.grade, row.marks.grade))
        )
    return steps


def _grade(result: Result | None, person_id: int) -> Grade | None:
    return grade_of(result) if result and result.person_id == person_id else None


def _flaws(step: _Step, *, by: int) -> list[Flaw]:
    """Flaws of the facts that this row would write: none about oneself, none emptied."""
    if step.line.person_id == by and set(step.merges) != {Merge.UNCHANGED}:
        return [Flaw("outcome", "own_result")]
    current = Marks(
        step.line.marks.presence if step.attendance == Merge.WRITE else None,
        step.line.marks.grade if step.grade == Merge.WRITE else None,
    )
    return removals(current, step.mine)


def _write(session: ClassSession, step: _Step, *, by: int, now: datetime) -> bool:
    if step.attendance == Merge.WRITE:
        _record_presence(session, step, by=by, now=now)
    if step.grade == Merge.WRITE:
        _record_grade(session, step, by=by, now=now)
    return Merge.WRITE in step.merges


def _record_presence(session: ClassSession, step: _Step, *, by: int, now: datetime) -> None:
    line, presence = step.line, step.mine.presence
    if presence is None:
        return
    db.session.add(
        Attendance(
            class_session_id=session.id,
            person_id=line.person_id,
            presence=presence,
            at=now,
            by_person_id=by,
            replaces_id=line.attendance_id,
        )
    )
    audit.record(
        "attendance.recorded",
        "person",
        line.person_id,
        by=by,
        now=now,
        class_session=session.id,
        presence=presence.value,
        replaces=line.attendance_id,
    )


def _record_grade(session: ClassSession, step: _Step, *, by: int, now: datetime) -> None:
    line, grade = step.line, step.mine.grade
    if grade is None:
        return
    result = Result(
        class_session_id=session.id,
        person_id=line.person_id,
        outcome=grade.outcome,
        score=grade.score,
        note=grade.note,
        at=now,
        by_person_id=by,
        replaces_id=line.result_id,
    )
    db.session.add(result)
    db.session.flush()
    audit.record(
        "result.recorded",
        "person",
        line.person_id,
        by=by,
        now=now,
        private={"note": grade.note},
        class_session=session.id,
        outcome=grade.outcome.value,
        score=grade.score,
        replaces=line.result_id,
    )
    _follow(session, result, grade.outcome, by=by, now=now)


def _follow(
    session: ClassSession, result: Result, outcome: Outcome, *, by: int, now: datetime
) -> None:
    """What a result brings: a completion or its withdrawal, and a mail."""
    standing = _completion_ids(session, result.person_id)
    if outcome == Outcome.PASSED and not standing:
        completions.complete_by_result(session, result, by=by, now=now)
    if outcome == Outcome.FAILED:
        for completion_id in standing:
            completions.withdraw(completion_id, "result_corrected", by=by, now=now)
    key = {result.person_id: str(result.id)}
    news.tell(
        "result",
        session,
        key,
        now=now,
        outcome=outcome.value,
        score=result.score,
        note=result.note,
        is_correction=result.replaces_id is not None,
    )


def _completion_ids(session: ClassSession, person_id: int) -> list[int]:
    own = sa.select(Result.id).where(
        Result.class_session_id == session.id, Result.person_id == person_id
    )
    return completions.standing_of_results(own)
