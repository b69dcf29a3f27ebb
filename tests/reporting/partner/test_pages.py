"""The partners' pages: lists, result files, the own people, subscriptions, tokens."""

import csv
import hashlib
import io
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.awards.actions import revoke, suspend
from certification.awards.models import Scheme
from certification.certificates import codes
from certification.certificates.models import Certificate
from certification.certificates.models_checks import CertificateCheck
from lms import clock, revisions
from lms.accounts import actions as accounts
from lms.accounts.models import LimitCounter, Organisation, Person
from lms.api import tokens
from lms.db import db, unit
from lms.i18n import long_date
from lms.permissions import Role
from reporting.partner.models import NewsSubscription
from tests.factories import Factory
from tests.page import Page, words
from tests.queries import counted

pytestmark = pytest.mark.thorough

NOBODY = "nobody@people.example"


@pytest.fixture
def acme(make: Factory) -> Organisation:
    """A partner."""
    return make.organisation("acme", is_partner=True)


@pytest.fixture
def ada(make: Factory, acme: Organisation) -> Certificate:
    """The certificate of somebody at Acme."""
    make.course(programme := make.programme())
    person = make.person("Ada Lovelace", organisation=acme)
    return make.issued(make.award(person, make.scheme(programme)))


@pytest.fixture
def partner(app: Flask, make: Factory, acme: Organisation) -> FlaskClient:
    """Acme's partner, signed in."""
    person = make.person("Pia", Role.PARTNER, organisation=acme, limit=acme)
    return make.sign_in(app.test_client(), person)


def other_partner(app: Flask, make: Factory) -> FlaskClient:
    other = make.organisation("other", is_partner=True)
    person = make.person("Otto", Role.PARTNER, organisation=other, limit=other)
    return make.sign_in(app.test_client(), person)


def test_a_pasted_list_leads_to_a_result_with_a_file(
    partner: FlaskClient, ada: Certificate
) -> None:
    form = Page(partner.get("/partner/checks")).form("/partner/checks")
    answer = form.submit(partner, entries=f"{ada.code.lower()}; {NOBODY}\n\n {ada.code}")
    assert answer.status_code == 303
    page = Page(partner.get(answer.location))
    assert page.rows()[0][1:4] == ["Valid", "Ada Lovelace", "Certified Administrator Ada Lovelace"]
    assert page.rows()[0][4] == long_date(ada.valid_until)
    assert page.rows()[1][:2] == [NOBODY, "Not found"]
    assert page.rows()[1][4] == ""
    content = partner.get(answer.location + "/result.csv")
    assert str(ada.valid_until) in content.text
    assert content.headers["Content-Disposition"].startswith("attachment")
    row = db.session.scalars(sa.select(CertificateCheck)).one()
    assert hashlib.sha256(content.data).hexdigest() == row.result_sha256
    assert row.counts == {"entries": 2, "not_found": 1, "repeated": 1, "valid": 1}


def test_a_reader_s_lists_are_counted_whatever_else_is_sent(
    partner: FlaskClient, ada: Certificate
) -> None:
    form = Page(partner.get("/partner/checks")).form("/partner/checks")
    assert form.submit(partner, entries=ada.code).status_code == 303
    with unit(writes=True):
        wanted = sa.update(LimitCounter).where(LimitCounter.key.contains("/lists/"))
        done = db.session.execute(wanted.values(hits=60))
        assert getattr(done, "rowcount", 0) == 1
    values = form.values | {"entries": [ada.code], "email": ["x@people.example"]}
    address, bearer = "/partner/checks", {"Authorization": "Bearer x"}
    assert partner.post(address, data=values).status_code == 429
    assert partner.post(address, data=values, headers=bearer).status_code == 429


