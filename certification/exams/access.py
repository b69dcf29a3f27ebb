"""Which exams somebody may look into. Whoever teaches a programme never sees its items, forms and
figures (the wall between teaching and testing of ISO/IEC 17024)."""

from collections.abc import Sequence
from typing import Any

from flask import abort
from flask_login import current_user

from certification.exams import queries
from certification.items.queries import banks
from courses.catalog.models import Programme
from lms import permissions


def programmes(permission: str) -> Sequence[Programme]:
    """The programmes whose exams the reader may see by this permission."""
    limits = permissions.programmes(current_user, permission)
    return banks(current_user.person_id, None if limits is None else list(limits))


def exams_seen(permission: str) -> Sequence[Any]:
    """(exam, course, title, programme) of each exam that the reader may look into."""
    return queries.exams([bank.code for bank in programmes(permission)])


def exam_seen(code: str, permission: str) -> Any:
    """One of them, else 404."""
    row = queries.exam_by_code(code, [bank.code for bank in programmes(permission)])
    return row or abort(404)
