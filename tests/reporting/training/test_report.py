"""The report against a small world that was made by hand."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.awards.models import Award, Revocation
from courses.catalog.models import CourseVersion
from courses.scheduling.actions import changes, roster
from courses.scheduling.actions.roster import Typed
from courses.scheduling.models import (
    ClassSession,
    Completion,
    CompletionSource,
    Outcome,
    Presence,
    Seat,
    SeatKind,
    SelfPacedEnrolment,
)
from courses.scheduling.queries import standing
from courses.scheduling.queries.roster import roster as lines_of
from courses.scheduling.rules.changes import Cancel, digest, plan
from courses.scheduling.rules.marks import Grade, Marks
from lms import clock
from lms.accounts.models import Membership, Organisation, Person, RoleGrant
from lms.db import db, unit
from lms.permissions import Role
from tests.conftest import NOW
from tests.factories import Factory
from tests.page import Page
from tests.queries import counted

REPORT = "/manage/reports"
PEOPLE = f"{REPORT}/people"
NOVEMBER = "since=2026-11-01&until=2026-11-30"

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("stands")]


def rows(page: Page, number: int = 0) -> dict[str, list[str]]:
    """The cells of a table by the name of their row."""
    tables = page.soup.select("main table.table")
    assert len(tables) > number
    found = {}
    for row in tables[number].select("tbody tr"):
        head = row.select_one("th")
        assert head is not None
        for hidden in row.select(".vh"):
            hidden.decompose()
        name = next(iter(head.stripped_strings))
        found[name] = [" ".join(cell.get_text().split()) for cell in row.select("td")]
    return found


@dataclass
class World:
    """Two organisations, two courses, and what happened in November."""

    make: Factory
    acme: Organisation
    brix: Organisation
    trainer: Person
    people: list[Person]
    first: ClassSession
    workshop: ClassSession

    def mark(self, session: ClassSession, who: Person, marks: Marks) -> None:
        """The trainer's marks of one row, on top of what stands."""
        line = next(one for one in lines_of(session.id) if one.person_id == who.id)
        typed = {who.id: Typed(marks, line.attendance_id, line.result_id)}
        with unit(writes=True):
            roster.save_roster(session, typed, by=self.trainer.id, now=NOW)


def ended(make: Factory, course: object, trainer: Person, end: datetime, **kw: int) -> ClassSession:
    """A class session of eight hours that ended at an instant."""
    return make.class_session(course, trainer, starts_at=end - timedelta(hours=8), **kw)  # type: ignore[arg-type]


def seat(
    make: Factory,
    session: ClassSession,
    person: Person,
    organisation: Organisation | None,
    **kw: object,
) -> Seat:
    """A seat as it was taken before the class session began."""
    number = make.next()
    return make.save(
        Seat(
            class_session_id=session.id,
            person_id=person.id,
            organisation_id=organisation.id if organisation else None,
            kind=SeatKind.ROOM,
            tier_rank=1,
            number=number,
            taken_at=session.starts_at - timedelta(days=5),
            **kw,
        )
    )


@pytest.fixture
def world(app: Flask, make: Factory) -> World:
    """Ada and Bob (and Dora, absent) for Acme, Cleo and Ada's second seat for Brix."""
    acme, brix = make.organisation("acme"), make.organisation("brix")
    trainer = make.person("Tara Trainer")
    people = [make.person(name) for name in ("Ada A", "Bob B", "Cleo C", "Dora D", "Emil E")]
    ada, bob, cleo, dora, emil = people
    for person, organisation in ((ada, acme), (ada, brix), (bob, acme), (cleo, brix)):
        make.member(person, organisation)
    programme = make.programme()
    course = make.course(programme, "ADM-101", minutes=960)
    agreed = make.course(programme, "ADM-900", title="Workshop", minutes=None)
    first = ended(make, course, trainer, datetime(2026, 11, 12, 16, tzinfo=UTC), room=10)
    workshop = ended(make, agreed, trainer, datetime(2026, 11, 18, 16, tzinfo=UTC), room=4)
    for person, organisation in (
        (ada, acme),
        (bob, acme),
        (cleo, brix),
        (dora, acme),
        (emil, None),
    ):
        seat(make, first, person, organisation)
    seat(make, workshop, ada, brix)
    world = World(make, acme, brix, trainer, people, first, workshop)
    passed, failed = Grade(Outcome.PASSED, 80), Grade(Outcome.FAILED, 30)
    world.mark(first, ada, Marks(Presence.ABSENT, failed))
    world.mark(first, ada, Marks(Presence.PRESENT, passed))
    world.mark(first, bob, Marks(Presence.PRESENT, passed))
    world.mark(first, bob, Marks(Presence.PARTIAL, failed))
    world.mark(first, cleo, Marks(Presence.PRESENT, passed))
    world.mark(first, dora, Marks(Presence.ABSENT))
    world.mark(workshop, ada, Marks(Presence.PRESENT, passed))
    return world


