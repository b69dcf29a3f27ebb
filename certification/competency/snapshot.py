"""The competency frameworks as plain values, read once per process and catalogue revision."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from certification.competency.models import Competency, CourseCompetency, Framework
from lms import revisions
from lms.db import db

ENOUGH = 3
"""The level that is the goal where no course and no exam leads to one."""


@dataclass(frozen=True, slots=True)
class CompetencyCard:
    """A competency and the level that its programme's courses and exam lead to."""

    id: int
    code: str
    title: str
    statement: str
    goal: int


@dataclass(frozen=True, slots=True)
class FrameworkCard:
    """The competencies of a programme and the titles of its levels, from 1 up."""

    id: int
    code: str
    title: str
    programme_id: int
    sample: bool
    levels: tuple[str, ...]
    competencies: tuple[CompetencyCard, ...]


@dataclass(frozen=True, slots=True)
class Frameworks:
    """All frameworks by programme."""

    revision: int
    by_programme: dict[int, FrameworkCard]


def frameworks() -> Frameworks:
    """The frameworks of the database's current revision."""
    revision = revisions.value("catalog")
    kept: Frameworks | None = current_app.extensions.get("framework_snapshot")
    if kept is None or kept.revision != revision:
        kept = current_app.extensions["framework_snapshot"] = _read(revision)
    return kept


def _read(revision: int) -> Frameworks:
    highest = sa.select(
        CourseCompetency.competency_id, sa.func.max(CourseCompetency.level)
    ).group_by(CourseCompetency.competency_id)
    goals = {row[0]: row[1] for row in db.session.execute(highest)}
    held: dict[int, list[Competency]] = {}
    for row in db.session.scalars(sa.select(Competency).order_by(Competency.position)):
        held.setdefault(row.framework_id, []).append(row)
    found = db.session.scalars(sa.select(Framework))
    cards = (_card(framework, held.get(framework.id, []), goals) for framework in found)
    return Frameworks(revision, {card.programme_id: card for card in cards})


def _card(framework: Framework, rows: list[Competency], goals: dict[int, int]) -> FrameworkCard:
    usual = min(ENOUGH, len(framework.levels))
    return FrameworkCard(
        framework.id,
        framework.code,
        framework.title,
        framework.programme_id,
        framework.sample,
        tuple(level["title"] for level in framework.levels),
        tuple(
            CompetencyCard(c.id, c.code, c.title, c.statement, goals.get(c.id) or usual)
            for c in rows
        ),
    )
