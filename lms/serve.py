"""The supervisor behind `script/server`: the web server and a worker, started and stopped as one.

Refuses a second start on one data folder and a port that is taken, prepares the database, starts
a child that died again, and leaves no child behind, even when it is killed itself.
"""

import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import IO

from lms import settings as settings_module
from lms.settings import Settings, SettingsError

GRACE_SECONDS = 15.0
YOUNG_SECONDS = 2.0
SHORTEST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
FLASK = [sys.executable, "-m", "flask", "--app", "app"]
WORKER_WAITS = 2.0


class StartError(Exception):
    """The product cannot start; the text is one clear line."""


@dataclass
class Child:
    """A process that is kept alive, in a session of its own so that its children go with it."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = SHORTEST_PAUSE
    due: float | None = None
    wait: float = 0.0
    """Seconds after the others, so that what people wait for has the machine first."""

    def begin(self) -> None:
        """Start it for the first time, after its wait."""
        if self.wait:
            self.due = time.monotonic() + self.wait
        else:
            self.start()

    def start(self) -> None:
        """Start it now."""
        self.process = subprocess.Popen([*_tied(), *self.command], start_new_session=True)
        self.started, self.due = time.monotonic(), None

    def tend(self) -> None:
        """Start it again when it died, after a pause that grows while it dies young."""
        moment = time.monotonic()
        if self.process is None:
            if self.due is not None and moment >= self.due:
                self.start()
            return
        if self.process.poll() is None:
            return
        if self.due is None:
            young = moment - self.started < YOUNG_SECONDS
            self.pause = min(self.pause * 2, LONGEST_PAUSE) if young else SHORTEST_PAUSE
            self.due = moment + self.pause
            self.signal(signal.SIGKILL)
            _say(f"The {self.name} ended ({self.process.returncode}): starting it again.")
        elif moment >= self.due:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it; SIGKILL goes to all that it started, too."""
        if self.process is None:
            return
        try:
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
        except ProcessLookupError:
            return


def _tied() -> list[str]:
    """A prefix that has the kernel end a child when this process is gone, where there is one."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", "TERM", "--"] if program else []


class Supervisor:
    """Keeps children alive until it is told to stop, then ends them all."""

    def __init__(self, children: Sequence[Child], *, grace: float = GRACE_SECONDS) -> None:
        self.children = children
        self.grace = grace
        self.stopping = False

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        for child in self.children:
            child.begin()
        while not self.stopping:
            time.sleep(0.1)
            for child in self.children:
                child.tend()
        self.end()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def end(self) -> None:
        """Let every child finish what it does, and make those stop that take too long."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + self.grace
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _say(f"The {child.name} did not stop in {self.grace:.0f} s: ending it.")
            child.signal(signal.SIGKILL)


def only_one(folder: Path) -> IO[str]:
    """Take the data folder's lock; it is free again when this process is gone."""
    file = open(folder / "server.lock", "a+")  # noqa: SIM115 -- held for the process's life
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise StartError(
            f"A server already runs on {folder}. Stop it first, or set DATA_DIR to another folder."
        ) from None
    return file


def check_port(host: str, port: int) -> None:
    """Refuse an address that somebody else uses, or that is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            raise StartError(
                f"Port {port} on {host} is taken. Stop what uses it, or set PORT to another."
                if taken
                else f"Cannot listen on {host}, port {port} ({error.strerror}): set HOST and PORT."
            ) from None


def children(settings: Settings) -> list[Child]:
    """One web server with a single-threaded process per core, and one worker."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "app:create_app"]
    web += ["--host", settings.host, "--port", str(settings.port), "--no-ws"]
    web += ["--workers", str(len(os.sched_getaffinity(0))), "--blocking-threads", "1"]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "10", "--log-level", "warning"]
    return [Child("web server", web), Child("worker", [*FLASK, "worker"], wait=WORKER_WAITS)]


def prepare() -> str:
    """Migrate, load the shipped data, make the demonstration people; a failure stops the start.
    Returns how to sign in, lines or nothing."""
    done = subprocess.run([*FLASK, "setup"], check=False, stdout=subprocess.PIPE, encoding="utf-8")
    if done.returncode:
        sys.stdout.write(done.stdout)
        raise StartError("The data could not be prepared: see the lines above.")
    return done.stdout


def greet(settings: Settings, who: str) -> None:
    """Say where the product is served, once it answers, and who can sign in."""
    while not _answers(settings.host, settings.port):
        time.sleep(0.05)
    _say(f"Serving on {settings.public_url} (Ctrl C stops it)")
    sys.stdout.write(who)
    sys.stdout.flush()


def _answers(host: str, port: int) -> bool:
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- compared, not bound
    connection = http.client.HTTPConnection(anywhere.get(host, host), port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    """Start everything; returns the exit status."""
    try:
        settings = settings_module.read(os.environ)
        lock = only_one(settings.data_dir)
        check_port(settings.host, settings.port)
        who = prepare()
    except (SettingsError, StartError) as error:
        _say(str(error))
        return 1
    threading.Thread(target=greet, args=[settings, who], daemon=True).start()
    with lock:
        Supervisor(children(settings)).run()
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
