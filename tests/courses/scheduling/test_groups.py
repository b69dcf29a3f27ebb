"""People who are enrolled together: seats for all of them at once, or the queue for all of them."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from courses.scheduling.actions import changes, groups, seats
from courses.scheduling.models import ClassSession, QueueDecision, SeatKind
from courses.scheduling.queries import standing
from courses.scheduling.queries.groups import group_plan
from courses.scheduling.queries.previews import preview
from courses.scheduling.queries.sessions import by_id
from courses.scheduling.rules import places
from courses.scheduling.rules.changes import Resize
from lms import clock
from lms.accounts.models import Account, Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage, compose
from lms.permissions import Role
from tests.courses.scheduling.browse import page, submit, text
from tests.factories import Factory
from tests.queries import counted

pytestmark = pytest.mark.thorough


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    with clock.frozen_at(now):
        yield


@pytest.fixture
def session(make: Factory) -> ClassSession:
    """Three room seats and one virtual seat."""
    course = make.course(make.programme())
    return make.class_session(course, make.person("Tom Trainer"), room=3, virtual=1)


def together(
    session: ClassSession, people: list[Person], now: datetime, wanted: SeatKind | None = None
) -> None:
    """Enrol them as their preview shows it."""
    ids = [person.id for person in people]
    with unit(writes=True):
        digest = group_plan(by_id(session.id), ids, wanted, now=now).digest
        groups.enrol_group(session, ids, wanted, digest, by=ids[0], now=now)


def cast(make: Factory, *names: str) -> list[Person]:
    return [make.person(name) for name in names]


def seated(session: ClassSession) -> set[int]:
    with unit(writes=False):
        return {seat.person_id for seat in standing.live_seats(session.id)}


def waiting(session: ClassSession) -> list[int]:
    with unit(writes=False):
        return [entry.person_id for entry in standing.waiting(session.id)]


def decided(person: Person) -> list[tuple[str, str]]:
    with unit(writes=False):
        rows = db.session.execute(
            sa.select(QueueDecision.what, QueueDecision.why)
            .where(QueueDecision.person_id == person.id)
            .order_by(QueueDecision.id)
        )
        return [(row[0], row[1]) for row in rows]


def test_a_group_that_fits_gets_seats_at_once(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    people = cast(make, "Ada", "Bob", "Cid", "Dee")

    together(session, people, now)

    assert seated(session) == {person.id for person in people}
    assert decided(people[3]) == [("seated", "seat_was_free")]


def test_a_group_that_does_not_fit_waits_as_a_whole_and_the_next_that_fits_is_seated(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    first, *group = cast(make, "Ada", "Bob", "Cid", "Dee", "Eve")
    make.enrolled(session, first)

    together(session, group, now)
    late = make.person("Finn")
    make.enrolled(session, late)

    assert seated(session) == {first.id, late.id}
    assert waiting(session) == [person.id for person in group]
    assert decided(group[1]) == [
        ("queued", "group_does_not_fit"),
        ("skipped", "group_does_not_fit"),
    ]


def test_the_group_is_seated_as_soon_as_all_of_it_fits(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    one, two, *group = cast(make, "Ada", "Bob", "Cid", "Dee", "Eve")
    make.enrolled(session, one)
    make.enrolled(session, two)
    together(session, group, now)

    with unit(writes=True):
        seats.cancel_seat(session, one.id, by=one.id, now=now)

    assert seated(session) == {two.id, *[person.id for person in group]}
    assert waiting(session) == []
    assert decided(group[2])[-1] == ("promoted", "first_that_fits")


def test_who_leaves_a_waiting_group_may_make_the_rest_of_it_fit(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    one, two, *group = cast(make, "Ada", "Bob", "Cid", "Dee", "Eve")
    make.enrolled(session, one)
    make.enrolled(session, two)
    together(session, group, now)

    with unit(writes=True):
        seats.leave_queue(session, group[1].id, by=group[1].id, now=now)

    assert seated(session) == {one.id, two.id, group[0].id, group[2].id}
    assert waiting(session) == []


def test_a_group_keeps_its_wish_until_somebody_leaves_it(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    group = cast(make, "Ada", "Bob", "Cid")
    make.enrolled(session, make.person("Tess"), SeatKind.ROOM)
    together(session, group, now, SeatKind.ROOM)

    with pytest.raises(Refusal, match="waits_in_a_group"), unit(writes=True):
        seats.change_wish(session, group[0].id, None, by=group[0].id, now=now)

    assert waiting(session) == [person.id for person in group]


def test_the_weakest_plan_places_the_group(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    gold = make.organisation("gold-co", make.plan("gold", 2))
    platinum = make.organisation("platinum-co", make.plan("platinum", 1))
    for person in cast(make, "Ada", "Bob", "Cid"):
        make.enrolled(session, person)
    strong, weak = make.person("Pia", organisation=platinum), make.person("Gus", organisation=gold)
    alone = make.person("Pat", organisation=platinum)

    together(session, [strong, weak], now)
    make.enrolled(session, make.person("Quin"))
    make.enrolled(session, alone, SeatKind.ROOM)

    assert waiting(session) == [alone.id, strong.id, weak.id]


def test_one_who_may_not_keeps_all_of_them_out(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    people = cast(make, "Ada", "Bob")
    make.enrolled(session, people[1])

    with pytest.raises(Refusal, match="not_all_may"):
        together(session, people, now)

    assert seated(session) == {people[1].id}


def test_what_changed_since_the_preview_is_shown_before_it_is_done(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    people = cast(make, "Ada", "Bob", "Cid", "Dee")
    ids = [person.id for person in people]
    with unit(writes=False):
        digest = group_plan(by_id(session.id), ids, None, now=now).digest
    make.enrolled(session, make.person("Eve"))

    with pytest.raises(Refusal, match="preview_outdated"), unit(writes=True):
        groups.enrol_group(session, ids, None, digest, by=ids[0], now=now)

    assert waiting(session) == []


def test_more_seats_go_to_a_group_only_when_all_of_it_fits(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    for person in cast(make, "Ada", "Bob", "Cid", "Dee"):
        make.enrolled(session, person)
    group, alone = cast(make, "Eve", "Finn"), make.person("Gil")
    together(session, group, now)
    make.enrolled(session, alone)

    with unit(writes=True):
        change = Resize(room=4, virtual=1)
        shown = preview(by_id(session.id), change, now=now)
        changes.run(session, change, shown.digest, by=alone.id, now=now)

    assert [row.name for row in shown.rows] == ["Gil"]
    assert waiting(session) == [person.id for person in group]
    assert alone.id in seated(session)


def test_wishes_for_one_kind_come_first_and_the_others_get_what_is_left() -> None:
    room, virtual = SeatKind.ROOM, SeatKind.VIRTUAL
    party = [
        places.Place(1, 1, 1, None, 1),
        places.Place(2, 1, 2, room, 1),
        places.Place(3, 1, 3, virtual, 1),
    ]

    assert places.fitting_kinds({room: 1, virtual: 2}, party) == [virtual, room, virtual]
    assert places.fitting_kinds({room: 2, virtual: 0}, party) is None
    assert places.fitting_kinds({room: 1, virtual: 1}, party) is None


def test_each_of_a_waiting_group_is_told_so_by_one_mail(
    app: Flask, make: Factory, session: ClassSession, now: datetime
) -> None:
    make.enrolled(session, make.person("Ada"))
    people = cast(make, "Bob", "Cid", "Dee", "Eve")

    together(session, people, now)

    with unit(writes=False):
        rows = db.session.scalars(
            sa.select(MailMessage).where(MailMessage.template == "waiting")
        ).all()
        body = compose(rows[0], app.extensions["settings"]).get_content()
    assert sorted(row.person_id for row in rows) == [person.id for person in people]
    assert "a group of 4: you get seats all at once, or none of you does.\n\nFoundation" in body
    assert f"/class-sessions/{session.code}\n\n" in body


def test_a_mail_about_one_seat_keeps_its_paragraphs_and_says_nothing_of_groups(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    make.enrolled(session, make.person("Ada"))

    with unit(writes=False):
        row = db.session.scalars(sa.select(MailMessage)).one()
        body = compose(row, app.extensions["settings"]).get_content()
    assert "you have a seat in the room in:\n\nFoundation Training" in body
    assert "\n\n\n" not in body
    assert "group" not in body


def test_a_preview_asks_as_much_for_four_people_as_for_two(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    ids = [person.id for person in cast(make, "Ada", "Bob", "Cid", "Dee")]
    asked = []
    for chosen in (ids[:2], ids):
        with unit(writes=False), counted() as statements:
            group_plan(by_id(session.id), chosen, None, now=now)
        asked.append(len(statements))

    assert asked[0] == asked[1]


def manager_of(app: Flask, make: Factory, *names: str) -> tuple[FlaskClient, list[Person]]:
    acme = make.organisation("acme")
    people = [make.person(name, organisation=acme) for name in names]
    mona = make.person("Mona", Role.ORGANISATION_MANAGER, organisation=acme, limit=acme)
    return make.sign_in(app.test_client(), mona), people


def test_a_manager_sees_what_becomes_of_each_and_then_enrols_them(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    theirs, people = manager_of(app, make, "Ada", "Bob")
    address = f"/class-sessions/{session.code}/group"
    ids = "&".join(f"people={person.public_id}" for person in people)

    shown = theirs.get(f"{address}?preview=1&kind=either&{ids}")
    assert "There is a seat for each of them." in text(shown)
    assert "Ada gets a seat (Room)" in text(shown)
    assert seated(session) == set()

    chosen = [person.public_id for person in people]
    first, second = (submit(theirs, shown, "#confirm", people=chosen) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert seated(session) == {person.id for person in people}
    assert "2 people have seats." in text(theirs.get(f"/class-sessions/{session.code}"))


def test_each_reason_stands_beside_its_person_and_nobody_is_enrolled(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    theirs, people = manager_of(app, make, "Ada", "Bob")
    with unit(writes=False):
        version = by_id(session.id).course_version
    make.completion(people[1], version.course, version)
    ids = "&".join(f"people={person.public_id}" for person in people)

    shown = theirs.get(f"/class-sessions/{session.code}/group?preview=1&kind=either&{ids}")

    assert shown.status_code == 422
    assert "Bob Not yet This course is completed already." in text(shown)
    assert page(shown).select_one("#confirm") is None


def test_one_person_too_many_people_and_strangers_are_refused_at_the_field(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    theirs, people = manager_of(app, make, "Ada", "Bob", "Cid", "Dee", "Eve")
    stranger = make.person("Rita", organisation=make.organisation("rival"))
    address = f"/class-sessions/{session.code}/group?preview=1&kind="
    everybody = "&".join(f"people={person.public_id}" for person in people)

    alone = theirs.get(f"{address}either&people={people[0].public_id}")
    crowd = theirs.get(f"{address}either&{everybody}")
    foreign = theirs.get(f"{address}either&{everybody}&people={stranger.public_id}")

    assert [answer.status_code for answer in (alone, crowd, foreign)] == [422, 422, 422]
    assert "Choose at least two people." in text(alone)
    assert "5 people never fit: choose at most 4" in text(crowd)
    assert page(alone).select_one("#people-error") is not None
    assert "Rita" not in text(foreign)


def test_an_administrator_names_a_group_by_address(
    app: Flask, make: Factory, session: ClassSession
) -> None:
    admin = make.sign_in(app.test_client(), make.person("Root", Role.ADMINISTRATOR))
    people = cast(make, "Ada", "Bob")
    with unit(writes=False):
        emails = list(
            db.session.scalars(
                sa.select(Account.email).where(
                    Account.person_id.in_([person.id for person in people])
                )
            )
        )
    address = f"/class-sessions/{session.code}/group?preview=1&kind=room&addresses="

    unknown = admin.get(f"{address}{emails[0]}%0Anobody@nowhere.example")
    shown = admin.get(f"{address}{'%0A'.join(emails)}")

    assert "Nobody here has the address nobody@nowhere.example." in text(unknown)
    assert submit(admin, shown, "#confirm").status_code == 303
    assert seated(session) == {person.id for person in people}
