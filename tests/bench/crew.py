"""A mass reissue by two real workers, from the start of the act to the last signed document."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from certification.bulk import actions
from certification.bulk.models import BulkKind
from certification.certificates.models import Certificate, CertificateState
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from tests.bench.figures import Sheet, Target
from tests.bench.issuing import replaceable
from tests.bench.servers import ROOT, cpu_of
from tests.bench.stage import Stage

WORKERS = 2
ALL = 10_000
STALL_SECONDS = 120
LOOK_SECONDS = 0.5
TARGET = Target(6, "minutes")
SHARE = Target(WORKERS * 6 * 60 / ALL * 1000, "ms")
"""What two cores have for each of them in six minutes."""
FLAT = Target(1.1, "×")


@dataclass
class Watch:
    """Documents that are there, and the memory of the larger worker in MB, as time went on."""

    began: float
    seen: list[tuple[int, float]] = field(default_factory=list)
    took: float = 0.0

    def memory(self, done: int) -> float:
        """When so many documents were there first."""
        return next(size for count, size in self.seen if count >= done)


def measure(stage: Stage, sheet: Sheet, *, count: int) -> None:
    """How long so many take, and whether the workers' memory stays as it is."""
    sheet.heading(f"Mass reissue of {count:,} certificates by {WORKERS} workers on {stage.name}")
    with stage.app(), _working(stage) as pids:
        last, before = _newest(), sum(map(cpu_of, pids))
        _start(count)
        watch = _watched(pids, last, count)
        spent = (sum(map(cpu_of, pids)) - before) / count * 1000
    sheet.add("documents per second", count / watch.took, "")
    sheet.add(f"{ALL:,} at this rate", ALL * watch.took / count / 60, "minutes", TARGET)
    sheet.add("CPU of the workers for each, mails too", spent, "ms", SHARE)
    half, end = watch.memory(count // 2), watch.memory(count)
    sheet.add("memory of a worker half way", half, "MB")
    sheet.add("memory at the end beside half way", end / half, "×", FLAT)


@contextmanager
def _working(stage: Stage) -> Iterator[list[int]]:
    """Workers of the real command, warm and waiting."""
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    with open(stage.folder / "workers.log", "ab") as log:
        workers = [
            subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **stage.environ}, stdout=log, stderr=log
            )
            for _ in range(WORKERS)
        ]
    try:
        time.sleep(8)
        yield [worker.pid for worker in workers]
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(30)


def _newest() -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.max(Certificate.id))) or 0


def _start(count: int) -> None:
    """Preview and begin the act on certificates that may be replaced."""
    settings = current_app.extensions["settings"]
    with unit(writes=True):
        by, now = db.session.scalars(sa.select(Person.id).limit(1)).one(), clock.now()
        wanted = replaceable().where(Certificate.person_id != by).order_by(Certificate.id)
        numbers = [row.number for row in db.session.scalars(wanted.limit(count))]
        act = actions.preview(
            BulkKind.REISSUE, numbers, title="Bench", reason="Bench", programmes=None, by=by,
            today=clock.today(now, settings.issuer_zone), now=now,
        )  # fmt: skip
        actions.start(act, by=by, now=now)


def _watched(pids: list[int], last: int, count: int) -> Watch:
    """Look until all are there."""
    watch = Watch(time.monotonic())
    moved = watch.began
    while not watch.seen or watch.seen[-1][0] < count:
        time.sleep(LOOK_SECONDS)
        done = _issued_since(last)
        moved = time.monotonic() if not watch.seen or done > watch.seen[-1][0] else moved
        watch.seen.append((done, max(map(_memory, pids))))
        if time.monotonic() - moved > STALL_SECONDS:
            raise RuntimeError(f"the workers stopped at {done:,} certificates")
    watch.took = time.monotonic() - watch.began
    return watch


def _issued_since(last: int) -> int:
    with unit(writes=False):
        wanted = sa.select(sa.func.count()).where(
            Certificate.id > last, Certificate.state == CertificateState.ISSUED
        )
        return db.session.scalar(wanted) or 0


def _memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
