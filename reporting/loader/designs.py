"""Writing designs of certificates: a changed one makes a new version, choices of people stay."""

import hashlib

import sqlalchemy as sa

from certification.awards.models import Scheme
from certification.datafiles import DesignFile
from certification.designs import actions
from certification.designs.models import Design, DesignChoice, DesignVersion
from lms.audit import canonical
from lms.db import db
from reporting.loader.loading import Loading


def load_designs(loading: Loading) -> None:
    """Every design, and the choice of each scheme for which nobody chose yet."""
    document = loading.folder.designs
    for item in document.value.designs if document else []:
        design = _put(loading, item)
        for code in item.schemes:
            _choose(loading, code, design)


def _put(loading: Loading, item: DesignFile) -> Design:
    digest = hashlib.sha256(canonical(item.content.model_dump(mode="json"))).hexdigest()
    row = db.session.scalar(sa.select(Design).where(Design.code == item.code))
    if row is not None and digest == _newest_loaded(row):
        loading.tally.note("design", "unchanged")
        return row
    loading.tally.note("design", "added" if row is None else "changed")
    return actions.bring(item.code, item.title, item.content, loaded=digest, now=loading.now)


def _newest_loaded(design: Design) -> str | None:
    return db.session.scalar(
        sa.select(DesignVersion.loaded_sha256)
        .where(DesignVersion.design_id == design.id, DesignVersion.loaded_sha256.is_not(None))
        .order_by(DesignVersion.number.desc())
        .limit(1)
    )


def _choose(loading: Loading, code: str, design: Design) -> None:
    scheme = db.session.scalars(sa.select(Scheme).where(Scheme.code == code)).one()
    chosen = sa.select(DesignChoice.id).where(DesignChoice.scheme_id == scheme.id)
    if db.session.scalar(chosen) is None:
        actions.choose(scheme, design, by=None, now=loading.now)
