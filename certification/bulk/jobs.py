"""The chunks of a mass act."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from certification.bulk import actions, queries
from certification.certificates import drawing, making
from certification.certificates.making import Material
from lms import clock, jobs, mail
from lms.db import run
from lms.errors import Refusal
from lms.settings import Settings

ROWS = 10
"""Rows of one unit: they share what they read, the commit and the log's lock."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A row whose certificate is made, and what its files are made of unless it has them."""

    item_id: int
    certificate_id: int
    material: Material | None


@jobs.job("bulk.chunk", queue=jobs.LONG_QUEUE)
def chunk(args: jobs.Args) -> None:
    """A few rows at a time; a repeated chunk skips what is done. The holders' mails leave in one
    job, also when a row failed for good."""
    item_ids, number = args["item_ids"], args["run"]
    try:
        for place in range(0, len(item_ids), ROWS):
            _apply(item_ids[place : place + ROWS], number)
    finally:
        run(lambda: _mail(args))
    run(lambda: actions.finish_if_done(args["act_id"], now=clock.now()))


def _apply(item_ids: Sequence[int], number: int) -> None:
    """Do rows together, one by one when any is refused; files are made outside any transaction."""
    try:
        begun = run(lambda: _begin(item_ids, number))
    except Refusal as refusal:
        if len(item_ids) == 1:
            reason = refusal.reasons[0]
            run(lambda: actions.fail(item_ids[0], reason))
        else:
            for item_id in item_ids:
                _apply([item_id], number)
        return
    made = [(row, drawing.make(row.material) if row.material else None) for row in begun]
    if made:
        run(lambda: _end(made))


def _begin(item_ids: Sequence[int], number: int) -> list[Begun]:
    """Rows whose documents nobody saw stored. One that was begun is finished also when its act was
    stopped meanwhile."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    today = clock.today(now, settings.issuer_zone)
    act, items = actions.hold(item_ids)
    by, begun = None, []
    for item in items:
        if made := actions.apply(act, item, number, settings, today=today, now=now):
            by = by or making.press(settings, now=now)
            begun.append(Begun(item.id, made.id, making.material_of(made, by, now=now)))
    return begun


def _end(made: Sequence[tuple[Begun, drawing.Files | None]]) -> None:
    fresh = {row.certificate_id: files for row, files in made if files is not None}
    drawing.finish(fresh, mails=False)
    actions.finish([row.item_id for row, _files in made], now=clock.now())


def _mail(args: jobs.Args) -> None:
    """A repeated chunk has more to tell, or the same again, which is told once."""
    made = queries.drawn(args["item_ids"])
    if made:
        keys = [drawing.mail_key(certificate_id) for certificate_id in made]
        key = f"bulk:{args['act_id']}:{args['run']}:{args['item_ids'][0]}:{len(keys)}"
        mail.deliver_later(keys, key=key)
