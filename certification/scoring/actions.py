"""Score runs: the first one of a submitted attempt, later ones, and which of them decides."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.exams import queries as exams
from certification.exams.actions_delivered import Delivered, record_delivered
from certification.exams.models import Exam
from certification.papers.queries import cut_of
from certification.scoring import queries_sheets as reading
from certification.scoring.grading import Graded, Judged, judged
from certification.scoring.models import RunState, ScoreLine, ScoreRun
from certification.scoring.models_work import MarkingTask
from certification.scoring.queries_sheets import Sheet
from certification.scoring.scale import Scale
from lms import audit, jobs
from lms.clock import today
from lms.db import db, insert_once, locked
from lms.site import issuer_zone


def score_submitted(attempt_id: int, *, now: datetime) -> ScoreRun | None:
    """Score an attempt for the first time, once; what waits for an assessor is put in the queue.

    A decision on an item that begins meanwhile waits for this unit, and finds its run; one that
    began before is seen here.
    """
    exam_id = sa.select(Attempt.exam_id).where(Attempt.id == attempt_id).scalar_subquery()
    db.session.execute(sa.select(Exam.id).where(Exam.id == exam_id).with_for_update(read=True))
    lock_attempt(attempt_id)
    found = reading.sheets([attempt_id])
    if not found or _has_run(attempt_id):
        return None
    sheet = found[0]
    grader = reading.graders(found, sheet.exam_id)[sheet.form_id]
    graded = sheet.graded(grader)
    if graded.waits:
        versions = {place.position: place.version_id for place in grader.places}
        _ask_for_marks(sheet, graded.waits, versions, now=now)
        return None
    return _first_run(sheet, graded, now=now)


def lock_attempt(attempt_id: int) -> None:
    """Nobody else scores this attempt until the unit ends."""
    db.session.execute(locked(sa.select(Attempt.id).where(Attempt.id == attempt_id)))


def _has_run(attempt_id: int) -> bool:
    found = sa.select(ScoreRun.id).where(ScoreRun.attempt_id == attempt_id).limit(1)
    return db.session.scalar(found) is not None


def _ask_for_marks(
    sheet: Sheet, positions: Sequence[int], versions: dict[int, int], *, now: datetime
) -> None:
    for position in positions:
        open_round(sheet, position, versions[position], sheet.next_round(position) or 1, now=now)


def open_round(sheet: Sheet, position: int, version_id: int, round: int, *, now: datetime) -> None:
    """An answer waits for the mark of a round, once."""
    values = {
        "attempt_id": sheet.attempt_id,
        "exam_id": sheet.exam_id,
        "position": position,
        "round": round,
        "version_id": version_id,
        "opened_at": now,
    }
    insert_once(MarkingTask, values, ["attempt_id", "position", "round"])


def _first_run(sheet: Sheet, graded: Graded, *, now: datetime) -> ScoreRun:
    cut = cut_of(sheet.form_id)
    scale = Scale(sheet.bottom, sheet.passing, sheet.top)
    run = add_run(
        sheet,
        graded,
        judged(graded.raw, graded.full, cut.share, scale),
        scale,
        kind="initial",
        cut_score_id=cut.decision.id if cut.decision else None,
        by=None,
        now=now,
    )
    decide(run, sheet, by=None, now=now)
    db.session.execute(
        sa.update(MarkingTask)
        .where(MarkingTask.attempt_id == sheet.attempt_id, MarkingTask.done_at.is_(None))
        .values(done_at=now)
    )
    return run


def add_run(
    sheet: Sheet,
    graded: Graded,
    verdict: Judged,
    scale: Scale,
    *,
    kind: str,
    cut_score_id: int | None,
    by: int | None,
    now: datetime,
    reason: str = "",
    disposition_id: int | None = None,
) -> ScoreRun:
    """Keep what was computed; it decides nothing yet. The attempt is locked."""
    highest = sa.select(sa.func.coalesce(sa.func.max(ScoreRun.number), 0))
    number = db.session.scalars(highest.where(ScoreRun.attempt_id == sheet.attempt_id)).one()
    run = ScoreRun(
        attempt_id=sheet.attempt_id,
        number=number + 1,
        kind=kind,
        state=RunState.PROPOSED,
        raw=graded.raw,
        full=graded.full,
        cut=verdict.cut,
        cut_score_id=cut_score_id,
        scaled=verdict.scaled,
        scale={"bottom": scale.bottom, "passing": scale.passing, "top": scale.top},
        passed=verdict.passed,
        disposition_id=disposition_id,
        reason=reason,
        at=now,
        by=by,
    )
    db.session.add(run)
    db.session.flush()
    db.session.execute(sa.insert(ScoreLine), [_line(run.id, line) for line in graded.lines])
    return run


def _line(run_id: int, line: object) -> dict[str, object]:
    names = ("position", "version_id", "raw", "points", "is_answered", "is_pilot", "treatment")
    return {"run_id": run_id, **{name: getattr(line, name) for name in names}}


def decide(run: ScoreRun, sheet: Sheet, *, by: int | None, now: datetime) -> None:
    """Let this run decide; the one before becomes past, proposals that it overtakes are dropped.
    A changed score or decision is a new result, unless the result is void: that stays void."""
    _overtake(run, RunState.DECIDING, RunState.PAST)
    _overtake(run, RunState.PROPOSED, RunState.DROPPED)
    run.state = RunState.DECIDING
    db.session.flush()
    audit.record(
        "exam.score_decides",
        "attempt",
        sheet.code,
        by=by,
        now=now,
        run=run.number,
        kind=run.kind,
        passed=run.passed,
        disposition=run.disposition_id,
    )
    _write_result(run, sheet, by=by, now=now)
    jobs.enqueue("scoring.report", {"run_id": run.id}, key=str(run.id))


def _overtake(run: ScoreRun, before: RunState, after: RunState) -> None:
    db.session.execute(
        sa.update(ScoreRun)
        .where(
            ScoreRun.attempt_id == run.attempt_id,
            ScoreRun.state == before,
            ScoreRun.id != run.id,
        )
        .values(state=after)
    )


def _write_result(run: ScoreRun, sheet: Sheet, *, by: int | None, now: datetime) -> None:
    standing = exams.of_attempt(run.attempt_id)
    if standing and standing.is_void:
        return
    if standing and (standing.score, standing.passed) == (run.scaled, run.passed):
        return
    by = sheet.person_id if by is None else by
    record_delivered(delivered(run, sheet), note=run.reason, by=by, now=now, replaces=standing)


def delivered(run: ScoreRun, sheet: Sheet) -> Delivered:
    """What a run says about its attempt."""
    return Delivered(
        exam_id=sheet.exam_id,
        person_id=sheet.person_id,
        attempt_id=sheet.attempt_id,
        attempt_code=sheet.code,
        taken_on=today(sheet.ended_at, issuer_zone()),
        score=run.scaled,
        full_marks=run.scale["top"],
        cut_score=run.scale["passing"],
        passed=run.passed,
    )


def scored_again(
    sheet: Sheet,
    graded: Graded,
    before: ScoreRun,
    *,
    kind: str,
    by: int,
    now: datetime,
    reason: str,
    disposition_id: int | None = None,
) -> ScoreRun:
    """A later run by the cut score and scale of the one that decides. It decides, unless it would
    take away a pass: that is proposed to a person, and the old result stands. What an earlier
    decision on an item proposed knew less and is dropped."""
    scale = Scale(**before.scale)
    verdict = judged(graded.raw, graded.full, share_of(before), scale)
    run = add_run(
        sheet,
        graded,
        verdict,
        scale,
        kind=kind,
        cut_score_id=before.cut_score_id,
        by=by,
        now=now,
        reason=reason,
        disposition_id=disposition_id,
    )
    if not (before.passed and not run.passed):
        decide(run, sheet, by=by, now=now)
    elif disposition_id is not None:
        _overtake(run, RunState.PROPOSED, RunState.DROPPED)
    return run


def share_of(run: ScoreRun) -> Fraction:
    """The part of what counts that passing took."""
    return run.cut / run.full