@pytest.fixture
def admin(app: Flask, make: Factory) -> FlaskClient:
    """An administrator in Berlin."""
    return make.sign_in(app.test_client(), make.person("Alma Admin", Role.ADMINISTRATOR))


def test_each_seat_counts_once_by_what_stands(world: World, admin: FlaskClient) -> None:
    found = rows(Page(admin.get(f"{REPORT}?{NOVEMBER}")))
    # class sessions, filled, seats, attended, no-shows, cancelled, passed, failed, rate,
    # completed, hours: Bob's pass was corrected, so that his completion is withdrawn
    assert found["Foundation Training"] == [
        *("1", "50 %", "5", "3", "1", "0", "2", "1", "67 %", "2", "32 h"),
    ]
    assert found["Workshop"] == ["1", "25 %", "1", "1", "0", "0", "1", "0", "100 %", "1", "8 h"]
    assert found["Total"] == ["2", "43 %", "6", "4", "1", "0", "3", "1", "75 %", "3", "40 h"]


def test_what_was_recorded_by_mistake_is_not_recorded(world: World, admin: FlaskClient) -> None:
    ada, attended = world.people[0], f"{REPORT}/people/attended?{NOVEMBER}"
    assert "Workshop" in Page(admin.get(attended)).text
    line = next(one for one in lines_of(world.workshop.id) if one.person_id == ada.id)
    taken_back = Typed(Marks(), line.attendance_id, line.result_id, "Marked in the wrong list")
    with unit(writes=True):
        roster.save_roster(world.workshop, {ada.id: taken_back}, by=world.trainer.id, now=NOW)
    found = rows(Page(admin.get(f"{REPORT}?{NOVEMBER}")))["Workshop"]
    assert found == ["1", "25 %", "1", "0", "0", "0", "0", "0", "–", "0", "0 h"]
    assert "Workshop" not in Page(admin.get(attended)).text


def test_by_organisation_a_seat_is_of_whoever_it_was_taken_for(
    world: World, admin: FlaskClient
) -> None:
    found = rows(Page(admin.get(f"{REPORT}?by=organisation&{NOVEMBER}")))
    assert found["Acme"] == ["1", "3", "2", "1", "0", "1", "1", "50 %", "1", "16 h"]
    assert found["Brix"] == ["2", "2", "2", "0", "0", "2", "0", "100 %", "2", "24 h"]
    assert found["No organisation"][:3] == ["1", "1", "0"]
    assert found["Total"] == ["2", "6", "4", "1", "0", "3", "1", "75 %", "3", "40 h"]
    assert list(found) == ["Acme", "Brix", "No organisation", "Total"]


def test_what_was_given_up_counts_once_for_a_person(world: World, admin: FlaskClient) -> None:
    make, (_ada, bob, cleo, dora, emil) = world.make, world.people
    now = world.first.starts_at
    for person, ends in ((emil, ["switched"]), (cleo, ["cancelled"])):
        for end in ends:  # Emil switched and Cleo came back: both have a seat
            seat(make, world.first, person, world.acme, ended_at=now, end=end)
    for end in ("cancelled", "switched", "capacity_lowered"):
        seat(make, world.workshop, bob, world.acme, ended_at=now, end=end)
    seat(make, world.workshop, dora, world.acme, ended_at=now, end="cancelled")
    page = Page(admin.get(f"{REPORT}?{NOVEMBER}"))
    found = rows(page)
    assert [found[name][5] for name in ("Foundation Training", "Workshop")] == ["0", "2"]
    listed = Page(admin.get(f"{PEOPLE}/cancelled?{NOVEMBER}")).rows()
    assert {(row[0], row[-2]) for row in listed} == {
        ("Bob B", "Seats were fewer"),
        ("Dora D", "Given back"),
    }


