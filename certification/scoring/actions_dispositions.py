"""Decisions on items found bad: a preview of every changed result, then new runs, each once."""

from datetime import datetime

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.exams.models import Exam
from certification.items.content import ItemContent
from certification.scoring import queries, queries_changes, queries_sheets, queries_work
from certification.scoring.actions import decide, lock_attempt, scored_again, share_of
from certification.scoring.grading import Graded, judged
from certification.scoring.keys import Key, key_from
from certification.scoring.models import (
    DISPOSITION_MOVES,
    AppealDisposition,
    DispositionState,
    ItemDisposition,
    RunState,
    ScoreRun,
)
from certification.scoring.models_work import DispositionChange
from certification.scoring.queries_sheets import Sheet
from certification.scoring.scale import Scale
from lms import audit, jobs
from lms.db import db, insert_once, locked
from lms.errors import Refusal, refuse
from lms.reasons import Reason

CHUNK = 100
TREATMENTS = ("neutral", "credit", "rekey")


def propose(
    exam: Exam,
    version_id: int,
    content: ItemContent,
    *,
    treatment: str,
    typed: str,
    reason: str,
    by: int,
    now: datetime,
) -> ItemDisposition:
    """Begin the preview of a decision; nothing changes yet. `typed` is the new key of a `rekey`.

    Refuses a key that this item cannot have, `nothing_left` (a form would have nothing that
    counts), `disposition_open` (there is one on this version already).
    """
    if treatment == "neutral" and queries_work.is_last(exam.id, version_id):
        raise refuse("nothing_left", status=422)
    key = _key(content, typed) if treatment == "rekey" else None
    return _open(exam.id, version_id, treatment, key, reason, by=by, now=now)


def _key(content: ItemContent, typed: str) -> Key:
    try:
        return key_from(content, typed)
    except ValueError as error:
        reasons: list[Reason] = getattr(error, "reasons", [])
        raise Refusal(Reason("key_wrong"), *reasons, status=422) from error


def _open(
    exam_id: int,
    version_id: int,
    treatment: str,
    key: Key | None,
    reason: str,
    *,
    by: int,
    now: datetime,
) -> ItemDisposition:
    try:
        with db.session.begin_nested():
            row = ItemDisposition(
                exam_id=exam_id,
                version_id=version_id,
                treatment=treatment,
                key=key,
                reason=reason,
                state=DispositionState.PREVIEW,
                created_at=now,
                created_by=by,
            )
            db.session.add(row)
    except sa.exc.IntegrityError as error:
        raise refuse("disposition_open") from error
    _record("proposed", row, by=by, now=now)
    jobs.enqueue("scoring.preview", {"disposition_id": row.id}, key=str(row.id))
    return row


def _record(act: str, row: ItemDisposition, *, by: int | None, now: datetime) -> None:
    audit.record(
        f"disposition.{act}",
        "item_disposition",
        row.id,
        by=by,
        now=now,
        exam=row.exam_id,
        version=row.version_id,
        treatment=row.treatment,
    )


def preview_more(disposition_id: int, *, now: datetime) -> bool:
    """Compute the next rows of a preview; False when all are there. Safe to repeat."""
    row = _locked(disposition_id)
    if row.state != DispositionState.PREVIEW or row.previewed_at is not None:
        return False
    ids = queries_work.asked_attempts(row, after=queries_work.last_previewed(row.id), most=CHUNK)
    if not ids:
        row.previewed_at = now
        return False
    found = queries_sheets.sheets(ids)
    graders = queries_sheets.graders(found, row.exam_id, row)
    before = queries_work.deciding_runs(ids)
    for sheet in found:
        values = _foreseen(row, sheet, sheet.graded(graders[sheet.form_id]), before)
        insert_once(DispositionChange, values, ["disposition_id", "attempt_id"])
    return True


def _foreseen(
    row: ItemDisposition, sheet: Sheet, graded: Graded, runs: dict[int, ScoreRun]
) -> dict[str, object]:
    before = runs[sheet.attempt_id]
    verdict = judged(graded.raw, graded.full, share_of(before), Scale(**before.scale))
    seen = (before.scaled, before.passed)
    return {
        "disposition_id": row.id,
        "attempt_id": sheet.attempt_id,
        "before_run_id": before.id,
        "raw_before": before.raw,
        "raw_after": graded.raw,
        "full_after": graded.full,
        "scaled_before": before.scaled,
        "scaled_after": verdict.scaled,
        "passed_before": before.passed,
        "passed_after": verdict.passed,
        "is_changed": (verdict.scaled, verdict.passed) != seen,
    }


