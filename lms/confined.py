"""A process with limits, for work that strangers can make hard: drawing what somebody composes,
reading what somebody sends.

It has limits of CPU time, memory, files and file size, and no secrets in its environment. One
order after the other comes over the socket that is its standard input: four bytes of length, then
JSON; the answer is one letter, four bytes of length, and bytes. It says with a letter that it is
up. Who runs into a limit is replaced.
"""

import json
import math
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LENGTH = struct.Struct(">I")
READY, DONE, FAILED = b"R", b"D", b"F"
LARGEST_ORDER = 32 << 20
LARGEST_ANSWER = 32 << 20
START_SECONDS = 10.0
KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
"""What the process gets of the environment: no secret, no address of a database."""


@dataclass(frozen=True, slots=True)
class Limits:
    """CPU seconds for one order; bytes of memory (`data` is what the process itself fills, `space`
    also what it maps, libraries included); bytes of a file that it writes."""

    cpu_seconds: int
    data: int
    space: int
    file: int = 1 << 20


class ConfinedFailure(Exception):
    """No answer. `code` is spent (all of its CPU time), too_long (by the clock: perhaps the machine
    is busy), failed (another limit, a fall, or the order), or busy (others were first, or it was
    starting: the same order may be answered in a moment)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code


class Confined:
    """One process that runs a module of ours (`python -m …`), started at the first order; one
    that had to be ended is replaced at once, before anybody asks. Orders wait for one another.

    `seconds` by the clock for one order, with the wait for others. Starting comes on top: the
    first one up to START_SECONDS, that of a replacement up to `restart_seconds`.
    """

    def __init__(
        self, module: str, seconds: float, *, restart_seconds: float = START_SECONDS
    ) -> None:
        self._module = module
        self._seconds = seconds
        self._restart_seconds = restart_seconds
        self._grace = START_SECONDS
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._owner = 0
        self._started = 0.0
        self._is_up = False

    def order(self, what: dict[str, Any]) -> bytes:
        """The answer; raises ConfinedFailure."""
        body, begun = json.dumps(what).encode(), time.monotonic()
        # Who waited for half of the time still has enough for any ordinary order.
        if not self._lock.acquire(timeout=self._seconds / 2):
            raise ConfinedFailure("busy")
        try:
            return self._answer(body, self._ready(begun))
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _ready(self, begun: float) -> float:
        """See that the process is up; returns by when the order must be done."""
        deadline = begun + self._seconds
        try:
            if not self._is_alive():
                self._start()
            if self._is_up:
                return deadline
            self._exactly(len(READY), deadline + self._grace)
        except TimeoutError as error:
            # Most often it only needs longer than this order may wait: the next one finds it.
            if time.monotonic() - self._started > START_SECONDS:
                self._replace()
            raise ConfinedFailure("busy") from error
        except OSError as error:
            self._stop()
            raise ConfinedFailure("failed", str(error)) from error
        self._is_up = True
        return min(deadline + self._grace, time.monotonic() + self._seconds)

    def _answer(self, body: bytes, deadline: float) -> bytes:
        has_all = deadline - time.monotonic() > self._seconds * 0.9
        try:
            return self._ask(body, deadline)
        except TimeoutError as error:
            self._replace()
            raise ConfinedFailure("too_long" if has_all else "busy") from error
        except OSError as error:
            code = self._why_it_fell()
            self._replace()
            raise ConfinedFailure(code, str(error)) from error

    def _why_it_fell(self) -> str:
        """Whether the kernel ended it for its CPU time: that tells the order's own work from the
        wait for a machine that others use."""
        with suppress(subprocess.TimeoutExpired):
            if self._process and self._process.wait(timeout=1) == -signal.SIGXCPU:
                return "spent"
        return "failed"

    def _is_alive(self) -> bool:
        alive = self._process is not None and self._process.poll() is None
        return alive and self._owner == os.getpid()

    def _replace(self) -> None:
        self._grace = self._restart_seconds
        with suppress(OSError):  # then the next order tries
            self._start()

    def _start(self) -> None:
        self._stop()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                (sys.executable, "-m", self._module),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT if name in os.environ},
                start_new_session=True,
            )
        self._socket, self._owner = ours, os.getpid()
        self._started, self._is_up = time.monotonic(), False

    def _stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._socket = self._process = None

    def _ask(self, body: bytes, deadline: float) -> bytes:
        if self._socket is None:
            raise OSError("no process")
        self._socket.settimeout(_left(deadline))
        self._socket.sendall(LENGTH.pack(len(body)) + body)
        head = self._exactly(1 + LENGTH.size, deadline)
        (length,) = LENGTH.unpack(head[1:])
        if length > LARGEST_ANSWER:
            raise OSError("the answer is too large")
        content = self._exactly(length, deadline)
        if head[:1] != DONE:
            raise ConfinedFailure("failed", content.decode(errors="replace"))
        return content

    def _exactly(self, length: int, deadline: float) -> bytes:
        if self._socket is None:
            raise OSError("no process")
        parts = bytearray()
        while len(parts) < length:
            self._socket.settimeout(_left(deadline))
            part = self._socket.recv(min(length - len(parts), 1 << 16))
            if not part:
                raise OSError("the process fell")
            parts += part
        return bytes(parts)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def serve(work: Callable[[dict[str, Any]], bytes], limits: Limits) -> None:
    """In the process itself: do what is ordered until the other side closes."""
    limit_for_ever(limits)
    with socket.socket(fileno=0) as other:
        other.sendall(READY)
        while order := _order(other):
            limit_cpu(limits.cpu_seconds)
            try:
                kind, content = DONE, work(order)
            except (Exception, MemoryError) as error:  # the other side decides what it means
                kind, content = FAILED, type(error).__name__.encode()
            other.sendall(kind + LENGTH.pack(len(content)) + content)


def limit_for_ever(limits: Limits) -> None:
    """Memory and files; a crash leaves no core file."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.space),
        (resource.RLIMIT_DATA, limits.data),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, limits.file),
    ):
        resource.setrlimit(kind, (most, most))


def limit_cpu(seconds: int) -> None:
    """So many seconds from now; the kernel ends what needs more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _order(other: socket.socket) -> dict[str, Any] | None:
    head = _received(other, LENGTH.size)
    if not head:
        return None
    (length,) = LENGTH.unpack(head)
    order: dict[str, Any] = json.loads(_received(other, min(length, LARGEST_ORDER)))
    return order


def _received(other: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = other.recv(min(length - len(parts), 1 << 16))
        if not part:
            return b""
        parts += part
    return bytes(parts)
