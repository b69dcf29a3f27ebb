"""What asks a person for an exam once more that they passed."""

from datetime import date

from certification.exams.models import Exam
from certification.exams.retakes import Renewal
from lms import slots
from lms.clock import midnight
from lms.site import issuer_zone


def renewal_of(exam: Exam, person_id: int, today: date) -> Renewal | None:
    """The next cycle of certifications, which stand above the delivery of exams: a slot knows."""
    found: tuple[str, date] | None = slots.ask(
        "exam.renewal", None, course_id=exam.course_id, person_id=person_id, on=today
    )
    return Renewal(found[0], midnight(found[1], issuer_zone())) if found else None
