"""Many at once, on both databases: one rubric version, one set of notes, one result."""

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.exams.models import Exam, ExamResult
from certification.rubrics import actions, actions_sittings, actions_works
from certification.rubrics import actions_assessments as judging
from certification.rubrics.models import (
    Assessment,
    AssessmentDraft,
    Kind,
    RubricVersion,
    SubmittedWork,
)
from certification.rubrics.models_sittings import AssessmentSitting, Judgement
from certification.rubrics.rules import Notes
from courses.catalog.models import CourseKind
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from tests.certification.awards.test_awards import at_once
from tests.factories import Factory
from tests.factories.rubrics import USUAL

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.parametrize(
        "on",
        [
            pytest.param("sqlite", marks=pytest.mark.sqlite),
            pytest.param("postgresql", marks=pytest.mark.postgres),
        ],
    ),
]
THREADS = 8
LEVELS = {"plan": 3, "safe": 3}


@pytest.fixture
def exam(make: Factory, on: str) -> Exam:
    course = make.course(make.programme(), "ADM-X", title="Exam", kind=CourseKind.EXAM)
    return make.exam(course)


def codes(found: list[object]) -> list[str]:
    """The refusals among what threads ended with."""
    assert all(not isinstance(one, Exception) or isinstance(one, Refusal) for one in found), found
    return [one.reasons[0].code for one in found if isinstance(one, Refusal)]


def count(model: type) -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_one_draft_is_begun_saved_and_published(app: Flask, make: Factory, exam: Exam) -> None:
    exam_id, now = exam.id, make.now

    def start() -> object:
        return actions.start_draft(db.session.get_one(Exam, exam_id), by=1, now=now).id

    found = at_once(app, [start] * THREADS)
    assert len(set(found)) == 1
    (draft_id,) = {int(str(one)) for one in found}

    def save() -> object:
        row = db.session.get_one(RubricVersion, draft_id)
        return actions.save(row, USUAL, revision=1, by=1, now=now)

    assert codes(at_once(app, [save] * THREADS)) == ["changed_meanwhile"] * (THREADS - 1)

    def publish() -> object:
        row = db.session.get_one(RubricVersion, draft_id)
        return actions.publish(row, revision=2, by=1, now=now)

    assert codes(at_once(app, [publish] * THREADS)) == ["changed_meanwhile"] * (THREADS - 1)


def test_two_assessors_at_once_are_one_result_and_one_assessor_one_set_of_notes(
    app: Flask, make: Factory, exam: Exam
) -> None:
    make.rubric(exam)
    exam_id, now = exam.id, make.now
    ada, judges = make.person("Ada").id, [make.person(f"J{n}").id for n in range(THREADS)]

    def begin(by: int) -> int:
        person = db.session.get_one(Person, ada)
        row = judging.begin(
            db.session.get_one(Exam, exam_id), person, Kind.PRACTICAL,
            taken_on=now.date(), by=by, now=now,
        )  # fmt: skip
        return row.id

    assert len(set(at_once(app, [lambda: begin(judges[0])] * THREADS))) == 1
    at_once(app, [lambda by=by: begin(by) for by in judges])  # type: ignore[misc]
    with unit(writes=False):
        drafts = {row.by: row.id for row in db.session.scalars(sa.select(AssessmentDraft))}
    assert len(drafts) == THREADS

    def submit(by: int) -> int:
        row = db.session.get(AssessmentDraft, drafts[by])
        assert row is not None
        made = judging.submit(row, Notes(LEVELS), revision=1, by=by, now=now)
        assert made is not None
        return made.id

    found = at_once(app, [lambda by=by: submit(by) for by in judges])  # type: ignore[misc]
    assert codes(found) == ["result_exists"] * (THREADS - 1)
    assert (count(ExamResult), count(Assessment), count(MailMessage)) == (1, 1, 1)
    assert count(AssessmentDraft) == THREADS - 1


def test_one_sheet_that_is_sent_by_all_is_recorded_once(
    app: Flask, make: Factory, exam: Exam
) -> None:
    make.rubric(exam)
    draft = make.sheet(exam, make.person("Ada"), make.person("Pia"))
    draft_id, by, now = draft.id, draft.by, make.now

    def submit() -> object:
        row = db.session.get(AssessmentDraft, draft_id) or AssessmentDraft(id=draft_id)
        made = judging.submit(row, Notes(LEVELS), revision=1, by=by, now=now)
        assert made is not None
        return made.id

    found = at_once(app, [submit] * THREADS)
    assert codes(found) == ["changed_meanwhile"] * (THREADS - 1)
    assert (count(ExamResult), count(Assessment), count(AssessmentDraft)) == (1, 1, 0)


