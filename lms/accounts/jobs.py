"""Jobs of accounts: the chunks of a people import."""

from flask import current_app

from lms import clock, jobs
from lms.accounts import importing
from lms.db import run


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