def test_a_cancelled_class_session_was_not_held_and_its_seats_are_cancelled(
    world: World, admin: FlaskClient, make: Factory
) -> None:
    ahead = NOW + timedelta(days=2)
    session = make.class_session(
        make.course(make.programme("DEV"), "DEV-1", title="Code"), world.trainer, starts_at=ahead
    )
    make.enrolled(session, world.people[1])
    with unit(writes=True):
        change, before = Cancel("ill"), standing.snapshot(session, now=NOW)
        shown = digest(before, change, plan(before, change))
        changes.run(session, change, shown, by=world.trainer.id, now=NOW)
    assert "Code" not in rows(Page(admin.get(f"{REPORT}?{NOVEMBER}")))
    with clock.frozen_at(NOW + timedelta(days=5)):
        client = make.sign_in(
            admin.application.test_client(), make.person("Otto", Role.ADMINISTRATOR)
        )
        found = rows(Page(client.get(f"{REPORT}?{NOVEMBER}")))["Code"]
    assert [found[0], found[2], found[5]] == ["0", "0", "1"]


@pytest.mark.parametrize(
    ("zone", "end", "day"),
    [
        ("Europe/Berlin", "2026-10-31T22:59", "2026-10-31"),
        ("Europe/Berlin", "2026-10-31T23:00", "2026-11-01"),
        ("America/New_York", "2026-11-01T03:59", "2026-10-31"),
        ("America/New_York", "2026-11-01T04:00", "2026-11-01"),
        ("Asia/Tokyo", "2026-10-31T14:59", "2026-10-31"),
        ("Asia/Tokyo", "2026-10-31T15:00", "2026-11-01"),
    ],
)
def test_a_period_begins_and_ends_at_the_readers_midnight(
    app: Flask, make: Factory, zone: str, end: str, day: str
) -> None:
    trainer, reader = make.person(), make.person("Rea", Role.AUDITOR, time_zone=zone)
    ended(make, make.course(make.programme()), trainer, datetime.fromisoformat(end + "+00:00"))
    client = make.sign_in(app.test_client(), reader)
    for first, last, wanted in (
        (day, day, True),
        ("2026-10-01", "2026-10-31", day == "2026-10-31"),
        ("2026-11-01", "2026-11-30", day == "2026-11-01"),
    ):
        page = Page(client.get(f"{REPORT}?since={first}&until={last}"))
        assert ("Foundation Training" in str(page.soup.select("main table"))) == wanted
        assert zone in str(page.soup)


def test_what_is_not_over_is_not_counted(world: World, admin: FlaskClient, make: Factory) -> None:
    session = make.class_session(
        make.course(make.programme("DEV"), "DEV-1", title="Code"),
        world.trainer,
        starts_at=NOW + timedelta(hours=1),
    )
    make.enrolled(session, world.people[0])
    assert "Code" not in rows(Page(admin.get(f"{REPORT}?{NOVEMBER}")))


def test_courses_in_peoples_own_time_count_by_their_day(
    world: World, admin: FlaskClient, make: Factory
) -> None:
    version = db.session.query(CourseVersion).filter_by(course_id=world.first.course_id).one()
    enrolment = make.save(
        SelfPacedEnrolment(
            person_id=world.people[3].id,
            course_id=version.course_id,
            course_version_id=version.id,
            organisation_id=world.acme.id,
            started_at=NOW,
            finished_at=NOW,
        )
    )
    for day, withdrawn in ((date(2026, 11, 30), None), (date(2026, 12, 1), None)):
        make.save(
            Completion(
                person_id=world.people[3].id,
                course_id=version.course_id,
                course_version_id=version.id,
                source=CompletionSource.SELF_PACED,
                source_id=enrolment.id if day.month == 11 else make.next() + 1000,
                completed_on=day,
                recorded_at=NOW,
                recorded_by=world.trainer.id,
                withdrawn_at=withdrawn,
            )
        )
    found = rows(Page(admin.get(f"{REPORT}?by=organisation&{NOVEMBER}")))
    assert [found["Acme"][8], found["Brix"][8]] == ["2", "2"]
    listed = Page(admin.get(f"{PEOPLE}/completed?organisation=acme&{NOVEMBER}")).rows()
    assert [(row[0], row[3]) for row in listed] == [
        ("Ada A", world.first.code),
        ("Dora D", "In own time"),
    ]


