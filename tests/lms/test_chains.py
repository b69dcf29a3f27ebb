"""Which fact stands, asked of a class and of several aliases in one statement."""

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import aliased

from courses.scheduling.models import Attendance, Result
from lms.chains import stands


def test_each_question_looks_for_its_own_later_fact() -> None:
    other = aliased(Result, name="other")
    asked = sa.select(Result.id, other.id, Attendance.id).where(
        stands(Result), stands(other), stands(Attendance)
    )
    text = " ".join(str(asked.compile(dialect=sqlite.dialect())).split())
    assert "NOT (EXISTS (SELECT * FROM result AS result_1 WHERE result_1.replaces_id" in text
    assert "FROM result AS result_2 WHERE result_2.replaces_id = other.id" in text
    assert "FROM attendance AS attendance_1 WHERE attendance_1.replaces_id = attendance.id" in text
