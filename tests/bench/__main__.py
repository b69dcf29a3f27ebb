"""`script/bench`: measure what the product promises and print each figure beside its target."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench import (
    autosave,
    certificate,
    crew,
    hot,
    issuing,
    pages,
    partner,
    start,
    weight,
)
from tests.bench.figures import Sheet
from tests.bench.stage import Readers, Stage, new_database, postgres_server, readers, stage

QUICK = 5_000
REISSUED = 400
PARTS = (
    "start",
    "certificate",
    "queries",
    "hot",
    "pages",
    "partner",
    "autosave",
    "issuing",
    "crew",
)
"""In the order of a whole run; what changes rows comes last."""
Trio = tuple[Stage, Stage, Stage]


def arguments() -> argparse.Namespace:
    """What to measure, and for how long."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000, help="size of the data set")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} people, short slices")
    parser.add_argument("--full", action="store_true", help=f"reissue {crew.ALL:,}, not 400")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one database")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="some figures")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of one slice of load")
    options = parser.parse_args()
    options.reissued = crew.ALL if options.full else REISSUED
    if options.quick:
        options.people, options.rounds, options.seconds = QUICK, 1, 0.5
        options.reissued = 60
    if not 100 <= options.people <= 1_000_000:
        parser.error("--people must lie between 100 and 1,000,000")
    return options


@contextmanager
def stages(options: argparse.Namespace, folder: Path) -> Iterator[list[Trio]]:
    """On each database empty academies: for a hundredth of the people, for a tenth, for all."""
    sizes = [max(options.people // share, 100) for share in (100, 10, 1)]
    with ExitStack() as stack:
        found: list[Trio] = []
        if options.only != "postgresql":
            found.append(_trio("SQLite", folder, sizes, [""] * 3))
        if options.only != "sqlite":
            url = stack.enter_context(postgres_server(folder / "server"))
            urls = [new_database(url, f"bench_{place}") for place in range(3)]
            found.append(_trio("PostgreSQL", folder, sizes, urls))
        yield found


def _trio(name: str, folder: Path, sizes: list[int], urls: list[str]) -> Trio:
    """Their folders are numbered: two sizes may be the same."""
    few, some, all_ = (
        stage(name, folder / f"{name}-{place}", size, url)
        for place, (size, url) in enumerate(zip(sizes, urls, strict=True))
    )
    return few, some, all_


def run(options: argparse.Namespace, folder: Path, sheet: Sheet) -> None:
    """Everything in turn."""
    if "start" in options.parts:
        start.measure(sheet, folder / "start")
    if "certificate" in options.parts:
        certificate.measure(sheet, count=9 if options.quick else 30)
    if "queries" in options.parts:
        weight.queries(stage("empty", folder / "empty", 0, ""), sheet)
    if set(options.parts) <= {"start", "certificate", "queries"}:
        return
    with stages(options, folder) as found:
        for place, trio in enumerate(found):
            sheet.heading(f"Bench data set on {trio[0].name}")
            for one in trio:
                sheet.note(f"{one.people:,} people: {one.load()}")
            who = readers(trio[2])
            if place == 0 and "pages" in options.parts:
                weight.sizes(trio[2], who.cookies[0], _weighed(who), sheet)
            on_database(options, trio, who, sheet)


def on_database(options: argparse.Namespace, trio: Trio, who: Readers, sheet: Sheet) -> None:
    """What depends on the database and its size; what changes rows comes last."""
    few, some, academy = trio
    load = {"rounds": options.rounds, "seconds": options.seconds}
    if "hot" in options.parts:
        hot.measure(some, academy, sheet)
    if "pages" in options.parts:
        pages.measure(academy, who, sheet, **load)
        codes = (readers(few).codes, who.codes)
        pages.beside(few, codes[0], academy, codes[1], sheet, **load)
    if "partner" in options.parts:
        partner.measure(academy, sheet)
    if "autosave" in options.parts:
        autosave.measure(academy, sheet, **load)
    if "issuing" in options.parts:
        issuing.measure(academy, sheet, count=9 if options.quick else 40)
    if "crew" in options.parts:
        crew.measure(academy, sheet, count=options.reissued)


def _weighed(who: Readers) -> dict[str, str]:
    return {"catalogue": "/catalog", "course page": who.course, "learner home": "/me",
            "verification": f"/verify/{who.codes[0]}"}  # fmt: skip


def main() -> int:
    """Print the figures; the status is 0 when the run ended, whatever was missed."""
    options, sheet, began = arguments(), Sheet(), time.monotonic()
    sheet.note(f"Python {sys.version.split()[0]}, {len(os.sched_getaffinity(0))} cores, "
               f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="academy-bench-") as folder:
        Path(folder).chmod(0o755)
        run(options, Path(folder), sheet)
    sheet.heading("Summary")
    sheet.note(sheet.summary())
    sheet.note(f"{time.monotonic() - began:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
