"""Pictures of a bank."""

from datetime import datetime

from certification.items.models import ItemPicture
from courses.catalog.models import Programme
from lms import audit
from lms.db import insert_once


def keep(
    programme: Programme, sha256: str, size: tuple[int, int], *, by: int | None, now: datetime
) -> None:
    """Items of the programme may show this stored picture; keeping it twice changes nothing."""
    values = {"programme_id": programme.id, "sha256": sha256, "at": now, "by": by}
    values |= {"width": size[0], "height": size[1]}
    if insert_once(ItemPicture, values, ["programme_id", "sha256"]):
        audit.record("item.picture_kept", "programme", programme.id, by=by, now=now, sha256=sha256)
