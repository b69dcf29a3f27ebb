"""Issuing certificates as jobs: prepare, then make the files. Repeatable."""

from datetime import datetime

from flask import current_app

from certification.certificates import actions
from certification.certificates.drawing import draw
from lms import clock, jobs
from lms.db import run
from lms.settings import Settings


@jobs.job("certificates.issue")
def issue(args: jobs.Args) -> None:
    """Make the certificate of an award and draw it; a repeated run finds what is there.

    It is issued as of the award's instant (`at`), however long the job waited for its turn.
    """
    settings: Settings = current_app.extensions["settings"]
    now = datetime.fromisoformat(args["at"]) if "at" in args else clock.now()
    certificate_id = run(lambda: actions.prepare(args["award_id"], settings, now=now).id)
    draw(certificate_id)


@jobs.job("certificates.render")
def draw_again(args: jobs.Args) -> None:
    """Draw a certificate that supersedes another one."""
    draw(args["certificate_id"])
