"""A partner's check of 10,000 codes and of 10,000 addresses in one request, over HTTP."""

import json
import statistics
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from certification.certificates import lists, queries_lists
from certification.certificates.codes import new_code
from certification.certificates.models import Certificate
from certification.keys import actions as keys
from lms import clock
from lms.accounts.models import Account, Organisation, Person
from lms.api import tokens
from lms.db import db, unit
from tests.bench.figures import Sheet, Target
from tests.bench.servers import serving
from tests.bench.stage import Stage
from tests.queries import counted

COUNT = 10_000
TIMES = 5
AGREE = 500


def measure(stage: Stage, sheet: Sheet) -> None:
    """Median and worst seconds of whole requests, and the queries behind one."""
    sheet.heading(f"Partner check of {COUNT:,} entries on {stage.name}, {stage.people:,} people")
    codes, addresses, token = _prepared(stage)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving("app:create_app", stage.environ, Path(folder) / "log") as server,
    ):
        for name, entries in (("codes", codes), ("addresses", addresses)):
            took, counts = _times(server.port, token, entries)
            sheet.add(f"{name}: median", statistics.median(took), "s", Target(1, "s"))
            sheet.add(f"{name}: worst of {TIMES}", max(took), "s", Target(1, "s"))
            sheet.note(f"    {counts}")
    _queries(stage, codes, addresses, sheet)
    _of_request(stage, token, codes, sheet)


def _prepared(stage: Stage) -> tuple[list[str], list[str], str]:
    """Codes (half of them ours), addresses (some agreed to be found), and a token."""
    with stage.app() as app, unit(writes=True):
        keys.ensure(app.extensions["settings"], now=clock.now())
        known = list(db.session.scalars(sa.select(Certificate.code).limit(COUNT // 2)))
        codes = known + [new_code() for _ in range(COUNT - len(known))]
        rows = db.session.execute(
            sa.select(Account.email, Account.person_id)
            .join(Certificate, Certificate.person_id == Account.person_id)
            .distinct()
            .limit(COUNT // 2)
        ).all()
        agreed = [row.person_id for row in rows[:AGREE]]
        db.session.execute(
            sa.update(Person).where(Person.id.in_(agreed)).values(consents_to_lookup_at=clock.now())
        )
        addresses = [row.email for row in rows]
        addresses += [f"nobody{n}@nowhere.example" for n in range(COUNT - len(addresses))]
        organisation = db.session.scalars(sa.select(Organisation).limit(1)).one()
        token = tokens.make("bench", tokens.SCOPES, days=30, organisation=organisation, by=1,
                            now=clock.now())  # fmt: skip
    return codes, addresses, token


def _times(port: int, token: str, entries: list[str]) -> tuple[list[float], dict[str, int]]:
    took: list[float] = []
    answer: Any = {}
    for _ in range(TIMES):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/checks",
            data=json.dumps({"entries": entries}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json",
                     "Idempotency-Key": str(uuid.uuid4())},
        )  # fmt: skip
        began = time.perf_counter()
        with urllib.request.urlopen(request) as response:
            answer = json.loads(response.read())
        took.append(time.perf_counter() - began)
        if len(answer["rows"]) < COUNT:
            raise RuntimeError("rows are missing")
    return took, answer["counts"]


def _queries(stage: Stage, codes: list[str], addresses: list[str], sheet: Sheet) -> None:
    """Statements of the look-up alone, for two entries and for ten thousand."""
    with stage.app():
        for name, entries in (("codes", codes), ("addresses", addresses)):
            for size in (2, COUNT):
                wanted = lists.given(entries[:size]).entries
                with unit(writes=False), counted() as found:
                    queries_lists.answers(wanted, clock.now().date())
                asked = [text for text in found if text.startswith("SELECT")]
                sheet.add(f"queries of the look-up, {size:,} {name}", len(asked), "", Target(5, ""))


def _of_request(stage: Stage, token: str, codes: list[str], sheet: Sheet) -> None:
    """All statements of a whole request: its token, its key, the look-up, its record."""
    with stage.app() as app:
        client = app.test_client()
        for size in (2, COUNT):
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
            with counted() as found:
                answer = client.post(
                    "/api/v1/checks", json={"entries": codes[:size]}, headers=headers
                )
            if not answer.is_json or len(answer.json["rows"]) < size:
                raise RuntimeError(answer.status)
            asked = [text for text in found if not text.startswith(("PRAGMA", "BEGIN"))]
            reads = [text for text in asked if text.startswith("SELECT")]
            sheet.add(
                f"queries of the whole request, {size:,} codes", len(reads), "", Target(5, "")
            )
            sheet.add(f"its statements that write, {size:,} codes", len(asked) - len(reads), "")
