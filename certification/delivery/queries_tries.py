"""What counts as an attempt at exams already, for one person, in as many queries for all exams as
for one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from certification.delivery.models import Attempt, AttemptEvent, AttemptState
from certification.exams.models import ExamResult
from certification.exams.retakes import Try
from certification.papers.models import Blueprint, ExamForm, PaperState
from certification.rubrics.queries_sittings import opened
from lms.clock import midnight
from lms.db import db
from lms.site import issuer_zone


class Tried(NamedTuple):
    """A person's tries at an exam; `version` is the number of the blueprint that forms are made
    from now."""

    tries: list[Try]
    version: int


def tried(exam_ids: Sequence[int], person_id: int, attempts: Sequence[Attempt]) -> dict[int, Tried]:
    """By exam: submitted attempts with what their newest result says (a void one may count as
    none), those that ended because of the rules, results recorded by hand, and what waits for an
    assessor. `attempts` are all of the person's at these exams."""
    blueprints = _blueprints(exam_ids)
    results = _results(exam_ids, person_id)
    found = {id: Tried([], _version(blueprints[id])) for id in exam_ids}
    for exam_id, one in _delivered(attempts, results):
        found[exam_id].tries.append(one)
    by_hand = [row for row in results if row.attempt_id is None]
    for exam_id, one in _by_hand(by_hand, blueprints):
        found[exam_id].tries.append(one)
    for exam_id, at in opened(exam_ids, person_id):
        found[exam_id].tries.append(Try(at, None, found[exam_id].version))
    return found


def _blueprints(exam_ids: Sequence[int]) -> Mapping[int, Sequence[Any]]:
    """By exam (number, from when on it held, state) of its blueprints, the first one first."""
    rows = db.session.execute(
        sa.select(
            Blueprint.exam_id,
            Blueprint.number,
            sa.func.coalesce(Blueprint.published_at, Blueprint.created_at).label("since"),
            Blueprint.state,
        )
        .where(Blueprint.exam_id.in_(exam_ids), Blueprint.state != PaperState.DRAFT)
        .order_by("since", Blueprint.number)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.exam_id].append(row)
    return found


def _version(blueprints: Sequence[Any]) -> int:
    return next((one.number for one in blueprints if one.state == PaperState.PUBLISHED), 1)


def _version_at(blueprints: Sequence[Any], at: datetime) -> int:
    """The number of the blueprint that was in force then; before all of them, of the first."""
    then = [one.number for one in blueprints if one.since <= at]
    return then[-1] if then else blueprints[0].number if blueprints else 1


def _results(exam_ids: Sequence[int], person_id: int) -> Sequence[ExamResult]:
    return db.session.scalars(
        sa.select(ExamResult)
        .where(ExamResult.exam_id.in_(exam_ids), ExamResult.person_id == person_id)
        .order_by(ExamResult.id)
    ).all()


def _delivered(attempts: Sequence[Attempt], results: Sequence[ExamResult]) -> list[tuple[int, Try]]:
    newest = {row.attempt_id: row for row in results}
    versions = _versions([one.form_id for one in attempts])
    void = [one for one in attempts if one.state == AttemptState.VOID]
    counted = voids_that_count([one.id for one in void]) if void else set()
    found = []
    for one in attempts:
        result = newest.get(one.id)
        is_try = one.id in counted or (
            one.state == AttemptState.SUBMITTED and (result is None or result.counts)
        )
        if is_try and one.ended_at is not None:
            passed = result.passed if result else False if one.id in counted else None
            score = result.score if result else 0
            found.append((one.exam_id, Try(one.ended_at, passed, versions[one.form_id], score)))
    return found


def _by_hand(
    results: Sequence[ExamResult], blueprints: Mapping[int, Sequence[Any]]
) -> list[tuple[int, Try]]:
    """Results that were recorded by hand, each as its newest correction says, under the blueprint
    of the day on which the exam was taken. A correction moves neither."""
    sat_at: dict[int, datetime] = {}
    for row in results:
        day_ends = midnight(row.taken_on + timedelta(days=1), issuer_zone())
        sat_at[row.id] = sat_at.get(row.replaces_id or 0, min(row.at, day_ends))
    replaced = {row.replaces_id for row in results}
    return [
        (row.exam_id, Try(at, row.passed, _version_at(blueprints[row.exam_id], at), row.score))
        for row, at in ((row, sat_at[row.id]) for row in results if row.id not in replaced)
    ]


def voids_that_count(attempt_ids: Sequence[int]) -> set[int]:
    """Which of these attempts ended without a result because the candidate broke the rules."""
    rows = db.session.execute(
        sa.select(AttemptEvent.attempt_id, AttemptEvent.data).where(
            AttemptEvent.attempt_id.in_(attempt_ids), AttemptEvent.kind == "voided"
        )
    )
    return {row.attempt_id for row in rows if row.data.get("counts")}


def _versions(form_ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(ExamForm.id, Blueprint.number)
        .join(Blueprint, Blueprint.id == ExamForm.blueprint_id)
        .where(ExamForm.id.in_(form_ids))
    )
    return {row.id: row.number for row in rows}
