"""The certification schemes as plain values, read once per process and catalogue revision."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import current_app

from certification.awards.models import Scheme, SchemeState, SchemeVersion
from certification.competency.snapshot import frameworks
from courses.catalog.snapshot import catalog
from lms import revisions
from lms.db import db


@dataclass(frozen=True, slots=True)
class SchemeCard:
    """A certification."""

    id: int
    code: str
    title: str
    programme_id: int


@dataclass(frozen=True, slots=True)
class VersionCard:
    """A published version of a certification's rule."""

    id: int
    scheme_id: int
    number: int
    effective_from: date
    rule: dict[str, Any]
    scheme: SchemeCard


@dataclass(frozen=True, slots=True)
class Schemes:
    """Every published version, in the order of the schemes, older ones first."""

    revision: int
    versions: tuple[VersionCard, ...]
    names: dict[tuple[str, str], tuple[str, str | None]]
    """(kind, code) → title and address of courses, exams, competencies and schemes."""

    def in_force(self, day: date) -> list[VersionCard]:
        """The version of each scheme that is in force on a day."""
        begun = [version for version in self.versions if version.effective_from <= day]
        return list({version.scheme_id: version for version in begun}.values())


def schemes() -> Schemes:
    """The schemes of the database's current revision."""
    revision = revisions.value("catalog")
    kept: Schemes | None = current_app.extensions.get("scheme_snapshot")
    if kept is None or kept.revision != revision:
        kept = current_app.extensions["scheme_snapshot"] = _read(revision)
    return kept


def _read(revision: int) -> Schemes:
    rows = db.session.execute(
        sa.select(SchemeVersion, Scheme)
        .join(Scheme, Scheme.id == SchemeVersion.scheme_id)
        .where(SchemeVersion.state == SchemeState.PUBLISHED)
        .order_by(Scheme.position, Scheme.id, SchemeVersion.effective_from, SchemeVersion.number)
    )
    return Schemes(revision, tuple(_card(version, scheme) for version, scheme in rows), _names())


def _names() -> dict[tuple[str, str], tuple[str, str | None]]:
    names: dict[tuple[str, str], tuple[str, str | None]] = {}
    for card in catalog().courses:
        names[card.kind, card.code] = (card.title, card.href)
    for framework in frameworks().by_programme.values():
        for row in framework.competencies:
            names["competency", row.code] = (row.title, "/me/competencies")
    for code, title in db.session.execute(sa.select(Scheme.code, Scheme.title)):
        names["holds", code] = (title, f"/certifications/{code}")
    return names


def _card(version: SchemeVersion, scheme: Scheme) -> VersionCard:
    return VersionCard(
        version.id,
        version.scheme_id,
        version.number,
        version.effective_from,
        version.rule,
        SchemeCard(scheme.id, scheme.code, scheme.title, scheme.programme_id),
    )
