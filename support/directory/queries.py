"""The directory as the pages show it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from lms.db import db
from support.directory.models import Channel, Contact, DirectoryBlock, Region


def regions() -> Sequence[Region]:
    """Support centres in the source's order."""
    return db.session.scalars(sa.select(Region).order_by(Region.position)).all()


def channels() -> Sequence[Channel]:
    """Channels in the source's order."""
    return db.session.scalars(sa.select(Channel).order_by(Channel.position)).all()


def contacts() -> Sequence[Contact]:
    """Contacts by group, in the source's order."""
    return db.session.scalars(sa.select(Contact).order_by(Contact.id)).all()


def blocks() -> dict[str, Any]:
    """Every other part of the directory by its code."""
    return {row.code: row.content for row in db.session.scalars(sa.select(DirectoryBlock))}
