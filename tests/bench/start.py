"""`script/server`: seconds until it answers, with an empty data folder and with a full one."""

import os
import signal
import statistics
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from tests.bench.figures import Sheet, Target
from tests.bench.servers import ROOT
from tests.ports import free_port

TIMES = 3
PATIENCE_SECONDS = 120
WARM = Target(5, "s")


def measure(sheet: Sheet, folder: Path) -> None:
    """The set-up has nothing to install: `script/bench` ran it already."""
    sheet.heading("Start of script/server")
    folder.mkdir()
    sheet.add("empty folder: schema, catalogue, people, keys", _seconds(folder), "s")
    sheet.add("warm", statistics.median(_seconds(folder) for _ in range(TIMES)), "s", WARM)


def _seconds(folder: Path) -> float:
    port = free_port()
    environ = os.environ | {"DATA_DIR": str(folder), "PORT": str(port), "DATABASE_URL": "",
                            "APP_ENV": "development"}  # fmt: skip
    began = time.monotonic()
    with open(folder / "log", "ab") as log:
        server = subprocess.Popen(["sh", "script/server"], cwd=ROOT, env=environ, stdout=log,
                                  stderr=log, start_new_session=True)  # fmt: skip
    try:
        while not _answers(port):
            if server.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
                raise RuntimeError(f"no start:\n{(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
