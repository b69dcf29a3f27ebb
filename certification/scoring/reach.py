"""Which exams a person may reach, by the programmes of their grants; never those whose programme
they teach."""

from typing import Any

from flask import abort
from flask_login import current_user

from certification.exams import queries as exams
from certification.items.queries import banks
from lms import permissions


def programme_ids(permission: str) -> list[int]:
    """The programmes in which the reader may do this."""
    return [bank.id for bank in _banks(permission)]


def exam(code: str, permission: str) -> Any:
    """(exam, course, title, programme) of an exam that the reader may reach, else 404."""
    return exams.exam_by_code(code, [bank.code for bank in _banks(permission)]) or abort(404)


def _banks(permission: str) -> Any:
    limits = permissions.programmes(current_user, permission)
    return banks(current_user.person_id, None if limits is None else list(limits))


def picture(sha256: str) -> str:
    """Where a picture of an item is shown to those who may see its bank."""
    return f"/manage/items/pictures/{sha256}.png"
