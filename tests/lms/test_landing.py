"""An address that only takes forms leads its reader to the page that it belongs to."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.permissions import Role
from tests.factories import Factory

PAGES = {
    "/exams/ADM-300/booking": "/exams/ADM-300",
    "/exams/ADM-300/booking/cancellation": "/exams/ADM-300",
    "/catalog/adm/adm-101/enrolment": "/catalog/adm/adm-101",
    "/class-sessions/ADM-1/seat/kind": "/class-sessions/ADM-1",
    "/me/consent/yes": "/me",
    "/account/sign-ins/7/end": "/account",
    # A page's own rule would take the last part for a code or an id.
    "/partner/news/mails": "/partner/news",
    "/verify/file": "/verify",
    "/manage/designs/choices/CA": "/manage/designs",
    "/sign-out": "/",
    "/exams/A%20%3F%25/booking": "/exams/A%20%3F%25",
}


@pytest.mark.parametrize("address", PAGES)
def test_it_leads_to_its_page(client: FlaskClient, address: str) -> None:
    answer = client.get(address + "?lang=en")
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGES[address])
    assert client.head(address).status_code == 303


def test_programs_and_other_methods_are_told(client: FlaskClient) -> None:
    answer = client.get("/exams/ADM-300/booking", headers={"Accept": "application/json"})
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert client.get("/api/v1/checks").status_code == 405


def test_the_page_says_who_may_see_it(app: Flask, client: FlaskClient, make: Factory) -> None:
    """Nothing is told on the way about what is another organisation's."""
    own, other = make.organisation("own"), make.organisation("other")
    outsider = make.person("Otto", organisation=other)
    manager = make.person("Mara", Role.ORGANISATION_MANAGER, organisation=own, limit=own)
    address = f"/manage/people/{outsider.public_id}/memberships"

    mara = make.sign_in(app.test_client(), manager)
    assert mara.get(address, follow_redirects=True).status_code == 404
    nobody = mara.get("/manage/people/0/memberships")
    assert nobody.headers["Location"] == "/manage/people/0"
    lea = make.sign_in(app.test_client(), make.person("Lea"))
    assert lea.get(address, follow_redirects=True).status_code == 403
    visitor = client.get(client.get(address).headers["Location"])
    assert visitor.headers["Location"].startswith("/sign-in?next=/manage/people/")
