"""Drawing that cannot harm: by a process with limits, which is replaced when it runs into one."""

import base64
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from certification.certificates import samples
from certification.certificates.document import CertificateFacts
from certification.certificates.easel import DONE, LENGTH
from certification.designs.content import Design
from lms.errors import refuse

ROOT = Path(__file__).resolve().parents[2]
EASEL = (sys.executable, "-m", "certification.certificates.easel")
SECONDS = 4.0
"""By the clock, for one drawing; starting the process comes on top once."""
START_SECONDS = 10.0
LARGEST_ANSWER = 32 << 20
KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
"""What the process gets of the environment: no secret, no address of a database."""


class DrawingFailed(Exception):
    """No drawing: it took too long, too much memory, or the design cannot be drawn."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code


class Studio:
    """One easel, started at the first order; orders wait for one another."""

    def __init__(self, command: Sequence[str] = EASEL, seconds: float = SECONDS) -> None:
        self._command = command
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._owner = 0

    def order(self, what: dict[str, Any]) -> bytes:
        """The easel's answer; raises DrawingFailed."""
        body = json.dumps(what).encode()
        with self._lock:
            grace = 0.0 if self._is_ready() else self._start()
            deadline = time.monotonic() + self._seconds + grace
            try:
                return self._ask(body, deadline)
            except TimeoutError as error:
                self._stop()
                raise DrawingFailed("drawing_too_long") from error
            except OSError as error:
                self._stop()
                raise DrawingFailed("drawing_failed", str(error)) from error

    def close(self) -> None:
        """End the easel."""
        with self._lock:
            self._stop()

    def _is_ready(self) -> bool:
        alive = self._process is not None and self._process.poll() is None
        return alive and self._owner == os.getpid()

    def _start(self) -> float:
        """A new easel; returns the seconds that starting may take."""
        self._stop()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                self._command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT if name in os.environ},
                start_new_session=True,
            )
        self._socket, self._owner = ours, os.getpid()
        return START_SECONDS

    def _stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._socket = self._process = None

    def _ask(self, body: bytes, deadline: float) -> bytes:
        if self._socket is None:
            raise OSError("no easel")
        self._socket.settimeout(_left(deadline))
        self._socket.sendall(LENGTH.pack(len(body)) + body)
        head = self._exactly(1 + LENGTH.size, deadline)
        (length,) = LENGTH.unpack(head[1:])
        if length > LARGEST_ANSWER:
            raise OSError("the answer is too large")
        content = self._exactly(length, deadline)
        if head[:1] != DONE:
            raise DrawingFailed("drawing_failed", content.decode(errors="replace"))
        return content

    def _exactly(self, length: int, deadline: float) -> bytes:
        if self._socket is None:
            raise OSError("no easel")
        parts = bytearray()
        while len(parts) < length:
            self._socket.settimeout(_left(deadline))
            part = self._socket.recv(min(length - len(parts), 1 << 16))
            if not part:
                raise OSError("the easel fell")
            parts += part
        return bytes(parts)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


_studio = Studio()


def drawing(kind: str, design: Design, facts: CertificateFacts, *, width: int = 1200) -> bytes:
    """A `png` or `pdf` of a design with some facts, or for `fits` whether everything has a place
    (`yes` or `no`); raises DrawingFailed."""
    pictures = {name: base64.b64encode(b).decode() for name, b in design.pictures.items()}
    return _studio.order(
        {
            "kind": kind,
            "content": design.content.model_dump(mode="json"),
            "facts": facts.to_json(),
            "pictures": pictures,
            "width": width,
        }
    )


def sampled(
    kind: str, design: Design, *, sample: str, language: str, now: datetime, width: int
) -> bytes:
    """A drawing with invented facts, for the pages of designs; refuses what cannot be drawn."""
    facts = samples.sample(sample, design.content, language, now=now)
    try:
        return drawing(kind, design, facts, width=width)
    except DrawingFailed as failure:
        raise refuse(failure.code, status=422) from failure
