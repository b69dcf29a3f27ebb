"""Asking for an exam's figures and computing them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.exams.models import Exam
from certification.papers.models import ExamForm
from certification.scoring.models import ScoreRun
from certification.statistics import queries
from certification.statistics.leads import pairs_in_common
from certification.statistics.models import StatisticsRun
from certification.statistics.queries import Gathered
from certification.statistics.record import recorded
from certification.statistics.report import BOUNDS, analyse
from lms import audit, jobs
from lms.db import db
from lms.errors import refuse


def ask(exam: Exam, *, grouping: str, reference: str, focal: str, by: int, now: datetime) -> None:
    """Have an exam's figures computed; while a run waits, a second one is not made.

    Refuses `groups_alike` (two different groups are compared).
    """
    if grouping and (not reference or not focal or reference == focal):
        raise refuse("groups_alike", status=422)
    values = {
        "exam_id": exam.id,
        "grouping": grouping,
        "reference": reference if grouping else "",
        "focal": focal if grouping else "",
        "asked_at": now,
        "asked_by": by,
    }
    try:
        with db.session.begin_nested():
            run = StatisticsRun(**values)
            db.session.add(run)
    except sa.exc.IntegrityError:
        return
    jobs.enqueue("statistics.compute", {"run_id": run.id}, key=str(run.id))
    audit.record("statistics.asked", "exam", exam.id, by=by, now=now, run=run.id)


def computed(run: StatisticsRun) -> dict[str, Any]:
    """The report over all forms, and one for each fixed form that was taken."""
    data = queries.gathered(run.exam_id, run.grouping)
    groups = (run.reference, run.focal) if run.grouping else None
    forms = {form.id: form for form in queries.fixed_forms(run.exam_id)}
    taken = [form_id for form_id in dict.fromkeys(data.forms) if form_id in forms]
    return {
        "asked": [
            {"version_id": one.version_id, "item_id": one.item_id, "title": one.title}
            for one in data.asked
        ],
        "all": _scope(data, range(len(data.sittings)), groups, has_pairs=True),
        "forms": {forms[form_id].code: _form(data, forms[form_id], groups) for form_id in taken},
    }


def _form(data: Gathered, form: ExamForm, groups: tuple[str, str] | None) -> dict[str, Any]:
    rows = [row for row, form_id in enumerate(data.forms) if form_id == form.id]
    return {**_scope(data, rows, groups), "full": float(form.full_points), "cut": _cut(form.id)}


def _cut(form_id: int) -> float | None:
    """The cut in raw points by which the newest deciding score of this form was judged."""
    found = db.session.scalar(
        sa.select(ScoreRun.cut)
        .join(ScoreRun.attempt)
        .where(Attempt.form_id == form_id, ScoreRun.state == "deciding")
        .order_by(ScoreRun.id.desc())
        .limit(1)
    )
    return None if found is None else float(found)


def _scope(
    data: Gathered,
    rows: Sequence[int],
    groups: tuple[str, str] | None,
    *,
    has_pairs: bool = False,
) -> dict[str, Any]:
    """The figures of these sittings over the items that any of them was given."""
    sittings = [data.sittings[row] for row in rows]
    places = [
        place
        for place in range(len(data.asked))
        if any(sitting.points[place] is not None for sitting in sittings)
    ]
    own = [sitting.at(places) for sitting in sittings]
    # Of one form everybody sees every item: that says nothing about an item.
    is_one = len({data.forms[row] for row in rows}) <= 1
    bounds = replace(BOUNDS, shown=1.0) if is_one else BOUNDS
    items = [data.asked[place].item for place in places]
    report = analyse(items, own, groups, bounds=bounds)
    pairs = pairs_in_common(report.sample) if has_pairs else []
    return recorded(report, pairs, places)


def finish(run_id: int, report: dict[str, Any], *, now: datetime) -> None:
    """Keep a report once."""
    db.session.execute(
        sa.update(StatisticsRun)
        .where(StatisticsRun.id == run_id, StatisticsRun.done_at.is_(None))
        .values(report=report, done_at=now)
    )
