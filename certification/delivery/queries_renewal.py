"""What asks a person for exams once more that they passed."""

from collections.abc import Sequence
from datetime import date

from certification.exams.models import Exam
from certification.exams.retakes import Renewal
from lms import slots


def renewals_of(exams: Sequence[Exam], person_id: int, today: date) -> dict[int, Renewal]:
    """By exam, what certifications, which stand above the delivery of exams, ask for: a slot
    knows."""
    found: dict[int, Renewal] = slots.ask(
        "exam.renewals", {}, course_ids=[one.course_id for one in exams], person_id=person_id,
        on=today,
    )  # fmt: skip
    return {exam.id: found[exam.course_id] for exam in exams if exam.course_id in found}
