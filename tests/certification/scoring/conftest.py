"""A passed exam that certifies, and two people who may decide about its result."""

import pytest

from certification.delivery.models import Attempt
from courses.catalog.models import CourseKind, Programme
from lms import clock
from lms.accounts.models import Person
from lms.permissions import Role
from tests.factories import Factory
from tests.factories.sittings import Sat

RIGHT, WRONG = ["b"], ["a"]


@pytest.fixture
def programme(make: Factory) -> Programme:
    return make.programme()


@pytest.fixture
def exam(make: Factory, programme: Programme) -> Sat:
    """Whoever passes shows a competency and is certified."""
    course = make.course(programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM)
    make.teaches(course, make.competency(programme))
    make.rule(make.scheme(programme), {"exam": "ADM-300", "at_least": 70})
    return make.exam_form(programme, course, items=10)


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada")


@pytest.fixture
def attempt(make: Factory, exam: Sat, ada: Person) -> Attempt:
    """Eight of ten: passed, with evidence, and certified by it."""
    found = make.submitted(exam, ada, [RIGHT] * 8 + [WRONG] * 2)
    with clock.frozen_at(make.now):
        make.scored(found)
        make.work("exams.result_recorded")
    return found


@pytest.fixture
def pia(make: Factory) -> int:
    """Who proposes."""
    return make.person("Pia", Role.CERTIFICATION_MANAGER).id


@pytest.fixture
def sue(make: Factory) -> int:
    """Who confirms."""
    return make.person("Sue", Role.CERTIFICATION_MANAGER).id
