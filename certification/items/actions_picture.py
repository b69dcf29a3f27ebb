"""Pictures of a bank."""

from datetime import datetime

import sqlalchemy as sa

from certification.items import queries_pictures
from certification.items.models import ItemPicture
from courses.catalog.models import Programme
from lms import audit
from lms.db import db, insert_once, locked
from lms.errors import refuse


def keep(
    programme: Programme, sha256: str, size: tuple[int, int], *, by: int | None, now: datetime
) -> None:
    """Items of the programme may show this stored picture; keeping it twice changes nothing."""
    values = {"programme_id": programme.id, "sha256": sha256, "at": now, "by": by}
    values |= {"width": size[0], "height": size[1]}
    if insert_once(ItemPicture, values, ["programme_id", "sha256"]):
        audit.record("item.picture_kept", "programme", programme.id, by=by, now=now, sha256=sha256)


def delete(picture: ItemPicture, *, by: int, now: datetime) -> None:
    """The bank has it no longer. What any version of an item shows, however old, stays."""
    row = db.session.scalar(locked(sa.select(ItemPicture).where(ItemPicture.id == picture.id)))
    if row is None:
        return
    if used := queries_pictures.uses_of([row]).get(row.id):
        raise refuse("item_picture_used", item=used[0].code)
    programme_id, sha256 = row.programme_id, row.sha256
    db.session.delete(row)
    db.session.flush()
    audit.record("item.picture_deleted", "programme", programme_id, by=by, now=now, sha256=sha256)
