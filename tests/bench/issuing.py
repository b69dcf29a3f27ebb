"""Signed certificates: a cold one, and warm ones beside their unsigned drawing.

    python -m tests.bench.issuing ID …      makes these waiting certificates, writes what it took

A certificate of the data set is replaced by a new one, as a mass reissue does it. The job reads
what it needs, signs the credential, draws the PDF with it inside, signs that as a whole, stores
the three files and notes them.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import current_app

from app import create_app
from certification.awards.models import Revocation
from certification.certificates import actions, drawing, making
from certification.certificates.document import render
from certification.certificates.models import Certificate, CertificateState
from certification.credentials.signing import sign
from certification.designs.queries import with_pictures
from lms import clock
from lms.accounts.models import Person
from lms.db import db, unit
from tests.bench.figures import Sheet, Target
from tests.bench.servers import ROOT, SERVER_CORE
from tests.bench.stage import Stage

T = TypeVar("T")
WARM_UP = 3
LATIN = ("de", "en", "es", "fr", "it", "nl", "pt")
LAST_LATIN = "\u024f"
WARM = Target(60, "ms")
SMALL = Target(60, "kB")


def measure(stage: Stage, sheet: Sheet, *, count: int) -> None:
    """In processes of their own on one core, as a worker does it."""
    sheet.heading(f"Signed certificate on {stage.name}, {stage.people:,} people, one core")
    with stage.app(), unit(writes=True):
        ids = [_replaced(row) for row in _latin(WARM_UP + 1 + count)]
    began = time.perf_counter()
    _make(stage.environ, ids[:1])
    sheet.add("first one in a fresh process", (time.perf_counter() - began) * 1000, "ms")
    took = json.loads(_make(stage.environ, ids[1:]))
    sheet.add("CPU, warm: credential, drawing, signature", took["made"], "ms", WARM)
    sheet.add("CPU, warm: the whole job, reads and files too", took["job"], "ms", WARM)
    sheet.note(f"    by the clock {took['clock']:.1f} ms")
    sheet.add("CPU, warm: the unsigned drawing alone", took["unsigned"], "ms")
    sheet.add("signed beside unsigned", took["ratio"], "×")
    sheet.add("size, signed", took["size"] / 1000, "kB", SMALL)


def replaceable() -> sa.Select[Certificate]:
    """Certificates that a reissue may replace."""
    later = sa.orm.aliased(Certificate)
    return (
        sa.select(Certificate)
        .outerjoin(later, later.supersedes_id == Certificate.id)
        .outerjoin(Revocation, Revocation.award_id == Certificate.award_id)
        .where(
            later.id.is_(None),
            Revocation.id.is_(None),
            Certificate.state == CertificateState.ISSUED,
        )
    )


def _latin(count: int) -> Sequence[Certificate]:
    """The newest certificates of people whose own words and names are in Latin letters."""
    wanted = (
        replaceable()
        .join(Person, Person.id == Certificate.person_id)
        .where(Person.language.in_(LATIN))
        .order_by(Certificate.id.desc())
        .limit(count * 4)
    )
    rows = [row for row in db.session.scalars(wanted) if max(row.holder_name) <= LAST_LATIN]
    return rows[:count]


def _replaced(row: Certificate) -> int:
    settings = current_app.extensions["settings"]
    return actions.supersede(row.id, settings, reason="Bench", by=row.person_id, now=clock.now()).id


def _make(environ: Mapping[str, str], ids: Sequence[int]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.issuing", *map(str, ids)], cwd=ROOT, check=False,
        env={**os.environ, **environ}, capture_output=True, text=True, timeout=600,
        preexec_fn=lambda: os.sched_setaffinity(0, SERVER_CORE),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"certificates were not made:\n{done.stderr[-2000:]}")
    return done.stdout


def main(ids: Sequence[int]) -> None:
    """Make the first ones to warm up; then each three times over: drawn, made, and as the job."""
    app = create_app(os.environ)
    with app.app_context():
        for certificate_id in ids[:WARM_UP]:
            drawing.draw(certificate_id)
    found = []
    for certificate_id in ids[WARM_UP:]:
        with app.app_context():
            found.append(_of_one(certificate_id))
    if found:
        sys.stdout.write(json.dumps(_medians(found)))


def _of_one(certificate_id: int) -> dict[str, float]:
    settings, storage = current_app.extensions["settings"], current_app.extensions["storage"]
    with unit(writes=True):
        now = clock.now()
        material = making.gather(certificate_id, making.press(settings, now=now), now=now)
    if material is None:
        raise RuntimeError("it was made before")
    design = with_pictures(material.design, storage) if material.design else None
    content, unsigned = _timed(lambda: render(material.facts, drawing.labels(), design))
    signed, made = _timed(lambda: _signed(material, storage))
    began = time.perf_counter()
    _nothing, job = _timed(lambda: drawing.draw(certificate_id))
    return {"unsigned": unsigned, "made": made, "job": job, "ratio": made / unsigned,
            "size": max(len(content), len(signed)),
            "clock": (time.perf_counter() - began) * 1000}  # fmt: skip


def _signed(material: making.Material, storage: Any) -> bytes:
    found = sign(material.statement, material.signers, now=clock.now())
    return drawing.document_of(material, found.credential, storage)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    answer = work()
    return answer, (time.process_time() - began) * 1000


def _medians(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    middle = {name: statistics.median(one[name] for one in found) for name in found[0]}
    return middle | {"size": max(one["size"] for one in found)}


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]])
