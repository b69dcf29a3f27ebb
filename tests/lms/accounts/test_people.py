"""People as administrators, auditors and organisation managers see and change them."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import actions, queries_lists
from lms.accounts.models import Account, AccountState, Membership, Organisation, Person, RoleGrant
from lms.audit import AuditEntry
from lms.db import db, unit
from lms.mail import MailMessage
from lms.permissions import Role
from tests.conftest import NOW
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough


@pytest.fixture
def acme(make: Factory) -> Organisation:
    return make.organisation("acme", make.plan("gold"))


@pytest.fixture
def other(make: Factory) -> Organisation:
    return make.organisation("zenith")


@pytest.fixture
def admin(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Helen Marsh", Role.ADMINISTRATOR))


@pytest.fixture
def boss(app: Flask, make: Factory, acme: Organisation) -> FlaskClient:
    person = make.person("Mara Manager", Role.ORGANISATION_MANAGER, organisation=acme, limit=acme)
    return make.sign_in(app.test_client(), person)


@pytest.fixture
def auditor(app: Flask, make: Factory) -> FlaskClient:
    return make.sign_in(app.test_client(), make.person("Tomasz", Role.AUDITOR))


def path_of(person: Person) -> str:
    return f"/manage/people/{person.public_id}"


def acts() -> list[str]:
    with unit(writes=False):
        return list(db.session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))


def roles_of(person: Person) -> list[tuple[Role, int | None, str | None]]:
    with unit(writes=False):
        rows = db.session.execute(
            sa.select(RoleGrant.role, RoleGrant.organisation_id, RoleGrant.programme_code)
            .where(RoleGrant.person_id == person.id, RoleGrant.ended_at.is_(None))
            .order_by(RoleGrant.id)
        )
        return [(role, organisation, programme) for role, organisation, programme in rows]


def names(page: Page) -> list[str]:
    return [row[0] for row in page.rows()]


def test_people_are_listed_by_name_with_employer_and_account(
    admin: FlaskClient, make: Factory, acme: Organisation
) -> None:
    make.person("Zoë Last", organisation=acme)
    make.person("Ada First", state=AccountState.INVITED)

    page = Page(admin.get("/manage/people"))

    assert names(page) == ["Ada First", "Helen Marsh", "Zoë Last"]
    assert page.rows()[0][3] == "Invited"
    assert page.rows()[2][2:] == ["Acme", "Active"]


def test_search_finds_words_of_name_and_address_in_any_case(
    admin: FlaskClient, make: Factory
) -> None:
    make.person("Ångström Müller")
    make.person("Percent 100%")
    for text, found in (("MÜLL ång", ["Ångström Müller"]), ("0%", ["Percent 100%"]), ("_", [])):
        page = Page(admin.get("/manage/people", query_string={"q": text}))
        assert (names(page) if page.soup.table else []) == found
    assert "Nobody found" in Page(admin.get("/manage/people?q=nobody")).text


def test_search_finds_a_piece_of_a_word_and_follows_every_change(
    admin: FlaskClient, make: Factory
) -> None:
    def found(text: str) -> list[str]:
        page = Page(admin.get("/manage/people", query_string={"q": text}))
        return names(page) if page.soup.table else []

    person = make.person("Katharina Vogelsang")
    make.person('Anna "Vo" Gel')
    db.session.commit()
    assert found("ogels") == ["Katharina Vogelsang"]
    assert found('"vo" gel') == ['Anna "Vo" Gel']
    assert found("thar ang") == ["Katharina Vogelsang"]
    own = sa.select(Account.email).where(Account.person_id == person.id)
    address = db.session.scalars(own).one()
    assert found(address.upper()) == found(f"kath {address}") == ["Katharina Vogelsang"]
    assert found(f"anna {address}") == []
    assert found(address[1:]) == ["Katharina Vogelsang"]
    with unit(writes=True):
        actions.change_profile(
            db.session.get_one(Person, person.id),
            name="Katharina Nachtigall",
            language="en",
            time_zone="UTC",
            by=person.id,
            now=NOW,
        )
    assert (found("ogels"), found("htigal")) == ([], ["Katharina Nachtigall"])


def test_words_that_many_have_are_found_by_pages_of_the_whole_list(
    admin: FlaskClient, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries_lists, "FEW", 2)
    for number in range(4):
        make.person(f"Same Name {number}")
    db.session.commit()
    assert len(Page(admin.get("/manage/people?q=same")).rows()) == 4


def test_the_list_pages_by_its_last_row(admin: FlaskClient, make: Factory) -> None:
    for number in range(51):
        make.person(f"Same Name {number // 40}")

    first = Page(admin.get("/manage/people?q=same"))
    link = first.soup.select_one("a[rel=next]")
    assert link is not None
    second = Page(admin.get(str(link["href"])))

    assert [len(first.rows()), len(second.rows())] == [50, 1]
    assert second.soup.select_one("a[rel=next]") is None
    assert admin.get("/manage/people?after=nonsense").status_code == 404


def test_a_manager_sees_the_own_people_and_only_the_own_side_of_them(
    boss: FlaskClient, make: Factory, acme: Organisation, other: Organisation
) -> None:
    both = make.person("Bo Both", organisation=acme)
    make.member(both, other)
    outsider = make.person("Otto", organisation=other)

    page = Page(boss.get("/manage/people"))
    assert names(page) == ["Bo Both", "Mara Manager"]
    assert page.rows()[0][2] == "Acme"

    shown = Page(boss.get(path_of(both)))
    assert "Acme" in shown.text
    assert "Zenith" not in shown.text
    assert "What happened" not in shown.text
    assert boss.get(path_of(outsider)).status_code == 404
    assert boss.get("/manage/people/nobody").status_code == 404


def test_a_former_employee_is_out_of_the_managers_reach(
    boss: FlaskClient, make: Factory, acme: Organisation
) -> None:
    ex = make.person("Ex", organisation=acme)
    page = Page(boss.get(path_of(ex)))
    with unit(writes=False):
        member = db.session.scalars(
            sa.select(Membership.id).where(Membership.person_id == ex.id)
        ).one()

    done = page.form(f"{path_of(ex)}/memberships/{member}/end").submit(boss)

    assert done.location == "/manage/people"
    assert boss.get(path_of(ex)).status_code == 404
    assert acts() == ["membership.ended"]


def test_a_manager_invites_into_the_own_organisation_only(
    boss: FlaskClient, make: Factory, acme: Organisation, other: Organisation
) -> None:
    form = Page(boss.get("/manage/people/new")).form("/manage/people/new")
    assert [option["value"] for option in form.tag.select("[name=organisation] option")] == ["acme"]

    forged = Page(form.submit(boss, name="Nia", email="nia@people.example", organisation="zenith"))
    assert forged.status == 422
    assert forged.error_of("organisation")

    fresh = Page(boss.get("/manage/people/new")).form("/manage/people/new")
    done = fresh.submit(boss, name="Nia New", email="Nia@people.example", organisation="acme")

    page = Page(boss.get(done.location))
    assert page.h1 == "Nia New"
    assert "Invited" in page.text
    assert acts() == ["person.created", "account.created", "membership.started", "account.invited"]
    with unit(writes=False):
        mail = db.session.scalars(sa.select(MailMessage)).one()
    assert (mail.template, mail.to_address) == ("invited", "Nia@people.example")


def test_an_address_that_is_taken_is_refused_beside_its_field(
    admin: FlaskClient, make: Factory
) -> None:
    taken = make.account(make.person("Ada")).email.upper()
    form = Page(admin.get("/manage/people/new")).form("/manage/people/new")
    page = Page(form.submit(admin, name="Another", email=taken))
    assert page.status == 422
    assert "already" in page.error_of("email")
    assert page.field("name")["value"] == "Another"


def test_an_auditor_sees_everything_and_changes_nothing(
    auditor: FlaskClient, make: Factory, acme: Organisation
) -> None:
    ada = make.person("Ada", organisation=acme)
    page = Page(auditor.get(path_of(ada)))
    assert page.status == 200
    assert page.soup.select("main form") == []
    assert auditor.get("/manage/people/new").status_code == 403


def test_a_role_is_given_with_its_limit_and_taken_back(
    admin: FlaskClient, make: Factory, acme: Organisation
) -> None:
    ada = make.person("Ada", organisation=acme)
    path = path_of(ada)

    form = Page(admin.get(path)).form(f"{path}/roles")
    assert form.submit(admin, role="organisation_manager", organisation="acme").location == path
    again = Page(admin.get(path)).form(f"{path}/roles")
    again.submit(admin, role="organisation_manager", organisation="acme")
    assert roles_of(ada) == [(Role.ORGANISATION_MANAGER, acme.id, None)]

    page = Page(admin.get(path))
    assert "Organisation manager Acme" in page.text
    [end] = [tag for tag in page.soup.select("form") if "/roles/" in str(tag["action"])]
    page.form(str(end["action"])).submit(admin)
    assert roles_of(ada) == []
    assert acts() == ["role.granted", "role.ended"]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"role": "partner"}, "organisation", "needs an organisation"),
        ({"role": "administrator", "organisation": "acme"}, "organisation", "not limited"),
        ({"role": "support_agent", "programme": "ADM"}, "programme", "not limited"),
        ({"role": "trainer", "region": "emea"}, "region", "not limited"),
    ],
)
def test_a_limit_that_limits_nothing_is_refused(
    admin: FlaskClient,
    make: Factory,
    acme: Organisation,
    values: dict[str, str],
    field: str,
    words: str,
) -> None:
    ada = make.person("Ada")
    form = Page(admin.get(path_of(ada))).form(f"{path_of(ada)}/roles")
    page = Page(form.submit(admin, **values))
    assert page.status == 422
    assert page.title.startswith("Error:")
    assert words in page.error_of(field)
    assert roles_of(ada) == []


def test_the_last_administrator_who_can_sign_in_stays(app: Flask, make: Factory) -> None:
    helen = make.person("Helen", Role.ADMINISTRATOR)
    make.person("Not yet", Role.ADMINISTRATOR, state=AccountState.INVITED)
    client = make.sign_in(app.test_client(), helen)
    page = Page(client.get(path_of(helen)))
    [end] = [tag for tag in page.soup.select("form") if "/roles/" in str(tag["action"])]

    refused = Page(page.form(str(end["action"])).submit(client))

    assert refused.status == 409
    assert "last administrator" in refused.text
    assert roles_of(helen) == [(Role.ADMINISTRATOR, None, None)]


def test_disabling_an_account_signs_it_out_and_enabling_opens_it_again(
    app: Flask, admin: FlaskClient, make: Factory
) -> None:
    ada = make.person("Ada", password="correct horse battery")
    hers = make.sign_in(app.test_client(), ada)
    action = f"{path_of(ada)}/accounts/{make.account(ada).id}/state"

    Page(admin.get(path_of(ada))).form(action).submit(admin)
    assert make.account(ada).state == AccountState.DISABLED
    assert hers.get("/account").status_code == 303

    Page(admin.get(path_of(ada))).form(action).submit(admin)
    assert make.account(ada).state == AccountState.ACTIVE
    assert hers.get("/account").status_code == 303
    assert acts() == ["account.disabled", "account.enabled"]


def test_nobody_disables_the_own_account(app: Flask, make: Factory) -> None:
    helen = make.person("Helen", Role.ADMINISTRATOR)
    make.person("Second", Role.ADMINISTRATOR)
    client = make.sign_in(app.test_client(), helen)
    action = f"{path_of(helen)}/accounts/{make.account(helen).id}/state"
    page = Page(client.get(path_of(helen)))
    assert not page.has_form(action)
    form = page.form(f"{path_of(helen)}/roles")
    form.tag["action"] = action
    assert form.submit(client).status_code == 403


def test_an_administrator_signs_somebody_out_everywhere(
    app: Flask, admin: FlaskClient, make: Factory
) -> None:
    ada = make.person("Ada")
    browsers = [make.sign_in(app.test_client(), ada) for _ in range(2)]
    action = f"{path_of(ada)}/accounts/{make.account(ada).id}/sign-ins/end"
    Page(admin.get(path_of(ada))).form(action).submit(admin)
    assert [browser.get("/account").status_code for browser in browsers] == [303, 303]
    assert acts() == ["sign_ins.ended"]


def test_an_invitation_is_sent_again_and_the_older_link_stops(
    client: FlaskClient, admin: FlaskClient, make: Factory
) -> None:
    guest = make.person("Guest", state=AccountState.INVITED)
    older = make.link(guest)
    action = f"{path_of(guest)}/accounts/{make.account(guest).id}/invitation"
    page = Page(admin.get(path_of(guest)))
    assert page.form(action).submit(admin).location == path_of(guest)
    assert client.get(f"/invitation/{older}").status_code == 410

    ada = make.person("Ada")
    form = page.form(action)
    form.tag["action"] = f"{path_of(ada)}/accounts/{make.account(ada).id}/invitation"
    form.values.pop("once")
    assert form.submit(admin).status_code == 404


def test_nested_ids_belong_to_their_person(
    admin: FlaskClient, make: Factory, acme: Organisation
) -> None:
    ada, eve = make.person("Ada", Role.TRAINER, organisation=acme), make.person("Eve")
    with unit(writes=False):
        grant = db.session.scalars(
            sa.select(RoleGrant.id).where(RoleGrant.person_id == ada.id)
        ).one()
        member = db.session.scalars(sa.select(Membership.id)).one()
    account = make.account(ada).id
    form = Page(admin.get(path_of(eve))).form(f"{path_of(eve)}/roles")
    for tail in (
        f"roles/{grant}/end",
        f"memberships/{member}/end",
        f"accounts/{account}/state",
        f"accounts/{account}/sign-ins/end",
        f"accounts/{account}/invitation",
    ):
        form.tag["action"] = f"{path_of(eve)}/{tail}"
        form.values.pop("once", None)
        assert form.submit(admin).status_code == 404, tail
        assert admin.get(f"{path_of(eve)}/{tail}").location == path_of(eve)


def test_a_person_joins_another_organisation_on_their_page(
    admin: FlaskClient, make: Factory, acme: Organisation
) -> None:
    ada = make.person("Ada")
    form = Page(admin.get(path_of(ada))).form(f"{path_of(ada)}/memberships")
    form.fill("member-organisation", "acme")
    assert form.submit(admin).location == path_of(ada)
    page = Page(admin.get(path_of(ada)))
    assert "Acme since 23 Nov 2026" in page.text
    assert "Joined an organisation by Helen Marsh" in page.text


def test_a_managers_forged_posts_reach_no_outsider(
    boss: FlaskClient, make: Factory, acme: Organisation, other: Organisation
) -> None:
    colleague = make.person("Cora", organisation=acme)
    outsider = make.person("Otto", organisation=other, state=AccountState.INVITED)
    with unit(writes=False):
        member = db.session.scalars(
            sa.select(Membership.id).where(Membership.person_id == outsider.id)
        ).one()
    form = Page(boss.get(path_of(colleague))).form(f"{path_of(colleague)}/memberships")
    for tail, status in (
        ("memberships", 404),
        (f"memberships/{member}/end", 404),
        (f"accounts/{make.account(outsider).id}/invitation", 404),
        (f"accounts/{make.account(outsider).id}/state", 403),
        ("roles", 403),
    ):
        form.tag["action"] = f"{path_of(outsider)}/{tail}"
        form.values.pop("once", None)
        assert form.submit(boss).status_code == status, tail


def test_an_organisation_is_added_changed_and_shows_its_people(
    admin: FlaskClient, make: Factory
) -> None:
    make.plan("gold")
    form = Page(admin.get("/manage/organisations/new")).form("/manage/organisations/new")
    done = form.submit(admin, code="north-1", name="Northwind", plan="gold", region="emea")
    assert done.location == "/manage/organisations/north-1"
    with unit(writes=False):
        found = db.session.scalars(sa.select(Organisation)).one()
    make.person("Ada Lovelace", organisation=found)

    page = Page(admin.get("/manage/organisations/north-1"))
    assert names(page) == ["Ada Lovelace"]
    page.form("/manage/organisations/north-1").submit(
        admin, code="other", name="Northwind Logistics", plan="", is_partner=True
    )

    rows = Page(admin.get("/manage/organisations")).rows()
    assert rows == [["Northwind Logistics Partner", "–", "1"]]
    assert admin.get("/manage/organisations/other").status_code == 404
    assert acts() == ["organisation.saved", "organisation.saved"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "acme", "name": "Again"}, "code"),
        ({"code": "With Space", "name": "X"}, "code"),
        ({"code": "x", "name": ""}, "name"),
    ],
)
def test_an_organisation_with_an_error_is_shown_again(
    admin: FlaskClient, acme: Organisation, values: dict[str, str], field: str
) -> None:
    form = Page(admin.get("/manage/organisations/new")).form("/manage/organisations/new")
    page = Page(form.submit(admin, **values))
    assert page.status == 422
    assert page.error_of(field)


def test_an_auditor_reads_an_organisation_and_a_manager_does_not(
    auditor: FlaskClient, boss: FlaskClient, acme: Organisation
) -> None:
    page = Page(auditor.get("/manage/organisations/acme"))
    assert page.soup.select("main form") == []
    assert "Gold" in page.text
    assert boss.get("/manage/organisations/acme").status_code == 403
    assert auditor.get("/manage/organisations/nothing").status_code == 404


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Åsa Ångström", ["angstrom", "Ångström", "ÅSA ANGSTROM", "A\u030angstr"]),
        ("Paweł Wójcik", ["wojcik", "pawel", "WÓJCIK", "Paweł"]),
        ("Nguyễn Thị Đào", ["nguyen", "dao", "Nguyễn"]),
        ("Jürgen Groß", ["jurgen", "gross", "groß"]),
        ("Søren Kjær", ["soren", "kjaer", "Søren"]),
        ("李小龍", ["小龍", "李小龍"]),
        ("ガンジー", ["ガンジー"]),
    ],
)
def test_people_are_found_with_and_without_accents(
    make: Factory, admin: FlaskClient, name: str, typed: list[str]
) -> None:
    make.person(name)
    make.person("Adam Other")
    for text in typed:
        found = Page(admin.get("/manage/people", query_string={"q": text}))
        assert name in found.text, text
        assert "Adam Other" not in found.text


def test_an_address_with_accents_is_found_whole(make: Factory, admin: FlaskClient) -> None:
    address = "jörg@büro.example"
    with unit(writes=True):
        person = actions.create_person("Jörg Ott", by=None, now=make.now, email=address)
        actions.create_account(person, address, by=None, now=make.now)
    for text in ("jörg@büro.example", "JORG@buro"):
        assert "Jörg Ott" in Page(admin.get("/manage/people", query_string={"q": text})).text
