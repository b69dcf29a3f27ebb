"""The catalogue as visitors and members browse it: the address is the state."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.catalog.models import Course, CourseKind, CourseVersion, DeliveryFormat, Programme
from lms import clock, i18n
from lms.db import db
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page, words
from tests.queries import counted

pytestmark = pytest.mark.thorough


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    with clock.frozen_at(now):
        yield


@pytest.fixture
def formats(make: Factory) -> dict[str, DeliveryFormat]:
    """A format of each mode."""
    room = make.mode("on-site", has_virtual=False)
    online = make.mode("virtual", has_room=False)
    return {
        "labs": make.format(room, "hands-on-labs"),
        "live": make.format(online, "live-virtual-classes"),
    }


@pytest.fixture
def catalogue(make: Factory, formats: dict[str, DeliveryFormat]) -> dict[str, Course]:
    """Two programmes, four courses that differ in everything that can be filtered."""
    admins, users = make.programme(), make.programme("USR", "Users")
    return {
        "foundation": make.course(admins, formats=[formats["labs"], formats["live"]]),
        "security": make.course(
            admins, "ADM-210", title="Sécurité avancée", minutes=480, formats=[formats["labs"]],
            languages=["fr"],
        ),
        "basics": make.course(
            users, "USR-101", title="Basic Über-Training", minutes=240, formats=[formats["live"]]
        ),
        "roles": make.course(users, "USR-210", title="Role-Specific", minutes=None),
    }  # fmt: skip


def found(client: FlaskClient, query: str = "") -> list[str]:
    """Codes of the courses on the page, in order."""
    page = Page(client.get(f"/catalog{query}"))
    assert page.status == 200
    return [words(code) for code in page.soup.select("#results .row .code")]


ALL = ["ADM-101", "ADM-210", "USR-101", "USR-210"]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ALL),
        ("?q=foundation", ["ADM-101"]),
        ("?q=FOUND", ["ADM-101"]),
        ("?q=training+uber", ["USR-101"]),
        ("?q=über", ["USR-101"]),
        ("?q=securite", ["ADM-210"]),
        ("?q=usr-2", ["USR-210"]),
        ("?q=usr210", ["USR-210"]),
        ("?q=Usr2", ["USR-210"]),
        ("?q=adm210+securite", ["ADM-210"]),
        ("?q=adm210+role", []),
        ("?q=adm211", []),
        ("?q=first+topic", ALL),
        ("?q=found+nothing", []),
        ("?q=+%22%27*:%26", ALL[:0]),
        ("?programme=ADM", ["ADM-101", "ADM-210"]),
        ("?programme=ADM&programme=USR", ALL),
        ("?length=up-to-8", ["ADM-210", "USR-101"]),
        ("?length=up-to-4&length=arranged", ["USR-101", "USR-210"]),
        ("?mode=virtual", ["ADM-101", "USR-101"]),
        ("?format=hands-on-labs", ["ADM-101", "ADM-210"]),
        ("?language=fr", ["ADM-210"]),
        ("?programme=ADM&length=9-to-16&mode=virtual&language=de&q=found", ["ADM-101"]),
        ("?mode=no-such-mode", []),
    ],
)
def test_the_address_alone_decides_what_is_found(
    client: FlaskClient, catalogue: dict[str, Course], query: str, codes: list[str]
) -> None:
    assert found(client, query) == codes


def test_each_filter_can_be_taken_away_and_nothing_else_goes_with_it(
    client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    page = Page(client.get("/catalog?q=training&programme=ADM&mode=virtual&utm=mail&language=en"))

    chips = {words(chip): str(chip["href"]) for chip in page.soup.select("a.chip")}

    assert chips == {
        "Remove filter “training”": "/catalog?programme=ADM&mode=virtual&language=en",
        "Remove filter Administrators": "/catalog?q=training&mode=virtual&language=en",
        "Remove filter Virtual": "/catalog?q=training&programme=ADM&language=en",
        "Remove filter English": "/catalog?q=training&programme=ADM&mode=virtual",
    }
    assert words(page.soup.select_one("[role=status]")) == "1 of 4 courses"
    assert page.field("q")["value"] == "training"
    checked = [str(box["value"]) for box in page.soup.select("input[checked]")]
    assert checked == ["ADM", "virtual"]


def test_nothing_found_offers_the_way_out(
    client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    page = Page(client.get("/catalog?q=astrology"))

    assert "No course matches" in page.text
    assert "/catalog" in page.links
    assert words(page.soup.select_one("[role=status]")) == "0 of 4 courses"


def test_an_empty_catalogue_is_a_page_too(client: FlaskClient) -> None:
    assert found(client) == []


def test_the_keyboard_reaches_the_results_at_once(
    client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    page = Page(client.get("/catalog"))
    skips = [str(link["href"]) for link in page.soup.select("a.skip")]
    assert skips == ["#main", "#results"]
    assert page.soup.find(id="results") is not None


def test_members_see_what_their_plan_covers_and_visitors_are_not_asked(
    app: Flask, make: Factory, client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    gold = make.plan()
    make.covered(gold, catalogue["basics"])
    ada = make.person("Ada", organisation=make.organisation(plan=gold))

    mine = make.sign_in(app.test_client(), ada)

    assert found(mine, "?plan=own") == ["USR-101"]
    assert Page(mine.get("/catalog")).soup.select("input[name=plan]")
    assert not Page(client.get("/catalog")).soup.select("input[name=plan]")
    assert found(client, "?plan=own") == []
    assert "Sign in to see what your plan covers" in Page(client.get("/catalog?plan=own")).text
    alone = make.sign_in(app.test_client(), make.person("Eve"))
    assert "You have no support plan" in Page(alone.get("/catalog?plan=own")).text


def test_rows_say_when_next_and_how_many_seats_are_left(
    make: Factory, client: FlaskClient, catalogue: dict[str, Course], now: datetime
) -> None:
    tom = make.person("Tom")
    make.class_session(catalogue["foundation"], tom, room=9, starts_at=now + timedelta(days=60))
    first = make.class_session(catalogue["foundation"], tom, room=1)

    assert "21 Dec 2026 1 seat left" in Page(client.get("/catalog?q=foundation")).text

    make.enrolled(first, make.person("Ada"))
    assert "21 Dec 2026 Full – waiting list" in Page(client.get("/catalog?q=foundation")).text


def test_readers_see_what_they_did(app: Flask, make: Factory, catalogue: dict[str, Course]) -> None:
    ada = make.person("Ada")
    make.enrolled(make.class_session(catalogue["security"], make.person("Tom")), ada)
    version = db.session.query(CourseVersion).filter_by(course_id=catalogue["basics"].id).one()
    make.completion(ada, catalogue["basics"], version)
    mine = make.sign_in(app.test_client(), ada)

    shown = {
        words(row.select_one(".code")): words(row.select_one("h3 .badge"))
        for row in Page(mine.get("/catalog")).soup.select("#results .row")
    }

    assert shown == {"ADM-101": "", "ADM-210": "Enrolled", "USR-101": "Completed", "USR-210": ""}


def test_what_is_drawn_once_for_many_readers_differs_where_they_do(
    app: Flask, make: Factory, catalogue: dict[str, Course]
) -> None:
    gold = make.plan()
    make.covered(gold, catalogue["basics"])
    ada, bob = make.person("Ada", organisation=make.organisation(plan=gold)), make.person("Bob")
    session = make.class_session(catalogue["security"], make.person("Tom"), room=3)
    make.enrolled(session, ada)
    hers, his = make.sign_in(app.test_client(), ada), make.sign_in(app.test_client(), bob)

    def seen(client: FlaskClient, query: str) -> tuple[str, str, int]:
        page = Page(client.get(f"/catalog?q={query}"))
        (box,) = page.soup.select("#q")
        return str(box["value"]), page.text, len(page.soup.select("input[name=plan]"))

    for _twice in range(2):
        typed, text, plans = seen(hers, "secur")
        assert (typed, "Enrolled" in text, "2 seats left" in text, plans) == (
            "secur",
            True,
            True,
            1,
        )
        typed, text, plans = seen(his, "sec%22")
        assert (typed, "Enrolled" in text, "2 seats left" in text, plans) == (
            'sec"',
            False,
            True,
            0,
        )
    make.enrolled(session, bob)
    assert "1 seat left" in seen(hers, "secur")[1]
    assert "Enrolled" in seen(his, "secur")[1]


def test_a_repeat_is_answered_without_the_page_until_something_changes(
    make: Factory, client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    first = client.get("/catalog")
    tag = str(first.headers["ETag"])
    again = client.get("/catalog", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "no-cache"
    assert "Cookie" in first.headers["Vary"]

    session = make.class_session(catalogue["roles"], make.person("Tom"))
    assert client.get("/catalog", headers={"If-None-Match": tag}).status_code == 200
    tag = str(client.get("/catalog").headers["ETag"])
    make.enrolled(session, make.person("Ada"))
    assert client.get("/catalog", headers={"If-None-Match": tag}).status_code == 200


def test_languages_and_themes_do_not_share_a_page(
    app: Flask, client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    plain = client.get("/catalog").text
    pseudo = client.get("/catalog?lang=en-XA").text
    client.set_cookie("theme", "dark")
    dark = client.get("/catalog").text

    assert 'data-theme="dark"' in dark
    assert len({plain, pseudo, dark}) == 3
    assert app.test_client().get("/catalog").text == plain


def test_what_one_visitor_is_told_is_told_to_nobody_else(
    app: Flask, client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    with client.session_transaction() as session:
        session["_flashes"] = [("message", "You are signed out.")]

    assert "You are signed out." in client.get("/catalog").text
    assert "You are signed out." not in app.test_client().get("/catalog").text


@pytest.mark.thorough
def test_the_page_asks_as_little_of_a_large_catalogue_as_of_a_small_one(
    app: Flask, make: Factory, client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    ada = make.sign_in(app.test_client(), make.person("Ada"))

    def asked() -> list[int]:
        counts = []
        for reader, address in ((client, "/catalog"), (ada, "/catalog"), (client, "/catalog/adm")):
            reader.get(address)
            with counted() as statements:
                assert reader.get(address).status_code == 200
            counts.append(len([s for s in statements if s.startswith("SELECT")]))
        return counts

    few, tom = asked(), make.person("Tom")
    programme = db.session.query(Programme).filter_by(code="ADM").one()
    for number in range(60):
        make.class_session(make.course(programme, f"BIG-{number}"), tom)

    assert asked() == few
    assert few[0] <= 3
    assert few[1] <= 8


@pytest.mark.parametrize(
    "address",
    ["/catalog/none", "/catalog/none/adm-101", "/catalog/adm/none", "/catalog/usr/adm-101"],
)
def test_an_unknown_address_is_not_found(
    client: FlaskClient, catalogue: dict[str, Course], address: str
) -> None:
    assert client.get(address).status_code == 404


def test_a_course_page_answers_what_for_whom_how_long_and_what_next(
    make: Factory, client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    programme = db.session.query(Programme).filter_by(code="ADM").one()
    make.course(
        programme, "ADM-300", title="Certification Exam", kind=CourseKind.EXAM,
        needs=[catalogue["foundation"]],
    )  # fmt: skip
    make.class_session(catalogue["foundation"], make.person("Tom"), room=3)

    page = Page(client.get("/catalog/adm/adm-101"))

    assert page.h1 == "Foundation Training"
    for text in (
        "ADM-101", "16 h", "On-Site", "English and Deutsch", "Version 1", "Do it", "First topic",
        "Mon 21 Dec 2026 10:00 CET", "3 seats left", "Nothing is required.", "Certification Exam",
    ):  # fmt: skip
        assert text in page.text, text
    assert "/class-sessions/CS-" in "".join(page.links)
    before = Page(client.get("/catalog/adm/adm-300"))
    assert "/catalog/adm/adm-101" in before.links


def test_a_course_page_asks_a_fixed_number_of_questions(
    make: Factory, client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    make.class_session(catalogue["foundation"], make.person("Tom"))
    client.get("/catalog/adm/adm-101")
    with counted() as statements:
        client.get("/catalog/adm/adm-101")
    assert len([s for s in statements if s.startswith("SELECT")]) <= 3


def test_a_programme_page_shows_its_courses_in_order(
    client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    page = Page(client.get("/catalog/adm"))
    assert page.h1 == "Administrators"
    assert [words(code) for code in page.soup.select(".row .code")] == ["ADM-101", "ADM-210"]
    assert "2 courses" in page.text
    assert "24 h" in page.text


def test_only_who_may_edit_a_course_is_led_to_it(
    app: Flask, make: Factory, client: FlaskClient, catalogue: dict[str, Course]
) -> None:
    kim = make.person("Kim", Role.CATALOGUE_MANAGER, programme_code="ADM")
    edit = "/manage/catalog/courses/"
    mine = make.sign_in(app.test_client(), kim)
    assert f"{edit}ADM-101" in Page(mine.get("/catalog/adm/adm-101")).links
    assert f"{edit}USR-101" not in Page(mine.get("/catalog/usr/usr-101")).links
    assert f"{edit}ADM-101" not in Page(client.get("/catalog/adm/adm-101")).links


@pytest.mark.parametrize(
    ("zone", "label"),
    [("America/Chicago", "CST"), ("Asia/Singapore", "GMT+8"), ("Asia/Kathmandu", "GMT+5:45")],
)
def test_every_time_names_its_zone_in_short(app: Flask, zone: str, label: str) -> None:
    with app.test_request_context():
        assert i18n.zone_label(datetime(2026, 12, 21, tzinfo=UTC), zone) == label


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(960, "16 h"), (90, "1.5 h"), (50, "50 min"), (80, "1 h 20 min"), (None, "")],
)
def test_lengths_read_as_one_says_them(app: Flask, minutes: int | None, text: str) -> None:
    with app.test_request_context():
        assert i18n.hours(minutes) == text