def test_a_file_is_read_by_the_heading_of_its_column(
    partner: FlaskClient, ada: Certificate
) -> None:
    text = f"name;Code\nAda;{ada.code}\n=cmd;'=1+1\n"
    form = Page(partner.get("/partner/checks")).form("/partner/checks")
    answer = form.submit(partner, file=(io.BytesIO(text.encode()), "list.csv"))
    content = partner.get(answer.location + "/result.csv").data.decode("utf-8-sig")
    assert content.splitlines()[1].startswith(f"{ada.code},valid,")
    assert content.splitlines()[2].startswith("'=1+1,not_found")


def test_a_number_or_a_mistyped_code_in_a_list_is_told_as_what_it_is(
    partner: FlaskClient, ada: Certificate
) -> None:
    typed = [ada.code[1:], ada.number, NOBODY, "garbage line here", "0" * 17]
    form = Page(partner.get("/partner/checks")).form("/partner/checks")
    answer = form.submit(partner, entries="\n".join(typed))
    words = [row[1] for row in Page(partner.get(answer.location)).rows()]
    assert words == ["Mistyped", "Certificate number", "Not found", "Mistyped", "Not found"]
    text = partner.get(answer.location + "/result.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["verdict"] for row in rows} == {"not_found"}
    assert [row["hint"] for row in rows] == ["mistyped", "certificate_number", "", "mistyped", ""]
    assert db.session.scalars(sa.select(CertificateCheck)).one().counts == {
        "entries": 5, "not_found": 5,
    }  # fmt: skip


def test_every_line_has_its_answer_in_the_order_and_spelling_given(
    partner: FlaskClient, make: Factory, ada: Certificate
) -> None:
    """So that a partner's own list can be joined to the result, line by line."""
    account = make.account(person := db.session.get_one(Person, ada.person_id))
    make.issued(make.award(person, make.scheme(make.programme("p2", "P2"), "P2-C")))
    with unit(writes=True):
        accounts.set_consent(db.session.get_one(Person, person.id), consents=True, now=clock.now())
    spelled = codes.grouped(ada.code).lower()
    given = [account.email, ada.code, NOBODY, spelled, account.email.upper(), ada.code]
    form = Page(partner.get("/partner/checks")).form("/partner/checks")
    answer = form.submit(partner, entries="\n\n".join(given))
    text = partner.get(answer.location + "/result.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    asked = [(row["position"], row["entry"], row["repeats"]) for row in rows]
    assert asked == [
        ("1", account.email, ""), ("1", account.email, ""), ("2", ada.code, ""), ("3", NOBODY, ""),
        ("4", spelled, "2"), ("5", account.email.upper(), "1"), ("5", account.email.upper(), "1"),
        ("6", ada.code, "2"),
    ]  # fmt: skip
    assert [row["verdict"] for row in rows] == [
        "valid", "valid", "valid", "not_found", "valid", "valid", "valid", "valid",
    ]  # fmt: skip
    assert len({row["code"] for row in rows if row["position"] in "15"}) == 2
    page = Page(partner.get(answer.location))
    stats = {words(one.dt): words(one.dd) for one in page.soup.select(".stats > div")}
    assert stats == {
        "Lines": "6", "Repeated": "3", "Entries": "3", "Answers": "4",
        "Not found": "1", "Valid": "3",
    }  # fmt: skip
    assert len(page.rows()) == 8


def test_what_was_mistyped_is_counted_apart_from_what_is_not_found(
    partner: FlaskClient, ada: Certificate
) -> None:
    given = [NOBODY, "not a code", "not a code", "TSA-2026-999999", ada.code]
    form = Page(partner.get("/partner/checks")).form("/partner/checks")
    page = Page(partner.get(form.submit(partner, entries="\n".join(given)).location))
    stats = [(words(one.dt), words(one.dd)) for one in page.soup.select(".stats > div")]
    assert stats == [
        ("Lines", "5"), ("Repeated", "1"), ("Entries", "4"), ("Answers", "4"),
        ("Valid", "1"), ("Not found", "1"), ("Certificate number", "1"), ("Mistyped", "1"),
    ]  # fmt: skip


def test_an_empty_or_too_long_list_is_refused_on_the_page(partner: FlaskClient) -> None:
    for text in (" \n", "\n".join(f"code{n}" for n in range(10_001))):
        form = Page(partner.get("/partner/checks")).form("/partner/checks")
        page = Page(form.submit(partner, entries=text))
        assert page.status == 422
        assert page.errors


def test_a_broken_file_is_refused_on_the_page(partner: FlaskClient) -> None:
    for content in (b'"never closed\n', b"\x00\x01\x02", b"x" * 200_000):
        form = Page(partner.get("/partner/checks")).form("/partner/checks")
        answer = form.submit(partner, file=(io.BytesIO(content), "list.csv"))
        assert answer.status_code in (303, 400, 422)


def test_a_result_is_its_organisations(
    app: Flask, make: Factory, partner: FlaskClient, ada: Certificate
) -> None:
    form = Page(partner.get("/partner/checks")).form("/partner/checks")
    location = form.submit(partner, entries=ada.code).location
    stranger = other_partner(app, make)
    for end in ("", "/result.csv", "/receipt.jws"):
        assert stranger.get(location + end).status_code == 404
    assert "Result and receipt" not in Page(stranger.get("/partner/checks")).text


def test_the_own_people_are_shown_with_their_gaps_in_a_constant_number_of_queries(
    partner: FlaskClient, make: Factory, acme: Organisation, ada: Certificate
) -> None:
    make.person("Bob Beginner", organisation=acme)
    with counted() as few:
        page = Page(partner.get("/partner/staff"))
    rows = {row[0]: row for row in page.rows()}
    assert "Certified Administrator Valid" in rows["Ada Lovelace"][1]
    assert rows["Bob Beginner"][2] == "Certified Administrator 0 / 1"
    assert rows["Bob Beginner"][3] != "–"
    for number in range(6):
        make.person(f"Person {number}", organisation=acme)
    with counted() as many:
        assert len(Page(partner.get("/partner/staff")).rows()) == 9
    assert len(many) <= len(few)


def test_the_nearest_certification_is_the_one_for_which_least_is_missing(
    partner: FlaskClient, make: Factory, acme: Organisation
) -> None:
    programme = make.programme()
    make.rule(make.scheme(programme), {"all_of": [{"course": f"ADM-{n}"} for n in range(5)]})
    second = make.scheme(programme, "CPU")
    make.rule(second, {"all_of": [{"course": f"USR-{n}"} for n in range(3)]})
    with unit(writes=True):
        db.session.get_one(Scheme, second.scheme_id).title = "Certified Power User"
        revisions.bump("catalog")
    make.person("Bob Beginner", organisation=acme)

    rows = {row[0]: row for row in Page(partner.get("/partner/staff")).rows()}

    assert rows["Bob Beginner"][2:] == ["Certified Power User 0 / 3", "USR-0, USR-1, USR-2"]


def test_each_status_has_its_own_day(
    partner: FlaskClient, make: Factory, acme: Organisation, now: datetime
) -> None:
    version, other = make.scheme(make.programme()), make.person("Otto")
    people = {
        name: make.person(name, organisation=acme) for name in ("Vera", "Ella", "Rita", "Susi")
    }
    ends = {"Ella": date(2026, 11, 22)}
    awards = {
        name: make.award(person, version, valid_until=ends.get(name, date(2028, 11, 20)))
        for name, person in people.items()
    }
    why = {
        "public_reason": "A doubt.",
        "internal_note": "",
        "today": now.date(),
        "by": other.id,
        "now": now,
    }
    with unit(writes=True):
        revoke(awards["Rita"], **why)
        suspend(awards["Susi"], **why)

    with clock.frozen_at(now):
        rows = {row[0]: row[1] for row in Page(partner.get("/partner/staff")).rows()}

    assert {name: rows[name].removeprefix("Certified Administrator ") for name in people} == {
        "Vera": "Valid until 20 Nov 2028",
        "Ella": "Expired was valid until 22 Nov 2026",
        "Rita": "Revoked on 23 Nov 2026",
        "Susi": "Suspended since 23 Nov 2026",
    }


def test_the_staff_file_is_harmless_in_a_spreadsheet(
    partner: FlaskClient, make: Factory, acme: Organisation, ada: Certificate
) -> None:
    make.person("=2+5", organisation=acme)
    make.person("Eve Elsewhere", organisation=make.organisation("elsewhere"))
    content = partner.get("/partner/staff.csv").data.decode("utf-8-sig")
    assert "\n'=2+5," in content
    assert "Ada Lovelace,Certified Administrator,valid,2028-11-20" in content
    assert "Eve" not in content


def test_a_webhook_shows_its_secret_once_and_can_be_ended(
    app: Flask, make: Factory, partner: FlaskClient
) -> None:
    form = Page(partner.get("/partner/news")).form("/partner/news/webhooks")
    fields = {"hook-url": "https://hooks.acme.example/x"}
    page = Page(form.submit(partner, **fields))
    assert "whsec_" in page.text
    assert "whsec_" not in partner.get("/partner/news").text
    row = db.session.scalars(sa.select(NewsSubscription)).one()
    stranger = other_partner(app, make)
    assert stranger.get(f"/partner/news/{row.public_id}").status_code == 404
    assert partner.get(f"/partner/news/{row.public_id}").status_code == 200
    end = Page(partner.get("/partner/news")).form(f"/partner/news/{row.public_id}/end")
    assert end.submit(partner).status_code == 303
    with unit(writes=False):
        ended = db.session.get_one(NewsSubscription, row.id, populate_existing=True)
    assert ended.ended_at is not None


@pytest.mark.parametrize("url", ["http://hooks.acme.example/", "https://127.0.0.1/", "x"])
def test_a_webhook_inside_is_refused_on_the_page(partner: FlaskClient, url: str) -> None:
    form = Page(partner.get("/partner/news")).form("/partner/news/webhooks")
    fields = {"hook-url": url}
    page = Page(form.submit(partner, **fields))
    assert page.status == 422
    assert "https" in page.error_of("hook-url")


def test_a_token_is_shown_once_and_revoked_by_its_organisation_only(
    app: Flask, make: Factory, partner: FlaskClient
) -> None:
    form = Page(partner.get("/partner/access")).form("/partner/access?organisation=acme")
    page = Page(form.submit(partner, name="Nightly", scopes=list(tokens.SCOPES), days="90"))
    assert "tsa_" in page.text
    listed = Page(partner.get("/partner/access"))
    assert "Nightly" in listed.text
    row = db.session.scalars(sa.select(tokens.ApiToken)).one()
    stranger = other_partner(app, make)
    app.config["WTF_CSRF_ENABLED"] = False
    for organisation in ("acme", "other"):
        path = f"/partner/access/{organisation}/{row.id}/end"
        assert stranger.post(path).status_code == 404
    assert listed.form(f"/partner/access/acme/{row.id}/end").submit(partner).status_code == 303
    assert "Nightly" not in partner.get("/partner/access").text


def test_a_person_makes_and_revokes_an_own_token(
    app: Flask, make: Factory, client: FlaskClient
) -> None:
    make.sign_in(client, make.person("Ada"))
    form = Page(client.get("/account/tokens")).form("/account/tokens")
    page = Page(form.submit(client, name="My site", days="30"))
    secret = next(word for word in page.text.split() if word.startswith("tsa_"))
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/certificates", headers=headers).status_code == 200
    row = db.session.scalars(sa.select(tokens.ApiToken)).one()
    assert row.scopes == [tokens.READ]
    end = Page(client.get("/account/tokens")).form(f"/account/tokens/{row.id}/end")
    assert end.submit(client).status_code == 303
    assert client.get("/api/v1/certificates", headers=headers).status_code == 401


def test_who_may_only_read_checks_no_lists(app: Flask, make: Factory) -> None:
    auditor = make.sign_in(app.test_client(), make.person("Aud", Role.AUDITOR))
    assert auditor.get("/partner").status_code == 200
    for path in ("/partner/checks", "/partner/news", "/partner/access"):
        assert auditor.get(path).status_code == 403
        assert path not in auditor.get("/partner").text


def person_of(certificate: Certificate) -> Person:
    return db.session.get_one(Person, certificate.person_id)


def test_the_holder_shares_downloads_and_agrees(
    app: Flask, make: Factory, ada: Certificate, now: datetime
) -> None:
    owner = make.sign_in(app.test_client(), person_of(ada))
    page = Page(owner.get(f"/me/certificates/{ada.code}"))
    assert f"/certificates/{ada.code}.pdf" in page.links
    linkedin = next(link for link in page.links if "linkedin.com" in link)
    assert "certId=" in linkedin
    assert "issueYear=2026" in linkedin
    assert f"verify%2F{ada.code}" in linkedin
    assert page.form("/me/consent/give").submit(owner).status_code == 303
    assert "You agreed on" in Page(owner.get(f"/me/certificates/{ada.code}")).text
    assert owner.get("/me").text.count(f"/me/certificates/{ada.code}") == 1
    stranger = make.sign_in(app.test_client(), make.person("Eve"))
    assert stranger.get(f"/me/certificates/{ada.code}").status_code == 404


def test_a_shared_link_has_a_preview_card(client: FlaskClient, ada: Certificate) -> None:
    soup = Page(client.get(f"/verify/{ada.code}")).soup
    image = soup.select_one('meta[property="og:image"]')
    assert image is not None
    path = str(image["content"]).removeprefix("http://academy.test")
    picture = client.get(path)
    assert picture.data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(picture.data[16:20]) == 1200
    assert len(picture.data) < 200_000
    etag = {"If-None-Match": picture.headers["ETag"]}
    assert client.get(path, headers=etag).status_code == 304
    assert client.get("/verify/7F3K9Q2MXR4T0C8VA/card.png").status_code == 404


@pytest.mark.parametrize("name", ["Ada\nLovelace", "Ada\x1b\x85", "Ada\u2028"])
def test_a_card_is_drawn_without_a_name_that_cannot_be(
    client: FlaskClient, make: Factory, name: str
) -> None:
    """Such names were certified before they were refused, and stay as they are."""
    award = make.award(make.person(name), make.scheme(make.programme("X"), "X"))
    picture = client.get(f"/verify/{make.issued(award).code}/card.png")
    assert (picture.status_code, picture.data[:4]) == (200, b"\x89PNG")


def test_ten_thousand_pasted_links_fit(partner: FlaskClient, ada: Certificate) -> None:
    links = [f"https://academy.test.example/verify/{ada.code}?nr={n}" for n in range(9_999)]
    form = Page(partner.get("/partner/checks")).form("/partner/checks")
    answer = form.submit(partner, entries="\n".join([ada.code, *links]))
    assert answer.status_code == 303


def test_an_administrator_makes_tokens_for_any_organisation(
    app: Flask, make: Factory, acme: Organisation
) -> None:
    admin = make.sign_in(app.test_client(), make.person("Ann", Role.ADMINISTRATOR))
    links = Page(admin.get("/manage/organisations/acme")).links
    path = "/partner/access?organisation=acme"
    assert path in links
    form = Page(admin.get(path)).form(path)
    assert "tsa_" in Page(form.submit(admin, name="x", scopes=[tokens.CHECK], days="30")).text
    assert other_partner(app, make).get(path).status_code == 404
