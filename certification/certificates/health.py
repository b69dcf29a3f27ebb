"""`flask doctor` about time stamps (does the server answer, and do we know who vouches for it?)
and about the zone in which certificates mean their days."""

import sqlalchemy as sa
from flask import current_app

from certification.certificates import queries
from certification.certificates.late import overdue
from certification.keys import queries as keys
from certification.keys.vault import KeyTrouble
from lms import clock
from lms.db import db
from lms.health import Check

NAME = "time stamps"


def check() -> Check:
    """Asks the server for a stamp that nobody keeps."""
    from certification.certificates import stamping  # noqa: PLC0415  # a tenth of a second

    late = db.session.scalar(
        sa.select(sa.func.count()).select_from(overdue(clock.now()).subquery())
    )
    waiting = f"; {late} certificates wait for their document" if late else ""
    try:
        stamps = keys.time_stamps(current_app.extensions["settings"])
        if stamps is None:
            return Check(
                NAME, not late, f"none: times are the issuer's own claim{waiting}", _help(late)
            )
        stamping.ask(stamps)
    except (KeyTrouble, stamping.StampTrouble) as error:
        return Check(NAME, False, f"{error}{waiting}", "See docs/operation.md, “Time stamps”.")
    return Check(NAME, not late, f"{stamps.url} answers{waiting}", _help(late))


def zone() -> Check:
    """Days of certificates are told in the zone that the first one froze."""
    frozen, wanted = queries.frozen_zone(), current_app.extensions["settings"].issuer_zone
    if frozen in (None, wanted):
        return Check("zone", True, wanted)
    return Check(
        "zone",
        False,
        f"certificates mean their days in {frozen}, ISSUER_ZONE says {wanted}: none is issued",
        f"Set ISSUER_ZONE back to {frozen}, and start again.",
    )


def _help(late: int | None) -> str:
    return "They are tried again each hour: see /manage/jobs for why." if late else ""
