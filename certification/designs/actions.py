"""Making designs: drafts under an optimistic lock, versions that freeze, choices of schemes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from certification.awards.models import Scheme
from certification.designs import queries
from certification.designs.content import Content
from certification.designs.models import (
    Design,
    DesignChoice,
    DesignImage,
    DesignState,
    DesignVersion,
)
from lms import audit
from lms.db import db, insert_once, locked
from lms.errors import refuse
from lms.images import Picture

MOST_IMAGES = 20


def digest_of(content: Content) -> str:
    """The SHA-256 that names a version's content."""
    return hashlib.sha256(audit.canonical(content.model_dump(mode="json"))).hexdigest()


def create(
    code: str, title: str, *, like: DesignVersion | None, by: int | None, now: datetime
) -> Design:
    """A new design whose draft begins as a copy of another one's version."""
    made = {"title": title, "created_at": now, "created_by": by}
    if not insert_once(Design, {"code": code, **made}, ["code"]):
        raise refuse("design_code_taken", status=422, code=code)
    design = db.session.scalars(sa.select(Design).where(Design.code == code)).one()
    content = Content.model_validate(like.content) if like else plain()
    db.session.add(_version(design, 1, content, by=by, now=now))
    if like is not None:
        _copy_images(design, content, like.design_id)
    db.session.flush()
    audit.record("design.created", "design", design.code, by=by, now=now)
    return design


def bring(code: str, title: str, content: Content, *, loaded: str, now: datetime) -> Design:
    """A published version from a data file (`loaded` is its entry's SHA-256); a draft that
    somebody composes moves on to the next number."""
    values = {"code": code, "title": title, "created_at": now, "created_by": None}
    insert_once(Design, values, ["code"])
    design: Design = db.session.scalars(locked(sa.select(Design).where(Design.code == code))).one()
    versions = queries.versions_of(design)
    number = versions[0].number + 1 if versions else 1
    if versions and versions[0].state == DesignState.DRAFT:
        versions[0].number, number = number, versions[0].number
        db.session.flush()
    row = _version(design, number, content, by=None, now=now)
    row.state, row.published_at, row.loaded_sha256 = DesignState.PUBLISHED, now, loaded
    row.content_sha256 = digest_of(content)
    db.session.add(row)
    db.session.flush()
    _record_published(design, row, by=None, now=now)
    return design


def _record_published(design: Design, row: DesignVersion, *, by: int | None, now: datetime) -> None:
    audit.record(
        "design.published",
        "design",
        design.code,
        by=by,
        now=now,
        version=row.number,
        content_sha256=row.content_sha256,
    )


def plain() -> Content:
    """What a design begins with where there is none to copy."""
    blocks = [{"kind": kind} for kind in ("brand", "kind", "title", "lead", "holder", "statement")]
    words = {"en": {"lead": "This certifies that"}}
    return Content.model_validate({"blocks": blocks, "words": words})


def _version(
    design: Design, number: int, content: Content, *, by: int | None, now: datetime
) -> DesignVersion:
    return DesignVersion(
        design_id=design.id,
        number=number,
        state=DesignState.DRAFT,
        content=content.model_dump(mode="json"),
        created_at=now,
        created_by=by,
    )


def _copy_images(design: Design, content: Content, source_id: int) -> None:
    rows = db.session.scalars(
        sa.select(DesignImage).where(
            DesignImage.design_id == source_id, DesignImage.sha256.in_(content.images())
        )
    ).all()
    copied = ("sha256", "title", "width", "height", "created_at", "created_by")
    for row in rows:
        values = {name: getattr(row, name) for name in copied}
        db.session.add(DesignImage(design_id=design.id, **values))


def lock(design: Design) -> None:
    """Until the unit ends nobody else changes this design."""
    db.session.execute(locked(sa.select(Design.id).where(Design.id == design.id)))


def start_draft(design: Design, *, by: int, now: datetime) -> DesignVersion:
    """A draft that begins as a copy of the newest version; there is one at most."""
    lock(design)
    newest = queries.versions_of(design)[0]
    if newest.state == DesignState.DRAFT:
        return newest
    content = Content.model_validate(newest.content)
    draft = _version(design, newest.number + 1, content, by=by, now=now)
    db.session.add(draft)
    db.session.flush()
    audit.record("design.draft_started", "design", design.code, by=by, now=now)
    return draft


