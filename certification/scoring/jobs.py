"""Scoring beside the requests."""

from lms import jobs


@jobs.job("scoring.attempt_submitted")
def attempt_submitted(args: jobs.Args) -> None:
    """The slice that scores takes it from here."""
    del args
