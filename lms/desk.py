"""Where PDFs are drawn: one thread of each process, which fetches nothing but what is ours.

WeasyPrint's FontConfiguration belongs to one thread (a shared one corrupts memory) and to the whole
life of a process (a new one for each document leaks). A second set of fonts takes 100 MB and a
second to read, and makes nothing faster, for Python draws one page at a time anyway.
"""

import gc
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from weasyprint.urls import URLFetcher, URLFetcherResponse

from lms import typefaces

Result = TypeVar("Result")
ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "static" / "fonts"
TEMPLATES = ROOT / "templates" / "documents"
_lock = threading.Lock()
_desks: dict[int, ThreadPoolExecutor] = {}


class OwnAssets(URLFetcher):
    """Allows `data:` and the files of our own asset folders, nothing else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Fetch an allowed address or raise ValueError."""
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        if parts.scheme == "file" and not parts.netloc:
            path = Path(unquote(parts.path)).resolve()
            if any(path.is_relative_to(folder) for folder in (FONTS, TEMPLATES, typefaces.FOLDER)):
                return super().fetch(path.as_uri(), headers)
        raise ValueError(f"documents may not fetch {parts.scheme}:")


ASSETS = OwnAssets()
"""Making one takes 0.2 ms."""


def at_the_desk(work: Callable[[], Result]) -> Result:
    """Do the work in this process's drawing thread, after what others gave it before."""
    with _lock:
        desk = _desks.get(os.getpid())  # a forked child inherits no threads
        if desk is None:
            desk = _desks[os.getpid()] = ThreadPoolExecutor(1, "drawing")
    return desk.submit(work).result()


def settle() -> None:
    """Fonts and style sheets are read: the collector need not look through them ever again, which
    would take a tenth of the time in which documents are drawn."""
    gc.collect()
    gc.freeze()
