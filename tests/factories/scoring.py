"""Submitted attempts that wait for their scores, as delivery leaves them, and what scores them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certification.delivery.models import Attempt, AttemptEvent, AttemptResponse, AttemptState
from certification.exams import queries as exams
from certification.exams.models import Exam, ExamPolicy, ExamResult
from certification.papers.models import CutScore
from certification.scoring import queries
from certification.scoring.models import ScoreRun
from courses.catalog.models import Course
from lms import jobs
from lms.accounts.models import Person
from lms.db import db, unit
from tests.factories.sittings import ONE_RIGHT, Sat, SittingsFactory


class ScoringFactory(SittingsFactory):
    """Makes attempts of which every answer is an event, and runs their jobs."""

    def exam_form_of(self, course: Course, codes: Sequence[str]) -> Sat:
        """An exam of the course with a published form of choice items of these codes."""
        exam = self.exam(course)
        self.newer_policy(exam)
        programme = self.programme_of(exam)
        versions = self.ready_items(programme, dict.fromkeys(codes, ONE_RIGHT))
        return Sat(exam, self.form(exam, versions), versions)

    def newer_policy(self, exam: Exam, **values: Any) -> ExamPolicy:
        """Another version of the exam's policy."""
        with unit(writes=False):
            number = db.session.scalars(
                sa.select(sa.func.count()).where(ExamPolicy.exam_id == exam.id)
            ).one()
        fields = {
            "minutes": 60, "languages": ["en"], "rules": {"en": "Work alone."},
            "browser_keys": [], "retakes": {"waits": []}, "created_by": None,
        }  # fmt: skip
        return self.save(
            ExamPolicy(
                exam_id=exam.id, number=number + 1, effective_from=self.now.date(),
                created_at=self.now, **{**fields, **values},
            )
        )  # fmt: skip

    def decided_cut(self, sat: Sat, cut: Any, *, is_for_form: bool = True) -> CutScore:
        """A decision on a cut score: raw points of the form, or per cent of the exam."""
        return self.save(
            CutScore(
                exam_id=sat.exam.id, form_id=sat.form.id if is_for_form else None, cut=cut,
                method="angoff", reason="The panel's third round", decided_on=self.now.date(),
                at=self.now, by=None,
            )
        )  # fmt: skip

    def submitted(
        self,
        sat: Sat,
        person: Person,
        answers: Sequence[Any] | Mapping[int, Any],
        *,
        policy: ExamPolicy | None = None,
        ended_at: datetime | None = None,
        **values: Any,
    ) -> Attempt:
        """An attempt with these answers in the form's order (or by position), each an event."""
        given = answers if isinstance(answers, Mapping) else dict(enumerate(answers, 1))
        log = list(given.items())
        return self.submitted_by_log(sat, person, log, policy=policy, ended_at=ended_at, **values)

    def submitted_by_log(
        self,
        sat: Sat,
        person: Person,
        log: Sequence[tuple[int, Any]],
        *,
        policy: ExamPolicy | None = None,
        ended_at: datetime | None = None,
        **values: Any,
    ) -> Attempt:
        """An attempt in which these places were answered in this order, some more than once."""
        ended_at = ended_at or self.now
        with unit(writes=True):
            policy_id = policy.id if policy else self._policy_of(sat.exam)
            attempt = Attempt(
                **{
                    "code": f"T{self.next():05}", "exam_id": sat.exam.id, "person_id": person.id,
                    "policy_id": policy_id, "form_id": sat.form.id, "ordinal": 1,
                    "language": "en", "seed": "s", "state": AttemptState.OPEN,
                    "started_at": self.now, **values,
                }
            )  # fmt: skip
            db.session.add(attempt)
            db.session.flush()
            for number, (place, answer) in enumerate(log, 1):
                self._event(attempt, number, place, answer)
            for place, answer in dict(log).items():
                self._response(attempt, place, answer)
            db.session.flush()
            attempt.state, attempt.ended_at, attempt.events = (
                AttemptState.SUBMITTED, ended_at, len(log),
            )  # fmt: skip
        return attempt

    def _policy_of(self, exam: Exam) -> int:
        wanted = sa.select(sa.func.max(ExamPolicy.id)).where(ExamPolicy.exam_id == exam.id)
        return db.session.scalars(wanted).one()

    def _event(self, attempt: Attempt, number: int, place: int, answer: Any) -> None:
        data = {"position": place, "response": answer, "client_seq": number, "seconds": 20}
        db.session.add(
            AttemptEvent(
                attempt_id=attempt.id, number=number, kind="answered", data=data,
                client_at=None, at=self.now, by=attempt.person_id,
            )
        )  # fmt: skip

    def _response(self, attempt: Attempt, place: int, answer: Any) -> None:
        db.session.add(
            AttemptResponse(
                attempt_id=attempt.id, position=place, client_seq=1, response=answer, seconds=20,
                saved_at=self.now,
            )
        )  # fmt: skip

    def scored(self, *attempts: Attempt) -> list[ScoreRun]:
        """What a worker makes of submitted attempts: the runs that decide."""
        for attempt in attempts:
            jobs.handler_of("scoring.attempt_submitted")({"attempt_id": attempt.id})
        return [run for attempt in attempts if (run := self.deciding_run(attempt)) is not None]

    def deciding_run(self, attempt: Attempt) -> ScoreRun | None:
        """The run that decides now."""
        with unit(writes=False):
            db.session.expunge_all()
            return queries.deciding(attempt.id)

    def result_of(self, attempt: Attempt) -> ExamResult:
        """The result that stands now."""
        with unit(writes=False):
            db.session.expunge_all()
            found = exams.of_attempt(attempt.id)
        assert found is not None
        return found

    def awaited(self, kind: str) -> list[jobs.Args]:
        """What was enqueued of a kind, in its order."""
        rows = jobs.client().list_workflows(workflow_id_prefix=f"{kind}:")
        return [row.input["args"][1] for row in rows if row.input is not None]

    def work(self, *kinds: str) -> None:
        """Do the jobs of these kinds, each twice, as a restarted worker may."""
        for kind in kinds:
            for args in self.awaited(kind):
                for _ in range(2):
                    jobs.handler_of(kind)(args)