def award(make: Factory, person: Person, version: object, cycle: int, *days: str) -> Award:
    """An award with the day on which it was made and its last one."""
    first, last = (date.fromisoformat(day) for day in days)
    made = make.award(person, version, valid_until=last)  # type: ignore[arg-type]
    with unit(writes=True):
        made = db.session.merge(made)
        made.awarded_on = first
        made.cycle = cycle
    return made


def test_certifications_count_by_their_days_and_organisations(
    world: World, admin: FlaskClient, make: Factory
) -> None:
    ada, bob, cleo, dora, emil = world.people
    version = make.scheme(make.programme("SEC", "Security"))
    with unit(writes=True):
        db.session.query(Membership).filter(
            Membership.person_id == ada.id, Membership.organisation_id == world.brix.id
        ).update({"started_on": date(2020, 1, 1)})
        db.session.query(Membership).filter(Membership.organisation_id == world.acme.id).update(
            {"started_on": date(2020, 1, 1)}
        )
        db.session.query(Membership).filter(Membership.person_id == cleo.id).update(
            {"started_on": date(2026, 11, 10), "ended_on": None}
        )
    award(make, ada, version, 2, "2026-11-01", "2028-11-01")  # for two organisations
    award(make, cleo, version, 1, "2026-11-09", "2028-11-01")  # a day before she came to Brix
    award(make, bob, version, 1, "2024-11-01", "2026-11-22")  # expired yesterday
    award(make, dora, version, 1, "2024-11-01", "2026-11-23")  # holds until tonight
    award(make, ada, version, 1, "2024-11-01", "2026-11-10")  # renewed in time
    gone = award(make, emil, version, 1, "2024-11-01", "2026-11-12")
    make.save(
        Revocation(
            award_id=gone.id,
            revoked_on=date(2026, 11, 5),
            public_reason="x",
            at=NOW,
            by_person_id=world.trainer.id,
        )
    )
    found = rows(Page(admin.get(f"{REPORT}?by=organisation&{NOVEMBER}")), 1)
    assert found["Acme"][-3:] == ["1", "0", "1"]
    assert found["Brix"][-3:] == ["1", "0", "0"]
    assert found["No organisation"][-3:] == ["1", "1", "0"]
    assert found["Total"][-3:] == ["2", "1", "1"]
    page = Page(admin.get(f"{REPORT}?{NOVEMBER}"))
    assert rows(page, 1) == {
        "Certified Administrator": ["Security", "2", "1", "1"],
        "Total": ["", "2", "1", "1"],
    }
    listed = Page(admin.get(f"{PEOPLE}/awarded?scheme=ADM-C&{NOVEMBER}")).rows()
    assert [row[0] for row in listed] == ["Ada A", "Cleo C"]
    assert [row[0] for row in Page(admin.get(f"{PEOPLE}/expired?{NOVEMBER}")).rows()] == ["Bob B"]
    chosen = Page(admin.get(f"{REPORT}?course=ADM-101&{NOVEMBER}"))
    assert "left out while one course is chosen" in str(chosen.soup)


def test_filters_narrow_the_figures_and_stay_in_every_link(
    world: World, admin: FlaskClient
) -> None:
    with unit(writes=True):
        db.session.merge(world.acme).region_code = "emea"
    page = Page(admin.get(f"{REPORT}?organisation=Brix&course=ADM-101&{NOVEMBER}"))
    # seats of others are not counted, so that nothing is said of how full it was
    assert rows(page) == {
        name: ["1", "1", "1", "0", "0", "1", "0", "100 %", "1", "16 h"]
        for name in ("Foundation Training", "Total")
    }
    behind = [link for link in page.links if link.startswith(PEOPLE)]
    assert behind
    assert all("organisation=Brix" in link and "since=2026-11-01" in link for link in behind)
    assert rows(Page(admin.get(f"{REPORT}?programme=ADM&{NOVEMBER}")))["Total"][2] == "6"
    none = rows(Page(admin.get(f"{REPORT}?by=organisation&organisation=-&{NOVEMBER}")))
    assert list(none) == ["No organisation", "Total"]


