"""One person's way to every certification, in one prepared query: a page that each learner opens
each day. `queries` has the same for many people at once, for awards and dry runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from certification.awards import rules, snapshot
from certification.awards.models import Award, Revocation, Scheme, Suspension
from certification.awards.queries import suspended_on
from certification.awards.rules import HELD, Earlier, Fact, Facts, Status
from certification.awards.snapshot import VersionCard
from certification.competency.models import Competency, Evidence
from certification.exams.models import Exam, ExamResult
from courses.catalog.models import Course, CourseVersion
from courses.scheduling.models import Completion
from lms.chains import stands
from lms.columns import empty
from lms.prepared import Asked, Prepared

_person = sa.bindparam("person", type_=sa.BigInteger())
_day = sa.bindparam("day", type_=sa.Date())


def _fact(kind: str, code: Any, id: Any, on: Any, **more: Any) -> Any:
    """One branch of everything that is known about a person; `more` are further columns, which
    stand empty in the other branches."""
    zero, day = sa.literal_column("0", sa.Integer), empty(sa.Date())
    columns = {
        "kind": sa.literal_column(f"'{kind}'", sa.String),
        "code": code,
        "id": id,
        "on": on,
        "value": zero,
        "full": zero,
        "title": sa.literal_column("''", sa.String),
        "valid_until": day,
        "revoked_on": day,
        "suspended_on": day,
    } | more
    return sa.select(*(column.label(name) for name, column in columns.items()))


_FACTS = Prepared(
    sa.union_all(
        _fact(
            "course",
            Course.code,
            Completion.id,
            Completion.completed_on,
            title=CourseVersion.title,
        )
        .join(Course, Course.id == Completion.course_id)
        .join(CourseVersion, CourseVersion.id == Completion.course_version_id)
        .where(
            Completion.person_id == _person,
            Completion.completed_on <= _day,
            Completion.withdrawn_at.is_(None),
        ),
        _fact(
            "exam",
            Course.code,
            ExamResult.id,
            ExamResult.taken_on,
            value=ExamResult.score,
            full=ExamResult.full_marks,
        )
        .join(Exam, Exam.id == ExamResult.exam_id)
        .join(Course, Course.id == Exam.course_id)
        .where(
            ExamResult.person_id == _person,
            ExamResult.taken_on <= _day,
            ExamResult.is_void.is_(False),
            stands(ExamResult),
        ),
        _fact("competency", Competency.code, Evidence.id, Evidence.shown_on, value=Evidence.level)
        .join(Competency, Competency.id == Evidence.competency_id)
        .where(
            Evidence.person_id == _person,
            Evidence.shown_on <= _day,
            Evidence.withdrawn_at.is_(None),
            sa.or_(Evidence.expires_on.is_(None), Evidence.expires_on >= _day),
        ),
        _fact(
            "award",
            Scheme.code,
            Award.id,
            Award.awarded_on,
            value=Award.scheme_id,
            full=Award.cycle,
            valid_until=Award.valid_until,
            revoked_on=Revocation.revoked_on,
            suspended_on=Suspension.suspended_on,
        )
        .join(Scheme, Scheme.id == Award.scheme_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Suspension, suspended_on(_day))
        .where(Award.person_id == _person),
    )
)


@dataclass(frozen=True, slots=True)
class Held:
    """An award of a person as it stands on a day."""

    id: int
    code: str
    scheme_id: int
    cycle: int
    awarded_on: date
    valid_until: date | None
    revoked_on: date | None
    suspended_on: date | None


@dataclass(frozen=True, slots=True)
class Completed:
    """A completion that holds, under the title that the course had then."""

    id: int
    course_code: str
    title: str
    completed_on: date


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person is in a scheme: held now, or what is met and what is missing."""

    version: VersionCard
    award: Held | None
    """The newest award."""
    status: Status | None
    assessment: rules.Assessment
    ahead: rules.Assessment
    """The rule held against what counts for the next cycle; before the first award, the same."""
    since: date | None
    """Only what happened after this day counts for the next cycle; None before the first award."""
    names: dict[tuple[str, str], tuple[str, str | None]]

    @property
    def renews(self) -> bool:
        """Whether there is a next cycle: an award ended, or it will."""
        ends = self.award is not None and self.award.valid_until is not None
        return self.award is not None and (ends or self.status not in HELD)

    @property
    def renewed_on(self) -> date | None:
        """When the next cycle begins, if it is earned already and this one runs."""
        ends = self.award.valid_until if self.award and self.status is Status.VALID else None
        return ends + timedelta(days=1) if ends and self.ahead.is_met else None

    def asks_again(self, kind: str, code: str) -> bool:
        """Whether the next cycle needs this course or exam once more."""
        named = [need for need in self.ahead.needs if (need.kind, need.code) == (kind, code)]
        return self.renews and any(not need.is_met for need in named)

    @property
    def met(self) -> int:
        """How many requirements are met."""
        return sum(need.is_met for need in self.assessment.needs)

    def name(self, need: rules.Need) -> str:
        """The title of what is required."""
        return self.names.get((need.kind, need.code), (need.code, None))[0]

    def href(self, need: rules.Need) -> str | None:
        """Where to go to meet it."""
        return self.names.get((need.kind, need.code), (need.code, None))[1]


