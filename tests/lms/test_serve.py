"""The supervisor keeps its children alive and leaves none behind: real processes, real signals."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest

from lms import serve, settings
from tests.conftest import environment
from tests.ports import free_port

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[2]
SUPERVISE = """
import sys
from lms.serve import Child, Supervisor
children = [Child(f"child {n}", ["sh", "-c", text]) for n, text in enumerate(sys.argv[2:], 1)]
Supervisor(children, grace=float(sys.argv[1])).run()
"""
LAST = "exec sleep 60"


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether the process runs (one that waits to be collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Stage:
    """A folder in which children note their process ids, and the supervisors started there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[str]] = []

    def child(self, name: str, then: str = LAST) -> str:
        """A command that notes its id under this name, then goes on."""
        return f'echo $$ >> "{self.folder / name}"; {then}'

    def pids(self, name: str) -> list[int]:
        """The ids noted under this name, oldest first."""
        path = self.folder / name
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def supervise(self, *commands: str, grace: float = 5.0) -> subprocess.Popen[str]:
        """Start a supervisor over these commands."""
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, str(grace), *commands],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def clear(self) -> None:
        """End whatever a failed test left."""
        for process in self.started:
            process.kill()
            process.communicate()
        for note in self.folder.iterdir():
            for pid in filter(is_alive, self.pids(note.name)):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.clear()


def serve_with(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command with these settings until it refuses."""
    return subprocess.run(
        [sys.executable, "-m", "lms.serve"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_child_that_was_killed_runs_again_and_its_sibling_is_left_alone(stage: Stage) -> None:
    stage.supervise(stage.child("web"), stage.child("worker"))
    wait_for(lambda: stage.pids("web") and stage.pids("worker"))

    os.kill(stage.pids("web")[0], signal.SIGKILL)

    wait_for(lambda: len(stage.pids("web")) == 2)
    assert is_alive(stage.pids("web")[1])
    assert len(stage.pids("worker")) == 1
    assert is_alive(stage.pids("worker")[0])


def test_a_child_that_dies_at_once_is_started_ever_more_slowly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Time that passes only here, and a real process that is dead whenever it is looked at."""
    now = [1000.0]
    monkeypatch.setattr(serve.time, "monotonic", lambda: now[0])
    child = serve.Child("web", ["sh", "-c", "exit 3"])
    child.begin()
    starts = [now[0]]
    while len(starts) < 9:
        assert child.process
        child.process.wait()
        child.tend()
        now[0] += 0.015625
        if child.started > starts[-1]:
            starts.append(child.started)
    pauses = [later - one for one, later in pairwise(starts)]
    assert pauses[:4] == pytest.approx([0.4, 0.8, 1.6, 3.2], abs=0.05)
    assert pauses[-2:] == pytest.approx([serve.LONGEST_PAUSE] * 2, abs=0.05)


def test_sigterm_ends_every_child_and_what_the_children_started(stage: Stage) -> None:
    grandchild = stage.child("grandchild")
    supervisor = stage.supervise(
        stage.child("web", f"sh -c '{grandchild}' & wait"), stage.child("worker")
    )
    wait_for(lambda: stage.pids("grandchild") and stage.pids("worker"))

    supervisor.send_signal(signal.SIGTERM)

    assert supervisor.wait(timeout=10) == 0
    everyone = stage.pids("web") + stage.pids("grandchild") + stage.pids("worker")
    wait_for(lambda: not any(map(is_alive, everyone)))


def test_a_child_may_finish_what_it_does_before_it_stops(stage: Stage) -> None:
    done = stage.folder / "done"
    stops = f"trap 'sleep 0.5; : > {done}; exit 0' TERM"
    finishing = stage.child("web", "while :; do sleep 0.05; done")
    supervisor = stage.supervise(f"{stops}; {finishing}")
    wait_for(lambda: stage.pids("web"))

    supervisor.send_signal(signal.SIGTERM)

    assert supervisor.wait(timeout=10) == 0
    assert done.exists()


def test_a_child_that_will_not_stop_is_made_to(stage: Stage) -> None:
    stubborn = stage.child("web", "while :; do sleep 0.05; done")
    supervisor = stage.supervise(f"trap '' TERM; {stubborn}", grace=0.5)
    wait_for(lambda: stage.pids("web"))

    supervisor.send_signal(signal.SIGINT)

    assert supervisor.wait(timeout=10) == 0
    assert not is_alive(stage.pids("web")[0])


def test_no_child_outlives_a_supervisor_that_was_killed(stage: Stage) -> None:
    supervisor = stage.supervise(stage.child("web"), stage.child("worker"))
    wait_for(lambda: stage.pids("web") and stage.pids("worker"))

    supervisor.kill()

    everyone = stage.pids("web") + stage.pids("worker")
    wait_for(lambda: not any(map(is_alive, everyone)))


def test_a_second_start_on_one_data_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    with serve.only_one(tmp_path):
        refused = serve_with(DATA_DIR=str(tmp_path))

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"A server already runs on {tmp_path}. Stop it first, or set DATA_DIR to another folder."
    ]


def test_the_data_folder_is_free_again_when_its_server_is_gone(tmp_path: Path) -> None:
    with serve.only_one(tmp_path), pytest.raises(serve.StartError):
        serve.only_one(tmp_path)

    serve.only_one(tmp_path).close()


def test_a_port_that_is_taken_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = serve_with(DATA_DIR=str(tmp_path), PORT=port)

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"Port {port} on 127.0.0.1 is taken. Stop what uses it, or set PORT to another."
    ]


def test_a_setting_that_makes_no_sense_is_refused_in_one_line(tmp_path: Path) -> None:
    refused = serve_with(DATA_DIR=str(tmp_path), PORT="eighty")

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == ["PORT must be a whole number, not 'eighty'"]


class Answering(BaseHTTPRequestHandler):
    """Answers everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def test_who_can_sign_in_is_told_once_the_product_answers(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    environ = environment(tmp_path, "") | {"PORT": str(port), "PUBLIC_URL": "http://here.test"}
    telling = Thread(target=serve.greet, args=[settings.read(environ), "Sign in\n"])
    telling.start()
    time.sleep(0.2)
    before = capfd.readouterr()

    with HTTPServer(("127.0.0.1", port), Answering) as server:
        server.handle_request()
        telling.join(10)

    said = capfd.readouterr()
    assert before.out + before.err == ""
    assert said.out == "Sign in\n"
    assert said.err.splitlines()[-1] == "Serving on http://here.test (Ctrl C stops it)"


def test_data_that_cannot_be_prepared_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "academy.db").write_text("this is no database")

    refused = serve_with(DATA_DIR=str(tmp_path), PORT=str(free_port()))

    assert refused.returncode == 1
    assert refused.stderr.endswith("The data could not be prepared: see the lines above.\n")
