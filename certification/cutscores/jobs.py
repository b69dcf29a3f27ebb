"""Drawing a study's report, beside the requests and outside any transaction."""

import sqlalchemy as sa
from flask import current_app

from certification.cutscores import report
from certification.cutscores.models import CutStudy
from lms import jobs, paper
from lms.db import db, run, unit


@jobs.job("cutscores.report", queue=jobs.LONG_QUEUE)
def draw(args: jobs.Args) -> None:
    """The same facts give the same report: a repeated job stores it once more, changing nothing."""
    with unit(writes=False):
        values = report.values(args["study_id"])
    digest = current_app.extensions["storage"].put(paper.pdf("documents/study.html", **values))
    run(lambda: _keep(args["study_id"], digest))


def _keep(study_id: int, digest: str) -> None:
    db.session.execute(
        sa.update(CutStudy).where(CutStudy.id == study_id).values(report_sha256=digest)
    )
