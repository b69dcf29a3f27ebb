"""Workers: who waits in which queue, what is taken ahead, and what becomes of a dead one's work."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms import jobs, mail, worker
from lms.db import db, unit
from lms.mail import MailMessage
from tests.certification.test_killed_workers import Workers, count, wait_for
from tests.conftest import NOW, environment

MAILS = 12


def place_of(workflow_id: str) -> tuple[str, str]:
    """State and queue of a job."""
    (row,) = jobs.client().list_workflows(workflow_ids=[workflow_id])
    return row.status, str(row.queue_name)


@pytest.mark.parametrize(
    ("kind", "queue"),
    [
        ("mail.deliver", "mail"),
        ("mail.deliver_many", "mail"),
        ("bulk.chunk", "jobs"),
        ("partner.deliver", "calls"),
        ("certificates.render", "quick"),
    ],
)
def test_what_takes_long_mails_and_calls_wait_apart(app: Flask, kind: str, queue: str) -> None:
    with app.app_context():
        with unit(writes=True):
            jobs.enqueue(kind, {}, key="one")
        assert place_of(f"{kind}:one") == ("ENQUEUED", queue)


def test_a_dead_workers_job_goes_back_to_its_own_queue(app: Flask) -> None:
    with app.app_context():
        with unit(writes=True):
            jobs.enqueue("bulk.chunk", {}, key="one")
        with unit(writes=True):
            schema = "" if db.engine.dialect.name == "sqlite" else "dbos."
            begun = f"UPDATE {schema}workflow_status SET status = 'PENDING', executor_id = 'gone'"
            db.session.execute(sa.text(begun))
        assert worker.reap(now=NOW) == 1
        assert place_of("bulk.chunk:one") == ("ENQUEUED", "jobs")


@pytest.mark.sqlite
@pytest.mark.slow
def test_mails_do_not_wait_for_the_next_look(app: Flask, tmp_path: Path, database_url: str) -> None:
    with app.app_context():
        with unit(writes=True):
            for number in range(MAILS):
                mail.send(
                    "password", "mia@demo.example", key=f"{number}", now=NOW, name="Mia", token="t"
                )
        workers = Workers(environment(tmp_path / "data", database_url))
        workers.start()
        try:
            wait_for(MAILS, lambda: count(MailMessage, MailMessage.sent_at.is_not(None)))
        finally:
            workers.kill()
        with unit(writes=False):
            ends = sa.func.min(MailMessage.sent_at), sa.func.max(MailMessage.sent_at)
            first, last = db.session.execute(sa.select(*ends)).one()
    assert last - first < timedelta(seconds=MAILS)
