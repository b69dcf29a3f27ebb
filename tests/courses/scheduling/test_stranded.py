"""Who waits for more seats than a class session has since its capacity was lowered."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from courses.scheduling.actions import changes, seats
from courses.scheduling.actions import groups as actions
from courses.scheduling.models import ClassSession, SeatKind
from courses.scheduling.queries.previews import preview
from courses.scheduling.queries.sessions import by_id
from courses.scheduling.rules.changes import Resize
from lms import clock
from lms.accounts.models import Organisation, Person
from lms.db import db, unit
from lms.errors import Refusal
from lms.mail import MailMessage, compose
from lms.permissions import Role
from tests.courses.scheduling.browse import page, submit, text
from tests.courses.scheduling.test_groups import cast, decided, seated, together, waiting
from tests.factories import Factory

pytestmark = pytest.mark.thorough


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    with clock.frozen_at(now):
        yield


@pytest.fixture
def acme(make: Factory) -> Organisation:
    return make.organisation("acme")


@pytest.fixture
def session(make: Factory) -> ClassSession:
    """Three room seats and one virtual seat."""
    course = make.course(make.programme())
    return make.class_session(course, make.person("Tom Trainer"), room=3, virtual=1)


@pytest.fixture
def group(make: Factory, session: ClassSession, acme: Organisation, now: datetime) -> list[Person]:
    """Gus, Hal and Ida of Acme wait together behind Ada, who has a seat; Gus enrolled them."""
    make.enrolled(session, make.person("Ada"))
    make.enrolled(session, make.person("Abe"))
    people = [make.person(name, organisation=acme) for name in ("Gus", "Hal", "Ida")]
    together(session, people, now)
    return people


def resize(session: ClassSession, room: int, virtual: int, now: datetime) -> list[tuple[str, str]]:
    """Run the change as its preview shows it; (name, effect) of the preview's rows."""
    with unit(writes=True):
        change = Resize(room=room, virtual=virtual)
        shown = preview(by_id(session.id), change, now=now)
        changes.run(session, change, shown.digest, by=1, now=now)
    return [(row.name, row.effect.what) for row in shown.rows]


def mails(template: str) -> list[MailMessage]:
    with unit(writes=False):
        return list(
            db.session.scalars(sa.select(MailMessage).where(MailMessage.template == template))
        )


def test_the_preview_names_a_group_that_would_never_fit_and_its_contact_gets_one_mail(
    app: Flask, session: ClassSession, group: list[Person], now: datetime
) -> None:
    told = resize(session, 2, 0, now)

    assert told == [(name, "group_too_large_now") for name in ("Gus", "Hal", "Ida")]
    assert waiting(session) == [person.id for person in group]
    assert decided(group[2])[-1] == ("stranded", "group_too_large_now")
    (mail,) = mails("group_too_large")
    assert mail.person_id == group[0].id
    body = compose(mail, app.extensions["settings"]).get_content()
    assert "fewer than the group of 3 that you enrolled needs" in body
    assert f"/class-sessions/{session.code}/groups/3\n" in body


def test_whom_the_change_leaves_as_they_were_are_not_told_again(
    session: ClassSession, group: list[Person], now: datetime
) -> None:
    resize(session, 2, 0, now)

    assert resize(session, 2, 0, now) == []
    assert len(mails("group_too_large")) == 1
    assert resize(session, 4, 1, now) == [(name, "gets_seat") for name in ("Gus", "Hal", "Ida")]


def test_who_waits_for_a_kind_that_is_gone_is_told_and_may_wish_for_another(
    app: Flask, make: Factory, session: ClassSession, now: datetime
) -> None:
    make.enrolled(session, make.person("Vic"), SeatKind.VIRTUAL)
    wanda = make.person("Wanda")
    make.enrolled(session, wanda, SeatKind.VIRTUAL)

    told = resize(session, 3, 0, now)

    # Vic loses the only virtual seat and, asking for nothing else, waits in vain like Wanda.
    assert told == [("Vic", "back_to_queue"), ("Vic", "kind_is_gone"), ("Wanda", "kind_is_gone")]
    theirs = make.sign_in(app.test_client(), wanda)
    answer = theirs.get(f"/class-sessions/{session.code}")
    assert "There are no seats of that kind any more." in text(answer)
    assert submit(theirs, answer, "form[action$=wish]", kind="either").status_code == 303
    assert wanda.id in seated(session)
    assert len(mails("kind_is_gone")) == 2