@dataclass(frozen=True, slots=True)
class Learner:
    """What is known about a person, and how far that brings them in every scheme in force."""

    facts: Facts
    progress: tuple[Progress, ...]
    completed: tuple[Completed, ...]
    """Newest first."""

    def levels(self) -> dict[str, int]:
        """The highest level shown, by competency."""
        return {
            code: max(fact.value for fact in facts)
            for code, facts in self.facts.competencies.items()
        }


def question_of_learner(person_id: int, on: date) -> Asked:
    """What `learner` asks, for a page that asks more."""
    return _FACTS.asked(person=person_id, day=on)


def learner(person_id: int, on: date) -> Learner:
    """A person's facts and progress on a day."""
    rows = _FACTS.rows(person=person_id, day=on)
    awards = _awards(rows)
    facts, standard = _facts(rows, awards, on), snapshot.schemes()
    newest = {award.scheme_id: award for award in awards if award.awarded_on <= on}
    return Learner(
        facts,
        tuple(
            of_scheme(version, newest.get(version.scheme_id), facts, standard.names, on)
            for version in standard.in_force(on)
        ),
        _completed(rows),
    )


def _awards(rows: Sequence[Any]) -> list[Held]:
    """By cycle."""
    awards = [
        Held(
            row.id,
            row.code,
            int(row.value),
            int(row.full),
            row.on,
            row.valid_until,
            row.revoked_on,
            row.suspended_on,
        )
        for row in rows
        if row.kind == "award"
    ]
    return sorted(awards, key=lambda award: award.cycle)


def _completed(rows: Sequence[Any]) -> tuple[Completed, ...]:
    done = [Completed(row.id, row.code, row.title, row.on) for row in rows if row.kind == "course"]
    return tuple(sorted(done, key=lambda row: (row.completed_on, row.id), reverse=True))


def progress_of(person_id: int, on: date) -> tuple[Progress, ...]:
    """Every scheme in force, with what the person has met and what is missing."""
    return learner(person_id, on).progress


def of_scheme(
    version: VersionCard,
    award: Held | None,
    facts: Facts,
    names: dict[tuple[str, str], tuple[str, str | None]],
    on: date,
) -> Progress:
    """Progress in one scheme by a person's facts and newest award there."""
    cycle = rules.next_cycle(_earlier(award), on)
    ahead = rules.assess(version.rule, facts, since=cycle.since)
    assessment = ahead if cycle.is_open else rules.assess(version.rule, facts)
    return Progress(version, award, _status(award, on), assessment, ahead, cycle.since, names)


def _facts(rows: Sequence[Any], awards: Sequence[Held], on: date) -> Facts:
    found: dict[str, dict[str, list[Fact]]] = {"course": {}, "exam": {}, "competency": {}}
    for row in rows:
        if row.kind != "award":
            fact = Fact(row.id, row.on, row.value, row.full)
            found[row.kind].setdefault(row.code, []).append(fact)
    held = frozenset(award.code for award in awards if _status(award, on) is Status.VALID)
    return Facts(found["course"], found["exam"], found["competency"], held)


def _status(award: Held | None, on: date) -> Status | None:
    if award is None:
        return None
    return rules.status_on(
        on,
        awarded_on=award.awarded_on,
        valid_until=award.valid_until,
        revoked_on=award.revoked_on,
        is_suspended=award.suspended_on is not None,
    )


def _earlier(award: Held | None) -> Earlier | None:
    if award is None:
        return None
    return Earlier(
        award.cycle,
        award.awarded_on,
        award.valid_until,
        award.revoked_on,
        award.suspended_on is not None,
    )
