"""Attendance and results: new facts only, merged with what somebody else recorded meanwhile. What
was recorded by mistake is taken back by a fact too."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from courses.scheduling.actions import completions, news
from courses.scheduling.actions.queue import lock
from courses.scheduling.models import Attendance, ClassSession, Outcome, Result, SessionState
from courses.scheduling.queries.roster import Line, grade_of, marks_shown, roster, settling
from courses.scheduling.rules.marks import Flaw, Grade, Marks, Merge, merge
from lms import audit
from lms.db import db
from lms.errors import refuse


@dataclass(frozen=True, slots=True)
class Typed:
    """A row as the trainer left it, and the facts that the page had shown for it. `mistake`: why
    what the row empties was recorded by mistake."""

    marks: Marks
    attendance_id: int | None
    result_id: int | None
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a save found: rows that were not written, and how many were. `unexplained`: rows that
    would take back what is recorded, without the reason that this needs."""

    flaws: Mapping[int, Sequence[Flaw]]
    conflicts: Mapping[int, Line]
    written: int
    unexplained: Collection[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Step:
    line: Line
    mine: Marks
    attendance: Merge
    grade: Merge
    mistake: str

    @property
    def merges(self) -> tuple[Merge, Merge]:
        return self.attendance, self.grade

    @property
    def is_unexplained(self) -> bool:
        """Whether it empties, without a reason, what the page showed and what stands still."""
        presence = self.attendance == Merge.WRITE and self.mine.presence is None
        grade = self.grade == Merge.WRITE and self.mine.grade is None
        return (presence or grade) and not self.mistake


def save_roster(
    class_session: ClassSession, typed: Mapping[int, Typed], *, by: int, now: datetime
) -> Outcomes:
    """Record every changed row that is sound; a row is written whole or not at all.

    A row that both this trainer and somebody else changed differently is a conflict.
    """
    session = lock(class_session)
    lines = {line.person_id: line for line in roster(session.id)}
    known = {person_id: row for person_id, row in typed.items() if person_id in lines}
    if session.state == SessionState.CANCELLED and not known:
        # Nobody has a seat then; what was recorded before is corrected or taken back all the same.
        raise refuse("session_cancelled_before")
    steps = _steps(session, lines, known)
    flaws = {s.line.person_id: found for s in steps if (found := _flaws(s, by=by))}
    conflicts = {s.line.person_id: s.line for s in steps if Merge.CONFLICT in s.merges}
    sound = [s for s in steps if s.line.person_id not in {*flaws, *conflicts}]
    unexplained = frozenset(s.line.person_id for s in sound if s.is_unexplained)
    explained = [s for s in sound if s.line.person_id not in unexplained]
    written = sum(_write(session, step, by=by, now=now) for step in explained)
    if written:
        db.session.execute(settling(now=now, class_session_id=session.id))
    return Outcomes(flaws, conflicts, written, unexplained)


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
        grade = merge(base.grade, line.marks.grade, row.marks.grade)
        steps.append(_Step(line, row.marks, presence, grade, row.mistake))
    return steps


def _grade(result: Result | None, person_id: int) -> Grade | None:
    return grade_of(result) if result and result.person_id == person_id else None


def _flaws(step: _Step, *, by: int) -> list[Flaw]:
    """Flaws of the facts that this row would write: none about oneself, and no first one about
    who has left."""
    if step.line.person_id == by and set(step.merges) != {Merge.UNCHANGED}:
        return [Flaw("outcome", "own_result")]
    return [Flaw(field, "has_left") for field in _first_of_left(step)]


def _first_of_left(step: _Step) -> list[str]:
    if not step.line.has_left:
        return []
    facts = (
        ("presence", step.attendance, step.line.attendance_id),
        ("outcome", step.grade, step.line.result_id),
    )
    return [field for field, merged, known in facts if merged == Merge.WRITE and known is None]


def _write(session: ClassSession, step: _Step, *, by: int, now: datetime) -> bool:
    if step.attendance == Merge.WRITE:
        _record_presence(session, step, by=by, now=now)
    if step.grade == Merge.WRITE:
        _record_result(session, step, by=by, now=now)
    return Merge.WRITE in step.merges


def _record_presence(session: ClassSession, step: _Step, *, by: int, now: datetime) -> None:
    line, presence = step.line, step.mine.presence
    fact = Attendance(
        class_session_id=session.id,
        person_id=line.person_id,
        presence=presence,
        at=now,
        by_person_id=by,
        replaces_id=line.attendance_id,
        mistake="" if presence else step.mistake,
    )
    db.session.add(fact)
    facts: dict[str, Any] = {"class_session": session.id, "replaces": line.attendance_id}
    if presence is None:
        _note(
            "attendance.withdrawn", line, by=by, now=now, private={"reason": fact.mistake}, **facts
        )
    else:
        _note("attendance.recorded", line, by=by, now=now, presence=presence.value, **facts)


def _record_result(session: ClassSession, step: _Step, *, by: int, now: datetime) -> None:
    grade = step.mine.grade
    result = Result(
        class_session_id=session.id,
        person_id=step.line.person_id,
        outcome=grade.outcome if grade else None,
        score=grade.score if grade else None,
        note=grade.note if grade else "",
        at=now,
        by_person_id=by,
        replaces_id=step.line.result_id,
        mistake="" if grade else step.mistake,
    )
    db.session.add(result)
    db.session.flush()
    if result.outcome is None:
        _take_back(session, step.line, result, by=by, now=now)
    else:
        _record_grade(session, step.line, result, result.outcome, by=by, now=now)


def _record_grade(
    session: ClassSession, line: Line, result: Result, outcome: Outcome, *, by: int, now: datetime
) -> None:
    """What a result brings: a completion or its withdrawal, and a mail."""
    _note(
        "result.recorded",
        line,
        by=by,
        now=now,
        private={"note": result.note},
        class_session=session.id,
        outcome=outcome.value,
        score=result.score,
        replaces=line.result_id,
    )
    standing = _completion_ids(session, line.person_id)
    if outcome == Outcome.PASSED and not standing:
        completions.complete_by_result(session, result, by=by, now=now)
    if outcome == Outcome.FAILED:
        for completion_id in standing:
            completions.withdraw(completion_id, "result_corrected", by=by, now=now)
    news.tell(
        "result",
        session,
        {line.person_id: str(result.id)},
        now=now,
        outcome=outcome.value,
        score=result.score,
        note=result.note,
        is_correction=line.marks.grade is not None,
    )


def _take_back(
    session: ClassSession, line: Line, result: Result, *, by: int, now: datetime
) -> None:
    """What ends with a result that was recorded by mistake. Who was told of one is told."""
    _note(
        "result.withdrawn",
        line,
        by=by,
        now=now,
        private={"reason": result.mistake},
        class_session=session.id,
        replaces=line.result_id,
    )
    for completion_id in _completion_ids(session, line.person_id):
        completions.withdraw(completion_id, result.mistake, by=by, now=now)
    own = db.session.scalars(_results_of(session, line.person_id))
    if news.was_told("result", [str(result_id) for result_id in own]):
        key = {line.person_id: str(result.id)}
        news.tell("result_withdrawn", session, key, now=now, reason=result.mistake)


def _note(act: str, line: Line, *, by: int, now: datetime, **facts: Any) -> None:
    audit.record(act, "person", line.person_id, by=by, now=now, **facts)


def _completion_ids(session: ClassSession, person_id: int) -> list[int]:
    return completions.standing_of_results(_results_of(session, person_id))


def _results_of(session: ClassSession, person_id: int) -> sa.Select[int]:
    return sa.select(Result.id).where(
        Result.class_session_id == session.id, Result.person_id == person_id
    )