def test_those_behind_a_group_that_never_fits_are_seated_in_the_published_order(
    make: Factory, session: ClassSession, group: list[Person], now: datetime
) -> None:
    resize(session, 2, 0, now)
    late, later = cast(make, "Lea", "Leo")
    make.enrolled(session, late)
    make.enrolled(session, later)
    with unit(writes=True):
        first = db.session.scalar(sa.select(Person.id).where(Person.name == "Ada"))
        assert first is not None
        seats.cancel_seat(session, first, by=first, now=now)

    assert late.id in seated(session)
    assert waiting(session) == [*[person.id for person in group], later.id]
    assert decided(group[0])[-1] == ("skipped", "group_does_not_fit")


def test_a_split_group_keeps_its_places_and_takes_what_is_free(
    session: ClassSession, group: list[Person], now: datetime
) -> None:
    with unit(writes=True):
        actions.split(session, 3, by=group[0].id, now=now)

    # Two seats were free, too few for three together.
    assert waiting(session) == [group[2].id]
    assert {group[0].id, group[1].id} <= seated(session)
    assert [mail.person_id for mail in mails("group_split")] == [group[2].id]
    assert len(mails("promoted")) == 2
    with pytest.raises(Refusal, match="group_gone"), unit(writes=True):
        actions.split(session, 3, by=group[0].id, now=now)


def test_a_group_given_up_waits_no_more_and_each_is_told(
    session: ClassSession, group: list[Person], now: datetime
) -> None:
    with unit(writes=True):
        actions.give_up(session, 3, by=group[0].id, now=now)

    assert waiting(session) == []
    assert decided(group[1])[-1] == ("left", "group_given_up")
    assert {mail.person_id for mail in mails("group_given_up")} == {one.id for one in group}


def manager(app: Flask, make: Factory, name: str, limit: Organisation | None) -> FlaskClient:
    role = Role.ORGANISATION_MANAGER if limit else Role.ADMINISTRATOR
    return make.sign_in(app.test_client(), make.person(name, role, organisation=limit, limit=limit))


def test_a_manager_splits_the_own_group_on_its_page(
    app: Flask, make: Factory, session: ClassSession, group: list[Person],
    acme: Organisation, now: datetime,
) -> None:  # fmt: skip
    resize(session, 2, 0, now)
    mona = manager(app, make, "Mona", acme)
    path = f"/class-sessions/{session.code}/groups/3"

    assert page(mona.get(f"/class-sessions/{session.code}")).select_one(f'a[href="{path}"]')
    shown = mona.get(path)
    assert "This group does not fit the class session any more." in text(shown)
    assert "Gus" in text(shown)
    assert submit(mona, shown, f'form[action="{path}/split"]').status_code == 303
    assert submit(mona, shown, f'form[action="{path}/split"]').status_code in (303, 404)
    assert "Each of them" not in text(mona.get(f"/class-sessions/{session.code}"))
    assert mona.get(path).status_code == 404
    assert waiting(session) == [person.id for person in group]


def test_an_administrator_takes_a_group_off_the_list(
    app: Flask, make: Factory, session: ClassSession, group: list[Person]
) -> None:
    root = manager(app, make, "Root", None)
    path = f"/class-sessions/{session.code}/groups/3"

    assert page(root.get(f"/manage/class-sessions/{session.code}")).select_one(f'a[href="{path}"]')
    assert submit(root, root.get(path), f'form[action="{path}/departure"]').status_code == 303
    assert waiting(session) == []


def test_others_find_no_such_group(
    app: Flask, make: Factory, session: ClassSession, group: list[Person]
) -> None:
    rita = manager(app, make, "Rita", make.organisation("rival"))
    app.config["WTF_CSRF_ENABLED"] = False
    path = f"/class-sessions/{session.code}/groups/3"

    assert rita.get(path).status_code == 404
    assert rita.post(f"{path}/split").status_code == 404
    assert rita.post(f"{path}/departure").status_code == 404
    assert path not in rita.get(f"/class-sessions/{session.code}").text
    learner = make.sign_in(app.test_client(), group[1])
    assert learner.get(path).status_code == 403
    assert waiting(session) == [person.id for person in group]
