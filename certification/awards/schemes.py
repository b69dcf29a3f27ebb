"""Versions of schemes: drafts, the dry run that names everyone affected, publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from certification.awards import queries, rules
from certification.awards.models import Scheme, SchemeState, SchemeVersion
from certification.competency.models import Competency, Evidence
from certification.exams.models import Exam, ExamResult
from courses.catalog.models import Course
from courses.scheduling.models import Completion
from lms import audit, jobs, revisions
from lms.accounts.models import Person
from lms.clock import midnight, today
from lms.db import db, locked
from lms.errors import refuse
from lms.site import issuer_zone


def parse(text: str) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    """Requirements as people write them, one per line: `course CODE`, `exam CODE 70`,
    `competency CODE 3`. Returns the rules and (line number, code of what is wrong)."""
    found: list[dict[str, Any]] = []
    flaws: list[tuple[int, str]] = []
    known = _known()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        rule = _rule(words)
        if rule is None:
            flaws.append((number, "requirement_unreadable"))
        elif next(iter(rules.leaves(rule))) not in known:
            flaws.append((number, "requirement_unknown"))
        else:
            found.append(rule)
    return found, flaws


def _rule(words: Sequence[str]) -> dict[str, Any] | None:
    kind = words[0].casefold()
    if kind == "course" and len(words) == 2:
        return {"course": words[1]}
    if len(words) == 3 and words[2].isdecimal():
        if kind == "exam":
            return {"exam": words[1], "at_least": int(words[2])}
        if kind == "competency":
            return {"competency": words[1], "level": int(words[2])}
    return None


def _known() -> set[tuple[str, str]]:
    exams = set(db.session.scalars(sa.select(Course.code).join(Exam, Exam.course_id == Course.id)))
    courses = set(db.session.scalars(sa.select(Course.code)))
    competencies = set(db.session.scalars(sa.select(Competency.code)))
    return (
        {("course", code) for code in courses}
        | {("exam", code) for code in exams}
        | {("competency", code) for code in competencies}
    )


def written(rule: dict[str, Any]) -> str:
    """A rule in the form that `parse` reads."""
    lines = []
    for part in rule.get("all_of", []):
        ((kind, code),) = list(rules.leaves(part))
        number = part.get("at_least", part.get("level", ""))
        lines.append(f"{kind} {code} {number}".strip())
    return "\n".join(lines)


def draft_of(scheme: Scheme) -> SchemeVersion | None:
    """The draft of the scheme's next version."""
    return db.session.scalar(
        sa.select(SchemeVersion).where(
            SchemeVersion.scheme_id == scheme.id, SchemeVersion.state == SchemeState.DRAFT
        )
    )


def versions_of(scheme: Scheme) -> Sequence[SchemeVersion]:
    """All versions, newest first."""
    return db.session.scalars(
        sa.select(SchemeVersion)
        .where(SchemeVersion.scheme_id == scheme.id)
        .order_by(SchemeVersion.number.desc())
    ).all()


def start_draft(scheme: Scheme, *, by: int, now: datetime) -> SchemeVersion:
    """A draft that begins as a copy of the newest version; there is one at most."""
    db.session.execute(locked(sa.select(Scheme.id).where(Scheme.id == scheme.id)))
    draft = draft_of(scheme)
    if draft is not None:
        return draft
    newest = next(iter(versions_of(scheme)), None)
    draft = SchemeVersion(
        scheme_id=scheme.id,
        number=newest.number + 1 if newest else 1,
        state=SchemeState.DRAFT,
        effective_from=today(now, issuer_zone()),
        term_months=newest.term_months if newest else None,
        rule=newest.rule if newest else {"all_of": []},
        wording=newest.wording
        if newest
        else {"title": scheme.title, "kind": "Certification", "statement": ""},
        sample=False,
        created_at=now,
        created_by=by,
    )
    db.session.add(draft)
    db.session.flush()
    audit.record("scheme.draft_started", "scheme", scheme.code, by=by, now=now)
    return draft


@dataclass(frozen=True)
class Draft:
    """What a manager typed."""

    term_months: int | None
    effective_from: date
    rule: dict[str, Any]
    wording: dict[str, Any]


def save_draft(
    scheme: Scheme, content: Draft, *, revision: int, by: int, now: datetime
) -> SchemeVersion:
    """Save the draft from the page that showed `revision`; an older page is refused, and so is
    `version_in_the_past`."""
    draft: SchemeVersion | None = db.session.scalars(
        locked(
            sa.select(SchemeVersion).where(
                SchemeVersion.scheme_id == scheme.id, SchemeVersion.state == SchemeState.DRAFT
            )
        )
    ).one_or_none()
    if draft is None or draft.revision != revision:
        raise refuse("changed_meanwhile")
    _check_ahead(content.effective_from, now)
    draft.term_months, draft.effective_from = content.term_months, content.effective_from
    draft.rule, draft.wording = content.rule, content.wording
    draft.revision += 1
    audit.record("scheme.draft_saved", "scheme", scheme.code, by=by, now=now)
    return draft


