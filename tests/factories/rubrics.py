"""Rubrics of exams, and people judged by them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from certification.exams.models import Exam
from certification.rubrics import actions
from certification.rubrics import actions_assessments as judging
from certification.rubrics.models import Assessment, AssessmentDraft, Kind, RubricVersion
from certification.rubrics.rules import Criterion, Level, Notes, Rubric
from lms.accounts.models import Person
from lms.db import db, unit
from tests.factories.base import FactoryBase


def criterion(
    id: str, *points: int | str, needed: int | None = None, competency: str = ""
) -> Criterion:
    """A criterion whose levels give these points: `C1`, levels `L1`, `L2`, ..."""
    levels = (Level(f"L{n}", Fraction(one), f"Sees {n}") for n, one in enumerate(points, 1))
    return Criterion(id, id.upper(), f"About {id}", competency, tuple(levels), needed)


USUAL = Rubric(
    (criterion("plan", 0, 2, 4), criterion("safe", 0, 3, 6, needed=2)),
    ("practical", "interview", "work"),
)
"""Ten points; `safe` has to reach its second level."""


class RubricsFactory(FactoryBase):
    """Makes what assessors judge by."""

    def rubric(self, exam: Exam, rubric: Rubric = USUAL) -> RubricVersion:
        """A published version."""
        with unit(writes=True):
            row = actions.start_draft(exam, by=None, now=self.now)
            actions.save(row, rubric, revision=row.revision, by=None, now=self.now)
            actions.publish(row, revision=row.revision, by=None, now=self.now)
            return row

    def sheet(
        self, exam: Exam, person: Person, by: Person, kind: Kind = Kind.PRACTICAL
    ) -> AssessmentDraft:
        """An assessor's notes about a person that are empty yet."""
        with unit(writes=True):
            return judging.begin(
                db.session.get_one(Exam, exam.id), person, kind,
                taken_on=self.now.date(), by=by.id, now=self.now,
            )  # fmt: skip

    def judged(
        self,
        draft: AssessmentDraft,
        levels: Sequence[int],
        comments: Mapping[str, str] | None = None,
    ) -> Assessment:
        """The notes recorded: levels in the order of `USUAL`."""
        ids = [one.id for one in USUAL.criteria]
        notes = Notes(dict(zip(ids, levels, strict=True)), comments or {}, "Well done", "Seen anew")
        made = self.handed_over(draft, notes)
        assert made is not None
        return made

    def handed_over(self, draft: AssessmentDraft, notes: Notes) -> Assessment | None:
        """What the assessor recorded: None where another one has to judge too."""
        with unit(writes=True):
            return judging.submit(
                db.session.get(AssessmentDraft, draft.id) or draft, notes,
                revision=draft.revision, by=draft.by, now=self.now,
            )  # fmt: skip
