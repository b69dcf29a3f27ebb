"""Who runs this academy: the vendor's name and words, data that the catalogue loader writes."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from lms.columns import Words
from lms.db import Base, db, kept

CACHE_SECONDS = 10.0


class SiteProfile(Base):
    """One row (id 1): the issuer as pages, mails and certificates name it."""

    __tablename__ = "site_profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Words(120))
    vendor: Mapped[str] = mapped_column(Words(120))
    product: Mapped[str] = mapped_column(Words(120))
    strapline: Mapped[str] = mapped_column(Words(300), default="")
    contact_email: Mapped[str] = mapped_column(Words(254), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Site:
    """The profile as plain values."""

    name: str
    vendor: str
    product: str
    strapline: str
    contact_email: str


EMPTY = Site("Academy", "", "", "", "")


def current() -> Site:
    """The site's profile, read at most every ten seconds in each process."""
    kept: tuple[float, Site] | None = current_app.extensions.get("site")
    if kept and time.monotonic() - kept[0] < CACHE_SECONDS:
        return kept[1]
    site = load()
    current_app.extensions["site"] = (time.monotonic(), site)
    return site


@kept
def facts() -> dict[str, Any]:
    """The vendor's further settings, as its data file states them."""
    return db.session.scalar(sa.select(SiteProfile.facts).where(SiteProfile.id == 1)) or {}


@kept
def load() -> Site:
    """The site's profile as the database has it now."""
    row = db.session.execute(
        sa.select(
            SiteProfile.name,
            SiteProfile.vendor,
            SiteProfile.product,
            SiteProfile.strapline,
            SiteProfile.contact_email,
        ).where(SiteProfile.id == 1)
    ).one_or_none()
    return Site(*row) if row else EMPTY


def issuer_zone() -> str:
    """The IANA zone in which dates (`_on`) are meant."""
    return str(current_app.extensions["settings"].issuer_zone)
