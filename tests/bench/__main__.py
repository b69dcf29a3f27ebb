"""`script/bench`: measure what the product promises and print each figure beside its target."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench import certificate, hot, pages, partner, weight
from tests.bench.figures import Sheet
from tests.bench.stage import Readers, Stage, new_database, postgres_server, readers, stage

QUICK = 5_000


def arguments() -> argparse.Namespace:
    """What to measure, and for how long."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000, help="size of the data set")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} people, short slices")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one database")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of one slice of load")
    options = parser.parse_args()
    if options.quick:
        options.people, options.rounds, options.seconds = QUICK, 1, 0.5
    if not 100 <= options.people <= 1_000_000:
        parser.error("--people must lie between 100 and 1,000,000")
    return options


@contextmanager
def stages(options: argparse.Namespace, folder: Path) -> Iterator[list[tuple[Stage, Stage]]]:
    """On each database two empty academies: one for a tenth of the people, one for all."""
    sizes = (max(options.people // 10, 100), options.people)
    with ExitStack() as stack:
        found = []
        if options.only != "postgresql":
            small, large = (stage("SQLite", folder / f"sqlite-{n}", n, "") for n in sizes)
            found.append((small, large))
        if options.only != "sqlite":
            url = stack.enter_context(postgres_server(folder / "server"))
            small, large = (
                stage("PostgreSQL", folder / f"postgresql-{n}", n, new_database(url, f"bench_{n}"))
                for n in sizes
            )
            found.append((small, large))
        yield found


def run(options: argparse.Namespace, folder: Path, sheet: Sheet) -> None:
    """Everything in turn."""
    certificate.measure(sheet, count=9 if options.quick else 30)
    weight.queries(stage("empty", folder / "empty", 0, ""), sheet)
    with stages(options, folder) as found:
        for place, (small, academy) in enumerate(found):
            sheet.heading(f"Bench data set on {academy.name}")
            sheet.note(f"{small.people:,} people: {small.load()}")
            sheet.note(f"{academy.people:,} people: {academy.load()}")
            who = readers(academy)
            if place == 0:
                weight.sizes(academy, who.cookies[0], _weighed(who), sheet)
            hot.measure(small, academy, sheet)
            pages.measure(academy, who, sheet, rounds=options.rounds, seconds=options.seconds)
            partner.measure(academy, sheet)


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