def test_an_organisations_manager_sees_its_seats_alone(
    app: Flask, world: World, make: Factory
) -> None:
    version = make.scheme(make.programme("SEC", "Security"))
    award(make, world.people[2], version, 1, "2026-11-20", "2028-11-01")
    manager = make.person("Moe Manager", Role.ORGANISATION_MANAGER, limit=world.acme)
    client = make.sign_in(app.test_client(), manager)
    page = Page(client.get(f"{REPORT}?by=organisation&{NOVEMBER}"))
    found = rows(page)
    assert list(found) == ["Acme", "Total"]
    assert found["Acme"] == found["Total"]
    assert found["Acme"][:3] == ["1", "3", "2"]
    by_course = rows(Page(client.get(f"{REPORT}?{NOVEMBER}")))
    assert list(by_course) == ["Foundation Training", "Total"]
    assert by_course["Total"][:3] == ["1", "3", "2"]
    for figure in ("seats", "attended", "passed", "completed", "awarded"):
        text = client.get(f"{PEOPLE}/{figure}?{NOVEMBER}").text
        file = client.get(f"{PEOPLE}/{figure}.csv?{NOVEMBER}").text
        for other in ("Cleo", "Emil", "Brix", "ADM-900"):
            assert other not in text + file
    other = Page(client.get(f"{REPORT}?organisation=brix&{NOVEMBER}"))
    missing = Page(client.get(f"{REPORT}?organisation=nobody&{NOVEMBER}"))
    assert other.status == missing.status == 422
    assert other.error_of("organisation") == missing.error_of("organisation")
    assert "Brix" not in client.get(f"{REPORT}/figures.csv?by=organisation&{NOVEMBER}").text


def test_a_manager_of_no_organisation_sees_nothing(app: Flask, world: World, make: Factory) -> None:
    client = make.sign_in(app.test_client(), make.person("Nil", Role.ORGANISATION_MANAGER))
    page = Page(client.get(f"{REPORT}?by=organisation&{NOVEMBER}"))
    assert not page.soup.select("main table")
    assert "Ada" not in client.get(f"{PEOPLE}/seats.csv?{NOVEMBER}").text


def test_a_catalogue_manager_sees_the_own_programmes_and_no_certifications(
    app: Flask, world: World, make: Factory
) -> None:
    other = make.course(make.programme("DEV"), "DEV-1", title="Code")
    session = ended(make, other, world.trainer, datetime(2026, 11, 13, 16, tzinfo=UTC))
    seat(make, session, world.people[0], world.acme)
    version = make.scheme(make.programme("SEC", "Security"))
    award(make, world.people[2], version, 1, "2026-11-20", "2028-11-01")
    manager = make.person("Cat", Role.CATALOGUE_MANAGER, programme_code="DEV")
    client = make.sign_in(app.test_client(), manager)
    page = Page(client.get(f"{REPORT}?{NOVEMBER}"))
    assert list(rows(page)) == ["Code", "Total"]
    assert "ertification" not in str(page.soup.select_one("main"))
    assert client.get(f"{PEOPLE}/awarded?{NOVEMBER}").status_code == 404
    assert client.get(f"{PEOPLE}/awarded.csv?{NOVEMBER}").status_code == 404
    both = make.person("Bo", Role.CATALOGUE_MANAGER, programme_code="DEV")
    make.save(
        RoleGrant(
            person_id=both.id,
            role=Role.ORGANISATION_MANAGER,
            organisation_id=world.brix.id,
            granted_at=NOW,
        )
    )
    client = make.sign_in(app.test_client(), both)
    found = rows(Page(client.get(f"{REPORT}?{NOVEMBER}")))
    assert {name: cells[1] for name, cells in found.items()} == {
        "Foundation Training": "1",
        "Workshop": "1",
        "Code": "1",
        "Total": "3",
    }


def test_the_files_say_the_same_and_no_cell_is_a_formula(world: World, admin: FlaskClient) -> None:
    with unit(writes=True):
        db.session.merge(world.people[0]).name = "=HYPERLINK(1)"
        db.session.merge(world.brix).name = "@brix"
    answer = admin.get(f"{REPORT}/figures.csv?by=organisation&{NOVEMBER}")
    assert answer.mimetype == "text/csv"
    assert (
        "training-organisation-2026-11-01-2026-11-30.csv" in answer.headers["Content-Disposition"]
    )
    found = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["kind"], row["name"], row["seats_taken"]) for row in found] == [
        ("organisation", "Acme", "3"),
        ("organisation", "'@brix", "2"),
        ("organisation", "", "1"),
        ("total", "", "6"),
    ]
    assert found[-1]["learning_hours"] == "40.00"
    file = admin.get(f"{PEOPLE}/seats.csv?{NOVEMBER}").text
    people = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))
    assert len(people) == 6
    assert people[0] == {
        "person": "'=HYPERLINK(1)",
        "organisation": "Acme",
        "code": "ADM-101",
        "title": "Foundation Training",
        "class_session": world.first.code,
        "attendance": "present",
        "result": "passed",
        "score": "80",
        "seat_ended": "",
        "date": "2026-11-12",
    }


