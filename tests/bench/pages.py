"""Pages through the real server beside a bare hello: requests per second, latency, CPU."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.figures import Sheet, Target
from tests.bench.servers import CLIENT_CORE, ROOT, Server, serving
from tests.bench.stage import Readers, Stage

CONCURRENCIES = (1, 8, 64)
FEW, CROWD = 8, 64
"""So many at once ask only for what partners ask for."""
HELLO = "hello (bare Flask)"


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for, and the bars for it."""

    name: str
    requests: list[str]
    status: str = "200"
    ratio: Target | None = None
    rate: Target | None = None
    crowd: bool = False


@dataclass
class Figures:
    """What the rounds said about a page at one concurrency."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """The latency in milliseconds below which this share of the answers came."""
        ranked = sorted(self.latencies)
        return ranked[min(int(len(ranked) * share), len(ranked) - 1)] * 1000


def request(path: str, **headers: str) -> str:
    """A request as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: en"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines) + "\r\n\r\n"


def pages_of(who: Readers, port: int) -> list[Page]:
    """The pages with bars in their order."""
    first = urllib.request.urlopen(f"http://127.0.0.1:{port}/catalog")
    tag = first.headers["ETag"] or ""
    return [
        Page("catalogue", [request("/catalog")], ratio=Target(12, "× hello"),
             rate=Target(500, "requests/s", at_least=True)),
        Page("catalogue again (304)", [request("/catalog", If_None_Match=tag)], "304"),
        Page("catalogue, signed in", [request("/catalog", Cookie=c) for c in who.cookies]),
        Page("course page", [request(who.course)], ratio=Target(12, "× hello")),
        Page("learner home", [request("/me", Cookie=c) for c in who.cookies],
             ratio=Target(20, "× hello")),
        *verifications(who.codes),
    ]  # fmt: skip


def verifications(codes: list[str]) -> list[Page]:
    """What anybody asks about a certificate."""
    return [
        Page("verification, HTML", [request(f"/verify/{c}") for c in codes],
             ratio=Target(5, "× hello"), rate=Target(1500, "requests/s", at_least=True),
             crowd=True),
        Page("verification, JSON", [request(f"/verify/{c}.json") for c in codes],
             ratio=Target(3, "× hello"), rate=Target(2500, "requests/s", at_least=True),
             crowd=True),
    ]  # fmt: skip


def measure(stage: Stage, who: Readers, sheet: Sheet, *, rounds: int, seconds: float) -> None:
    """Every page in turn with hello before each, several rounds over."""
    sheet.heading(f"Pages on {stage.name}, {stage.people:,} people, one process on one core")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with (
            serving("tests.bench.hello:create_app", {}, log) as hello,
            serving("app:create_app", stage.environ, log) as server,
        ):
            bare = Page(HELLO, [request("/")])
            asked = pages_of(who, server.port)
            for page in asked:
                slice_of(server, page, 1, 0.3)
            for concurrency in CONCURRENCIES:
                now = [page for page in asked if page.crowd or concurrency < CROWD]
                found = _rounds(server, hello, (bare, now), concurrency, rounds, seconds)
                _report(sheet, [bare, *now], found, concurrency)


def beside(
    small: Stage, codes: list[str], large: Stage, more: list[str], sheet: Sheet, *, rounds: int,
    seconds: float,
) -> None:  # fmt: skip
    """Verification with few and with many certificates in the database, slice after slice."""
    title = f"Verification on {large.name}: {large.people:,} people beside {small.people:,}"
    sheet.heading(f"{title}, {FEW} at once")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with (
            serving("app:create_app", small.environ, log) as one,
            serving("app:create_app", large.environ, log) as other,
        ):
            for few, many in zip(verifications(codes), verifications(more), strict=True):
                times = [
                    (_time(one, few, seconds), _time(other, many, seconds))
                    for _ in range(rounds + 1)
                ]
                ratio = statistics.median(after / before for before, after in times[1:])
                sheet.add(f"{few.name}: time of an answer", ratio, "×", Target(1.5, "×"))


def _time(server: Server, page: Page, seconds: float) -> float:
    answer, _cpu = slice_of(server, page, FEW, seconds)
    return float(answer["seconds"] / answer["count"])


def _rounds(
    server: Server,
    hello: Server,
    pages: tuple[Page, list[Page]],
    concurrency: int,
    rounds: int,
    seconds: float,
) -> dict[str, tuple[Figures, list[float]]]:
    """Figures and the ratios to hello by page; hello is measured anew before each page."""
    bare, asked = pages
    found: dict[str, tuple[Figures, list[float]]] = {
        page.name: (Figures(), []) for page in [bare, *asked]
    }
    for _ in range(rounds):
        for page in asked:
            base = _note(found[bare.name][0], hello, bare, concurrency, seconds / 2)
            cost = _note(found[page.name][0], server, page, concurrency, seconds)
            found[page.name][1].append(cost / base)
    return found


def _note(figures: Figures, server: Server, page: Page, concurrency: int, seconds: float) -> float:
    """Measure a slice; returns the CPU seconds of a request."""
    answer, cpu = slice_of(server, page, concurrency, seconds)
    figures.rates.append(answer["count"] / answer["seconds"])
    figures.latencies += answer["latencies"]
    figures.cpu.append(cpu / answer["count"])
    return figures.cpu[-1]


def slice_of(
    server: Server, page: Page, concurrency: int, seconds: float
) -> tuple[dict[str, Any], float]:
    job = {"port": server.port, "requests": page.requests, "status": page.status,
           "concurrency": concurrency, "seconds": seconds}  # fmt: skip
    before = server.cpu_seconds()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"], cwd=ROOT, input=json.dumps(job), text=True,
        capture_output=True, check=False, timeout=120,
        preexec_fn=lambda: os.sched_setaffinity(0, CLIENT_CORE),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{page.name}: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout), server.cpu_seconds() - before


def _report(
    sheet: Sheet,
    pages: list[Page],
    found: dict[str, tuple[Figures, list[float]]],
    concurrency: int,
) -> None:
    for page in pages:
        figures, ratios = found[page.name]
        name = f"{page.name}, {concurrency} at once"
        rate = statistics.median(figures.rates)
        sheet.add(name, rate, "requests/s", page.rate if concurrency > 1 else None)
        sheet.note(
            f"    p50 {figures.at(0.5):.2f} ms, p99 {figures.at(0.99):.2f} ms, "
            f"CPU {statistics.median(figures.cpu) * 1e6:,.0f} µs"
        )
        if ratios:
            ratio = statistics.median(ratios)
            sheet.add(
                f"{name}: CPU beside hello", ratio, "×", page.ratio if concurrency == FEW else None
            )
