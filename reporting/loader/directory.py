"""Writing the support directory."""

from datetime import datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from lms.db import Base, db
from reporting.loader.files import Folder
from support.directory.models import Channel, Contact, DirectoryBlock, Region

Row = TypeVar("Row", bound=Base)


class Putter(Protocol):
    """What this part needs of a load."""

    folder: Folder
    now: datetime

    def put(self, model: type[Row], key: dict[str, Any], values: dict[str, Any]) -> Row:
        """Insert or update one row by its key."""
        ...


def load_directory(loading: Putter) -> None:
    """Regions, channels, contacts and the other parts of the directory."""
    value = loading.folder.support.value
    for place, region in enumerate(value.regions, 1):
        values = region.model_dump(exclude={"code"})
        loading.put(Region, {"code": region.code}, {**values, "position": place})
    place = 0
    for group in value.channels:
        for channel in group.entries:
            place += 1
            loading.put(
                Channel,
                {"code": channel.code},
                {
                    "group_title": group.title,
                    "title": channel.title,
                    "value": channel.value,
                    "description": channel.description,
                    "plan_codes": channel.plans,
                    "position": place,
                },
            )
    for contacts in value.contacts:
        for order, entry in enumerate(contacts.entries, 1):
            loading.put(
                Contact,
                {"group_code": contacts.code, "position": order},
                {
                    "group_title": contacts.title,
                    "region_code": entry.region,
                    "role": entry.role,
                    "name": entry.name,
                    "email": entry.email,
                    "phone": entry.phone,
                    "plan_codes": entry.plans,
                    "escalation_step": order if contacts.chain else None,
                },
            )
    for code in (
        "priorities",
        "escalations",
        "follow_the_sun",
        "partners",
        "teams",
        "commitments",
        "targets",
    ):
        _block(loading, code, value.model_dump(mode="json")[code])


def _block(loading: Putter, code: str, content: Any) -> None:
    wanted = {"content": {"rows": content} if isinstance(content, list) else content}
    row = db.session.scalars(
        sa.select(DirectoryBlock).where(DirectoryBlock.code == code)
    ).one_or_none()
    if row is None or row.content != wanted["content"]:
        loading.put(DirectoryBlock, {"code": code}, {**wanted, "loaded_at": loading.now})
