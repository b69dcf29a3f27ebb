"""Sittings that the policy has two assessors judge, each alone; a third where they differ. The
person's row, which the caller holds, is the lock between those who finish at the same time."""

from datetime import date, datetime

import sqlalchemy as sa

from certification.exams.models import ExamPolicy
from certification.rubrics import queries_sittings as found
from certification.rubrics.actions_records import Decided, Sat, record
from certification.rubrics.models import Assessment, Kind, RubricVersion
from certification.rubrics.models_sittings import AssessmentSitting, Judgement
from certification.rubrics.rules import Notes, points_of, rubric_from
from certification.rubrics.rules_sittings import MEAN, Settled, settled
from lms import audit
from lms.accounts.models import Person
from lms.db import db, locked
from lms.errors import refuse


def lock(person_id: int) -> None:
    """Hold the person's row until the unit ends."""
    db.session.execute(locked(sa.select(Person.id).where(Person.id == person_id)))


def joined(
    exam_id: int, person_id: int, kind: Kind, *, taken_on: date, by: int
) -> AssessmentSitting | None:
    """The open sitting that a judgement of this day and form belongs to; None where none is open.

    Refuses `result_open` (another one waits for its result), `judged_before`.
    """
    sitting = found.open_of(exam_id, person_id)
    if sitting is None:
        return None
    if (sitting.kind, sitting.taken_on) != (kind, taken_on):
        raise refuse("result_open", status=422)
    if by in {one.by for one in found.judgements(sitting.id)}:
        raise refuse("judged_before", status=422)
    return sitting


def open_sitting(sat: Sat, policy: ExamPolicy, *, now: datetime) -> AssessmentSitting:
    """Begin to wait for assessors."""
    row = AssessmentSitting(
        exam_id=sat.exam_id, person_id=sat.person_id, rubric_id=sat.rubric_id,
        policy_id=policy.id, kind=sat.kind, taken_on=sat.taken_on, work_id=sat.work_id,
        round=1, opened_at=now, waits_since=now,
    )  # fmt: skip
    row.policy = policy
    db.session.add(row)
    db.session.flush()
    return row


def judge(sitting: AssessmentSitting, notes: Notes, *, by: int, now: datetime) -> Assessment | None:
    """Keep one assessor's judgement. The last one that is needed decides: the assessment with its
    result then, else None."""
    rubric = rubric_from(db.session.get_one(RubricVersion, sitting.rubric_id).content)
    row = Judgement(
        sitting_id=sitting.id, round=sitting.round, levels=dict(notes.levels),
        comments=dict(notes.comments), comment=notes.comment,
        points=sum(points_of(rubric, notes.levels).values()), by=by, at=now,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(
        "exam.judged", "assessment_sitting", sitting.id, by=by, now=now, judgement=row.id,
        round=row.round,
    )  # fmt: skip
    rounds = {one.round: one.levels for one in found.judgements(sitting.id)}
    decided = settled(rubric, rounds, gap=sitting.policy.moderation_gap)
    if decided.next_round is not None:
        sitting.round, sitting.waits_since = decided.next_round, now
        db.session.flush()
        return None
    return _decide(sitting, decided, notes, by=by, now=now)


def _decide(
    sitting: AssessmentSitting, decided: Settled, notes: Notes, *, by: int, now: datetime
) -> Assessment:
    """What two say stands with their judgements; a third one's words are those of the record."""
    is_mean = decided.rule == MEAN
    said = Notes(decided.levels) if is_mean else notes
    sat = Sat(
        sitting.exam_id, sitting.person_id, sitting.rubric_id, sitting.kind, sitting.taken_on,
        sitting.work_id,
    )  # fmt: skip
    outcome = Decided(said, decided.points, decided.rule, sitting.id)
    made = record(sat, outcome, by=by, now=now)
    sitting.ended_at, sitting.ended_by, sitting.result_id = now, by, made.result_id
    db.session.flush()
    return made


def end(sitting: AssessmentSitting, reason: str, *, by: int, now: datetime) -> None:
    """End a sitting without a result, with the reason: it counts as no attempt. Its judgements stay
    as facts. Refuses `not_yourself`, `changed_meanwhile` (decided or ended by now)."""
    if sitting.person_id == by:
        raise refuse("not_yourself", status=403)
    lock(sitting.person_id)
    if not found.hold(sitting.id):
        raise refuse("changed_meanwhile")
    sitting.ended_at, sitting.ended_by, sitting.end_reason = now, by, reason
    db.session.flush()
    audit.record(
        "exam.sitting_ended", "assessment_sitting", sitting.id, by=by, now=now,
        exam=sitting.exam_id, private={"reason": reason},
    )  # fmt: skip
