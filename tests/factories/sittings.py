"""Exams that many people sat: forms, attempts, answers and their deciding scores, in bulk."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from certification.delivery.models import Attempt, AttemptResponse, AttemptState
from certification.exams.models import Exam, ExamPolicy
from certification.items.models import ItemVersion
from certification.items.reading import draft_from
from certification.items.scoring import score
from certification.papers.models import Blueprint, ExamForm, FormItem, PaperState
from certification.scoring.models import RunState, ScoreLine, ScoreRun
from courses.catalog.models import Course, Programme
from lms.accounts.models import Person
from lms.db import db, unit
from tests.certification.items.contents import KINDS
from tests.factories.accounts import AccountsFactory
from tests.factories.certification import CertificationFactory
from tests.factories.items import ItemsFactory

CUT = Fraction(6, 10)
ONE_RIGHT = {**KINDS["choice"], "key": ["b"], "most": 1}
"""A choice of which `b` alone is right."""


@dataclass(frozen=True, slots=True)
class Sat:
    """An exam with its form and what was asked in it."""

    exam: Exam
    form: ExamForm
    versions: Sequence[ItemVersion]


class SittingsFactory(ItemsFactory, CertificationFactory, AccountsFactory):
    """Makes exams and who sat them."""

    now: datetime

    def exam_form(
        self, programme: Programme, course: Course, *, items: int = 6, pilots: int = 0
    ) -> Sat:
        """A published form of choice items `I01`, `I02`, …; the last ones are pilot items."""
        exam = self.exam(course)
        self.save(
            ExamPolicy(
                exam_id=exam.id, number=1, effective_from=self.now.date() - timedelta(days=400),
                minutes=60, languages=["en"], rules={"en": "Work alone."}, browser_keys=[],
                retakes={"waits": []}, created_at=self.now, created_by=None,
            )
        )  # fmt: skip
        versions = self.ready_items(
            programme, {f"I{n:02}": ONE_RIGHT for n in range(1, items + pilots + 1)}
        )
        return Sat(exam, self.form(exam, versions, pilots=pilots), versions)

    def form(
        self,
        exam: Exam,
        versions: Sequence[ItemVersion],
        *,
        code: str = "A",
        pilots: int = 0,
        full: Fraction | None = None,
    ) -> ExamForm:
        """A published form of these items, of a point each unless `full` says how many in all."""
        with unit(writes=True):
            blueprint = db.session.scalar(sa.select(Blueprint).where(Blueprint.exam_id == exam.id))
            if blueprint is None:
                blueprint = Blueprint(
                    exam_id=exam.id, number=1, state=PaperState.PUBLISHED,
                    scored_items=len(versions) - pilots, pilot_items=pilots, created_at=self.now,
                    created_by=None,
                )  # fmt: skip
                db.session.add(blueprint)
                db.session.flush()
            form = ExamForm(
                exam_id=exam.id, blueprint_id=blueprint.id, code=code, state=PaperState.DRAFT,
                seed="1", full_points=full or Fraction(len(versions) - pilots), created_at=self.now,
                created_by=None,
            )  # fmt: skip
            db.session.add(form)
            db.session.flush()
            for place, version in enumerate(versions, 1):
                is_pilot = place > len(versions) - pilots
                db.session.add(
                    FormItem(
                        form_id=form.id, position=place, version_id=version.id, is_pilot=is_pilot
                    )
                )
            db.session.flush()
            form.state = PaperState.PUBLISHED
        return form

    def ready_items(
        self, programme: Programme, contents: Mapping[str, Mapping[str, Any]]
    ) -> list[ItemVersion]:
        """Active items by their codes, that the same two people wrote and approved."""
        with unit(writes=False):
            names = sa.select(Person).where(Person.name.in_(("Author", "Approver")))
            people = {person.name: person for person in db.session.scalars(names)}
        author = people.get("Author") or self.person("Author")
        approver = people.get("Approver") or self.person("Approver")
        return self.active_items(programme, contents, author, approver)

    def ready_item(
        self, programme: Programme, code: str, kind: str = "choice", **changes: Any
    ) -> ItemVersion:
        """An active item of a kind."""
        return self.ready_items(programme, {code: {**KINDS[kind], **changes}})[0]

    def programme_of(self, exam: Exam) -> Programme:
        """The programme to which an exam belongs."""
        with unit(writes=False):
            return db.session.scalars(
                sa.select(Programme)
                .join(Course, Course.programme_id == Programme.id)
                .where(Course.id == exam.course_id)
            ).one()

    def agrees_to_statistics(self, *people: Person) -> None:
        """These people let their answers be compared by group."""
        with unit(writes=True):
            db.session.execute(
                sa.update(Person)
                .where(Person.id.in_([person.id for person in people]))
                .values(consents_to_statistics_at=self.now)
            )

    def sat(
        self,
        sat: Sat,
        people: Sequence[Person],
        answers: Sequence[Sequence[Any]],
        treatments: Mapping[int, str] | None = None,
        **values: Any,
    ) -> None:
        """Each person's submitted attempt with these answers (author's ids) in the form's order;
        `treatments` by place are those of decisions on items."""
        contents = [draft_from(version.content) for version in sat.versions]
        with unit(writes=True):
            policy = db.session.scalars(
                sa.select(ExamPolicy.id).where(ExamPolicy.exam_id == sat.exam.id)
            ).one()
            pilots = set(
                db.session.scalars(
                    sa.select(FormItem.position).where(
                        FormItem.form_id == sat.form.id, FormItem.is_pilot
                    )
                )
            )
            for person, given in zip(people, answers, strict=True):
                attempt = Attempt(
                    **{
                        "code": f"T{self.next():05}", "exam_id": sat.exam.id,
                        "person_id": person.id, "policy_id": policy, "form_id": sat.form.id,
                        "ordinal": 1, "language": "en", "seed": "s", "state": AttemptState.OPEN,
                        "started_at": self.now, **values,
                    }
                )  # fmt: skip
                db.session.add(attempt)
                db.session.flush()
                self._answered(attempt, given)
                attempt.state, attempt.ended_at = AttemptState.SUBMITTED, self.now
                self._scored(attempt, sat, contents, given, pilots, treatments or {})

    def _answered(self, attempt: Attempt, given: Sequence[Any]) -> None:
        for place, answer in enumerate(given, 1):
            if answer is not None:
                db.session.add(
                    AttemptResponse(
                        attempt_id=attempt.id, position=place, client_seq=1, response=answer,
                        seconds=20 + place, saved_at=self.now,
                    )
                )  # fmt: skip
        db.session.flush()

    def _scored(
        self,
        attempt: Attempt,
        sat: Sat,
        contents: Sequence[Any],
        given: Sequence[Any],
        pilots: set[int],
        treatments: Mapping[int, str],
    ) -> None:
        scores = [score(c, answer) for c, answer in zip(contents, given, strict=True)]
        counted = [one for place, one in enumerate(scores, 1) if place not in pilots]
        raw, full = sum((s.raw for s in counted), Fraction(0)), sat.form.full_points
        run = ScoreRun(
            attempt_id=attempt.id, number=1, kind="initial", state=RunState.DECIDING, raw=raw,
            full=full, cut=full * CUT, scaled=round(100 * raw / full), scale={},
            passed=raw >= full * CUT, at=self.now, by=None,
        )  # fmt: skip
        db.session.add(run)
        db.session.flush()
        for place, (version, one) in enumerate(zip(sat.versions, scores, strict=True), 1):
            db.session.add(
                ScoreLine(
                    run_id=run.id, position=place, version_id=version.id, raw=one.raw,
                    points=one.points, is_answered=one.answered, is_pilot=place in pilots,
                    treatment=treatments.get(place, "none"),
                )
            )  # fmt: skip


def answers_of(people: int, items: int, *, seed: int = 7) -> list[list[Any]]:
    """Answers of people who differ in ability to items that differ in difficulty; `b` is right."""
    chance, rows = random.Random(seed), []
    for _ in range(people):
        ability = chance.gauss(0.6, 0.18)
        row: list[Any] = []
        for item in range(items):
            is_right = chance.random() < min(max(ability + 0.3 - 0.6 * item / items, 0.05), 0.97)
            row.append(["b"] if is_right else [chance.choice("aac")])
        rows.append(row)
    return rows
