"""The bench data set keeps the product's own promises, on both databases."""

from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.awards.models import Award
from certification.awards.progress import progress_of
from certification.awards.rules import Status
from certification.certificates import codes, queries
from certification.certificates.document import CertificateFacts
from certification.certificates.models import Certificate
from courses.scheduling.models import ClassSession, Completion, Result, Seat, SeatKind
from lms.accounts.models import Membership, Organisation, Person
from lms.clock import today
from lms.db import db, unit
from reporting.benchdata.cli import bench
from reporting.benchdata.load import NotPossible, load

PEOPLE = 600


@pytest.fixture
def loaded(app: Flask, now: datetime) -> Flask:
    """An application with a small bench data set and the context to look at it."""
    with app.app_context():
        load(PEOPLE, now=now)
    return app


@pytest.mark.thorough
def test_a_load_keeps_what_the_product_promises(loaded: Flask, now: datetime) -> None:
    with loaded.app_context():
        _everybody_has_three_seats_and_works_somewhere()
        _taken_places_are_the_live_seats()
        _what_is_past_was_completed_and_what_comes_has_not_begun(now)
        _certificates_are_frozen_facts_with_a_stored_document(loaded)
        _every_verdict_occurs(now)
        _the_awards_follow_from_the_facts(now)
        _ids_go_on_after_the_load(now)


@pytest.mark.thorough
@pytest.mark.sqlite
def test_a_second_load_is_refused_and_changes_nothing(loaded: Flask, now: datetime) -> None:
    with loaded.app_context():
        with pytest.raises(NotPossible, match="already"):
            load(PEOPLE, now=now)
        assert _count(Certificate) == PEOPLE + PEOPLE // 100


def test_production_refuses_the_bench_data_set(app: Flask) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], app_env="production")
    with app.app_context():
        result = app.test_cli_runner().invoke(bench, ["--people", "100"])
        assert result.exit_code == 1
        assert "not for APP_ENV=production" in result.output
        assert _count(Person) == 0


def _everybody_has_three_seats_and_works_somewhere() -> None:
    seats = db.session.scalars(
        sa.select(sa.func.count()).select_from(Seat).group_by(Seat.person_id)
    ).all()
    assert set(seats) == {3}
    assert len(seats) == PEOPLE
    assert _count(Membership) == _count(Person)
    assert _count(Organisation) == PEOPLE // 50 + 1


def _taken_places_are_the_live_seats() -> None:
    found: dict[tuple[int, SeatKind], int] = {}
    for session_id, kind, number in db.session.execute(
        sa.select(Seat.class_session_id, Seat.kind, sa.func.count())
        .where(Seat.ended_at.is_(None))
        .group_by(Seat.class_session_id, Seat.kind)
    ):
        found[(session_id, kind)] = number
    for row in db.session.scalars(sa.select(ClassSession)):
        assert found.get((row.id, SeatKind.ROOM), 0) == row.room_taken
        assert found.get((row.id, SeatKind.VIRTUAL), 0) == row.virtual_taken
        assert row.next_number == row.room_taken + row.virtual_taken + 1


def _what_is_past_was_completed_and_what_comes_has_not_begun(now: datetime) -> None:
    past = db.session.scalars(sa.select(ClassSession.id).where(ClassSession.ends_at <= now)).all()
    seats_past = db.session.scalar(
        sa.select(sa.func.count()).where(Seat.class_session_id.in_(past))
    )
    assert seats_past == _count(Result)
    coming = db.session.scalar(
        sa.select(sa.func.count()).select_from(ClassSession).where(ClassSession.starts_at > now)
    )
    assert coming
    assert len(past) + coming == _count(ClassSession)
    assert _count(Completion) >= PEOPLE * 3


def _certificates_are_frozen_facts_with_a_stored_document(app: Flask) -> None:
    rows = db.session.scalars(sa.select(Certificate)).all()
    assert len({row.number for row in rows}) == len(rows)
    for row in rows:
        facts = CertificateFacts.from_json(row.facts["json"])
        assert facts.to_json() == row.facts["json"]
        assert facts.digest().hex() == row.facts_sha256
        assert (facts.code, facts.number, facts.holder_name) == (
            row.code, row.number, row.holder_name,
        )  # fmt: skip
        assert codes.normalise(row.code) == row.code
    document = app.extensions["storage"].get(rows[0].document_sha256)
    assert document.startswith(b"%PDF")
    assert len(document) == rows[0].document_size


def _every_verdict_occurs(now: datetime) -> None:
    rows = db.session.scalars(sa.select(Certificate.code)).all()
    found = [queries.by_code(code, today(now, "UTC")) for code in rows]
    verdicts = {checked.verdict.value for checked in found if checked}
    assert {"valid", "expired", "revoked", "superseded"} <= verdicts


def _the_awards_follow_from_the_facts(now: datetime) -> None:
    day = today(now, "UTC")
    for award in db.session.scalars(sa.select(Award).limit(30)).all():
        mine = [
            p
            for p in progress_of(award.person_id, award.awarded_on)
            if p.award and p.award.id == award.id
        ]
        assert mine
        assert mine[0].status is Status.VALID
        needs = mine[0].version.rule["all_of"]
        assert len(award.facts["requirements"]) == len(needs)
        assert award.awarded_on <= day


def _ids_go_on_after_the_load(now: datetime) -> None:
    highest = db.session.scalar(sa.select(sa.func.max(Person.id))) or 0
    with unit(writes=True):
        person = Person(name="Late", sort_name="late", search_name="late", created_at=now)
        db.session.add(person)
        db.session.flush()
        assert person.id > highest
        db.session.delete(person)


def _count(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
