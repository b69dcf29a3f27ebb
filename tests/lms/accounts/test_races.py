"""What must happen once, under real threads, on PostgreSQL: SQLite hides these races."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from lms import audit, limits
from lms.accounts import actions, credentials, identity, passwords, queries
from lms.accounts.models import Account, Membership, Person, RoleGrant, SignIn, TokenKind
from lms.db import db, run, unit
from lms.errors import Refusal
from lms.permissions import Role
from tests.factories import Factory

pytestmark = pytest.mark.postgres
Work = Callable[[], object]
AT_ONCE = 8
PASSWORD = "correct horse battery"


def at_once(app: Flask, works: Sequence[Work]) -> list[object]:
    """Run all of these at the same moment, each in a thread and a unit; refusals are results."""
    ready = threading.Barrier(len(works), timeout=60)
    results: list[object] = [None] * len(works)

    def one(number: int, work: Work) -> None:
        with app.app_context():
            ready.wait()
            try:
                results[number] = run(work)
            except (Refusal, DBAPIError) as error:
                results[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def won(results: list[object]) -> int:
    """How many were not refused; nothing but refusals may stop the others."""
    assert not [result for result in results if isinstance(result, DBAPIError)]
    return sum(not isinstance(result, Refusal) for result in results)


def test_an_invitation_is_used_once_by_whoever_is_first(
    app: Flask, make: Factory, now: datetime
) -> None:
    guest = make.person("Guest")
    token = make.link(guest)

    def use(number: int) -> Work:
        return lambda: credentials.use_token(
            token, TokenKind.INVITATION, f"a good password {number}", now=now
        )

    results = at_once(app, [use(number) for number in range(AT_ONCE)])

    assert won(results) == 1
    winner = next(n for n, result in enumerate(results) if not isinstance(result, Refusal))
    assert passwords.fits(make.account(guest).password_hash, f"a good password {winner}")


def test_one_address_gets_one_account(app: Flask, make: Factory, now: datetime) -> None:
    people = [make.person(f"P{number}").id for number in range(AT_ONCE)]

    def create(person_id: int) -> Work:
        return lambda: actions.create_account(
            queries.person_by_id(person_id), "Same@people.example", by=None, now=now
        )

    assert won(at_once(app, [create(person_id) for person_id in people])) == 1
    with unit(writes=False):
        same = sa.select(sa.func.count()).where(Account.email_key == "same@people.example")
        assert db.session.scalar(same) == 1
        assert list(audit.verify()) == []


def test_a_role_and_a_membership_are_given_once(app: Flask, make: Factory, now: datetime) -> None:
    ada, acme = make.person("Ada"), make.organisation("acme")
    person_id, code = ada.id, acme.code

    def give() -> None:
        person = queries.person_by_id(person_id)
        organisation = queries.organisation_by_code(code)
        assert organisation is not None
        actions.add_member(person, organisation, by=None, on=now.date(), now=now)
        actions.grant_role(person, Role.TRAINER, by=None, now=now)

    assert won(at_once(app, [give] * AT_ONCE)) == AT_ONCE
    with unit(writes=False):
        for model in (Membership, RoleGrant):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 1


def test_administrators_who_end_one_another_leave_one(
    app: Flask, make: Factory, now: datetime
) -> None:
    people = [make.person(f"Admin {n}", Role.ADMINISTRATOR).id for n in range(4)]
    with unit(writes=False):
        rows = db.session.execute(sa.select(RoleGrant.person_id, RoleGrant.id))
        grants = {row.person_id: row.id for row in rows}

    def end(person_id: int) -> Work:
        return lambda: actions.end_role(
            queries.person_by_id(person_id), grants[person_id], by=person_id, now=now
        )

    def disable(person_id: int) -> Work:
        return lambda: credentials.set_account_state(
            queries.accounts_of(person_id)[0], disabled=True, by=person_id, now=now
        )

    works = [end(people[0]), end(people[1]), disable(people[2]), disable(people[3])]

    assert won(at_once(app, works)) == 3
    with unit(writes=False):
        able = db.session.scalars(
            sa.select(Person.id)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .join(Account, Account.person_id == Person.id)
            .where(RoleGrant.ended_at.is_(None), Account.state == "active")
        ).all()
    assert len(able) == 1


def test_tries_of_all_processes_are_counted_together(app: Flask, make: Factory) -> None:
    storage = limits.TableStorage(f"academytable://{app.extensions['settings'].database_url}")
    counted: list[object] = at_once(app, [lambda: storage.incr("key", 60)] * AT_ONCE)
    assert sorted(str(number) for number in counted) == [str(n) for n in range(1, AT_ONCE + 1)]


def test_a_sign_in_that_begins_while_the_account_is_disabled_does_not_outlive_it(
    app: Flask, make: Factory, now: datetime
) -> None:
    ada = make.person("Ada", password=PASSWORD)
    email, person_id = make.account(ada).email, ada.id

    def sign_in() -> None:
        account = credentials.authenticated(email, PASSWORD)
        if account is not None:
            identity.start(account, now=now)

    def disable() -> None:
        account = queries.accounts_of(person_id)[0]
        credentials.set_account_state(account, disabled=True, by=person_id, now=now)

    at_once(app, [sign_in, disable, sign_in, sign_in])

    with unit(writes=False):
        live = sa.select(sa.func.count()).where(SignIn.ended_at.is_(None))
        assert db.session.scalar(live) == 0
