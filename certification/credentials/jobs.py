"""Signing status lists and lists of withdrawn keys again before their time runs out."""

from datetime import timedelta

from flask import current_app

from certification.credentials import actions
from certification.keys import actions_lists
from lms import clock, jobs
from lms.db import run
from lms.settings import Settings


@jobs.job("credentials.sign_lists", queue=jobs.LONG_QUEUE)
def sign_lists(args: jobs.Args) -> None:
    """Sign what changed or is a day old, and come back tomorrow."""
    del args
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    tomorrow = now + timedelta(days=1)
    run(lambda: actions_lists.renew(settings, now=now))
    run(lambda: actions.sign_lists(settings, now=now))
    run(lambda: actions.sign_lists_daily(tomorrow.date(), run_at=tomorrow))
