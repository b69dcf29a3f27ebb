"""Seats and queue: the published order, promotion at once, and why not."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from courses.catalog.models import Prerequisite
from courses.scheduling.actions import seats
from courses.scheduling.models import (
    ClassSession,
    QueueDecision,
    Seat,
    SeatKind,
    WaitingEntry,
    WaitingState,
)
from courses.scheduling.queries import mine, seats_left, standing
from courses.scheduling.rules import places
from lms import audit
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from tests.factories import Factory

pytestmark = pytest.mark.thorough

Stage = tuple[ClassSession, Person]


@pytest.fixture
def session(make: Factory) -> ClassSession:
    """A class session in a room of two seats."""
    course = make.course(make.programme())
    return make.class_session(course, make.person("Tom Trainer"), room=2)


def seated(session: ClassSession) -> list[int]:
    with unit(writes=False):
        return [seat.person_id for seat in standing.live_seats(session.id)]


def waiting(session: ClassSession) -> list[int]:
    with unit(writes=False):
        return [entry.person_id for entry in standing.waiting(session.id)]


def mails(template: str) -> list[int | None]:
    with unit(writes=False):
        wanted = sa.select(MailMessage.person_id).where(MailMessage.template == template)
        return list(db.session.scalars(wanted.order_by(MailMessage.id)))


def test_a_free_seat_is_taken_and_confirmed_by_one_mail(
    make: Factory, session: ClassSession
) -> None:
    ada = make.person("Ada")

    given = make.enrolled(session, ada)

    assert isinstance(given, Seat)
    assert given.kind == SeatKind.ROOM
    assert seated(session) == [ada.id]
    assert mails("enrolled") == [ada.id]


def test_a_full_class_session_gives_a_place_in_the_queue(
    make: Factory, session: ClassSession
) -> None:
    people = [make.person(name) for name in ("Ada", "Bob", "Cid")]
    for person in people:
        make.enrolled(session, person)

    assert seated(session) == [people[0].id, people[1].id]
    assert waiting(session) == [people[2].id]
    assert mails("waiting") == [people[2].id]


def test_the_plan_stands_first_and_then_the_number(make: Factory, session: ClassSession) -> None:
    gold = make.organisation("gold-co", make.plan("gold", 2))
    platinum = make.organisation("platinum-co", make.plan("platinum", 1))
    make.enrolled(session, make.person("Early"))
    make.enrolled(session, make.person("Bird"))
    nobody = make.person("No Plan")
    second = make.person("Gold One", organisation=gold)
    third = make.person("Gold Two", organisation=gold)
    first = make.person("Platinum", organisation=platinum)
    for person in (nobody, second, third, first):
        make.enrolled(session, person)

    assert waiting(session) == [first.id, second.id, third.id, nobody.id]


def test_a_seat_given_back_goes_at_once_to_the_next_that_fits(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    ada, bob, cid, dan = [make.person(name) for name in ("Ada", "Bob", "Cid", "Dan")]
    for person in (ada, bob, cid, dan):
        make.enrolled(session, person)

    with unit(writes=True):
        seats.cancel_seat(session, ada.id, by=ada.id, now=now)

    assert seated(session) == [bob.id, cid.id]
    assert waiting(session) == [dan.id]
    assert mails("promoted") == [cid.id]
    assert mails("seat_cancelled") == [ada.id]


def test_who_waits_for_another_kind_keeps_the_place_and_the_skip_is_logged(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    with unit(writes=True):
        db.session.get_one(ClassSession, session.id).virtual_capacity = 1
    ada, bob, vic, cid, dan = [make.person(n) for n in ("Ada", "Bob", "Vic", "Cid", "Dan")]
    for person in (ada, bob):
        make.enrolled(session, person, SeatKind.ROOM)
    make.enrolled(session, vic, SeatKind.VIRTUAL)
    make.enrolled(session, cid, SeatKind.VIRTUAL)
    make.enrolled(session, dan, SeatKind.ROOM)

    with unit(writes=True):
        seats.cancel_seat(session, ada.id, by=ada.id, now=now)

    assert waiting(session) == [cid.id]
    assert dan.id in seated(session)
    with unit(writes=False):
        skipped = db.session.scalars(
            sa.select(QueueDecision).where(QueueDecision.what == "skipped")
        ).all()
    assert [(row.person_id, row.why) for row in skipped] == [(cid.id, "kind_not_free")]


def test_either_kind_takes_what_is_free(make: Factory, session: ClassSession) -> None:
    with unit(writes=True):
        db.session.get_one(ClassSession, session.id).virtual_capacity = 1
    for name in ("Ada", "Bob"):
        make.enrolled(session, make.person(name), SeatKind.ROOM)

    given = make.enrolled(session, make.person("Cid"))

    assert isinstance(given, Seat)
    assert given.kind == SeatKind.VIRTUAL


def test_switching_the_kind_frees_a_seat_for_the_queue(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    with unit(writes=True):
        db.session.get_one(ClassSession, session.id).virtual_capacity = 1
    ada, bob, cid = [make.person(name) for name in ("Ada", "Bob", "Cid")]
    for person in (ada, bob, cid):
        make.enrolled(session, person, SeatKind.ROOM)

    with unit(writes=True):
        moved = seats.switch(session, ada.id, SeatKind.VIRTUAL, by=ada.id, now=now)

    assert moved.kind == SeatKind.VIRTUAL
    assert waiting(session) == []
    assert sorted(seated(session)) == sorted([ada.id, bob.id, cid.id])


def test_switching_needs_a_free_seat_of_that_kind(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    ada = make.person("Ada")
    make.enrolled(session, ada)

    with pytest.raises(Refusal, match="kind_not_free"), unit(writes=True):
        seats.switch(session, ada.id, SeatKind.VIRTUAL, by=ada.id, now=now)


def test_a_changed_wish_is_served_at_once(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    with unit(writes=True):
        db.session.get_one(ClassSession, session.id).virtual_capacity = 1
    for name in ("Ada", "Bob"):
        make.enrolled(session, make.person(name), SeatKind.ROOM)
    cid = make.person("Cid")
    make.enrolled(session, cid, SeatKind.ROOM)

    with unit(writes=True):
        seats.change_wish(session, cid.id, None, by=cid.id, now=now)

    assert cid.id in seated(session)


def test_leaving_the_queue_ends_the_waiting_and_asking_again_draws_a_new_number(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    for name in ("Ada", "Bob"):
        make.enrolled(session, make.person(name))
    cid, dan = make.person("Cid"), make.person("Dan")
    make.enrolled(session, cid)
    make.enrolled(session, dan)

    with unit(writes=True):
        seats.leave_queue(session, cid.id, by=cid.id, now=now)
    make.enrolled(session, cid)

    assert waiting(session) == [dan.id, cid.id]
    with unit(writes=False):
        entries = db.session.scalars(
            sa.select(WaitingEntry.state)
            .where(WaitingEntry.person_id == cid.id)
            .order_by(WaitingEntry.id)
        ).all()
    assert entries == [WaitingState.LEFT, WaitingState.WAITING]


def test_asking_twice_gives_one_seat(make: Factory, session: ClassSession) -> None:
    ada = make.person("Ada")
    make.enrolled(session, ada)

    with pytest.raises(Refusal, match="already_seated"):
        make.enrolled(session, ada)

    assert seated(session) == [ada.id]


def test_a_missing_prerequisite_is_named(make: Factory, session: ClassSession) -> None:
    before = make.course(make.programme("USR", "Users"), "USR-100", title="Basics")
    make.save(Prerequisite(course_version_id=session.course_version_id, course_id=before.id))

    with pytest.raises(Refusal) as refused:
        make.enrolled(session, make.person("Ada"))

    assert [(r.code, r.values) for r in refused.value.reasons] == [
        ("needs_prerequisite", {"code": "USR-100", "title": "Basics"})
    ]


@pytest.mark.parametrize(
    ("minutes_from_now", "code"), [(0, "session_started"), (-60, "session_started")]
)
def test_nobody_enrols_once_it_has_started(
    make: Factory, session: ClassSession, now: datetime, minutes_from_now: int, code: str
) -> None:
    with unit(writes=True):
        row = db.session.get_one(ClassSession, session.id)
        row.starts_at = now + timedelta(minutes=minutes_from_now)

    with pytest.raises(Refusal, match=code):
        make.enrolled(session, make.person("Ada"))


def test_the_trainer_cannot_be_a_learner(make: Factory, session: ClassSession) -> None:
    with unit(writes=False):
        trainer = db.session.get_one(Person, session.trainer_person_id)

    with pytest.raises(Refusal, match="is_trainer"):
        make.enrolled(session, trainer)


def test_an_overlapping_meeting_warns_and_forbids_nothing(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    other = make.class_session(
        make.course(make.programme("USR", "Users"), "USR-100", title="Basics"),
        make.person("Tina Trainer"),
        starts_at=session.starts_at + timedelta(hours=7),
    )
    ada = make.person("Ada")
    make.enrolled(other, ada)

    with unit(writes=False):
        found = standing.candidate(session, ada.id, now=now).overlaps

    assert [(name.code, name.title) for name in found] == [(other.code, "Basics")]
    assert isinstance(make.enrolled(session, ada), Seat)


def test_each_move_is_in_the_audit_log(make: Factory, session: ClassSession, now: datetime) -> None:
    ada = make.person("Ada")
    make.enrolled(session, ada)
    with unit(writes=True):
        seats.cancel_seat(session, ada.id, by=ada.id, now=now)

    with unit(writes=False):
        acts = db.session.scalars(
            sa.select(audit.AuditEntry.act)
            .where(audit.AuditEntry.subject_kind == "class_session")
            .order_by(audit.AuditEntry.id)
        ).all()
        assert list(audit.verify()) == []
    assert acts == ["seat.taken", "seat.ended"]


def test_own_dates_and_queues_are_listed(
    make: Factory, session: ClassSession, now: datetime
) -> None:
    ada, bob, cid = [make.person(name) for name in ("Ada", "Bob", "Cid")]
    for person in (ada, bob, cid):
        make.enrolled(session, person)

    with unit(writes=False):
        upcoming = mine(ada.id, now=now).upcoming
        queued = mine(cid.id, now=now).waiting
        left = seats_left([session.course_id], now=now)[session.course_id]
    assert [(seat.title, seat.kind) for seat in upcoming] == [
        ("Foundation Training", SeatKind.ROOM)
    ]
    assert [(entry.code, entry.state) for entry in queued] == [(session.code, WaitingState.WAITING)]
    assert (left.code, left.left) == (session.code, 0)


def test_the_rules_give_a_seat_to_the_first_that_fits() -> None:
    queue = [
        places.Place(1, 3, 1, SeatKind.VIRTUAL),
        places.Place(2, 1, 4, SeatKind.ROOM),
        places.Place(3, 1, 2, SeatKind.VIRTUAL),
        places.Place(4, 2, 3, None),
    ]

    walked = places.steps({SeatKind.ROOM: 0, SeatKind.VIRTUAL: 2}, queue)

    assert [(step.place.person_id, step.kind) for step in walked] == [
        (3, SeatKind.VIRTUAL),
        (2, None),
        (4, SeatKind.VIRTUAL),
    ]
