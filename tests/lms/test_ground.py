"""Documents, jobs, health, settings, double clicks and error pages of the ground."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import jobs, once, settings, worker
from lms.db import db, unit
from lms.permissions import Role
from lms.settings import SettingsError
from lms.storage import Damaged, Storage
from lms.worker import WorkerBeat
from tests.conftest import environment
from tests.factories import Factory
from tests.page import Page


class TestStorage:
    def test_the_same_bytes_are_stored_once_and_cannot_be_written(self, tmp_path: Path) -> None:
        storage = Storage(tmp_path)
        digest = storage.put(b"a certificate")
        assert storage.put(b"a certificate") == digest
        assert storage.get(digest) == b"a certificate"
        assert storage.path(digest).stat().st_mode & 0o222 == 0
        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1

    def test_a_changed_document_is_damaged_and_never_handed_out(self, tmp_path: Path) -> None:
        storage = Storage(tmp_path)
        digest = storage.put(b"a certificate")
        storage.path(digest).chmod(0o600)
        storage.path(digest).write_bytes(b"another certificate")
        with pytest.raises(Damaged):
            storage.get(digest)

    def test_an_unknown_document_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            Storage(tmp_path).get("0" * 64)


def queued(prefix: str) -> int:
    found = jobs.client().list_workflows(load_input=False, load_output=False)
    return sum(row.workflow_id.startswith(prefix) for row in found)


class TestJobs:
    KIND = "awards.none"

    @pytest.fixture(autouse=True)
    def kind(self) -> None:
        if self.KIND not in jobs.kinds():
            jobs.job(self.KIND)(lambda _args: None)

    @pytest.mark.usefixtures("make")
    def test_a_job_exists_if_and_only_if_its_unit_commits(self) -> None:
        def half_done() -> None:
            with unit(writes=True):
                jobs.enqueue(self.KIND, {}, key="lost")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            half_done()
        assert queued(f"{self.KIND}:lost") == 0
        with unit(writes=True):
            jobs.enqueue(self.KIND, {}, key="kept")
        assert queued(f"{self.KIND}:kept") == 1

    @pytest.mark.usefixtures("make")
    def test_the_same_work_is_enqueued_once_for_ever(self) -> None:
        for _ in range(3):
            with unit(writes=True):
                jobs.enqueue(self.KIND, {}, key="same")
        assert queued(f"{self.KIND}:same") == 1

    @pytest.mark.usefixtures("make")
    def test_an_unknown_kind_is_refused_at_once(self) -> None:
        with pytest.raises(LookupError), unit(writes=True):
            jobs.enqueue("nothing.known", {}, key="1")


class TestHealth:
    def beat(self, now: datetime, age: timedelta) -> None:
        with unit(writes=True):
            db.session.execute(sa.delete(WorkerBeat))
            worker.beat("worker-1", now=now - age)

    def test_the_process_answers(self, client: FlaskClient) -> None:
        assert client.get("/healthz").json == {"status": "ok"}

    def test_ready_means_database_migrations_storage_and_worker(
        self, client: FlaskClient, make: Factory, clock: datetime
    ) -> None:
        self.beat(clock, timedelta(seconds=5))
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json == {
            "status": "ready",
            "checks": dict.fromkeys(("database", "migrations", "storage", "worker"), "ok"),
        }

    def test_a_silent_worker_is_not_ready(
        self, client: FlaskClient, make: Factory, clock: datetime
    ) -> None:
        self.beat(clock, timedelta(minutes=3))
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json["checks"]["worker"] == "failing"  # type: ignore[index]
        assert answer.json["checks"]["database"] == "ok"  # type: ignore[index]

    def test_the_doctor_says_what_to_do(self, app: Flask, make: Factory, clock: datetime) -> None:
        self.beat(clock, timedelta(minutes=3))
        told = app.test_cli_runner().invoke(args=["doctor"])
        assert told.exit_code == 1
        assert "FAIL worker" in told.output
        assert "Start a worker: `flask worker`." in told.output

    @pytest.fixture
    def clock(self) -> datetime:
        from lms import clock

        return clock.now()


class TestSettings:
    def read(self, tmp_path: Path, **changes: str) -> settings.Settings:
        return settings.read({**environment(tmp_path, ""), **changes})

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"APP_ENV": "staging"}, "APP_ENV"),
            ({"PORT": "many"}, "PORT"),
            ({"APP_ENV": "production", "KEY_FILE": "/nowhere"}, "KEY_FILE|https://"),
            (
                {"APP_ENV": "production", "PUBLIC_URL": "https://a.test", "SECRET_KEY": "short"},
                "SECRET_KEY|KEY_FILE",
            ),
        ],
    )
    def test_nonsense_stops_the_start_with_one_clear_line(
        self, tmp_path: Path, changes: dict[str, str], words: str
    ) -> None:
        with pytest.raises(SettingsError, match=words) as stopped:
            self.read(tmp_path, **changes)
        assert "\n" not in str(stopped.value)

    def test_secrets_are_never_shown(self, tmp_path: Path) -> None:
        shown = str(self.read(tmp_path).public_view())
        assert "a-test-secret" not in shown
        assert "correct-horse" not in shown


class TestDoubleClicks:
    def test_the_second_arrival_goes_where_the_first_one_went(
        self, app: Flask, make: Factory, now: datetime
    ) -> None:
        make.person("Ada")
        with unit(writes=True):
            assert once.claim("key", "/a", now=now)
            once.remember("key", "/there")
        with unit(writes=True):
            assert not once.claim("key", "/a", now=now)
            assert once.earlier_location("key", "/a") == "/there"
            assert once.earlier_location("key", "/b") is None

    def test_old_keys_are_swept(self, app: Flask, make: Factory, now: datetime) -> None:
        with unit(writes=True):
            once.claim("old", "/a", now=now - timedelta(days=3))
            once.claim("new", "/a", now=now)
        with unit(writes=True):
            assert once.forget_old(now=now) == 1


class TestErrors:
    @pytest.mark.parametrize(
        ("address", "status", "heading"),
        [("/nothing", 404, "Page not found"), ("/me", 303, "")],
    )
    def test_a_reader_gets_a_page(
        self, client: FlaskClient, address: str, status: int, heading: str
    ) -> None:
        page = Page(client.get(address))
        assert page.status == status
        assert page.h1.endswith(heading)

    def test_a_program_gets_problem_details_with_the_request(self, client: FlaskClient) -> None:
        answer = client.get("/nothing", headers={"Accept": "application/json"})
        assert answer.content_type == "application/problem+json"
        body = answer.get_json()
        assert (body["status"], body["title"]) == (404, "Page not found")
        assert body["request_id"] == answer.headers["X-Request-Id"]

    def test_a_crash_is_a_page_without_its_reason(
        self, app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def crash(**_values: object) -> str:
            raise RuntimeError("the password is hunter2")

        app.view_functions["certificates.verify"].__dict__.setdefault("limits", ())
        crash.__dict__.update(app.view_functions["certificates.verify"].__dict__)
        monkeypatch.setitem(app.view_functions, "certificates.verify", crash)
        answer = app.test_client().get("/verify/ABC")
        assert answer.status_code == 500
        assert "hunter2" not in answer.text
        assert answer.headers["X-Request-Id"] in answer.text

    @pytest.mark.parametrize("table", ["sign_in", "site_profile"])
    def test_a_database_that_is_away_is_told_in_plain_words(
        self, app: Flask, make: Factory, table: str
    ) -> None:
        reader = make.sign_in(app.test_client(), make.person("Ines Prado"))
        with unit(writes=True):
            db.session.execute(sa.text(f"ALTER TABLE {table} RENAME TO gone"))
        answer = reader.get("/me")
        assert answer.status_code == 500
        assert "Something went wrong on our side" in answer.text
        assert answer.headers["X-Request-Id"] in answer.text

    def test_every_answer_is_safe(self, app: Flask, make: Factory) -> None:
        admin = make.sign_in(app.test_client(), make.person("Helen", Role.ADMINISTRATOR))
        visitor = app.test_client()
        asks: list[Callable[[], object]] = [
            lambda: visitor.get("/"),
            lambda: visitor.get("/nothing"),
            lambda: visitor.post("/sign-in"),
            lambda: admin.get("/manage"),
            lambda: visitor.get("/static/css/base.css"),
        ]
        for ask in asks:
            headers = ask().headers  # type: ignore[attr-defined]
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "unsafe-inline" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"]
        assert admin.get("/manage").headers["Cache-Control"] in {"no-store", "private, no-cache"}
