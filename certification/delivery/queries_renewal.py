"""What asks a person for exams once more that they passed."""

from collections.abc import Sequence
from datetime import date

from certification.exams.models import Exam
from certification.exams.retakes import Renewal
from lms import slots
from lms.clock import midnight
from lms.site import issuer_zone


def renewals_of(exams: Sequence[Exam], person_id: int, today: date) -> dict[int, Renewal]:
    """By exam, the next cycle of certifications, which stand above the delivery of exams: a slot
    knows."""
    found: dict[int, tuple[str, date]] = slots.ask(
        "exam.renewals", {}, course_ids=[one.course_id for one in exams], person_id=person_id,
        on=today,
    )  # fmt: skip
    zone = issuer_zone()
    return {
        exam.id: Renewal(found[exam.course_id][0], midnight(found[exam.course_id][1], zone))
        for exam in exams
        if exam.course_id in found
    }