def start(row: ItemDisposition, *, by: int, now: datetime) -> None:
    """Run what was previewed. From here on first scores follow the decision too: those that are
    being computed end first, by the exam's lock.

    Refuses `second_person` (not who proposed it), `preview_unfinished`, `preview_outdated`,
    `disposition_running` (another one of this exam), `not_yourself` (whose own result would
    change).
    """
    db.session.execute(
        sa.select(Exam.id).where(Exam.id == row.exam_id).with_for_update(key_share=True)
    )
    row = _locked(row.id)
    if row.created_by == by:
        raise refuse("second_person", status=403)
    if row.previewed_at is None:
        raise refuse("preview_unfinished")
    if queries_changes.is_running(row.exam_id):
        raise refuse("disposition_running")
    if queries_changes.is_candidate(row.id, by):
        raise refuse("not_yourself", status=403)
    if queries_changes.is_outdated(row, queries_work.asked(row)):
        raise refuse("preview_outdated")
    _move(row, DispositionState.RUNNING, by=by, now=now)
    _enqueue(row)


def drop(row: ItemDisposition, *, by: int, now: datetime) -> None:
    """Leave everything as it is."""
    _move(_locked(row.id), DispositionState.DROPPED, by=by, now=now)


def preview_anew(row: ItemDisposition, *, by: int, now: datetime) -> ItemDisposition:
    """Drop a preview and make the same one of today's results; appeals lead to it then."""
    drop(row, by=by, now=now)
    old = row.id
    row = _open(row.exam_id, row.version_id, row.treatment, row.key, row.reason, by=by, now=now)
    behind = sa.select(AppealDisposition).where(AppealDisposition.disposition_id == old)
    for link in db.session.scalars(behind):
        db.session.add(
            AppealDisposition(appeal_id=link.appeal_id, disposition_id=row.id, at=now, by=by)
        )
    return row


def _locked(disposition_id: int) -> ItemDisposition:
    wanted = sa.select(ItemDisposition).where(ItemDisposition.id == disposition_id)
    found: ItemDisposition = db.session.scalars(locked(wanted)).one()
    return found


def _move(row: ItemDisposition, state: DispositionState, *, by: int, now: datetime) -> None:
    if state not in DISPOSITION_MOVES.get(row.state, frozenset()):
        raise refuse("changed_meanwhile")
    row.state, row.decided_at, row.decided_by = state, now, by
    db.session.flush()
    _record(str(state), row, by=by, now=now)


def _enqueue(row: ItemDisposition) -> None:
    ids = queries_changes.change_ids(row.id)
    for place in range(0, max(len(ids), 1), CHUNK):
        jobs.enqueue(
            "scoring.regrade",
            {"disposition_id": row.id, "change_ids": list(ids[place : place + CHUNK])},
            key=f"{row.id}:{place}",
        )


def apply(change_id: int, *, now: datetime) -> None:
    """Score one attempt anew, unless it is done: the run and its mark stand in one unit."""
    change = db.session.get_one(DispositionChange, change_id)
    lock_attempt(change.attempt_id)
    db.session.refresh(change)
    if change.done_at is not None:
        return
    row = db.session.get_one(ItemDisposition, change.disposition_id)
    found = queries_sheets.sheets([change.attempt_id])
    before = queries.deciding(change.attempt_id)
    if before is None or row.decided_by is None:
        raise LookupError(f"attempt {change.attempt_id} has no score that decides")
    run = scored_again(
        found[0],
        found[0].graded(queries_sheets.graders(found, row.exam_id)[found[0].form_id]),
        before,
        kind="regrade",
        by=row.decided_by,
        now=now,
        reason=row.reason,
        disposition_id=row.id,
    )
    change.run_id, change.done_at = run.id, now


def finish_if_done(disposition_id: int, *, now: datetime) -> None:
    """The last chunk to finish closes the decision."""
    row = _locked(disposition_id)
    if row.state != DispositionState.RUNNING or queries_changes.is_due(row.id):
        return
    row.state, row.done_at = DispositionState.DONE, now
    _record("done", row, by=None, now=now)


def settle(change: DispositionChange, *, takes: bool, reason: str, by: int, now: datetime) -> None:
    """A person decides on a pass that would turn into a fail: the new run decides, or is dropped.
    A certificate is not touched in either case.

    Refuses `not_yourself`, `third_person` (who proposed the decision on the item or carried it
    out), `changed_meanwhile`.
    """
    lock_attempt(change.attempt_id)
    if db.session.get_one(Attempt, change.attempt_id).person_id == by:
        raise refuse("not_yourself", status=403)
    if took_part(db.session.get_one(ItemDisposition, change.disposition_id), by):
        raise refuse("third_person", status=403)
    run = _proposed(change)
    change.decided_at, change.decided_by, change.decision = now, by, reason
    if takes:
        decide(run, queries_sheets.sheets([change.attempt_id])[0], by=by, now=now)
        return
    run.state = RunState.DROPPED
    audit.record(
        "exam.score_kept", "attempt", change.attempt_id, by=by, now=now, dropped=run.number
    )


def took_part(row: ItemDisposition, person_id: int) -> bool:
    """Whether a person proposed a decision or carried it out."""
    return person_id in (row.created_by, row.decided_by)


def _proposed(change: DispositionChange) -> ScoreRun:
    run = change.run_id and db.session.get(ScoreRun, change.run_id, populate_existing=True)
    if not run or run.state != RunState.PROPOSED:
        raise refuse("changed_meanwhile")
    return run