def test_what_an_assessor_looks_at_is_the_newest_file_and_stays_it(
    app: Flask, make: Factory, exam: Exam
) -> None:
    make.rubric(exam)
    exam_id, ada, pia, now = exam.id, make.person("Ada").id, make.person("Pia").id, make.now
    file = actions_works.File("0" * 64, "plan.pdf", "application/pdf", 1)

    def hand_in() -> object:
        row = db.session.get_one(Exam, exam_id)
        return actions_works.hand_in(row, ada, file, now=now).number

    def begin() -> object:
        row, person = db.session.get_one(Exam, exam_id), db.session.get_one(Person, ada)
        return judging.begin(row, person, Kind.WORK, taken_on=now.date(), by=pia, now=now).work_id

    with unit(writes=True):
        hand_in()
    found = at_once(app, [begin, *[hand_in] * (THREADS - 1)])
    assert set(codes(found)) <= {"work_started"}
    with unit(writes=False):
        works = db.session.scalars(sa.select(SubmittedWork).order_by(SubmittedWork.number)).all()
    assert [one.number for one in works] == list(range(1, len(works) + 1))
    assert works[-1].id == found[0]
    assert len(works) + len(codes(found)) == THREADS


def test_two_assessors_who_finish_at_once_are_one_result(
    app: Flask, make: Factory, exam: Exam
) -> None:
    make.rubric(exam)
    make.newer_policy(exam, is_double_marked=True, moderation_gap=1)
    ada = make.person("Ada")
    drafts = {by.id: make.sheet(exam, ada, by).id for by in map(make.person, ("Pia", "Olu"))}
    now = make.now

    def submit(by: int) -> object:
        row = db.session.get(AssessmentDraft, drafts[by]) or AssessmentDraft(id=drafts[by])
        return judging.submit(row, Notes(LEVELS), revision=1, by=by, now=now) is not None

    found = at_once(app, [lambda by=by: submit(by) for by in drafts for _n in range(3)])  # type: ignore[misc]
    assert codes(found) == ["changed_meanwhile"] * 4
    assert sorted(one for one in found if isinstance(one, bool)) == [False, True]
    assert (count(ExamResult), count(Assessment), count(MailMessage)) == (1, 1, 1)
    assert (count(AssessmentSitting), count(Judgement), count(AssessmentDraft)) == (1, 2, 0)


def test_many_third_assessors_at_once_decide_once(app: Flask, make: Factory, exam: Exam) -> None:
    make.rubric(exam)
    make.newer_policy(exam, is_double_marked=True, moderation_gap=1)
    ada, people = make.person("Ada"), [make.person(f"J{n}") for n in range(THREADS)]
    drafts = {by.id: make.sheet(exam, ada, by) for by in people}
    for by, levels in zip(people[:2], ((1, 2), (3, 3)), strict=True):
        notes = Notes(dict(zip(LEVELS, levels, strict=True)))
        assert make.handed_over(drafts[by.id], notes) is None
    now = make.now

    def submit(by: int) -> object:
        row = db.session.get_one(AssessmentDraft, drafts[by].id)
        return judging.submit(row, Notes(LEVELS), revision=1, by=by, now=now) is not None

    found = at_once(app, [lambda by=by.id: submit(by) for by in people[2:]])  # type: ignore[misc]
    assert codes(found) == ["result_exists"] * (THREADS - 3)
    assert (count(ExamResult), count(AssessmentSitting), count(Judgement)) == (1, 1, 3)


def test_a_sitting_is_decided_or_ended_never_both(app: Flask, make: Factory, exam: Exam) -> None:
    make.rubric(exam)
    make.newer_policy(exam, is_double_marked=True, moderation_gap=1)
    ada, pia, olu, max_ = (make.person(name) for name in ("Ada", "Pia", "Olu", "Max"))
    assert make.handed_over(make.sheet(exam, ada, pia), Notes(LEVELS)) is None
    draft_id, by, now, ends = make.sheet(exam, ada, olu).id, olu.id, make.now, max_.id

    def submit() -> object:
        row = db.session.get_one(AssessmentDraft, draft_id)
        return judging.submit(row, Notes(LEVELS), revision=1, by=by, now=now) is not None

    def end() -> object:
        row = db.session.scalars(sa.select(AssessmentSitting)).one()
        return actions_sittings.end(row, "No", by=ends, now=now)

    decided, ended = at_once(app, [submit, end])
    if decided is True:
        assert codes([ended]) == ["changed_meanwhile"]
        assert (count(ExamResult), count(AssessmentSitting)) == (1, 1)
    else:
        # The sitting was ended first: the judgement is the first one of another sitting.
        assert (decided, ended) == (False, None)
        assert (count(ExamResult), count(AssessmentSitting)) == (0, 2)
