"""The issuer's keys: public parts for ever, private parts elsewhere (files or a module)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.columns import Words, choice, where
from lms.db import Base


class Purpose(StrEnum):
    """What a key signs. The first letter names its keys: k-2026-11 signs credentials."""

    CREDENTIAL = "credential"
    TOKEN = "token"  # noqa: S105 -- a kind of file, not a password
    DOCUMENT = "document"
    AUTHORITY = "authority"


class KeyState(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


class Place(StrEnum):
    """Where the private part is: an encrypted file of ours, or a hardware module."""

    FILE = "file"
    MODULE = "module"


class Key(Base):
    """One key pair. Its public part stays published until it is compromised."""

    __tablename__ = "signing_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    kid: Mapped[str] = mapped_column(Words(40), unique=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, "purpose"))
    algorithm: Mapped[str] = mapped_column(Words(10))
    place: Mapped[Place] = mapped_column(choice(Place, "place"))
    public: Mapped[dict[str, Any]]
    """`jwk`, `multikey`, `thumbprint`, and `controller`: the issuer's DID at that time."""
    certificate: Mapped[str | None]
    """PEM, of documents' keys and of authorities."""
    crl: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    """An authority's newest list of withdrawn certificates (DER)."""
    authority_id: Mapped[int | None] = mapped_column(sa.ForeignKey("signing_key.id"))
    """The authority that vouches for a document's key."""
    state: Mapped[KeyState] = mapped_column(choice(KeyState, "state"))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    compromised_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_signing_key_active",
            "purpose",
            unique=True,
            **where("state = 'active'"),
        ),
    )
