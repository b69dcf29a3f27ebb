"""Competency maps: levels are projections of evidence, never stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from certification.competency.models import (
    Competency,
    CourseCompetency,
    Evidence,
    EvidenceKind,
    Framework,
    Validation,
    ValidationState,
)
from courses.catalog.models import Programme
from lms.db import db
from lms.paging import SIZE, Page, after, page_of


@dataclass(frozen=True, slots=True)
class MapRow:
    """A competency with the person's level, the goal and the evidence behind the level."""

    id: int
    code: str
    title: str
    statement: str
    own: int
    goal: int
    evidence: tuple[Any, ...]

    @property
    def gap(self) -> int:
        """Levels that are missing."""
        return max(self.goal - self.own, 0)


@dataclass(frozen=True, slots=True)
class Map:
    """A person's competency map of one programme."""

    framework: Framework
    levels: list[Any]
    rows: list[MapRow]


def shown_by(kind: EvidenceKind, source_id: int) -> list[tuple[str, int]]:
    """(competency, level) of what a fact shows and what still counts."""
    rows = db.session.execute(
        sa.select(Competency.title, Evidence.level)
        .join(Competency, Competency.id == Evidence.competency_id)
        .where(
            Evidence.kind == kind, Evidence.source_id == source_id, Evidence.withdrawn_at.is_(None)
        )
        .order_by(Competency.position, Competency.id)
    )
    return [(title, level) for title, level in rows]


def map_of(person_id: int, programme_id: int, on: date) -> Map | None:
    """The map of a programme; the goal is what its courses and exam lead to. Three queries."""
    framework = db.session.scalar(
        sa.select(Framework).where(Framework.programme_id == programme_id)
    )
    if framework is None:
        return None
    goals = (
        sa.select(CourseCompetency.competency_id, sa.func.max(CourseCompetency.level).label("goal"))
        .group_by(CourseCompetency.competency_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Competency, goals.c.goal)
        .outerjoin(goals, goals.c.competency_id == Competency.id)
        .where(Competency.framework_id == framework.id)
        .order_by(Competency.position)
    ).all()
    shown: dict[int, list[Evidence]] = {}
    for row in db.session.scalars(
        sa.select(Evidence)
        .where(
            Evidence.person_id == person_id,
            Evidence.competency_id.in_([c.id for c, _ in rows]),
            Evidence.withdrawn_at.is_(None),
            Evidence.shown_on <= on,
            sa.or_(Evidence.expires_on.is_(None), Evidence.expires_on >= on),
        )
        .order_by(Evidence.level.desc(), Evidence.shown_on.desc())
    ):
        shown.setdefault(row.competency_id, []).append(row)
    top = len(framework.levels)
    return Map(
        framework,
        framework.levels,
        [
            MapRow(
                c.id,
                c.code,
                c.title,
                c.statement,
                max((e.level for e in shown.get(c.id, [])), default=0),
                goal or min(3, top),
                tuple(shown.get(c.id, ())),
            )
            for c, goal in rows
        ],
    )


def frameworks() -> Sequence[Any]:
    """(framework, programme) in the order of the programmes."""
    return db.session.execute(
        sa.select(Framework, Programme)
        .join(Programme, Programme.id == Framework.programme_id)
        .order_by(Programme.position)
    ).all()


def competency_by_code(code: str) -> Competency | None:
    """The competency with its framework."""
    return db.session.scalar(
        sa.select(Competency)
        .options(joinedload(Competency.framework))
        .where(Competency.code == code)
    )


def all_competencies() -> Sequence[Competency]:
    """Every competency with its framework, by framework."""
    return db.session.scalars(
        sa.select(Competency)
        .options(joinedload(Competency.framework))
        .order_by(Competency.framework_id, Competency.position)
    ).all()


def validations(
    state: ValidationState, *, cursor: list[int | str] | None = None, size: int = SIZE
) -> Page[Validation]:
    """Validations in a state, oldest request first."""
    wanted = (
        sa.select(Validation)
        .options(
            joinedload(Validation.person),
            joinedload(Validation.competency).joinedload(Competency.framework),
        )
        .where(Validation.state == state)
        .order_by(Validation.id)
        .limit(size + 1)
    )
    if cursor is not None:
        wanted = wanted.where(after([Validation.id], cursor))
    rows = db.session.scalars(wanted).all()
    return page_of(rows, size=size, key=lambda r: (r.id,), is_first=cursor is None)


def validation_by_id(validation_id: int) -> Validation | None:
    """The validation with its person and competency."""
    return db.session.scalar(
        sa.select(Validation)
        .options(
            joinedload(Validation.person),
            joinedload(Validation.competency).joinedload(Competency.framework),
        )
        .where(Validation.id == validation_id)
    )


def asked_by(person_id: int) -> Sequence[Validation]:
    """The person's own requests, newest first."""
    return db.session.scalars(
        sa.select(Validation)
        .options(joinedload(Validation.competency))
        .where(Validation.person_id == person_id)
        .order_by(Validation.id.desc())
        .limit(50)
    ).all()


def programme_code_of(competency: Competency) -> str:
    """The programme to whose framework the competency belongs."""
    return db.session.scalars(
        sa.select(Programme.code)
        .join(Framework, Framework.programme_id == Programme.id)
        .where(Framework.id == competency.framework_id)
    ).one()
