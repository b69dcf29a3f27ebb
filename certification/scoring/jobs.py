"""Scoring beside the requests: first runs, reports, previews and runs of decisions on items, and
reminders of appeals."""

from datetime import datetime

from flask import current_app, g

from certification.scoring import (
    actions,
    actions_dispositions,
    actions_due,
    actions_reports,
    queries_due,
    shown,
)
from certification.scoring.models import Appeal
from certification.scoring.models_assessed import AssessmentAppeal
from lms import clock, jobs, paper
from lms.db import run, unit
from lms.site import issuer_zone

AT_ONCE = 100
_DUE: dict[str, queries_due.Kind] = {
    "scoring.appeal_due": Appeal,
    "scoring.assessment_appeal_due": AssessmentAppeal,
}


@jobs.tick
def look(now: datetime) -> None:
    """Appeals whose answer is due soon or overdue. The key names the day, so that what failed is
    tried again the next day; who was told is kept with the appeal."""
    day = clock.today(now, issuer_zone())
    for job, kind in _DUE.items():
        for appeal_id in queries_due.untold(day, AT_ONCE, kind):
            jobs.enqueue(job, {"appeal_id": appeal_id}, key=f"{appeal_id}:{day.isoformat()}")


@jobs.job("scoring.appeal_due")
def appeal_due(args: jobs.Args) -> None:
    """Remind those who may answer."""
    run(lambda: actions_due.remind(args["appeal_id"], now=clock.now()))


@jobs.job("scoring.assessment_appeal_due")
def assessment_appeal_due(args: jobs.Args) -> None:
    """The same, of an appeal against a result by a rubric."""
    appeal_id, kind = args["appeal_id"], AssessmentAppeal
    run(lambda: actions_due.remind(appeal_id, now=clock.now(), kind=kind))


@jobs.job("scoring.attempt_submitted")
def attempt_submitted(args: jobs.Args) -> None:
    """Score what was just submitted, or ask assessors for what they have to mark."""
    run(lambda: actions.score_submitted(args["attempt_id"], now=clock.now()))


@jobs.job("scoring.marks_complete")
def marks_complete(args: jobs.Args) -> None:
    """Score an attempt once nothing waits for a mark; if something does, nothing happens."""
    run(lambda: actions.score_submitted(args["attempt_id"], now=clock.now()))


@jobs.job("scoring.report")
def report(args: jobs.Args) -> None:
    """Draw the candidate's report outside any transaction, store it, then note it."""
    with unit(writes=False):
        found = shown.report_of_run(args["run_id"], now=clock.now())
        if found is not None:
            g.language, g.zone = found.language, found.time_zone
            values = found.values()
    if found is None:
        return
    content = paper.pdf("documents/score_report.html", **values)
    digest = current_app.extensions["storage"].put(content)
    run(lambda: actions_reports.keep(args["run_id"], digest, now=clock.now()))


@jobs.job("scoring.preview", queue=jobs.LONG_QUEUE)
def preview(args: jobs.Args) -> None:
    """Compute a preview in pieces; a repeated job goes on where the first one stopped."""
    while run(lambda: actions_dispositions.preview_more(args["disposition_id"], now=clock.now())):
        pass


@jobs.job("scoring.regrade", queue=jobs.LONG_QUEUE)
def regrade(args: jobs.Args) -> None:
    """Each attempt in a unit of its own; a repeated chunk skips what is done."""
    for change_id in args["change_ids"]:
        _apply(change_id)
    run(lambda: actions_dispositions.finish_if_done(args["disposition_id"], now=clock.now()))


def _apply(change_id: int) -> None:
    run(lambda: actions_dispositions.apply(change_id, now=clock.now()))
