"""script/setup: does its work once, again when something changed, and survives being killed.

The requirements are empty here, so that nothing is fetched; the environments are real, but copies
of one: installing pip is nearly all the time that one takes.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SPARE

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "script" / "setup"

PYTHON = "/usr/bin/python3"
COPYING = """#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then exec cp -a {kept} "$3"; fi
exec {python} "$@"
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that makes environments quickly."""
    folder = tmp_path_factory.mktemp("python")
    real = PYTHON if Path(PYTHON).exists() else sys._base_executable  # type: ignore[attr-defined]
    subprocess.run([real, "-m", "venv", folder / "kept"], check=True)
    program = folder / "python3"
    program.write_text(COPYING.format(kept=folder / "kept", python=real))
    program.chmod(0o755)
    return program


class Checkout:
    """A folder with the script and locked requirements of its own."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder = folder
        self.environment = folder / ".venv"
        self.environ = dict(os.environ)
        (folder / "script").mkdir()
        (folder / "lms").mkdir()
        text = SCRIPT.read_text(encoding="utf-8")
        assert f" {PYTHON} " in text
        (folder / "script" / "setup").write_text(text.replace(f" {PYTHON} ", f" {python} "))
        shutil.copy(ROOT / "lms" / "typefaces.py", folder / "lms")
        self.cutting = folder / "lms" / "typefaces.py"
        self.cut = folder / ".typefaces" / "made"
        self.require("# nothing yet\n")

    def require(self, text: str) -> None:
        """Write what is to be installed."""
        (self.folder / "requirements.txt").write_text(text)

    def begin(self) -> subprocess.Popen[str]:
        """Start a set-up."""
        return subprocess.Popen(
            ["sh", "script/setup"],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def set_up(self) -> list[str]:
        """Run a set-up that succeeds; returns what it said, without the version."""
        process = self.begin()
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 0, said
        return [line.split(" with ")[0] for line in said.splitlines()]


MADE = "Making the virtual environment (.venv)"
INSTALLED = "Installing requirements.txt"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, python: Path) -> Checkout:
    checkout = Checkout(tmp_path_factory.mktemp("ready"), python)
    assert checkout.set_up() == [MADE, INSTALLED]
    return checkout


@pytest.fixture
def checkout(ready: Checkout) -> Iterator[Checkout]:
    """A checkout that is set up and left alone by the others."""
    yield ready
    (ready.environment / "unfinished").unlink(missing_ok=True)


def test_a_second_run_has_nothing_to_do_and_is_quick(checkout: Checkout) -> None:
    start = time.monotonic()

    assert checkout.set_up() == []

    assert time.monotonic() - start < SPARE


def test_other_requirements_are_installed_into_the_same_environment(checkout: Checkout) -> None:
    checkout.require("# something else\n")

    assert checkout.set_up() == [INSTALLED]
    assert checkout.set_up() == []


def test_a_run_that_was_killed_while_installing_starts_afresh(checkout: Checkout) -> None:
    half_written = checkout.environment / "half-written-package"
    half_written.touch()
    (checkout.environment / "unfinished").touch()

    assert checkout.set_up() == [MADE, INSTALLED]
    assert not half_written.exists()


def test_another_python_gets_another_environment(checkout: Checkout) -> None:
    (checkout.environment / "python.stamp").write_text("3.10.1 (an older one)")

    assert checkout.set_up() == [MADE, INSTALLED]


def test_two_runs_at_once_do_the_work_once(checkout: Checkout) -> None:
    shutil.rmtree(checkout.environment)

    runs = [checkout.begin(), checkout.begin()]

    said = sorted(run.communicate(timeout=120)[1].count(MADE) for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert said == [0, 1]


def test_a_failed_installation_says_so_and_is_tried_again(checkout: Checkout) -> None:
    checkout.require("./no-such-folder\n")
    process = checkout.begin()
    said = process.communicate(timeout=120)[1]

    assert process.returncode == 1
    assert said.endswith(
        "Could not install requirements.txt: see above; "
        "run again when the package index is reachable.\n"
    )
    checkout.require("# back to nothing\n")
    assert INSTALLED in checkout.set_up()


def test_a_machine_that_can_have_no_fonts_is_told_and_goes_on(tmp_path: Path, python: Path) -> None:
    checkout, programs = Checkout(tmp_path, python), tmp_path / "bin"
    script = tmp_path / "script" / "setup"
    script.write_text(script.read_text().replace("/usr/share/fonts", str(tmp_path / "fonts")))
    programs.mkdir()
    for name, status in (("fc-list", 0), ("apt-get", 100), ("sudo", 1)):
        (programs / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (programs / name).chmod(0o755)
    checkout.environ["PATH"] = f"{programs}:{os.environ['PATH']}"

    said, again = checkout.set_up(), checkout.set_up()

    assert "fonts-noto-core fonts-noto-cjk" in "\n".join(said)
    assert said[-3:] == [
        "Going on without: until then, certificates cannot show every script.",
        MADE,
        INSTALLED,
    ]
    assert again == []


def test_typefaces_are_cut_again_when_the_cutting_changed(checkout: Checkout) -> None:
    assert checkout.set_up() == []
    first = checkout.cut.stat().st_mtime_ns

    assert checkout.set_up() == []
    assert checkout.cut.stat().st_mtime_ns == first

    checkout.cutting.touch()
    assert checkout.set_up() == []
    assert checkout.cut.stat().st_mtime_ns > first


def test_a_cutting_that_fails_stops_nothing(checkout: Checkout) -> None:
    text = checkout.cutting.read_text()
    checkout.cutting.write_text("raise SystemExit(1)")
    (said,) = checkout.set_up()
    checkout.cutting.write_text(text)
    assert said.startswith("Could not cut them")
