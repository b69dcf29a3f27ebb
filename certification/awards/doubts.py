"""Awards that hold although a fact behind them no longer does: people decide about them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from certification.awards.models import Award, Revocation, Scheme
from certification.competency.models import Evidence
from certification.exams.models import ExamResult
from courses.catalog.models import Programme
from courses.scheduling.models import Completion
from lms.accounts.models import Person
from lms.db import db


def doubtful(programme_codes: Sequence[str] | None = None, limit: int = 100) -> Sequence[Any]:
    """(award, person) of awards whose completion or competency was withdrawn later, or whose exam
    was corrected to less than the award took; within the programmes one may see, newest first."""
    wanted = (
        sa.select(Award, Person)
        .join(Person, Person.id == Award.person_id)
        .join(Scheme, Scheme.id == Award.scheme_id)
        .join(Programme, Programme.id == Scheme.programme_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .where(Award.person_id.in_(_changed()), Revocation.id.is_(None), sa.or_(*_changed_later()))
        .order_by(Award.id.desc())
        .limit(limit)
    )
    if programme_codes is not None:
        wanted = wanted.where(Programme.code.in_(programme_codes))
    rows = db.session.execute(wanted).all()
    people = {person.id for _, person in rows}
    gone, scores = _gone(people), _scores_now(people)
    return [row for row in rows if any(_fell(need, gone, scores) for need in _needs(row[0]))]


def _changed() -> sa.CompoundSelect[int]:
    """People of whom a fact was withdrawn or corrected: few, and found by small indexes."""
    return sa.union(
        sa.select(Completion.person_id).where(Completion.withdrawn_at.is_not(None)),
        sa.select(Evidence.person_id).where(Evidence.withdrawn_at.is_not(None)),
        sa.select(ExamResult.person_id).where(ExamResult.replaces_id.is_not(None)),
    )


def _changed_later() -> list[sa.ColumnElement[bool]]:
    return [
        sa.exists().where(
            Completion.person_id == Award.person_id, Completion.withdrawn_at >= Award.awarded_at
        ),
        sa.exists().where(
            Evidence.person_id == Award.person_id, Evidence.withdrawn_at >= Award.awarded_at
        ),
        sa.exists().where(
            ExamResult.person_id == Award.person_id,
            ExamResult.replaces_id.is_not(None),
            ExamResult.at >= Award.awarded_at,
        ),
    ]


def _needs(award: Award) -> Iterable[dict[str, Any]]:
    found: list[dict[str, Any]] = award.facts["requirements"]
    return found


def _gone(people: Iterable[int]) -> set[tuple[str, int]]:
    """(kind, fact id) of completions and evidence that were withdrawn."""
    courses = db.session.scalars(
        sa.select(Completion.id).where(
            Completion.person_id.in_(people), Completion.withdrawn_at.is_not(None)
        )
    )
    levels = db.session.scalars(
        sa.select(Evidence.id).where(
            Evidence.person_id.in_(people), Evidence.withdrawn_at.is_not(None)
        )
    )
    return {("course", id) for id in courses} | {("competency", id) for id in levels}


def _scores_now(people: Iterable[int]) -> dict[int, int]:
    """The score that stands today, by the id of each corrected result: corrections of corrections
    are followed to the last one."""
    rows = db.session.execute(
        sa.select(ExamResult.id, ExamResult.replaces_id, ExamResult.score)
        .where(ExamResult.person_id.in_(people), ExamResult.replaces_id.is_not(None))
        .order_by(ExamResult.id.desc())
    )
    scores: dict[int, int] = {}
    for id, replaced, score in rows:
        if replaced is not None:
            scores[replaced] = scores.get(id, score)
    return scores


def _fell(need: dict[str, Any], gone: set[tuple[str, int]], scores: dict[int, int]) -> bool:
    if need["kind"] == "exam":
        required: int = need["required"]
        return scores.get(need["fact_id"], required) < required
    return (need["kind"], need["fact_id"]) in gone


def relying_on(kind: str, fact_id: int, person_id: int) -> list[tuple[str, date]]:
    """(title, awarded on) of the person's standing awards that this fact helped to make."""
    found = relying_on_many(kind, {fact_id: person_id})
    return [(title, award.awarded_on) for award, title in found.get(fact_id, [])]


def relying_on_many(kind: str, facts: Mapping[int, int]) -> dict[int, list[tuple[Award, str]]]:
    """(award, title) of the standing awards that each fact helped to make; `facts`: fact's id to
    person's. One query."""
    rows = db.session.execute(
        sa.select(Award, Scheme.title)
        .join(Scheme, Scheme.id == Award.scheme_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .where(Award.person_id.in_(set(facts.values())), Revocation.id.is_(None))
        .order_by(Award.id)
    )
    found: dict[int, list[tuple[Award, str]]] = defaultdict(list)
    for award, title in rows:
        for need in _needs(award):
            if need["kind"] == kind and facts.get(need["fact_id"]) == award.person_id:
                found[need["fact_id"]].append((award, title))
    return found
