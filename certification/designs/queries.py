"""Reading designs."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from certification.awards.models import Scheme
from certification.designs.content import Content, Design
from certification.designs.models import (
    Design as DesignRow,
)
from certification.designs.models import (
    DesignChoice,
    DesignImage,
    DesignState,
    DesignVersion,
)
from lms.db import db, kept
from lms.storage import Storage


@dataclass(frozen=True, slots=True)
class Listed:
    """A design in the list: its newest published version, whether a draft waits, its schemes."""

    design: DesignRow
    published: int | None
    has_draft: bool
    schemes: tuple[str, ...]


def by_code(code: str) -> DesignRow | None:
    """The design of this code."""
    return db.session.scalar(sa.select(DesignRow).where(DesignRow.code == code))


def listed() -> list[Listed]:
    """All designs in the order of their titles."""
    draft = DesignVersion.state == DesignState.DRAFT
    rows = db.session.execute(
        sa.select(
            DesignRow,
            sa.func.max(sa.case((draft, None), else_=DesignVersion.number)),
            sa.func.max(sa.case((draft, 1), else_=0)),
        )
        .join(DesignVersion, DesignVersion.design_id == DesignRow.id)
        .group_by(DesignRow.id)
        .order_by(DesignRow.title, DesignRow.id)
    ).all()
    chosen = schemes_of()
    return [
        Listed(row, published, bool(waits), tuple(chosen.get(row.id, ())))
        for row, published, waits in rows
    ]


def schemes_of() -> dict[int, list[str]]:
    """The titles of the schemes that take a design, by the design's id."""
    found: dict[int | None, list[str]] = {}
    for design_id, title in db.session.execute(
        sa.select(DesignChoice.design_id, Scheme.title)
        .join(Scheme, Scheme.id == DesignChoice.scheme_id)
        .order_by(Scheme.position, Scheme.id)
    ):
        found.setdefault(design_id, []).append(title)
    return {key: titles for key, titles in found.items() if key is not None}


def schemes() -> Sequence[tuple[Scheme, int | None]]:
    """Every scheme and the design that it takes."""
    return [
        (scheme, design_id)
        for scheme, design_id in db.session.execute(
            sa.select(Scheme, DesignChoice.design_id)
            .outerjoin(DesignChoice, DesignChoice.scheme_id == Scheme.id)
            .order_by(Scheme.position, Scheme.id)
        )
    ]


def versions_of(design: DesignRow) -> Sequence[DesignVersion]:
    """All versions, newest first."""
    return db.session.scalars(
        sa.select(DesignVersion)
        .where(DesignVersion.design_id == design.id)
        .order_by(DesignVersion.number.desc())
    ).all()


def version(design: DesignRow, number: int) -> DesignVersion | None:
    """One version."""
    return db.session.scalar(
        sa.select(DesignVersion).where(
            DesignVersion.design_id == design.id, DesignVersion.number == number
        )
    )


def draft_of(design: DesignRow) -> DesignVersion | None:
    """The draft, of which there is one at most."""
    return db.session.scalar(
        sa.select(DesignVersion).where(
            DesignVersion.design_id == design.id, DesignVersion.state == DesignState.DRAFT
        )
    )


def newest_published(design_id: int) -> DesignVersion | None:
    """The version that an award of today takes."""
    return db.session.scalar(
        sa.select(DesignVersion)
        .where(DesignVersion.design_id == design_id, DesignVersion.state == DesignState.PUBLISHED)
        .order_by(DesignVersion.number.desc())
        .limit(1)
    )


def images_of(design: DesignRow) -> Sequence[DesignImage]:
    """The design's pictures in the order of their arrival."""
    return db.session.scalars(
        sa.select(DesignImage).where(DesignImage.design_id == design.id).order_by(DesignImage.id)
    ).all()


def image(design: DesignRow, sha256: str) -> DesignImage | None:
    """One of the design's pictures."""
    return db.session.scalar(
        sa.select(DesignImage).where(
            DesignImage.design_id == design.id, DesignImage.sha256 == sha256
        )
    )


@kept
def for_scheme(scheme_id: int) -> tuple[str, Content] | None:
    """What a certificate of today takes from the scheme's design: its name `code/number/sha256`
    and its content; None for the plain look."""
    design_id = db.session.scalar(
        sa.select(DesignChoice.design_id).where(DesignChoice.scheme_id == scheme_id)
    )
    row = newest_published(design_id) if design_id else None
    if row is None:
        return None
    code = db.session.scalars(sa.select(DesignRow.code).where(DesignRow.id == row.design_id)).one()
    return f"{code}/{row.number}/{row.content_sha256}", Content.model_validate(row.content)


@kept
def named(name: str) -> Content:
    """The design that a certificate's facts name; raises LookupError when there is none, or when
    it is not the one that was frozen."""
    code, number, digest = name.split("/")
    row = db.session.scalar(
        sa.select(DesignVersion)
        .join(DesignRow, DesignRow.id == DesignVersion.design_id)
        .where(DesignRow.code == code, DesignVersion.number == int(number))
    )
    if row is None or row.content_sha256 != digest:
        raise LookupError(f"the design {name} is not here")
    return Content.model_validate(row.content)


def with_pictures(content: Content, storage: Storage) -> Design:
    """A design with what it places."""
    return Design(content, {digest: storage.get(digest) for digest in content.images()})
