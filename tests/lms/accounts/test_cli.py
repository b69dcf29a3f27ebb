"""`flask people`: how the first administrator gets in."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import AccountState, Membership, Person, RoleGrant
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page

FRESH = "four words nobody guesses"


def invite(app: Flask, *args: str) -> tuple[int, str]:
    """Exit status and output of `flask people invite`."""
    result = app.test_cli_runner().invoke(args=["people", "invite", *args])
    return result.exit_code, result.output.strip()


def grants() -> list[tuple[str, Role, int | None]]:
    with unit(writes=False):
        rows = db.session.execute(
            sa.select(Person.name, RoleGrant.role, RoleGrant.organisation_id).join(
                RoleGrant, RoleGrant.person_id == Person.id
            )
        )
        return [(name, role, organisation) for name, role, organisation in rows]


def test_the_first_administrator_gets_in_by_the_printed_link(
    app: Flask, client: FlaskClient, make: Factory
) -> None:
    status, link = invite(
        app, "--role", "administrator", "helen@people.example", "--name", "Helen Marsh"
    )
    assert status == 0
    assert link.startswith("http://academy.test/invitation/")
    path = link.removeprefix("http://academy.test")

    Page(client.get(path)).form(path).submit(client, password=FRESH)

    assert client.get("/manage/people").status_code == 200
    assert client.get(path).status_code == 410
    assert grants() == [("Helen Marsh", Role.ADMINISTRATOR, None)]


def test_inviting_twice_prints_a_fresh_link_and_gives_the_role_once(
    app: Flask, client: FlaskClient, make: Factory
) -> None:
    _, older = invite(app, "--role", "auditor", "tom@people.example")
    _, newer = invite(app, "--role", "auditor", "TOM@people.example")
    assert client.get(older.removeprefix("http://academy.test")).status_code == 410
    assert client.get(newer.removeprefix("http://academy.test")).status_code == 200
    assert grants() == [("tom", Role.AUDITOR, None)]


def test_a_name_is_what_people_see_of_it(app: Flask, make: Factory) -> None:
    for name in ("\u202eJose\u0301\x01\n Lee", "\u202e "):
        email = f"p{len(name)}@people.example"
        assert invite(app, "--role", "auditor", email, "--name", name)[0] == 0
    assert {name for name, _role, _organisation in grants()} == {"José Lee", "p2"}


def test_a_manager_is_limited_to_the_organisation(app: Flask, make: Factory) -> None:
    acme = make.organisation("acme")
    status, _ = invite(
        app, "--role", "organisation_manager", "--organisation", "acme", "boss@people.example"
    )
    assert status == 0
    assert grants() == [("boss", Role.ORGANISATION_MANAGER, acme.id)]
    with unit(writes=False):
        assert db.session.scalar(sa.select(Membership.organisation_id)) == acme.id


def test_who_has_a_password_gets_a_link_to_reset_it(app: Flask, make: Factory) -> None:
    email = make.account(make.person("Ada", password=FRESH)).email
    assert invite(app, email)[1].startswith("http://academy.test/password-reset/")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["not-an-address"], "no e-mail address"),
        (["--organisation", "nix", "a@people.example"], "no organisation with the code nix"),
        (["--role", "partner", "a@people.example"], "needs an organisation"),
        (["--role", "king", "a@people.example"], "king"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(
    app: Flask, make: Factory, args: list[str], words: str
) -> None:
    status, output = invite(app, *args)
    assert status != 0
    assert words in output
    with unit(writes=False):
        assert db.session.scalars(sa.select(Person)).all() == []


def test_a_disabled_account_is_not_invited(app: Flask, make: Factory) -> None:
    email = make.account(make.person("Gone", state=AccountState.DISABLED)).email
    status, output = invite(app, "--role", "administrator", email)
    assert (status, "disabled" in output, grants()) == (1, True, [])
