"""The attempts of an exam, and how each came to its decision."""

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from certification.exams import queries as exams
from certification.scoring import (
    queries,
    queries_appeals,
    queries_changes,
    queries_voiding,
    queries_work,
    reach,
    wording,
)
from certification.scoring.views import blueprint
from lms import paging
from lms.permissions import permit


@blueprint.get("/manage/exams/<code>/attempts")
@permit("certification.see")
def attempts(code: str) -> ResponseReturnValue:
    """Submitted attempts, newest first."""
    row, after = reach.exam(code, "certification.see"), paging.id_after(request.args.get("after"))
    return render_template(
        "scoring/attempts.html",
        exam=row,
        page=queries.attempts_of(row.Exam.id, after),
        waiting=queries_voiding.waiting(row.Exam.id, paging.id_after(request.args.get("waiting"))),
        wording=wording,
    )


@blueprint.get("/manage/exams/<code>/attempts/<attempt_code>")
@permit("certification.see")
def record(code: str, attempt_code: str) -> ResponseReturnValue:
    """The decision record: what was asked, by which rules it was scored, by whom and when."""
    exam = reach.exam(code, "certification.see")
    row = queries.attempt_of(attempt_code, exam.Exam.id) or abort(404)
    attempt = row.Attempt
    runs = queries.runs_of(attempt.id)
    run = queries.deciding(attempt.id)
    return render_template(
        "scoring/record.html",
        exam=exam,
        attempt=attempt,
        runs=runs,
        run=run,
        lines=queries.lines_of(run.id) if run else [],
        cut=queries.cut_score(run.cut_score_id) if run else None,
        result=exams.of_attempt(attempt.id),
        marks=queries_work.marks_of(attempt.id),
        decisions=_decisions(runs),
        appeals=queries_work.appeals_of(attempt.id),
        voidings=queries_voiding.of_attempt(attempt.id),
        reinstatements=queries_voiding.reinstatements(attempt.id),
        followed=queries_appeals.followed(attempt.id),
        wording=wording,
    )


def _decisions(runs: Any) -> dict[int, tuple[str, int, str]]:
    ids = [run.disposition_id for run, _name in runs if run.disposition_id]
    return queries_changes.dispositions_named(ids) if ids else {}
