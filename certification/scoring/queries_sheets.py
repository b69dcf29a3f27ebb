"""Everything that grading an attempt takes, read for many attempts at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from certification.delivery.models import Attempt, AttemptResponse, AttemptState
from certification.exams.models import Exam, ExamPolicy
from certification.items.content import ItemContent
from certification.items.models import ItemVersion
from certification.items.reading import draft_from
from certification.papers.models import ExamForm
from certification.papers.queries import paper
from certification.scoring.grading import Asked, Graded, Grader, Marks, Treatment, combined
from certification.scoring.keys import rekeyed
from certification.scoring.models import DispositionState, ItemDisposition, Mark
from lms.chains import stands
from lms.db import db

APPLIED = (DispositionState.RUNNING, DispositionState.DONE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A submitted attempt with its answers and marks, and the rules under which it began."""

    attempt_id: int
    code: str
    person_id: int
    exam_id: int
    form_id: int
    language: str
    ended_at: datetime
    is_double: bool
    gap: int
    bottom: int
    passing: int
    top: int
    form_full: Fraction
    answers: Mapping[int, Any]
    rounds: Mapping[int, Mapping[int, Marks]]
    """Position -> round -> marks."""

    def verdicts(self) -> dict[int, Marks]:
        """The marks that stand, by position."""
        found = {
            position: combined(rounds, is_double=self.is_double, gap=self.gap).marks
            for position, rounds in self.rounds.items()
        }
        return {position: marks for position, marks in found.items() if marks is not None}

    def next_round(self, position: int) -> int | None:
        """The mark that this place waits for."""
        rounds = self.rounds.get(position, {})
        return combined(rounds, is_double=self.is_double, gap=self.gap).next_round

    def graded(self, grader: Grader) -> Graded:
        """The points of this attempt."""
        return grader.graded(self.answers, language=self.language, marks=self.verdicts())


def sheets(attempt_ids: Sequence[int]) -> list[Sheet]:
    """The submitted ones among these attempts, in their order. Three queries."""
    rows = db.session.execute(
        sa.select(Attempt, ExamPolicy, Exam, ExamForm.full_points)
        .join(ExamPolicy, ExamPolicy.id == Attempt.policy_id)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(ExamForm, ExamForm.id == Attempt.form_id)
        .where(Attempt.id.in_(attempt_ids), Attempt.state == AttemptState.SUBMITTED)
        .order_by(Attempt.id)
    ).all()
    answers, rounds = _answers(attempt_ids), _rounds(attempt_ids)
    return [
        Sheet(
            attempt.id,
            attempt.code,
            attempt.person_id,
            attempt.exam_id,
            attempt.form_id,
            attempt.language,
            attempt.ended_at or attempt.started_at,
            policy.is_double_marked,
            policy.moderation_gap,
            policy.scale_bottom,
            exam.cut_score,
            exam.full_marks,
            full,
            answers.get(attempt.id, {}),
            rounds.get(attempt.id, {}),
        )
        for attempt, policy, exam, full in rows
    ]


def _answers(attempt_ids: Sequence[int]) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for row in db.session.execute(
        sa.select(
            AttemptResponse.attempt_id, AttemptResponse.position, AttemptResponse.response
        ).where(AttemptResponse.attempt_id.in_(attempt_ids))
    ):
        found[row.attempt_id][row.position] = row.response
    return found


def _rounds(attempt_ids: Sequence[int]) -> dict[int, dict[int, dict[int, Marks]]]:
    found: dict[int, dict[int, dict[int, Marks]]] = defaultdict(lambda: defaultdict(dict))
    for mark in standing_marks(attempt_ids):
        points = {name: Decimal(text) for name, text in mark.points.items()}
        found[mark.attempt_id][mark.position][mark.round] = points
    return found


def standing_marks(attempt_ids: Sequence[int]) -> Sequence[Mark]:
    """The marks that no correction replaced."""
    return db.session.scalars(
        sa.select(Mark)
        .where(Mark.attempt_id.in_(attempt_ids), stands(Mark))
        .order_by(Mark.position, Mark.round)
    ).all()


def places(form_id: int) -> tuple[Asked, ...]:
    """The items of a form in their order."""
    return tuple(
        Asked(one.position, one.version_id, one.content, one.is_pilot) for one in paper(form_id)
    )


def treatments(exam_id: int, extra: ItemDisposition | None = None) -> dict[int, Treatment]:
    """What was decided about items of an exam, by version; the newest decision stands. `extra` is
    one that is only tried out."""
    wanted = sa.and_(ItemDisposition.exam_id == exam_id, ItemDisposition.state.in_(APPLIED))
    rows = db.session.execute(
        sa.select(ItemDisposition, ItemVersion.content)
        .join(ItemVersion, ItemVersion.id == ItemDisposition.version_id)
        .where(sa.or_(wanted, ItemDisposition.id == (extra.id if extra else 0)))
        .order_by(ItemDisposition.id)
    )
    return {
        one.version_id: Treatment(one.treatment, _other(draft_from(content), one))
        for one, content in rows
    }


def _other(content: ItemContent, disposition: ItemDisposition) -> ItemContent | None:
    return rekeyed(content, disposition.key) if disposition.key else None


def graders(
    found: Sequence[Sheet], exam_id: int, extra: ItemDisposition | None = None
) -> dict[int, Grader]:
    """A grader for each form of these attempts of one exam."""
    decided = treatments(exam_id, extra)
    return {form: Grader(places(form), decided) for form in {sheet.form_id for sheet in found}}
