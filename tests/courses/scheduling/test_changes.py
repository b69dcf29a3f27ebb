"""Administrative changes: the preview names everybody, the run does exactly that or nothing."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from courses.scheduling.actions import changes, seats
from courses.scheduling.models import (
    ClassSession,
    Meeting,
    QueueDecision,
    SeatKind,
    SessionState,
    WaitingEntry,
)
from courses.scheduling.queries import standing
from courses.scheduling.queries.previews import Preview, preview
from courses.scheduling.queries.sessions import by_id
from courses.scheduling.rules.changes import Cancel, Change, Move, Replace, Resize
from courses.scheduling.rules.times import Slot
from lms.accounts.models import Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage
from lms.permissions import Role
from tests.factories import Factory

pytestmark = pytest.mark.thorough


@pytest.fixture
def trainer(make: Factory) -> Person:
    return make.person("Tom Trainer", Role.TRAINER)


@pytest.fixture
def session(make: Factory, trainer: Person) -> ClassSession:
    """Three room seats."""
    return make.class_session(make.course(make.programme()), trainer, room=3)


@pytest.fixture
def people(make: Factory, session: ClassSession) -> list[Person]:
    """Three learners with a seat, two who wait."""
    found = [make.person(name) for name in ("Ada", "Bob", "Cid", "Dan", "Eve")]
    for person in found:
        make.enrolled(session, person, SeatKind.ROOM)
    return found


@pytest.fixture
def admin(make: Factory) -> Person:
    return make.person("Anna Admin", Role.ADMINISTRATOR)


def look(session: ClassSession, change: Change, now: datetime) -> Preview:
    with unit(writes=False):
        return preview(by_id(session.id), change, now=now)


def run(session: ClassSession, change: Change, digest: str, by: Person, now: datetime) -> None:
    with unit(writes=True):
        changes.run(session, change, digest, by=by.id, now=now)


def rows(found: Preview) -> list[tuple[str, str]]:
    return [(row.name, row.effect.what) for row in found.rows]


def told(template: str) -> set[int | None]:
    with unit(writes=False):
        wanted = sa.select(MailMessage.person_id).where(MailMessage.template == template)
        return set(db.session.scalars(wanted))


def move_to(day: datetime, hours: int = 8) -> Move:
    local = day.replace(tzinfo=None)
    slot = Slot(local, local + timedelta(hours=hours))
    return Move((slot,), "Europe/Amsterdam", "Rotterdam", "1.01", "")


def test_cancelling_tells_everybody_and_ends_every_seat(
    session: ClassSession, people: list[Person], trainer: Person, admin: Person, now: datetime
) -> None:
    change = Cancel("The trainer is ill.")
    found = look(session, change, now)

    assert rows(found) == [
        ("Tom Trainer", "teaches_no_more"),
        ("Ada", "loses_seat"),
        ("Bob", "loses_seat"),
        ("Cid", "loses_seat"),
        ("Dan", "leaves_queue"),
        ("Eve", "leaves_queue"),
    ]

    run(session, change, found.digest, admin, now)

    with unit(writes=False):
        after = by_id(session.id)
        assert (after.state, after.room_taken) == (SessionState.CANCELLED, 0)
        assert standing.live_seats(session.id) == []
        assert standing.waiting(session.id) == []
    assert told("session_cancelled") == {trainer.id, *[person.id for person in people]}


def test_a_cancelled_class_session_cannot_be_changed_again(
    session: ClassSession, admin: Person, now: datetime
) -> None:
    change = Cancel("No reason.")
    run(session, change, look(session, change, now).digest, admin, now)

    found = look(session, Resize(9, 0), now)

    assert [reason.code for reason in found.objections] == ["session_cancelled_before"]
    with pytest.raises(Refusal, match="session_cancelled_before"):
        run(session, Resize(9, 0), found.digest, admin, now)


def test_a_move_keeps_seats_and_rises_the_revision(
    session: ClassSession, people: list[Person], admin: Person, now: datetime
) -> None:
    change = move_to(datetime(2027, 3, 29, 9))
    found = look(session, change, now)
    run(session, change, found.digest, admin, now)

    with unit(writes=False):
        after = by_id(session.id)
    # 09:00 in Amsterdam on the day after the clocks went forward
    assert after.starts_at.isoformat() == "2027-03-29T07:00:00+00:00"
    assert (after.venue, after.revision, after.room_taken) == ("Rotterdam", 2, 3)
    assert [m.local_start for m in after.meetings] == ["2027-03-29T09:00"]
    assert told("moved") >= {person.id for person in people}


def test_a_move_warns_of_people_who_are_elsewhere_then(
    make: Factory, session: ClassSession, people: list[Person], now: datetime
) -> None:
    other = make.class_session(
        make.course(make.programme("USR", "Users"), "USR-100"),
        make.person("Tina Trainer"),
        starts_at=datetime(2027, 1, 19, 8, tzinfo=now.tzinfo),
    )
    make.enrolled(other, people[1])

    found = look(session, move_to(datetime(2027, 1, 19, 9)), now)

    assert [row.name for row in found.rows if row.effect.overlaps] == ["Bob"]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (datetime(2027, 3, 28, 2, 30), "time_missing"),
        (datetime(2027, 10, 31, 2, 30), "time_twice"),
        (datetime(2026, 1, 5, 9), "starts_in_the_past"),
    ],
)
def test_new_dates_must_be_times_that_come_once_and_in_the_future(
    session: ClassSession, now: datetime, day: datetime, code: str
) -> None:
    found = look(session, move_to(day), now)

    assert [reason.code for reason in found.objections] == [code]


def test_lowering_the_capacity_displaces_the_last_in_the_order_to_their_old_place(
    make: Factory, session: ClassSession, people: list[Person], admin: Person, now: datetime
) -> None:
    ada, bob, cid, dan, eve = people
    found = look(session, Resize(1, 0), now)

    assert rows(found) == [("Cid", "back_to_queue"), ("Bob", "back_to_queue")]

    run(session, Resize(1, 0), found.digest, admin, now)

    with unit(writes=False):
        assert [seat.person_id for seat in standing.live_seats(session.id)] == [ada.id]
        queue = [(entry.person_id, entry.number) for entry in standing.waiting(session.id)]
    assert queue == [(bob.id, 2), (cid.id, 3), (dan.id, 4), (eve.id, 5)]
    assert told("displaced") == {bob.id, cid.id}


def test_who_waited_before_and_is_displaced_gets_the_same_entry_back(
    session: ClassSession, people: list[Person], admin: Person, now: datetime
) -> None:
    ada, _, _, dan, eve = people
    with unit(writes=True):
        seats.cancel_seat(session, ada.id, by=ada.id, now=now)  # Dan is promoted
    found = look(session, Resize(2, 0), now)
    run(session, Resize(2, 0), found.digest, admin, now)

    with unit(writes=False):
        queue = [(entry.person_id, entry.number) for entry in standing.waiting(session.id)]
        entries = db.session.scalar(
            sa.select(sa.func.count()).where(WaitingEntry.person_id == dan.id)
        )
    assert queue == [(dan.id, 4), (eve.id, 5)]
    assert entries == 1


def test_more_seats_go_to_the_queue_in_its_order(
    session: ClassSession, people: list[Person], admin: Person, now: datetime
) -> None:
    found = look(session, Resize(4, 0), now)
    assert rows(found) == [("Dan", "gets_seat")]

    run(session, Resize(4, 0), found.digest, admin, now)

    assert told("promoted") == {people[3].id}


def test_the_displaced_whom_the_other_kind_fits_change_over(
    make: Factory, session: ClassSession, admin: Person, now: datetime
) -> None:
    ada, bob = make.person("Ada"), make.person("Bob")
    make.enrolled(session, ada, SeatKind.ROOM)
    make.enrolled(session, bob)  # either kind will do

    found = look(session, Resize(1, 1), now)
    assert rows(found) == [("Bob", "back_to_queue"), ("Bob", "gets_seat")]
    run(session, Resize(1, 1), found.digest, admin, now)

    with unit(writes=False):
        kinds = {seat.person_id: seat.kind for seat in standing.live_seats(session.id)}
    assert kinds == {ada.id: SeatKind.ROOM, bob.id: SeatKind.VIRTUAL}
    assert told("displaced") == set()


def test_replacing_the_trainer_names_both_and_every_learner(
    make: Factory,
    session: ClassSession,
    people: list[Person],
    trainer: Person,
    admin: Person,
    now: datetime,
) -> None:
    tina = make.person("Tina Tutor", Role.TRAINER)
    found = look(session, Replace(tina.id), now)
    assert rows(found)[:3] == [
        ("Tom Trainer", "teaches_no_more"),
        ("Tina Tutor", "teaches_now"),
        ("Ada", "other_trainer"),
    ]

    run(session, Replace(tina.id), found.digest, admin, now)

    assert told("trainer_changed") == {trainer.id, tina.id, *[p.id for p in people[:3]]}


def test_a_learner_cannot_become_the_trainer(
    session: ClassSession, people: list[Person], now: datetime
) -> None:
    found = look(session, Replace(people[0].id), now)

    assert [reason.code for reason in found.objections] == ["trainer_is_learner"]


def test_a_preview_is_outdated_when_somebody_enrols_meanwhile(
    make: Factory, session: ClassSession, people: list[Person], admin: Person, now: datetime
) -> None:
    found = look(session, Resize(1, 0), now)
    with unit(writes=True):
        seats.cancel_seat(session, people[2].id, by=people[2].id, now=now)

    with pytest.raises(Refusal, match="preview_outdated"):
        run(session, Resize(1, 0), found.digest, admin, now)

    with unit(writes=False):
        assert by_id(session.id).room_capacity == 3


def test_the_same_preview_runs_once(
    session: ClassSession, people: list[Person], admin: Person, now: datetime
) -> None:
    change = move_to(datetime(2027, 1, 19, 9))
    found = look(session, change, now)
    run(session, change, found.digest, admin, now)

    with pytest.raises(Refusal, match="preview_outdated"):
        run(session, change, found.digest, admin, now)


def test_closing_stops_promotion_and_opening_serves_the_queue_first(
    session: ClassSession, people: list[Person], admin: Person, now: datetime
) -> None:
    with unit(writes=True):
        changes.set_open(session, is_open=False, by=admin.id, now=now)
        seats.cancel_seat(session, people[0].id, by=people[0].id, now=now)
    assert told("promoted") == set()

    with unit(writes=True):
        changes.set_open(session, is_open=True, by=admin.id, now=now)

    assert told("promoted") == {people[3].id}


def test_every_decision_has_a_reason(
    session: ClassSession, people: list[Person], admin: Person, now: datetime
) -> None:
    found = look(session, Resize(1, 0), now)
    run(session, Resize(1, 0), found.digest, admin, now)

    with unit(writes=False):
        decided = db.session.execute(
            sa.select(QueueDecision.what, QueueDecision.why).distinct()
        ).all()
        meetings = db.session.scalar(sa.select(sa.func.count(Meeting.id)))
    assert {tuple(row) for row in decided} == {
        ("seated", "seat_was_free"),
        ("queued", "no_seat_free"),
        ("displaced", "capacity_lowered"),
    }
    assert meetings == 1
