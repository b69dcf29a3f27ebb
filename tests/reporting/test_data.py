"""The shipped data says what the framework document says, and what it makes up is marked."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from certification.datafiles import CertificationFile, CompetenciesFile
from courses.catalog.datafiles import CatalogFile, CourseFile
from lms.accounts.datafiles import PeopleFile, PlansFile
from lms.datafile import read
from reporting.loader.checks import read_folder
from support.datafiles import ServicesFile, SupportFile

DATA = Path(__file__).resolve().parents[2] / "data" / "truststram-v4.4"
CATALOG = read(DATA / "catalog.yaml", CatalogFile).value
PLANS = read(DATA / "plans.yaml", PlansFile).value.plans
SUPPORT = read(DATA / "support.yaml", SupportFile).value
SERVICES = read(DATA / "services.yaml", ServicesFile).value
FRAMEWORKS = read(DATA / "competencies.yaml", CompetenciesFile).value.frameworks
CERTIFICATION = read(DATA / "certification.yaml", CertificationFile).value
PEOPLE = read(DATA / "people.yaml", PeopleFile).value
COURSES = {course.code: course for part in CATALOG.programmes for course in part.courses}
FORMATS = {entry.code: entry for entry in CATALOG.formats}

FRAMEWORK_COURSES = [
    ("ADM-101", "Foundation Training", 16, "16-hour comprehensive overview"),
    ("ADM-201", "Advanced Administration", 24, "24-hour deep technical training"),
    ("ADM-210", "Security Administration", 8, "8-hour security-focused training"),
    ("ADM-220", "Performance Optimization", 8, "8-hour performance tuning"),
    ("ADM-300", "Certification Exam", None, "Comprehensive skills validation"),
    ("USR-101", "Basic User Training", 4, "4-hour essential skills training"),
    ("USR-201", "Power User Training", 8, "8-hour advanced features training"),
    ("USR-210", "Role-Specific Training", None, "Customized departmental training"),
    ("USR-220", "Best Practices Workshop", 4, "4-hour optimization techniques"),
    ("USR-230", "Refresher Training", None, "Quarterly update sessions"),
    ("DEV-101", "API Integration Training", 12, "12-hour comprehensive API training"),
    ("DEV-201", "Custom Development", 16, "16-hour extension development"),
    ("DEV-210", "Security Development", 8, "8-hour secure coding practices"),
    ("DEV-220", "Performance Optimization", 8, "8-hour development optimization"),
    ("DEV-301", "Advanced Architecture", 12, "12-hour enterprise architecture"),
]


def test_the_folder_is_sound_as_a_whole() -> None:
    folder = read_folder(DATA)
    assert folder.catalog.value == CATALOG
    assert folder.services.value == SERVICES


def test_the_courses_are_those_of_section_3_1_in_its_order_and_words() -> None:
    shipped = [(c.code, c.title, c.hours, c.summary) for c in COURSES.values()]
    assert shipped == FRAMEWORK_COURSES
    assert [part.title for part in CATALOG.programmes] == [
        "Administrator Certification Program",
        "End-User Training Programs",
        "Developer Training Programs",
    ]
    assert [code for code, course in COURSES.items() if course.kind == "exam"] == ["ADM-300"]


def test_the_delivery_modes_and_formats_are_the_fifteen_of_section_3_2() -> None:
    assert Counter(entry.mode for entry in CATALOG.formats) == {
        "on-site": 5,
        "virtual": 5,
        "hybrid": 5,
    }
    offered = {code for course in COURSES.values() for code in course.formats}
    assert offered == set(FORMATS), "every format is one that some course is offered in"


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_each_course_has_a_full_syllabus_marked_as_sample(course: CourseFile) -> None:
    assert course.sample
    assert 4 <= len(course.modules) <= 8
    assert all(3 <= len(module.topics) <= 6 for module in course.modules)
    assert 4 <= len(course.outcomes) <= 6
    assert course.description
    assert course.audience


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_the_modules_fill_the_hours_to_the_minute(course: CourseFile) -> None:
    total = sum(module.minutes for module in course.modules)
    assert total == course.minutes or (course.hours is None and course.length_note)


def test_the_languages_are_those_of_the_support_centres() -> None:
    offered = {language for course in COURSES.values() for language in course.languages}
    assert offered == {"en", "es", "de", "fr", "nl", "zh", "ja"}
    spoken = {language for region in SUPPORT.regions for language in region.languages}
    assert spoken == {"English", "Spanish", "German", "French", "Dutch", "Mandarin", "Japanese"}


def test_the_plans_are_the_three_of_section_1_1_and_platinum_comes_first() -> None:
    facts = [(p.code, p.rank, p.response_minutes, p.resolution_percent) for p in PLANS]
    assert facts == [
        ("platinum", 1, 15, "99.9"),
        ("gold", 2, 30, "99.5"),
        ("silver", 3, 60, "99"),
    ]
    assert {tuple(feature.key for feature in plan.features) for plan in PLANS} == {
        (
            "coverage",
            "success_manager",
            "technical_contact",
            "escalation",
            "response",
            "resolution",
        )
    }


def test_what_a_plan_covers_is_marked_as_sample_and_a_better_plan_covers_more() -> None:
    assert all(plan.covers.sample for plan in PLANS)
    for better, lesser in pairwise(PLANS):
        assert set(better.covers.programmes) > set(lesser.covers.programmes)


def test_the_channels_and_priorities_are_those_of_section_2() -> None:
    assert [len(group.entries) for group in SUPPORT.channels] == [5, 5, 5]
    entries = [entry for group in SUPPORT.channels for entry in group.entries]
    assert {e.title for e in entries if e.plans == ["platinum"]} == {
        "Emergency Hotline",
        "On-Site Support",
    }
    times = [(p.code, p.response_minutes, p.resolution_minutes) for p in SUPPORT.priorities]
    assert times == [
        ("P1", 15, 4 * 60),
        ("P2", 30, 8 * 60),
        ("P3", 2 * 60, 24 * 60),
        ("P4", 4 * 60, 72 * 60),
    ]
    assert len(SUPPORT.escalations) == 5


def test_regions_partners_teams_contacts_and_promises_are_complete() -> None:
    assert [region.location for region in SUPPORT.regions] == [
        "Austin, Texas, USA",
        "Amsterdam, Netherlands",
        "Singapore",
    ]
    assert len(SUPPORT.follow_the_sun.features) == 5
    assert (len(SUPPORT.partners.types), len(SUPPORT.partners.framework)) == (5, 5)
    assert [(team.lead.name, len(team.members)) for team in SUPPORT.teams] == [
        ("Sarah Johnson", 3),
        ("Michael Chen", 3),
        ("Emily Rodriguez", 3),
    ]
    assert [len(group.entries) for group in SUPPORT.contacts] == [3, 3, 3, 3, 4]
    assert [group.code for group in SUPPORT.contacts if group.chain] == ["executive"]
    assert (len(SUPPORT.commitments), len(SUPPORT.targets)) == (6, 6)


def test_opening_hours_that_the_document_does_not_give_are_marked() -> None:
    assert [region.sample for region in SUPPORT.regions] == [False, True, True]
    assert SUPPORT.follow_the_sun.sample


def test_somebody_is_on_duty_round_the_clock() -> None:
    starts = [duty.from_utc for duty in SUPPORT.follow_the_sun.duty]
    assert starts[0] == "00:00"
    assert starts == sorted(starts)
    assert {d.region for d in SUPPORT.follow_the_sun.duty} == {r.code for r in SUPPORT.regions}


def test_the_services_are_those_of_sections_4_to_8() -> None:
    sizes = {
        part.number: [len(group.entries) for group in part.groups]
        for area in SERVICES.areas
        for part in area.sections
    }
    assert sizes == {
        "4.1": [5, 5, 5],
        "4.2": [5, 5, 5],
        "5.1": [5, 6],
        "5.2": [5, 5],
        "6.1": [5, 5],
        "6.2": [5, 5],
        "7.1": [5, 5],
        "7.2": [5, 5],
        "8.1": [5, 5],
        "8.2": [5, 5],
    }


def test_each_programme_has_a_framework_of_six_to_ten_competencies_marked_as_sample() -> None:
    assert [frame.programme for frame in FRAMEWORKS] == [p.code for p in CATALOG.programmes]
    for frame in FRAMEWORKS:
        assert frame.sample
        assert [level.title for level in frame.levels] == ["Aware", "Guided", "Able", "Expert"]
        assert 6 <= len(frame.competencies) <= 10


def test_each_course_with_hours_is_evidence_for_a_competency() -> None:
    shown = {code for f in FRAMEWORKS for entry in f.competencies for code in entry.evidence}
    assert {code for code, course in COURSES.items() if course.hours} <= shown


def test_each_programme_leads_to_a_certification_marked_as_sample() -> None:
    schemes = {scheme.code: scheme for scheme in CERTIFICATION.schemes}
    assert {code: scheme.term_months for code, scheme in schemes.items()} == {
        "CA": 24,
        "CPU": 12,
        "CD": 24,
    }
    assert all(scheme.sample for scheme in schemes.values())
    needs = {code: [need.names() for need in item.requirements] for code, item in schemes.items()}
    assert needs["CA"][-1] == ("exam", "ADM-300")
    assert needs["CPU"] == [("course", code) for code in ("USR-101", "USR-201", "USR-220")]
    assert needs["CD"][:-1] == [("course", code) for code in COURSES if code.startswith("DEV")]
    assert needs["CD"][-1] == ("competency", "DEV.REVIEW")


def test_the_exam_is_passed_where_the_scheme_asks_for_it() -> None:
    (exam,) = CERTIFICATION.exams
    assert (exam.full_marks, exam.cut_score, exam.sample) == (100, 70, True)
    asked = [n.at_least for s in CERTIFICATION.schemes for n in s.requirements if n.exam]
    assert asked == [exam.cut_score]


def test_there_is_somebody_to_sign_in_as_for_each_role() -> None:
    addresses = [person.email for person in PEOPLE.people]
    assert len(addresses) == len(set(addresses)) >= 39
    first = [address.removesuffix("@demo.example") for address in addresses[:11]]
    assert first == [
        "learner",
        "trainer",
        "partner",
        "manager",
        "author",
        "proctor",
        "certifier",
        "reviewer",
        "support",
        "admin",
        "auditor",
    ]
    assert {role.value for person in PEOPLE.people[1:11] for role in person.roles} == {
        "trainer",
        "partner",
        "organisation_manager",
        "author",
        "assessor",
        "certification_manager",
        "support_agent",
        "administrator",
        "auditor",
    }


def test_the_demonstration_names_only_what_there_is() -> None:
    organisations = {organisation.code for organisation in PEOPLE.organisations}
    assert {o.plan for o in PEOPLE.organisations} == {plan.code for plan in PLANS}
    assert {o.region for o in PEOPLE.organisations} == {r.code for r in SUPPORT.regions}
    assert [o.code for o in PEOPLE.organisations if o.partner] == ["brightside"]
    for person in PEOPLE.people:
        assert {person.organisation, person.limit} <= organisations | {None}
    names = {person.email.partition("@")[0] for person in PEOPLE.people}
    for item in PEOPLE.classes:
        assert item.format in COURSES[item.course].formats
        assert set(item.learners) <= names
        assert len(item.learners) == len(set(item.learners))
    assert {name for exam in PEOPLE.exams for name in exam.scores} <= names
    schemes = {scheme.code for scheme in CERTIFICATION.schemes}
    turns = [*PEOPLE.revocations, *PEOPLE.suspensions, *PEOPLE.corrected_names]
    assert {turn.scheme for turn in turns} <= schemes
    known = {entry.code for frame in FRAMEWORKS for entry in frame.competencies}
    assert {seen.competency for seen in PEOPLE.observations} <= known


def test_demonstration_seats_are_where_the_delivery_mode_has_them() -> None:
    modes = {mode.code: mode for mode in CATALOG.modes}
    for item in PEOPLE.classes:
        mode = modes[FORMATS[item.format].mode]
        assert (item.seats[0] > 0, item.seats[1] > 0) == (mode.room, mode.virtual)


def test_the_demonstration_has_a_full_class_a_nearly_full_one_and_one_to_mark() -> None:
    ahead = [item for item in PEOPLE.classes if item.day > 0]
    free = [sum(item.seats) - len(item.learners) for item in ahead]
    assert min(free) < 0, "somebody waits"
    assert 1 in free, "one place is left"
    assert [item for item in PEOPLE.classes if item.day < 0 and item.outcome == "open"]
