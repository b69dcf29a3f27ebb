"""Safe Exam Browser's configuration: the file that its format describes, and the key of it."""

import base64
import gzip
import hashlib
import json
import plistlib
import re
from typing import Any

import pytest

from certification.exams import browser_file

START, END = "https://academy.example/exams/ADM-300", "https://academy.example/exams/ADM-300/end"
PATHS = ["/exams/ADM-300", "/exams/ADM-300/*", "/exams/attempts/*", "/sign-in"]


@pytest.fixture
def settings() -> dict[str, Any]:
    return browser_file.settings(START, END, PATHS)


def opened(file: bytes) -> dict[str, Any]:
    """What Safe Exam Browser does with a file that is not encrypted."""
    outer = gzip.decompress(file)
    assert outer[:4] == b"plnd"
    xml = gzip.decompress(outer[4:])
    assert xml.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    values: dict[str, Any] = plistlib.loads(xml, fmt=plistlib.FMT_XML)
    return values


def test_the_file_holds_the_settings_and_is_the_same_each_time(settings: dict[str, Any]) -> None:
    file = browser_file.packed(settings)
    found = opened(file)
    salt = found.pop("examKeySalt")
    assert isinstance(salt, bytes)
    assert len(salt) == 32
    assert found == {name: value for name, value in settings.items() if name != "examKeySalt"}
    assert (found["startURL"], found["quitURL"], found["sendBrowserExamKey"]) == (START, END, True)
    assert browser_file.packed(json.loads(json.dumps(settings))) == file


def test_the_key_of_a_small_configuration_is_what_one_computes_by_hand() -> None:
    settings = {
        "startURL": "https://academy.example/exams/ADM-300",
        "originatorVersion": "SEB_OSX_3.3",
        "allowWlan": False,
        "URLFilterRules": [{"regex": False, "action": 1, "expression": "a\\b/*é"}],
        "proxies": {},
        "Zoom": 2,
        "additionalResources": [],
    }
    written = (
        '{"additionalResources":[],"allowWlan":false,'
        '"startURL":"https://academy.example/exams/ADM-300",'
        '"URLFilterRules":[{"action":1,"expression":"a\\b/*é","regex":false}],"Zoom":2}'
    )
    assert browser_file.config_key(settings) == hashlib.sha256(written.encode()).hexdigest()


def test_the_key_follows_from_the_file_alone(settings: dict[str, Any]) -> None:
    """Another way to the same JSON: the standard library's, over what the file holds."""

    def ordered(value: Any) -> Any:
        if isinstance(value, dict):
            names = sorted(value, key=str.lower)
            return {name: ordered(value[name]) for name in names}
        return [ordered(one) for one in value] if isinstance(value, list) else value

    found = ordered(opened(browser_file.packed(settings)))
    found["examKeySalt"] = base64.b64encode(found["examKeySalt"]).decode()
    written = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
    assert browser_file.config_key(settings) == hashlib.sha256(written.encode()).hexdigest()


def test_a_quit_password_is_part_of_the_key() -> None:
    plain, hidden, other = (
        browser_file.settings(START, END, PATHS, digest)
        for digest in ("", browser_file.quit_hash("quiet river"), browser_file.quit_hash("Other"))
    )
    assert "hashedQuitPassword" not in plain
    assert opened(browser_file.packed(hidden))["hashedQuitPassword"] == browser_file.quit_hash(
        "quiet river"
    )
    assert len({browser_file.config_key(one) for one in (plain, hidden, other)}) == 3


def test_any_other_setting_is_another_key(settings: dict[str, Any]) -> None:
    key = browser_file.config_key(settings)
    for changed in ({"allowQuit": False}, {"startURL": START + "1"}, {"URLFilterRules": []}):
        assert browser_file.config_key({**settings, **changed}) != key
    assert browser_file.config_key({**settings, "originatorVersion": "Other"}) == key


def test_versions_of_the_browser_cannot_read_the_settings_differently(
    settings: dict[str, Any],
) -> None:
    """They order names that differ by case alone, and write quotation marks, each in its way."""
    assert len({name.lower() for name in settings}) == len(settings)
    assert all(name.isascii() and name.isalpha() for name in settings)
    assert '"' not in "".join(str(value) for value in settings.values()).replace("'", "")


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        (START, True),
        (f"{START}/browser", True),
        ("https://academy.example/exams/attempts/AB12/review", True),
        ("https://academy.example/sign-in", True),
        ("https://academy.example/exams/ADM-301", False),
        ("https://academy.example/courses/adm-101", False),
        ("https://academy.example.evil.example/exams/ADM-300", False),
        ("https://evil.academy.example/exams/ADM-300", False),
        ("http://academy.example/exams/ADM-300", False),
    ],
)
def test_the_filter_lets_through_the_exam_and_nothing_else(
    settings: dict[str, Any], address: str, is_open: bool
) -> None:
    assert settings["URLFilterEnable"]
    assert (
        any(
            rule["action"] == 1 and rule["active"] and lets_through(rule["expression"], address)
            for rule in settings["URLFilterRules"]
        )
        is is_open
    )


def lets_through(expression: str, address: str) -> bool:
    """As Safe Exam Browser reads an expression that is no regular one: a point before the host
    leaves its subdomains out, a star stands for anything."""
    scheme, rest = expression.split("://", 1)
    assert rest[0] == "."
    pattern = re.escape(f"{scheme}://{rest[1:]}").replace(r"\*", ".*") + "/?"
    return re.fullmatch(pattern, address, re.IGNORECASE) is not None


def test_the_link_opens_in_the_browser_by_itself() -> None:
    assert browser_file.opening("https://a.example/x.seb") == "sebs://a.example/x.seb"
    assert browser_file.opening("http://a.example/x.seb") == "seb://a.example/x.seb"
