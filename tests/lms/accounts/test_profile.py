"""The own profile, password and sign-ins, and the preferences of a browser."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import passwords
from lms.accounts.models import Person, SignIn
from lms.audit import AuditEntry, AuditPrivate
from lms.db import db, unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough

PASSWORD = "correct horse battery"
FRESH = "four words nobody guesses"


@pytest.fixture
def ada(make: Factory) -> Person:
    return make.person("Ada Lovelace", password=PASSWORD)


@pytest.fixture
def mine(client: FlaskClient, make: Factory, ada: Person) -> FlaskClient:
    return make.sign_in(client, ada)


def sign_in_ids() -> list[int]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(SignIn.id).order_by(SignIn.id)))


def test_a_name_holds_no_letters_that_nobody_sees(mine: FlaskClient, ada: Person) -> None:
    """They would turn the words beside it around, and break the document's metadata."""
    form = Page(mine.get("/account")).form("/account")
    form.submit(mine, name="\u202eAda\x01\r\nKing")
    with unit(writes=False):
        person = db.session.get_one(Person, ada.id)
        assert (person.name, person.sort_name) == ("Ada King", "ada king")


@pytest.mark.parametrize("name", ["   ", "\u202e", "\x01"])
def test_a_name_that_nobody_sees_is_none(mine: FlaskClient, ada: Person, name: str) -> None:
    form = Page(mine.get("/account")).form("/account")
    assert form.submit(mine, name=name).status_code == 422
    with unit(writes=False):
        assert db.session.get_one(Person, ada.id).name == "Ada Lovelace"


def test_a_person_changes_name_zone_and_consent_and_it_is_recorded(mine: FlaskClient) -> None:
    form = Page(mine.get("/account")).form("/account")
    done = form.submit(mine, name="Ada King", time_zone="Asia/Tokyo", consents=True)
    assert done.location == "/account"

    page = Page(mine.get("/account"))

    assert page.alerts == ["Your profile is saved."]
    assert page.field("name")["value"] == "Ada King"
    assert page.form("/account").values["time_zone"] == ["Asia/Tokyo"]
    assert page.field("consents").has_attr("checked")
    with unit(writes=False):
        entries = db.session.execute(
            sa.select(AuditEntry.act, AuditEntry.facts, AuditPrivate.facts)
            .outerjoin(AuditPrivate, AuditPrivate.entry_id == AuditEntry.id)
            .order_by(AuditEntry.id)
        ).all()
    assert [row[0] for row in entries] == ["person.changed", "consent.given"]
    assert entries[0][1] == {}
    assert entries[0][2]["before"]["name"] == "Ada Lovelace"


def test_the_page_says_that_issued_certificates_keep_the_name(mine: FlaskClient) -> None:
    page = Page(mine.get("/account"))
    assert "Certificates that were issued keep theirs" in page.text
    assert "name-hint" in page.field("name")["aria-describedby"]


def test_saving_without_a_change_records_nothing(mine: FlaskClient) -> None:
    Page(mine.get("/account")).form("/account").submit(mine)
    with unit(writes=False):
        assert db.session.scalars(sa.select(AuditEntry)).all() == []


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("name", "x" * 201), ("time_zone", "Mars/Olympus")]
)
def test_a_profile_with_an_error_is_shown_again(mine: FlaskClient, field: str, value: str) -> None:
    page = Page(Page(mine.get("/account")).form("/account").submit(mine, **{field: value}))
    assert page.status == 422
    assert page.error_of(field)
    assert len(page.errors) == 1
    assert Page(mine.get("/account")).field("name")["value"] == "Ada Lovelace"


def test_a_new_password_signs_all_other_browsers_out(
    app: Flask, mine: FlaskClient, make: Factory, ada: Person
) -> None:
    other = make.sign_in(app.test_client(), ada)
    form = Page(mine.get("/account/password")).form("/account/password")

    assert form.submit(mine, old=PASSWORD, new=FRESH).location == "/account"

    assert mine.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert passwords.fits(make.account(ada).password_hash, FRESH)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("wrong", FRESH, "old"), (PASSWORD, "short", "new"), (PASSWORD, "iloveyou1", "new")],
)
def test_a_password_is_changed_only_knowing_the_old_one_and_to_a_good_one(
    mine: FlaskClient, make: Factory, ada: Person, old: str, new: str, field: str
) -> None:
    form = Page(mine.get("/account/password")).form("/account/password")
    page = Page(form.submit(mine, old=old, new=new))
    assert page.status == 422
    assert page.error_of(field)
    assert passwords.fits(make.account(ada).password_hash, PASSWORD)


