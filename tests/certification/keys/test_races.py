"""Several processes at once on PostgreSQL: one key of each kind, one place per certificate."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from flask import Flask

from certification.certificates import actions as certificates
from certification.credentials import actions as credentials
from certification.credentials.models import StatusEntry
from certification.keys import actions, actions_lists, queries
from certification.keys.models import KeyState, Purpose
from lms.db import db, run, unit
from tests.factories import Factory

pytestmark = pytest.mark.postgres
THREADS = 8


def at_once(app: Flask, work: Callable[[int], Any]) -> list[Any]:
    """What each thread's unit gave, or the error that ended it."""
    results: list[Any] = [None] * THREADS
    gate = threading.Barrier(THREADS, timeout=60)

    def body(number: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                results[number] = run(lambda: work(number))
            except Exception as error:
                results[number] = error

    threads = [threading.Thread(target=body, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_first_starts_at_once_make_one_key_of_each_kind(
    app: Flask, make: Factory, now: datetime
) -> None:
    settings = app.extensions["settings"]

    results = at_once(app, lambda _number: actions.ensure(settings, now=now))

    assert not [result for result in results if isinstance(result, Exception)]
    kids = sorted(key.kid for key in queries.all_keys())
    assert kids == ["a-2026-11", "d-2026-11", "k-2026-11", "t-2026-11"]
    with unit(writes=True):
        queries.require_private(settings)


def test_rotations_at_once_leave_one_active_key(app: Flask, make: Factory, now: datetime) -> None:
    settings = app.extensions["settings"]
    with unit(writes=True):
        actions.ensure(settings, now=now)

    results = at_once(app, lambda _n: actions.rotate(Purpose.DOCUMENT, settings, now=now))

    assert not [result for result in results if isinstance(result, Exception)]
    states = [key.state for key in queries.all_keys() if key.purpose == Purpose.DOCUMENT]
    assert states.count(KeyState.ACTIVE) == 1
    with unit(writes=True):
        queries.require_private(settings)


def test_certificates_at_once_get_places_of_their_own(
    app: Flask, make: Factory, now: datetime
) -> None:
    version = make.scheme(make.programme())
    awards = [make.award(make.person(f"Person {n}"), version).id for n in range(THREADS)]
    settings = app.extensions["settings"]

    def work(number: int) -> tuple[int, int]:
        row = certificates.prepare(awards[number], settings, now=now)
        entry = credentials.allot(row.id, row.award_id, now=now)
        return entry.list_id, entry.position

    results = at_once(app, work)

    assert not [result for result in results if isinstance(result, Exception)]
    assert len(set(results)) == THREADS
    assert db.session.query(StatusEntry).count() == THREADS


def test_repeated_runs_of_one_certificate_at_once_agree_on_its_place(
    app: Flask, make: Factory, now: datetime
) -> None:
    award = make.award(make.person(), make.scheme(make.programme()))
    settings = app.extensions["settings"]

    def work(_number: int) -> int:
        row = certificates.prepare(award.id, settings, now=now)
        return credentials.allot(row.id, row.award_id, now=now).position

    results = at_once(app, work)

    assert not [result for result in results if isinstance(result, Exception)]
    assert len(set(results)) == 1


def test_keys_withdrawn_at_once_are_all_in_the_list(
    app: Flask, make: Factory, now: datetime
) -> None:
    """While the job of the day writes it anew, too: the later list holds whom the earlier one
    named."""
    settings = app.extensions["settings"]
    with unit(writes=True):
        actions.ensure(settings, now=now)
        for _time in range(THREADS - 2):
            actions.rotate(Purpose.DOCUMENT, settings, now=now)
    later = now + timedelta(days=350)
    kids = [key.kid for key in queries.all_keys() if key.purpose == Purpose.DOCUMENT]

    def work(number: int) -> object:
        if number == len(kids):
            return actions_lists.renew(settings, now=later)
        return actions.compromise(kids[number], settings, now=later)

    results = at_once(app, work)

    assert not [result for result in results if isinstance(result, Exception)]
    assert len(x509.load_der_x509_crl(queries.crls()[0])) == len(kids)
