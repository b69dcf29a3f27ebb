"""Queries per page with 2 and with 200 rows, and bytes per page with its style and script."""

import gzip
import re
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from courses.catalog.models import Programme
from courses.scheduling.models import Completion, CompletionSource, Seat, SeatKind
from lms import clock, schema
from lms.accounts.models import Person
from lms.db import db
from tests.bench.figures import Sheet, Target
from tests.bench.stage import Stage
from tests.factories import Factory
from tests.queries import counted

FEW, MANY = 2, 200
CONSTANT = Target(0, "more")
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"')


def queries(empty: Stage, sheet: Sheet) -> None:
    """Each page twice: with a little behind it, and with a hundred times as much."""
    sheet.heading(f"Queries per page with {FEW} and with {MANY} courses, seats and completions")
    with empty.app() as app:
        schema.to_head(app)
    with empty.app() as app:
        make = Factory(now=clock.now())
        learner = make.person("Ada Lovelace")
        _grow(make, learner, 0, FEW)
        code = _certified(make, learner)
        pages = ["/catalog", "/catalog/adm/adm-001", "/class-sessions", "/me", f"/verify/{code}",
                 f"/verify/{code}.json"]  # fmt: skip
        few = _counts(app, make, learner, pages)
        _grow(make, learner, FEW, MANY)
        many = _counts(app, make, learner, pages)
    for page, before, after in zip(pages, few, many, strict=True):
        page = page.replace(code, "CODE")
        sheet.add(f"{page}: {before} queries, then {after}", after - before, "more", CONSTANT)


def _certified(make: Factory, learner: Person) -> str:
    version = make.scheme(db.session.scalars(sa.select(Programme)).one())
    return make.certificate(make.award(learner, version)).code


def _grow(make: Factory, learner: Person, start: int, stop: int) -> None:
    programme = db.session.scalar(sa.select(Programme)) or make.programme()
    trainer = make.person("Trainer")
    for number in range(start, stop):
        course = make.course(programme, f"ADM-{number + 1:03d}", title=f"Course {number + 1}")
        held = make.class_session(course, trainer, room=9,
                                  starts_at=make.now + timedelta(days=20 + number))  # fmt: skip
        make.save(
            Seat(class_session_id=held.id, person_id=learner.id, kind=SeatKind.ROOM, tier_rank=9,
                 number=1, taken_at=make.now)
        )  # fmt: skip
        make.save(
            Completion(person_id=learner.id, course_id=course.id,
                       course_version_id=held.course_version_id,
                       source=CompletionSource.SELF_PACED, source_id=number + 1,
                       completed_on=make.now.date(), recorded_at=make.now,
                       recorded_by=trainer.id)
        )  # fmt: skip


def _counts(app: Flask, make: Factory, learner: Person, pages: list[str]) -> list[int]:
    client = make.sign_in(app.test_client(), learner)
    return [_count(client, page) for page in pages]


def _count(client: FlaskClient, page: str) -> int:
    """Queries of the second request: the first fills the caches of the process."""
    _get(client, page)
    with counted() as sent:
        _get(client, page)
    return sum(not text.startswith(("PRAGMA", "BEGIN")) for text in sent)


def _get(client: FlaskClient, page: str) -> bytes:
    response = client.get(page)
    if response.status_code != 200:
        raise RuntimeError(f"{page} answered {response.status}")
    return bytes(response.data)


def sizes(stage: Stage, cookie: str, paths: dict[str, str], sheet: Sheet) -> None:
    """Bytes of each page and of the style sheets and scripts that it asks for."""
    sheet.heading("Bytes per page (packed as gzip -6 would)")
    name, _, value = cookie.partition("=")
    with stage.app() as app:
        client = app.test_client()
        client.set_cookie(name, value)
        for title, path in paths.items():
            html = _get(client, path)
            links = sorted(set(ASSET.findall(html.decode())))
            css = b"".join(_get(client, link) for link in links if ".css" in link)
            script = b"".join(_get(client, link) for link in links if ".js" in link)
            sheet.add(title, len(html) / 1000, "kB")
            sheet.note(f"    {_both('page', html)}; {_both('css', css)}; {_both('js', script)}")


def _both(name: str, content: bytes) -> str:
    packed = len(gzip.compress(content, 6)) if content else 0
    return f"{name} {len(content):,} ({packed:,} packed)"
