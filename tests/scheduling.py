"""Which tests of a run stay in one process (`--dist loadfile`): those of a file, and those of a
site that takes long to start (tests/browser/conftest.py)."""

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).resolve().parents[1]
BROWSER = "tests/browser/"


class BySite(LoadFileScheduling):
    """Hands out groups of tests."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """The group of a test by its address."""
    file, _, rest = nodeid.partition("::")
    if not file.startswith(BROWSER):
        return file
    if _adds_exams(file):
        return "postgres"
    parameters = rest.partition("[")[2].rstrip("]").split("-")
    return next((site for site in ("sqlite", "postgres") if site in parameters), file)


@cache
def _adds_exams(file: str) -> bool:
    return "exams_site" in (ROOT / file).read_text(encoding="utf-8")
