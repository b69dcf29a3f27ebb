"""What happened to a person is told in words, whichever slice recorded it."""

import re
from datetime import datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from lms import audit
from lms.accounts.wording import act_name
from lms.db import unit
from lms.permissions import Role
from tests.factories import Factory
from tests.page import Page

ROOT = Path(__file__).resolve().parents[2]
CALL = re.compile(
    r'(?:audit\.record|_record|_note)\(\s*([^(),]+),\s*(?:"person"|award\b|enrolment\b|again\b)'
)
LITERAL = re.compile(r'"([a-z_]+\.[a-z_]+)"')


def recorded() -> set[str]:
    """The acts on persons that the code records."""
    sources = [
        path.read_text(encoding="utf-8")
        for package in ("lms", "courses", "certification", "support", "reporting")
        for path in (ROOT / package).rglob("*.py")
    ]
    calls = [call for source in sources for call in CALL.findall(source)]
    return {act for call in calls for act in LITERAL.findall(call)}


def test_each_act_on_a_person_has_words(app: Flask) -> None:
    acts = recorded()

    with app.test_request_context():
        assert {act for act in acts if act_name(act) == act} == set()
    assert {"award.lifted", "self_paced.started", "exam.result_corrected", "role.granted"} <= acts


def test_the_audit_log_names_whom_an_entry_is_about(
    make: Factory, client: FlaskClient, now: datetime
) -> None:
    ada, ingrid = make.person("Ada"), make.person("Ingrid", Role.AUDITOR)
    with unit(writes=True):
        audit.record("role.granted", "person", ada.id, by=ingrid.id, now=now, role="trainer")
        audit.record("course.published", "course", 7, by=None, now=now)

    page = Page(make.sign_in(client, ingrid).get("/manage/audit?act=role.granted"))

    link = page.soup.select_one(f"td a[href='/manage/people/{ada.public_id}']")
    assert link is not None
    assert link.get_text() == "Ada"
    assert "course 7" in Page(client.get("/manage/audit?act=course.published")).text