def _check_ahead(effective_from: date, now: datetime) -> None:
    if effective_from < today(now, issuer_zone()):
        raise refuse("version_in_the_past", status=422)


@dataclass(frozen=True, slots=True)
class Affected:
    """What a new version would mean for one person."""

    person: Person
    effect: str
    missing: int


def dry_run(scheme: Scheme, draft: SchemeVersion, day: date) -> list[Affected]:
    """Everyone for whom the new version differs from the one in force: who would be awarded,
    who would need more or less. Awards that were made never change, so holders are not named."""
    current = next((v for v in queries.versions_on(day) if v.scheme_id == scheme.id), None)
    candidates = _under_way([v.rule for v in (draft, current) if v is not None])
    people = db.session.scalars(
        sa.select(Person).where(Person.id.in_(candidates)).order_by(Person.sort_name, Person.id)
    ).all()
    facts, newest = queries.facts_of_many(candidates, day), queries.newest_awards(candidates)
    affected = []
    for person in people:
        cycle = rules.next_cycle(queries.earlier_of(newest.get((person.id, scheme.id))), day)
        if not cycle.is_open:
            continue
        new = rules.assess(draft.rule, facts[person.id], since=cycle.since)
        old = rules.assess(current.rule, facts[person.id], since=cycle.since) if current else None
        effect = _effect(old, new)
        if effect:
            missing = sum(not need.is_met for need in new.needs)
            affected.append(Affected(person, effect, missing))
    return affected


def _under_way(trees: Sequence[dict[str, Any]]) -> list[int]:
    """People with any completion, result or evidence that one of the rules names."""
    codes: dict[str, set[str]] = {"course": set(), "exam": set(), "competency": set()}
    for kind, code in {leaf for tree in trees for leaf in rules.leaves(tree)}:
        codes.setdefault(kind, set()).add(code)
    started = sa.union(
        sa.select(Completion.person_id)
        .join(Course, Course.id == Completion.course_id)
        .where(Course.code.in_(codes["course"]), Completion.withdrawn_at.is_(None)),
        sa.select(ExamResult.person_id)
        .join(Exam, Exam.id == ExamResult.exam_id)
        .join(Course, Course.id == Exam.course_id)
        .where(Course.code.in_(codes["exam"])),
        sa.select(Evidence.person_id)
        .join(Competency, Competency.id == Evidence.competency_id)
        .where(Competency.code.in_(codes["competency"]), Evidence.withdrawn_at.is_(None)),
    ).subquery()
    return list(db.session.scalars(sa.select(started.c.person_id).limit(20_000)))


def _effect(old: rules.Assessment | None, new: rules.Assessment) -> str:
    if new.is_met:
        return "" if old is not None and old.is_met else "would_be_awarded"
    if old is None:
        return ""
    if old.is_met:
        return "would_wait"
    before = sum(not need.is_met for need in old.needs)
    after = sum(not need.is_met for need in new.needs)
    return "" if before == after else "needs_more" if after > before else "needs_less"


def publish(scheme: Scheme, *, revision: int, by: int, now: datetime) -> SchemeVersion:
    """Publish the previewed draft; whoever meets it is looked at by a job on its first day.
    Refuses `version_in_the_past`: what was in force on a past day never changes."""
    draft: SchemeVersion | None = db.session.scalars(
        locked(
            sa.select(SchemeVersion).where(
                SchemeVersion.scheme_id == scheme.id, SchemeVersion.state == SchemeState.DRAFT
            )
        )
    ).one_or_none()
    if draft is None or draft.revision != revision:
        raise refuse("preview_outdated")
    if not draft.rule.get("all_of"):
        raise refuse("requirement_missing", status=422)
    _check_ahead(draft.effective_from, now)
    draft.state, draft.published_at, draft.published_by = SchemeState.PUBLISHED, now, by
    revisions.bump("catalog")
    audit.record(
        "scheme.published",
        "scheme",
        scheme.code,
        by=by,
        now=now,
        version=draft.number,
        effective_from=draft.effective_from.isoformat(),
    )
    look_again(draft)
    return draft


def look_again(version: SchemeVersion) -> None:
    """Whoever is under way is looked at anew, by a job once the rule is in force: it may be met
    already."""
    first = midnight(version.effective_from, issuer_zone())
    is_ahead = version.published_at is not None and first > version.published_at
    for person_id in _under_way([version.rule]):
        jobs.enqueue(
            "competency.evidence_changed",
            {"person_id": person_id},
            key=f"scheme{version.id}:{person_id}",
            run_at=first if is_ahead else None,
        )
