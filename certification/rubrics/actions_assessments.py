"""Judging a person by a rubric: notes kept as a draft, then a record that never changes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

import sqlalchemy as sa

from certification.exams.models import Exam, ExamResult
from certification.rubrics import actions_sittings as sittings
from certification.rubrics import queries, queries_sittings, queries_works
from certification.rubrics import queries_assessments as found
from certification.rubrics.actions_records import Decided, Sat, record
from certification.rubrics.models import Assessment, AssessmentDraft, Kind, RubricVersion
from certification.rubrics.models_sittings import AssessmentSitting
from certification.rubrics.rules import Notes, open_criteria, rubric_from
from lms import slots
from lms.accounts.models import Person
from lms.clock import today
from lms.db import db, insert_once, locked
from lms.errors import Refusal, refuse
from lms.reasons import Reason
from lms.site import issuer_zone


def _may_judge(person_id: int, by: int) -> None:
    """Nobody judges themselves or whom they taught."""
    if person_id == by:
        raise refuse("not_yourself", status=403)
    if found.has_trained(by, person_id):
        raise refuse("trained_by_you", status=422)


def begin(
    exam: Exam, person: Person, kind: Kind, *, taken_on: date, by: int, now: datetime
) -> AssessmentDraft:
    """An assessor's draft about a person by the rubric in force, or by that of the sitting that
    waits for another assessor; the one that is there if any.

    Refuses `not_yourself`, `trained_by_you`, `in_the_future`, `result_open`, `judged_before`,
    `rubric_missing`, `rubric_other_kind`, `work_missing`, `work_judged`, what a delivered exam
    would (prerequisites, waits, limits), `result_exists`, `draft_open` (of another day or form).
    """
    _may_judge(person.id, by)
    if taken_on > today(now, issuer_zone()):
        raise refuse("in_the_future", status=422)
    sitting = sittings.joined(exam.id, person.id, kind, taken_on=taken_on, by=by)
    values: dict[str, object] = {"kind": kind, "taken_on": taken_on}
    values |= _of(sitting) if sitting else _fresh(exam, person.id, kind)
    if sitting is None:
        _may_sit(exam.id, person.id, taken_on, now=now)
    return _put(exam.id, person.id, values, Notes(), by=by, now=now)


def _of(sitting: AssessmentSitting) -> dict[str, object]:
    return {"rubric_id": sitting.rubric_id, "work_id": sitting.work_id}


def _fresh(exam: Exam, person_id: int, kind: Kind) -> dict[str, object]:
    rubric = queries.published(exam.id)
    if rubric is None:
        raise refuse("rubric_missing", status=422)
    if kind not in rubric_from(rubric.content).kinds:
        raise refuse("rubric_other_kind", status=422)
    work_id = _work(exam.id, person_id) if kind is Kind.WORK else None
    return {"rubric_id": rubric.id, "work_id": work_id}


def _may_sit(exam_id: int, person_id: int, day: date, *, now: datetime) -> None:
    """What a delivered exam asks before the start is asked here too. There is no exception, as
    there is none there."""
    unmet: Sequence[Reason] | None = slots.ask(
        "exam.unmet", None, exam_id=exam_id, person_id=person_id, taken_on=day, now=now
    )
    if unmet is None:
        raise LookupError("nobody says who may sit an exam")
    if found.has_result(exam_id, person_id, day):
        raise refuse("result_exists", status=422)
    if unmet:
        raise Refusal(*unmet, status=422)


def _work(exam_id: int, person_id: int) -> int:
    """The newest file, which cannot be replaced any more: the person's row is the lock."""
    sittings.lock(person_id)
    work = queries_works.newest(exam_id, person_id)
    if work is None:
        raise refuse("work_missing", status=422)
    _not_judged(work.id)
    return work.id


def _not_judged(work_id: int) -> None:
    """A file is judged once; what was wrong is corrected."""
    if queries_works.is_judged(work_id):
        raise refuse("work_judged", status=422)


def _put(
    exam_id: int,
    person_id: int,
    values: dict[str, object],
    notes: Notes,
    *,
    by: int,
    now: datetime,
) -> AssessmentDraft:
    owner = {"exam_id": exam_id, "person_id": person_id, "by": by}
    times = {"revision": 1, "started_at": now, "saved_at": now, "notes": asdict(notes)}
    insert_once(AssessmentDraft, owner | values | times, list(owner))
    row = found.draft_of(exam_id, person_id, by)
    if (row.kind, row.taken_on, row.corrects_id) != (
        values["kind"], values["taken_on"], values.get("corrects_id"),
    ):  # fmt: skip
        raise refuse("draft_open")
    return row


def correct(assessment: Assessment, *, by: int, now: datetime) -> AssessmentDraft:
    """A draft that begins as what was recorded, by the same version of the rubric. Refuses
    `not_yourself`, `trained_by_you`, `changed_meanwhile` (corrected before), `decided_by_two`,
    and what an appeal is in the way of."""
    result = assessment.result
    _may_judge(result.person_id, by)
    _may_change(assessment)
    values = {name: getattr(assessment, name) for name in ("kind", "rubric_id", "work_id")}
    values |= {"taken_on": result.taken_on, "corrects_id": assessment.id}
    notes = Notes(
        {mark.criterion: mark.level for mark in assessment.marks},
        {mark.criterion: mark.comment for mark in assessment.marks if mark.comment},
        assessment.comment,
    )
    return _put(result.exam_id, result.person_id, values, notes, by=by, now=now)