def save_draft(
    design: Design, content: Content, *, revision: int, by: int, now: datetime
) -> DesignVersion:
    """Save the draft from the page that showed `revision`; an older page is refused."""
    draft = _draft_at(design, revision, "changed_meanwhile")
    _refuse_foreign_images(design, content)
    draft.content = content.model_dump(mode="json")
    draft.revision += 1
    audit.record("design.draft_saved", "design", design.code, by=by, now=now)
    return draft


def _draft_at(design: Design, revision: int, refusal: str) -> DesignVersion:
    lock(design)
    draft: DesignVersion | None = db.session.scalar(
        locked(
            sa.select(DesignVersion).where(
                DesignVersion.design_id == design.id, DesignVersion.state == DesignState.DRAFT
            )
        )
    )
    if draft is None or draft.revision != revision:
        raise refuse(refusal)
    return draft


def _refuse_foreign_images(design: Design, content: Content) -> None:
    if set(content.images()) - {image.sha256 for image in queries.images_of(design)}:
        raise refuse("image_not_here", status=422)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found when the content of this digest was drawn with the longest facts."""

    content_sha256: str
    fits: bool


def publish(
    design: Design, proof: Proof, *, revision: int, by: int | None, now: datetime
) -> DesignVersion:
    """Publish the draft that was seen and proved; from then on it never changes."""
    draft = _draft_at(design, revision, "preview_outdated")
    content = Content.model_validate(draft.content)
    digest = digest_of(content)
    if proof.content_sha256 != digest:
        raise refuse("preview_outdated")
    if not proof.fits:
        raise refuse("design_does_not_fit", status=422)
    draft.state, draft.published_at, draft.published_by = DesignState.PUBLISHED, now, by
    draft.content_sha256 = digest
    db.session.flush()
    _record_published(design, draft, by=by, now=now)
    return draft


def discard_draft(design: Design, *, revision: int, by: int, now: datetime) -> None:
    """Throw the draft away; a design without any other version keeps it."""
    draft = _draft_at(design, revision, "changed_meanwhile")
    if len(queries.versions_of(design)) == 1:
        raise refuse("design_only_version")
    db.session.delete(draft)
    audit.record("design.draft_discarded", "design", design.code, by=by, now=now)


def add_image(
    design: Design, title: str, picture: Picture, sha256: str, *, by: int, now: datetime
) -> None:
    """Keep a picture that was stored; the same picture twice is one."""
    lock(design)
    if len(queries.images_of(design)) >= MOST_IMAGES:
        raise refuse("image_too_many", status=422, most=MOST_IMAGES)
    values = {
        "design_id": design.id,
        "sha256": sha256,
        "title": title,
        "width": picture.width,
        "height": picture.height,
        "created_at": now,
        "created_by": by,
    }
    if insert_once(DesignImage, values, ["design_id", "sha256"]):
        audit.record("design.image_added", "design", design.code, by=by, now=now, sha256=sha256)


def choose(scheme: Scheme, design: Design | None, *, by: int | None, now: datetime) -> None:
    """From now on the scheme's certificates take the newest published version of this design;
    certificates that exist stay as they are."""
    if design is not None and queries.newest_published(design.id) is None:
        raise refuse("design_not_published", status=422)
    design_id = design.id if design else None
    values = {"design_id": design_id, "chosen_at": now, "chosen_by": by}
    if not insert_once(DesignChoice, {"scheme_id": scheme.id, **values}, ["scheme_id"]):
        row = db.session.scalars(
            locked(sa.select(DesignChoice).where(DesignChoice.scheme_id == scheme.id))
        ).one()
        if row.design_id == design_id:
            return
        row.design_id, row.chosen_at, row.chosen_by = design_id, now, by
    audit.record(
        "scheme.design_chosen",
        "scheme",
        scheme.code,
        by=by,
        now=now,
        design=design.code if design else None,
    )
