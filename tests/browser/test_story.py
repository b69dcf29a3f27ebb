"""The main job, end to end, with real sign-ins: from the catalogue to a certificate that a
partner verifies, and to its revocation."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable

import pypdfium2
import zxingcpp
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visit
from tests.browser.walk import certificate_on, follow

Open = Callable[..., Visit]
LEARNER = "Astrid Lindqvist"


def mark_as_passed(trainer: Visit, course: str, score: str) -> None:
    """The trainer opens the roster of the course's class session and passes the learner."""
    page = trainer.go("/teach")
    rosters = page.locator("a[href^='/teach/']").filter(has_text=course)
    page.goto(trainer.site.url + str(rosters.first.get_attribute("href")))
    row = page.get_by_role("row").filter(has_text=LEARNER)
    row.locator("select[name^='presence-']").select_option("present")
    row.locator("select[name^='outcome-']").select_option("passed")
    row.locator("input[name^='score-']").fill(score)
    follow(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text(re.compile("^Saved: "))).to_be_visible()
    row = page.get_by_role("row").filter(has_text=LEARNER)
    expect(row.locator("input[name^='score-']")).to_have_value(score)


def take_a_seat(learner: Visit, search: str, course: str) -> None:
    """The learner finds a course by its words and takes a seat on its next date."""
    page = learner.go("/catalog")
    page.get_by_label("Search courses").fill(search)
    page.get_by_label("Search courses").press("Enter")
    page.wait_for_url("**q=*")
    page.get_by_role("link", name=course, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(course)
    page.locator("#dates").locator("xpath=ancestor::section").locator(
        "a[href^='/class-sessions/']"
    ).first.click()
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_text("You have a seat.", exact=True)).to_be_visible()


def certificate_of(page: Page) -> str:
    """The verification code on the learner's page, once the worker has issued it."""
    return certificate_on(page).split("/")[2].removesuffix(".pdf")


def answer_of(site: Site, code: str) -> tuple[int, dict[str, object]]:
    """The JSON verdict and its status."""
    try:
        with urllib.request.urlopen(f"{site.url}/verify/{code}.json", timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def qr_address(document: bytes) -> str:
    """What a phone reads from the drawn page."""
    image = pypdfium2.PdfDocument(document)[0].render(scale=3).to_pil()
    found = zxingcpp.read_barcodes(image)
    assert len(found) == 1
    return str(found[0].text)


def test_from_the_catalogue_to_a_revoked_certificate(visit: Open, site: Site) -> None:
    trainer, learner = visit(reduced_motion="no-preference"), visit()
    trainer.sign_in("trainer")
    mark_as_passed(trainer, "Basic User Training", "88")

    learner.sign_in("astrid")
    take_a_seat(learner, "advanced features", "Power User Training")
    take_a_seat(learner, "optimization techniques", "Best Practices Workshop")
    mark_as_passed(trainer, "Power User Training", "91")
    mark_as_passed(trainer, "Best Practices Workshop", "79")

    page = learner.go("/me")
    code = certificate_of(page)
    expect(page.get_by_text("Certified Power User").first).to_be_visible()
    with urllib.request.urlopen(f"{site.url}/certificates/{code}.pdf", timeout=60) as answer:
        document = answer.read()
    assert document.startswith(b"%PDF")
    assert qr_address(document) == f"{site.url}/verify/{code}"

    visitor = visit().go(f"/verify/{code}")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Valid")
    expect(visitor).to_have_title(re.compile("^Valid"))
    expect(visitor.get_by_text(LEARNER).first).to_be_visible()
    status, facts = answer_of(site, code)
    assert (status, facts["verdict"], facts["holder"]) == (200, "valid", LEARNER)

    administrator = visit()
    page = administrator.sign_in("admin")
    administrator.go("/manage/certifications/CPU")
    page.get_by_role("link", name=LEARNER).first.click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_label("Reason, which the public can read for ever").fill("Issued by mistake")
    page.get_by_label("Type the holder's name to confirm").fill(LEARNER)
    page.get_by_role("button", name="Revoke the award").click()
    expect(page.get_by_text("The award is revoked").first).to_be_visible()

    visitor.reload()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Revoked")
    expect(visitor.get_by_text("Issued by mistake").first).to_be_visible()
    status, facts = answer_of(site, code)
    assert (status, facts["verdict"], facts["reason"]) == (200, "revoked", "Issued by mistake")
    assert answer_of(site, "0000000000000000A")[0] == 404


def test_a_double_click_takes_one_seat_and_the_back_button_loses_nothing(visit: Open) -> None:
    window = visit()
    page = window.sign_in("gudrun")
    window.go("/class-sessions?course=DEV-101")
    page.locator("main a[href^='/class-sessions/']").first.click()
    page.get_by_role("button", name="Take a seat").dblclick()
    expect(page.get_by_text("You have a seat.", exact=True)).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_role("button", name="Take a seat")).to_have_count(0)


def test_a_roster_is_filled_in_place_and_the_way_back_leads_to_the_list(visit: Open) -> None:
    window = visit()
    page = window.sign_in("trainer")
    window.go("/teach")
    follow(page.locator("a[href^='/teach/']").filter(has_text="Basic User Training").first)
    page.get_by_role("button", name="All present").click()
    expect(page.locator("select[name^='presence-']").last).to_have_value("present")
    expect(page.locator("#toast")).to_contain_text("filled in as present")
    page.get_by_role("button", name="Undo").click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Teaching")


def test_leaving_a_roster_with_unsaved_marks_asks_first(visit: Open) -> None:
    window = visit()
    page = window.sign_in("trainer")
    window.go("/teach")
    follow(page.locator("a[href^='/teach/']").filter(has_text="Basic User Training").first)
    roster, asked = page.url, list[str]()
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    note = page.locator("input[name^='note-']").first
    note.fill("Brought the badge")
    history = page.get_by_role("link", name="History")
    history.click(no_wait_after=True)
    expect(note).to_have_value("Brought the badge")
    page.wait_for_timeout(300)
    assert (asked, page.url) == (["beforeunload"], roster)
    note.fill("")
    history.click()
    page.wait_for_url("**/history")
    assert asked == ["beforeunload"]


def test_a_forms_errors_stand_beside_the_field_and_in_a_summary(visit: Open) -> None:
    page = visit().go("/sign-in")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Error:"))
    field = page.get_by_label("E-mail address")
    expect(field).to_have_attribute("aria-invalid", "true")
    described = str(field.get_attribute("aria-describedby")).split()
    assert any(
        "Enter your e-mail address" in page.locator(f"#{one}").inner_text() for one in described
    )
    expect(page.locator("#error-summary [data-focus]")).to_be_focused()
    page.locator("#error-summary a").first.click()
    expect(field).to_be_focused()


def test_the_partner_sees_who_expires(visit: Open) -> None:
    page = visit().sign_in("partner")
    page.get_by_role("link", name="Partner").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Partner")
    page.get_by_role("link", name=re.compile("Within 90 days")).click()
    expect(page).to_have_url(re.compile("expires=90"))