def test_a_long_list_comes_in_pages_and_its_file_in_pieces(
    world: World, admin: FlaskClient, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        seat(make, world.workshop, make.person(f"Person {number:02}"), world.acme)
    monkeypatch.setattr("reporting.training.files.PIECE", 7)
    found: list[str] = []
    following: str | None = f"{PEOPLE}/seats?{NOVEMBER}"
    while following:
        page = Page(admin.get(following))
        found += [row[0] for row in page.rows()]
        following = next((str(a["href"]) for a in page.soup.select("a[rel=next]")), None)
    assert len(found) == 66
    file = admin.get(f"{PEOPLE}/seats.csv?{NOVEMBER}").text
    assert [row[0] for row in csv.reader(io.StringIO(file))][1:] == found
    for figure in ("completed", "awarded", "cancelled", "unmarked"):
        assert admin.get(f"{PEOPLE}/{figure}.csv?{NOVEMBER}").status_code == 200
    assert admin.get(f"{PEOPLE}/seats?after=WzFd&{NOVEMBER}").status_code == 404
    assert admin.get(f"{PEOPLE}/nonsense?{NOVEMBER}").status_code == 404
    assert admin.get(f"{REPORT}?after=Wzk5OTk5XQ&{NOVEMBER}").status_code == 404


def test_the_number_of_queries_does_not_grow(
    world: World, admin: FlaskClient, make: Factory
) -> None:
    addresses = [
        f"{REPORT}?{NOVEMBER}",
        f"{REPORT}?by=organisation&{NOVEMBER}",
        f"{PEOPLE}/seats?{NOVEMBER}",
        f"{PEOPLE}/completed?{NOVEMBER}",
    ]
    counts = []
    for _round in range(2):
        for address in addresses:
            admin.get(address)
        found = []
        for address in addresses:
            with counted() as asked:
                assert admin.get(address).status_code == 200
            found.append(len(asked))
        counts.append(found)
        for number in range(20 if not counts[1:] else 0):
            firm = make.organisation(f"firm-{number}")
            course = make.course(make.programme(f"P{number}"), f"P{number}-1")
            session = ended(make, course, world.trainer, datetime(2026, 11, 5, 16, tzinfo=UTC))
            seat(make, session, make.person(f"Person {number}"), firm)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 14


@pytest.mark.parametrize(
    ("query", "field", "error"),
    [
        ("since=2026-11-02&until=2026-11-01", "until", "The period ends before it begins."),
        ("since=2020-11-02&until=2026-11-01", "until", "Choose three years at most."),
        ("since=2026-11-02", "until", "This field is required."),
        ("since=x&until=2026-11-01", "since", "Not a valid date value."),
        ("since=0001-01-01&until=0001-01-02", "since", "Enter a day between 2000 and 2999."),
        ("organisation=x", "organisation", "There is no organisation with this code or name."),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(
    admin: FlaskClient, query: str, field: str, error: str
) -> None:
    for address in (REPORT, f"{REPORT}/figures.csv", f"{PEOPLE}/seats", f"{PEOPLE}/seats.csv"):
        page = Page(admin.get(f"{address}?{query}"))
        assert page.status == 422
        assert page.error_of(field) == f"Error: {error}"


def test_an_erased_person_has_no_name(world: World, admin: FlaskClient) -> None:
    with unit(writes=True):
        db.session.merge(world.people[0]).erased_at = NOW
    assert "Ada A" not in admin.get(f"{PEOPLE}/seats?{NOVEMBER}").text
    assert "Person erased" in admin.get(f"{PEOPLE}/seats?{NOVEMBER}").text
    assert "Ada A" not in admin.get(f"{PEOPLE}/seats.csv?{NOVEMBER}").text


def test_a_period_by_name_is_that_of_today(world: World, admin: FlaskClient) -> None:
    page = Page(admin.get(REPORT))
    assert (page.field("since")["value"], page.field("until")["value"]) == (
        "2026-11-01",
        "2026-11-30",
    )
    last = Page(admin.get(f"{REPORT}?period=last_month"))
    assert last.field("since")["value"] == "2026-10-01"
    assert not last.soup.select("main table")
    assert "What is counted" in str(last.soup)
