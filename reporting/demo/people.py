"""Making the demonstration: people who can sign in, then what they did, by the real actions."""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from courses.catalog.models import Course
from lms import clock
from lms.accounts import actions, passwords, queries
from lms.accounts.datafiles import PeopleFile, PersonFile
from lms.accounts.models import Account, Person
from lms.datafile import read
from lms.db import db, run, unit
from lms.settings import Settings
from reporting.demo.story import tell

FILE = Path(__file__).resolve().parents[2] / "data" / "truststram-v4.4" / "people.yaml"
ROLES_TO_TRY = (
    ("learner@demo.example", "learner"),
    ("trainer@demo.example", "trainer"),
    ("partner@demo.example", "partner"),
    ("manager@demo.example", "organisation manager"),
    ("author@demo.example", "item author"),
    ("proctor@demo.example", "proctor and assessor"),
    ("certifier@demo.example", "certification manager"),
    ("reviewer@demo.example", "second certification manager"),
    ("support@demo.example", "support agent"),
    ("admin@demo.example", "administrator"),
    ("auditor@demo.example", "auditor"),
)


DOMAIN = "@demo.example"


def has_catalogue() -> bool:
    """Whether any course is loaded."""
    with unit(writes=False):
        return db.session.scalar(sa.select(Course.id).limit(1)) is not None


def is_there() -> bool:
    """Whether a demonstration person could sign in here, with a password that was printed."""
    with unit(writes=False):
        theirs = sa.select(Account.id).where(Account.email_key.endswith(DOMAIN))
        return db.session.scalar(theirs.limit(1)) is not None


def load(settings: Settings) -> bool:
    """Make the demonstration once; False when it is there. The password follows the setting."""
    with unit(writes=False):
        known = queries.account_by_email(ROLES_TO_TRY[0][0])
        same = known is not None and passwords.fits(known.password_hash, settings.demo_password)
    if known is not None:
        if not same:
            run(lambda: _set_password(settings.demo_password))
        return False
    value, now = read(FILE, PeopleFile).value, clock.now()
    run(lambda: _people(value, settings.demo_password, now=now))
    tell(value, settings, now=now)
    return True


def _set_password(password: str) -> None:
    db.session.execute(
        sa.update(Account)
        .where(Account.email_key.endswith(DOMAIN))
        .values(password_hash=passwords.hash_of(password))
    )


def _people(value: PeopleFile, password: str, *, now: datetime) -> None:
    plans = {plan.code: plan.id for plan in queries.plans()}
    for item in value.organisations:
        actions.save_organisation(
            None,
            code=item.code,
            name=item.name,
            support_plan_id=plans.get(item.plan or ""),
            region_code=item.region,
            is_partner=item.partner,
            by=None,
            now=now,
        )
    hashed = passwords.hash_of(password)
    for person in value.people:
        _person(person, hashed, now=now)


def _person(item: PersonFile, hashed: str, *, now: datetime) -> Person:
    person = actions.create_person(
        item.name,
        by=None,
        now=now,
        email=item.email,
        language=item.language,
        time_zone=item.zone,
    )
    account = actions.create_account(person, item.email, by=None, now=now)
    db.session.execute(
        sa.update(Account)
        .where(Account.id == account.id)
        .values(password_hash=hashed, state="active", password_changed_at=now)
    )
    if item.consents:
        person.consents_to_lookup_at = now
    organisation = queries.organisation_by_code(item.organisation or "")
    if organisation is not None:
        actions.add_member(
            person, organisation, by=None, on=datetime(2024, 1, 1, tzinfo=UTC).date(), now=now
        )
    limit = queries.organisation_by_code(item.limit or "")
    for role in item.roles:
        actions.grant_role(
            person, role, by=None, now=now, organisation_id=limit.id if limit else None
        )
    return person
