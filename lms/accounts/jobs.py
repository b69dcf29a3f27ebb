"""Jobs of accounts: mails of reset links, the chunks of a people import."""

from flask import current_app

from lms import clock, jobs
from lms.accounts import credentials, importing, undoing
from lms.db import run
from lms.errors import Refusal


@jobs.job("password.reset")
def send_reset(args: jobs.Args) -> None:
    """Mail a reset link; once more than once does no harm, the newest link is the one."""
    run(lambda: credentials.send_reset(args["account_id"], now=clock.now()))


@jobs.job("people_import.chunk", queue=jobs.LONG_QUEUE)
def import_chunk(args: jobs.Args) -> None:
    """Apply each row in a unit of its own; a repeated chunk skips what is done."""
    zone = current_app.extensions["settings"].issuer_zone
    for row_id in args["row_ids"]:
        _apply(row_id, zone)
    run(lambda: importing.finish_if_done(args["import_id"], now=clock.now()))


def _apply(row_id: int, zone: str) -> None:
    now = clock.now()
    try:
        run(lambda: importing.apply_row(row_id, today=clock.today(now, zone), now=now))
    except Refusal:
        run(lambda: importing.fail_row(row_id))


@jobs.job("people_import.undo", queue=jobs.LONG_QUEUE)
def undo_chunk(args: jobs.Args) -> None:
    """Take back each row in a unit of its own; a repeated chunk skips what is done."""
    zone = current_app.extensions["settings"].issuer_zone
    for row_id in args["row_ids"]:
        _take_back(row_id, zone)
    run(lambda: undoing.finish_if_done(args["import_id"], now=clock.now()))


def _take_back(row_id: int, zone: str) -> None:
    now = clock.now()
    try:
        run(lambda: undoing.take_back(row_id, today=clock.today(now, zone), now=now))
    except Refusal:
        run(lambda: undoing.keep(row_id))
