"""Computing an exam's figures beside the requests."""

from certification.statistics import actions
from certification.statistics.models import StatisticsRun
from lms import clock, jobs
from lms.db import db, run, unit


@jobs.job("statistics.compute", queue=jobs.LONG_QUEUE)
def compute(args: jobs.Args) -> None:
    """Read in one unit, keep the report in another; a repeated job finds it kept."""
    with unit(writes=False):
        asked = db.session.get(StatisticsRun, args["run_id"])
        report = actions.computed(asked) if asked and asked.done_at is None else None
    if report is not None:
        run(lambda: actions.finish(args["run_id"], report, now=clock.now()))