def test_one_browser_is_signed_out_from_another(
    app: Flask, mine: FlaskClient, make: Factory, ada: Person
) -> None:
    other = make.sign_in(app.test_client(), ada)
    own, others = sign_in_ids()
    page = Page(mine.get("/account"))
    assert not page.has_form(f"/account/sign-ins/{own}/end")

    page.form(f"/account/sign-ins/{others}/end").submit(mine)

    assert other.get("/account").status_code == 303
    assert mine.get("/account").status_code == 200


def test_all_other_browsers_are_signed_out_at_once(
    app: Flask, mine: FlaskClient, make: Factory, ada: Person
) -> None:
    others = [make.sign_in(app.test_client(), ada) for _ in range(2)]
    Page(mine.get("/account")).form("/account/sign-ins/end-others").submit(mine)
    assert [other.get("/account").status_code for other in others] == [303, 303]
    page = Page(mine.get("/account"))
    assert page.alerts == ["All other browsers are signed out."]
    assert not page.has_form("/account/sign-ins/end-others")


def test_anothers_sign_in_is_not_found(
    app: Flask, mine: FlaskClient, make: Factory, ada: Person
) -> None:
    make.sign_in(app.test_client(), ada)
    grace = make.sign_in(app.test_client(), make.person("Grace"))
    own, second, foreign = sign_in_ids()
    form = Page(mine.get("/account")).form(f"/account/sign-ins/{second}/end")
    form.tag["action"] = f"/account/sign-ins/{foreign}/end"

    assert form.submit(mine).status_code == 404
    assert grace.get("/account").status_code == 200
    assert mine.get(f"/account/sign-ins/{own}/end").location == "/account"


def test_the_profile_names_employers_and_roles(app: Flask, make: Factory) -> None:
    acme = make.organisation("acme", make.plan("gold"))
    boss = make.person("Boss", Role.ORGANISATION_MANAGER, organisation=acme, limit=acme)
    page = Page(make.sign_in(app.test_client(), boss).get("/account"))
    assert "Acme Gold" in page.text
    assert "Organisation manager Acme" in page.text


def test_theme_and_language_are_kept_in_the_browser(client: FlaskClient) -> None:
    form = Page(client.get("/preferences")).form("/preferences")
    assert form.submit(client, theme="dark", lang="en").location == "/preferences"

    page = Page(client.get("/preferences"))

    assert page.soup.select_one("html[data-theme=dark]")
    assert page.soup.select_one("input[value=dark][checked]")


def test_nonsense_preferences_set_no_cookie(client: FlaskClient) -> None:
    form = Page(client.get("/preferences")).form("/preferences")
    values = {**form.values, "theme": "<b>", "lang": "xx", "next": "//evil.example"}
    answer = client.post("/preferences", data=values)
    assert answer.location == "/"
    assert client.get_cookie("theme") is None
    assert client.get_cookie("lang") is None


def test_the_account_belongs_to_who_is_signed_in(client: FlaskClient) -> None:
    for path in ("/account", "/account/password"):
        assert client.get(path).location == f"/sign-in?next={path}"
    assert client.delete("/account").status_code in (400, 405)


def test_wrong_passwords_of_a_reader_are_counted_whatever_address_they_type(
    mine: FlaskClient,
) -> None:
    """Else whoever sits at somebody's browser could guess without end."""
    form = Page(mine.get("/account/password")).form("/account/password")
    form.values |= {"old": ["wrong"], "new": [FRESH]}

    def guess(number: int) -> int:
        data = form.values | {"email": [f"{number}@people.example"]}
        return mine.post("/account/password", data=data).status_code

    assert [guess(number) for number in range(11)] == [422] * 10 + [429]
