"""Jobs of accounts: mails of reset links, the chunks of a people import."""

from flask import current_app

from lms import clock, jobs
from lms.accounts import credentials, importing
from lms.db import run


@jobs.job("password.reset")
def send_reset(args: jobs.Args) -> None:
    """Mail a reset link; once more than once does no harm, the newest link is the one."""
    run(lambda: credentials.send_reset(args["account_id"], now=clock.now()))


@jobs.job("people_import.chunk")
def import_chunk(args: jobs.Args) -> None:
    """Apply each row in a unit of its own; a repeated chunk skips what is done."""
    zone = current_app.extensions["settings"].issuer_zone
    for row_id in args["row_ids"]:
        now = clock.now()
        run(
            lambda row_id=row_id, now=now: importing.apply_row(  # type: ignore[misc]
                row_id, today=clock.today(now, zone), now=now
            )
        )
    run(lambda: importing.finish_if_done(args["import_id"], now=clock.now()))
