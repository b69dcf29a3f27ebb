"""The chunks of a mass act."""

from flask import current_app

from certification.bulk import actions, queries
from certification.certificates.drawing import draw
from lms import clock, jobs
from lms.db import run
from lms.errors import Refusal


@jobs.job("bulk.chunk")
def chunk(args: jobs.Args) -> None:
    """Each row in a unit of its own; a repeated chunk skips what is done."""
    for item_id in args["item_ids"]:
        if not _apply(item_id, args["run"]):
            return
    run(lambda: actions.finish_if_done(args["act_id"], now=clock.now()))


def _apply(item_id: int, number: int) -> bool:
    settings, now = current_app.extensions["settings"], clock.now()
    today = clock.today(now, settings.issuer_zone)
    try:
        goes_on = run(lambda: actions.apply(item_id, number, settings, today=today, now=now))
    except Refusal as refusal:
        code = refusal.reasons[0].code
        run(lambda: actions.fail(item_id, code))
        return True
    if goes_on:
        _store(item_id)
    return goes_on


def _store(item_id: int) -> None:
    """Make the files of the certificate that a row made, if it made one."""
    made = run(lambda: queries.undrawn(item_id), writes=False)
    if made is not None:
        draw(made)
        run(lambda: actions.finish(item_id, now=clock.now()))
