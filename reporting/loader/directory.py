"""Writing the support directory: a picture of the files, without a history."""

from typing import Any

import sqlalchemy as sa

from lms.db import db
from reporting.loader.loading import Loading
from support.datafiles import ChannelEntry, ContactGroup
from support.directory.models import Channel, Contact, DirectoryBlock, Region

BLOCKS = (
    "priorities",
    "escalations",
    "follow_the_sun",
    "partners",
    "teams",
    "commitments",
    "targets",
)


def load_directory(loading: Loading) -> None:
    """Regions, channels, contacts and the other parts of the directory."""
    value = loading.folder.support.value
    regions = [
        loading.put(
            Region,
            {"code": region.code},
            {**region.model_dump(exclude={"code"}), "position": place},
        ).id
        for place, region in enumerate(value.regions, 1)
    ]
    loading.keep(Region, regions)
    entries = [(group.title, entry) for group in value.channels for entry in group.entries]
    channels = [
        _put_channel(loading, title, entry, place)
        for place, (title, entry) in enumerate(entries, 1)
    ]
    loading.keep(Channel, channels)
    loading.keep(Contact, [id for group in value.contacts for id in _put_contacts(loading, group)])
    content = value.model_dump(mode="json")
    for code in BLOCKS:
        _put_block(loading, code, content[code])
    services = loading.folder.services.value.model_dump(mode="json")
    _put_block(loading, "services", services["areas"])


def _put_channel(loading: Loading, title: str, channel: ChannelEntry, place: int) -> int:
    return loading.put(
        Channel,
        {"code": channel.code},
        {
            "group_title": title,
            "title": channel.title,
            "value": channel.value,
            "description": channel.description,
            "plan_codes": channel.plans,
            "position": place,
        },
    ).id


def _put_contacts(loading: Loading, group: ContactGroup) -> list[int]:
    return [
        loading.put(
            Contact,
            {"group_code": group.code, "position": order},
            {
                "group_title": group.title,
                "region_code": entry.region,
                "role": entry.role,
                "name": entry.name,
                "email": entry.email,
                "phone": entry.phone,
                "plan_codes": entry.plans,
                "escalation_step": order if group.chain else None,
            },
        ).id
        for order, entry in enumerate(group.entries, 1)
    ]


def _put_block(loading: Loading, code: str, content: Any) -> None:
    wanted = {"rows": content} if isinstance(content, list) else content
    row = db.session.scalar(sa.select(DirectoryBlock).where(DirectoryBlock.code == code))
    since = row.loaded_at if row is not None and row.content == wanted else loading.now
    loading.put(DirectoryBlock, {"code": code}, {"content": wanted, "loaded_at": since})
