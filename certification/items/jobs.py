"""What time does to imports: what was sent and never confirmed goes."""

from datetime import datetime, timedelta

from flask import current_app

from certification.items.intake import KEPT
from lms import jobs

GRACE = timedelta(hours=1)
"""The name that was given out is worth nothing any more before its file goes."""


@jobs.tick
def look(now: datetime) -> None:
    """Files that nobody can confirm any more."""
    current_app.extensions["uploads"].remove_older(now - KEPT - GRACE)