def may_correct(assessment: Assessment) -> bool:
    """Whether one assessor may correct it alone."""
    return _in_the_way(assessment) is None


def _in_the_way(assessment: Assessment) -> Reason | None:
    later = sa.select(ExamResult.id).where(ExamResult.replaces_id == assessment.result_id)
    if db.session.scalar(later) is not None:
        return Reason("changed_meanwhile")
    if assessment.sitting_id is not None:
        return Reason("decided_by_two")
    found: Reason | None = slots.ask("result.appealed", None, result_id=assessment.result_id)
    return found


def _may_change(assessment: Assessment) -> None:
    if reason := _in_the_way(assessment):
        raise Refusal(reason)


def _held(draft: AssessmentDraft, revision: int, by: int) -> None:
    """Lock the draft; `changed_meanwhile` when it is recorded or newer by now. Its columns alone
    are read anew, so that a page can still show whom it is about."""
    held = sa.select(AssessmentDraft.id).where(
        AssessmentDraft.id == draft.id,
        AssessmentDraft.revision == revision,
        AssessmentDraft.by == by,
    )
    if db.session.scalar(locked(held)) is None:
        raise refuse("changed_meanwhile")


def save(draft: AssessmentDraft, notes: Notes, *, revision: int, by: int, now: datetime) -> None:
    """Keep what was noted so far. Refuses `changed_meanwhile`."""
    _held(draft, revision, by)
    draft.notes, draft.saved_at = asdict(notes), now
    draft.revision = revision + 1
    db.session.flush()


def discard(draft: AssessmentDraft, *, revision: int, by: int) -> None:
    """Give the notes up; no result comes of them. Refuses `changed_meanwhile`."""
    _held(draft, revision, by)
    db.session.delete(draft)
    db.session.flush()


def submit(
    draft: AssessmentDraft, notes: Notes, *, revision: int, by: int, now: datetime
) -> Assessment | None:
    """Record what was judged; the draft goes. The assessment with the result that follows from it,
    or None where the policy wants another assessor first.

    Refuses `levels_missing`, `correction_reason_missing`, `result_exists` (somebody else
    recorded one of that day), `changed_meanwhile`, and whatever `begin` refuses.
    """
    _held(draft, revision, by)
    _may_judge(draft.person_id, by)
    _are_complete(draft.rubric_id, notes)
    if draft.corrects_id is None:
        made = _judge(draft, notes, by=by, now=now)
    else:
        made = _correct(draft, notes, by=by, now=now)
    db.session.delete(draft)
    db.session.flush()
    return made


def _are_complete(rubric_id: int, notes: Notes) -> None:
    version = db.session.get_one(RubricVersion, rubric_id)
    if open_criteria(rubric_from(version.content), notes.levels):
        raise refuse("levels_missing", status=422)


def _judge(draft: AssessmentDraft, notes: Notes, *, by: int, now: datetime) -> Assessment | None:
    """Alone, or as one of the assessors of a sitting."""
    sittings.lock(draft.person_id)
    sitting = sittings.joined(
        draft.exam_id, draft.person_id, draft.kind, taken_on=draft.taken_on, by=by
    )
    sat = _sat(draft)
    if sitting is None:
        if draft.work_id is not None:
            _not_judged(draft.work_id)
        _may_sit(draft.exam_id, draft.person_id, draft.taken_on, now=now)
        policy = queries_sittings.policy_of_two(sat.exam_id, sat.taken_on)
        if policy is None:
            return record(sat, Decided(notes), by=by, now=now)
        sitting = sittings.open_sitting(sat, policy, now=now)
    if (sitting.rubric_id, sitting.work_id) != (draft.rubric_id, draft.work_id):
        raise refuse("sitting_other_rubric", status=422)
    return sittings.judge(sitting, notes, by=by, now=now)


def _sat(draft: AssessmentDraft) -> Sat:
    return Sat(
        draft.exam_id, draft.person_id, draft.rubric_id, draft.kind, draft.taken_on, draft.work_id
    )


def _correct(draft: AssessmentDraft, notes: Notes, *, by: int, now: datetime) -> Assessment:
    if not notes.reason:
        raise refuse("correction_reason_missing", status=422)
    old = db.session.get_one(Assessment, draft.corrects_id)
    # The lock between this and somebody who appeals.
    db.session.execute(locked(sa.select(ExamResult.id).where(ExamResult.id == old.result_id)))
    _may_change(old)
    return record(_sat(draft), Decided(notes, replaces=old), by=by, now=now)


def judge_anew(assessment: Assessment, notes: Notes, *, by: int, now: datetime) -> Assessment:
    """What an appeal leads to: somebody else's judgement by the same version in the place of this
    one, with its reason. Refuses `not_yourself`, `trained_by_you`, `levels_missing`,
    `changed_meanwhile` (replaced by now)."""
    result = assessment.result
    _may_judge(result.person_id, by)
    _are_complete(assessment.rubric_id, notes)
    sat = Sat(
        result.exam_id, result.person_id, assessment.rubric_id, assessment.kind, result.taken_on,
        assessment.work_id,
    )  # fmt: skip
    return record(sat, Decided(notes, replaces=assessment), by=by, now=now)
