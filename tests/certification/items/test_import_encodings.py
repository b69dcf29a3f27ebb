"""What the bytes of a file mean: read as they were written, or refused, and no guess unsaid."""

import json
from hashlib import sha256

import pytest

from certification.items.exchange import formats
from certification.items.exchange.found import Found
from tests.certification.items.test_moodle import answer, codes, question
from tests.certification.items.test_qti import CHOICE, RIGHT_A, entry, zipped

TRUTH = answer("true", "100") + answer("false", "0")
GOOD = {
    "kind": "choice",
    "texts": {"en": {"body": "Q", "options": {"a": "x", "b": "y"}}},
    "options": [{"id": "a"}, {"id": "b"}],
    "key": ["a"],
}


def one(content: bytes, form: str = "auto") -> Found:
    (found,) = formats.read(form, content, "en")
    return found


def body(found: Found) -> str:
    assert found.content is not None, found.refusals
    return found.content.texts["en"].body


def in_moodle(said: str, declared: str, written: str) -> bytes:
    text = f'<?xml version="1.0" encoding="{declared}"?><quiz>{question("truefalse", said, TRUTH)}'
    return f"{text}</quiz>".encode(written)


def in_table(data: str) -> bytes:
    quoted = data.replace('"', '""')
    return f'code,kind,title,content\nI-1,choice,Q,"{quoted}"\n'.encode()


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(GOOD).replace('"Q"', '"\\ud800"'),
        json.dumps(GOOD).replace('"kind"', '"\\udfff"'),
        json.dumps(GOOD).replace('"en"', '"\\ud83d"'),
    ],
)
def test_half_a_sign_that_nothing_can_write_again_is_refused(data: str) -> None:
    assert codes(one(in_table(data))) == ["import_structure"]


def test_two_halves_are_a_sign() -> None:
    assert body(one(in_table(json.dumps(GOOD).replace('"Q"', '"\\ud83d\\ude00"')))) == "😀"


def test_half_a_sign_beside_an_item_of_a_package_leaves_its_xml() -> None:
    xml = entry(CHOICE, RIGHT_A)
    beside = {"xml_sha256": sha256(xml).hexdigest(), "name": "\ud800", "pictures": {}}
    said = json.dumps({**beside, "content": GOOD}).encode()
    assert body(one(zipped({"a.xml": xml, "a.json": said}))) != "Q"
