"""The configuration of Safe Exam Browser for an exam, as a file and as its Config Key. Pure.

Sources, of the SEB consortium at safeexambrowser.org/developer: `seb-file-format.html` (a file
that is not encrypted: gzip over `plnd` and gzip over the property list), `seb-config-key.html` (the
Config Key: SHA-256 over the settings as JSON in the order of their names without regard to case,
without white space or escapes, data as Base64, without `originatorVersion` and empty dictionaries),
and `documents/SEB-Specification-ConfigKeys.pdf` (the settings' names and values).
"""

import base64
import gzip
import hashlib
import plistlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

SALT = "examKeySalt"
QUIT_PASSWORD = "hashedQuitPassword"  # noqa: S105 -- the name of a setting
NEVER_COUNTS = "originatorVersion"
MODERN_ENGINE = 3
"""Scripts may ask for the keys; where the browser sends headers it still does."""
ALLOW = 1


def settings(start: str, leave: str, paths: Sequence[str], quit_hash: str = "") -> dict[str, Any]:
    """What the browser is to do: open `start`, end at `leave`, and go nowhere but to these paths of
    the same address (`*` stands for anything). `quit_hash`: it asks for the password of this
    digest before it ends anywhere else; without one it only asks whether it shall.

    No two names differ by case alone, and no text holds a quotation mark: versions differ there.
    """
    salt = hashlib.sha256(f"exam browser {start}".encode()).digest()
    password = {QUIT_PASSWORD: quit_hash} if quit_hash else {}
    return {
        **password,
        "startURL": start,
        "quitURL": leave,
        "quitURLConfirm": False,
        "allowQuit": True,
        "sebConfigPurpose": 0,
        "sendBrowserExamKey": True,
        "browserWindowWebView": MODERN_ENGINE,
        SALT: base64.b64encode(salt).decode(),
        "URLFilterEnable": True,
        "URLFilterEnableContentFilter": False,
        "URLFilterRules": [_allowed(start, path) for path in paths],
        "allowBrowsingBackForward": False,
        "allowDictionaryLookup": False,
        "allowDownUploads": False,
        "allowPrint": False,
        "allowScreenSharing": False,
        "allowSpellCheck": False,
        "allowVirtualMachine": False,
        "browserWindowAllowReload": True,
        "enablePrivateClipboard": True,
        "enableZoomPage": True,
        "newBrowserWindowByLinkPolicy": 1,
        "showReloadButton": True,
        "showTime": True,
    }


def quit_hash(password: str) -> str:
    """A quit password as the browser takes it: SHA-256 in hex digits, with no salt."""
    return hashlib.sha256(password.encode()).hexdigest()


def _allowed(start: str, path: str) -> dict[str, Any]:
    """A rule of the URL filter; the point says "this host, and none below it"."""
    parts = urlsplit(start)
    place = f"{parts.scheme}://.{parts.netloc}{path}"
    return {"action": ALLOW, "active": True, "expression": place, "regex": False}


def config_key(values: dict[str, Any]) -> str:
    """The key that the browser proves, in 64 hex digits."""
    counted = {name: value for name, value in values.items() if name != NEVER_COUNTS}
    return hashlib.sha256(_written(counted).encode()).hexdigest()


def _written(value: Any) -> str:
    if isinstance(value, dict):
        names = sorted((name for name in value if value[name] != {}), key=str.casefold)
        return "{" + ",".join(f'"{name}":{_written(value[name])}' for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'


def packed(values: dict[str, Any]) -> bytes:
    """The file that starts the browser with these settings; the same for the same settings."""
    salt = base64.b64decode(values[SALT])
    inner = gzip.compress(plistlib.dumps({**values, SALT: salt}), mtime=0)
    return gzip.compress(b"plnd" + inner, mtime=0)


def opening(address: str) -> str:
    """A link to the file that Safe Exam Browser opens by itself."""
    return f"seb{address.removeprefix('http')}"
