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


@pytest.mark.parametrize(
    ("said", "declared", "written"),
    [
        ("日本の首都は東京", "Shift_JIS", "shift_jis"),
        ("日本の首都は東京", "EUC-JP", "euc_jp"),
        ("中国的首都是北京", "GB2312", "gb2312"),
        ("中國的首都是北京", "Big5", "big5"),
        ("서울은 한국의 수도", "EUC-KR", "euc_kr"),
        ("Столица&nbsp;России".replace("&nbsp;", " "), "windows-1251", "cp1251"),
        ("Größe “x” – 5 €", "ISO-8859-1", "cp1252"),
        ("Größe", "ISO-8859-1", "utf-8"),
        ("Größe", "UTF-16", "utf-8"),
    ],
)
def test_a_declared_encoding_is_read_as_it_was_written(
    said: str, declared: str, written: str
) -> None:
    found = one(in_moodle(said, declared, written))
    assert body(found) == said
    assert codes(found) == []


def test_a_declared_encoding_counts_in_a_file_with_entities_of_html() -> None:
    content = in_moodle("Россия", "windows-1251", "cp1251").replace(b">Q<", b">&nbsp;<")
    assert body(one(content)) == "Россия"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Столица России? {=Москва ~Киев}", "cp1251"),
        ("Столица России? {=Москва ~Киев}", "koi8-r"),
        ("Ποια είναι η πρωτεύουσα; {=Αθήνα ~Σπάρτη}", "cp1253"),
        ("中国的首都是哪里? {=北京 ~上海}", "gbk"),
        ("מה בירת ישראל? {=ירושלים ~חיפה}", "cp1255"),
    ],
)
def test_another_script_is_no_text_in_western_letters(text: str, written: str) -> None:
    assert codes(one(text.encode(written))) == ["import_text_unreadable"]


@pytest.mark.parametrize(
    "text",
    [
        "« Où êtes-vous créée ? » — l’été… {=à ~ß}",
        "Which of äöüß is no vowel? {=ß ~ä}",
        "Mis on jäääär? {=jää ~öö}",
        "Größe – “groß” {=5 € ~½}",
    ],
)
def test_western_letters_without_a_word_of_their_encoding_are_read_and_that_is_said(
    text: str,
) -> None:
    found = one(text.encode("cp1252"))
    assert body(found) == text.partition(" {")[0]
    assert codes(found) == ["import_encoding_assumed"]
    assert codes(one(text.encode())) == []


def test_what_holds_no_such_letter_needs_no_such_word() -> None:
    found = formats.read("auto", "Plain? {T}\n\nÉté? {T}".encode("cp1252"), "en")
    assert [codes(each) for each in found] == [[], ["import_encoding_assumed"]]


RULES = "<!DOCTYPE quiz [<!ELEMENT quiz ANY> <!-- > -->\n]\n>"
TRUE = f"<quiz>{question('truefalse', 'So?', TRUTH)}</quiz>"


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        (f"<!DOCTYPE quiz>{TRUE}", []),
        (f"{RULES}\n{TRUE}", []),
        (f"<?xml version='1.0'?>{RULES}{TRUE}", []),
        (RULES.replace("<!--", "<!ENTITY a 'x'><!--") + TRUE, ["import_xml_entities"]),
        ("<!DOCTYPE library [<!ENTITY a ']>'> ]><library/>", ["import_xml_entities"]),
        ("<!DOCTYPE note><note/>", ["import_not_qti"]),
        ("<!DOCTYPE quiz [<!ELEMENT quiz ANY><quiz/>", ["import_xml_broken"]),
        ("<!DOCTYPE HTML><HTML><body>Hi</body></HTML>", ["import_foreign"]),
    ],
)
def test_a_file_with_a_document_type_and_no_more_is_known_for_xml(
    text: str, reasons: list[str]
) -> None:
    assert codes(one(text.encode())) == reasons
