"""What we write has the shape of QTI 2.1, as `qti21.rng` says it after the final schema."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from certification.items.content import KINDS as ALL
from certification.items.content import ItemContent
from certification.items.exchange import qti, qti_package, qti_write
from certification.items.exchange.qti_package import Exported
from certification.items.reading import content_from
from reporting.cli import SHIPPED
from reporting.loader.files import read_files
from tests.certification.items.test_qti import PNG, SHAPE, codes, of, package, without_ours

MANIFEST = etree.RelaxNG(etree.parse(Path(__file__).with_name("qti21-manifest.rng")))
Q = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"


def xml(content: ItemContent) -> etree._Element:
    return etree.fromstring(qti_write.item_xml("1 \u00e9", "T", content))


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("scoring", [{}, {"points": 3, "penalty": "0.5"}, {"rule": "share"}])
def test_what_we_write_has_the_shape_of_qti(kind: str, scoring: dict[str, Any]) -> None:
    SHAPE.assertValid(xml(of(kind, scoring=scoring) if kind != "essay" else of(kind)))


def test_the_whole_shipped_bank_has_the_shape_of_qti() -> None:
    folder = read_files(SHIPPED)
    items = [one for bank in folder.items for one in bank.value.items]
    assert len(items) > 100
    for one in items:
        SHAPE.assertValid(xml(content_from(folder.content_of(one))))


FRAMES = {
    "list": "1. {{%s}} beats\n2. {{%s}}",
    "loose list": "- {{%s}} beats\n\n- {{%s}}",
    "table": "| {{%s}} | beats |\n|---|---|\n| what | {{%s}} |",
    "table of a heading": "| {{%s}} | {{%s}} |\n|---|---|",
    "quotation": "> - {{%s}}\n>\n> beats {{%s}}",
    "heading": "# {{%s}}\n\nbeats **[{{%s}}](https://example.org)**",
    "listing": "```\n{{%s}}\n```\n\nbeats `{{%s}}`",
    "address and description": "[beats](/{{%s}}) ![{{%s}}](https://example.org/x.png)",
    "nothing that is shown": '[beats]: /{{%s}} "{{%s}}"',
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=list(FRAMES))
@pytest.mark.parametrize(("kind", "ids"), [("gaps", ("g", "h")), ("inline", ("w", "i"))])
def test_places_stand_where_qti_allows_them_and_none_is_lost(
    kind: str, ids: tuple[str, str], frame: str
) -> None:
    texts = {"en": {**as_texts(kind), "body": frame % ids}}
    root = xml(of(kind, texts=texts))
    SHAPE.assertValid(root)
    tag = "gap" if kind == "gaps" else "inlineChoiceInteraction"
    assert len(list(root.iter(f"{Q}{tag}"))) == 2


def as_texts(kind: str) -> dict[str, Any]:
    return {"options": of(kind).texts["en"].options}


def test_a_gap_in_a_list_is_read_back_where_it_stood() -> None:
    texts = {"en": {**as_texts("gaps"), "body": "- {{g}} beats\n- {{h}}"}}
    (found,) = qti.read(without_ours(package(of("gaps", texts=texts))))
    assert found.content is not None
    assert found.content.texts["en"].body == "- {{g}} beats\n- {{h}}"


def test_a_rubric_stands_before_the_question_and_is_no_part_of_it() -> None:
    (found,) = qti.read(without_ours(package(of("essay"))))
    assert found.content is not None
    said = found.content.texts["en"]
    assert (said.body, said.criteria) == ("Explain.", {"whole": "Terms (2)\n\nUse (3)"})
    assert codes(found) == []


REFUSED = {
    "a block before the rubric": ("essay", "<itemBody>", "<itemBody><p>First.</p>"),
    "a gap outside of a line": ("gaps", "</gapM", "<div><gap identifier='x'/></div></gapM"),
    "a field in an option": (
        "choice",
        "Two",
        "<textEntryInteraction responseIdentifier='RESPONSE'/>",
    ),
    "text in a quotation": ("choice", "</itemBody>", "<blockquote>x</blockquote></itemBody>"),
    "text in the body": ("choice", "</itemBody>", "x</itemBody>"),
    "a table without rows": ("choice", "</itemBody>", "<table><tbody/></table></itemBody>"),
    "an interaction before its words": ("gaps", "<gapText", "<p>x</p><gapText"),
    "feedback before the body": ("choice", "<itemBody>", "<modalFeedback/><itemBody>"),
    "a word without its number of uses": ("gaps", ' matchMax="1"', ""),
    "a picture without words": ("choice", "</p>", "<img src='x'/></p>"),
    "an option's name with a space": ("choice", 'identifier="a"', 'identifier="a b"'),
    "a shape that is unknown": ("hotspot", '"circle"', '"ring"'),
    "a width in points": ("hotspot", 'width="400"', 'width="400pt"'),
    "a number of choices in words": ("choice", 'maxChoices="0"', 'maxChoices="any"'),
    "a cardinality that is unknown": ("choice", '"multiple"', '"several"'),
    "two tests of one condition": ("number", "<equal", "<isNull/><equal"),
    "an attribute of HTML": ("choice", "<p>", '<p style="">'),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=list(REFUSED))
def test_what_the_schema_refuses_the_shape_refuses(change: tuple[str, str, str]) -> None:
    kind, old, new = change
    good = qti_write.item_xml("A", "T", of(kind)).decode()
    bad = good.replace(old, new, 1)
    assert bad != good
    assert SHAPE.validate(etree.fromstring(good.encode()))
    assert not SHAPE.validate(etree.fromstring(bad.encode()))


def test_the_manifest_has_the_shape_of_a_package_and_lists_every_file_once() -> None:
    items = [Exported("A-1", "T", of("hotspot")), Exported("A-2", "T", of("choice"))]
    content = qti_package.write(items, lambda _digest: PNG)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("imsmanifest.xml"))
        MANIFEST.assertValid(root)
        listed = sorted(one.get("href") for one in root.iter("{*}file"))
        assert sorted([*listed, "imsmanifest.xml"]) == sorted(archive.namelist())
    ids = [one.get("identifier") for one in root.iter() if one.get("identifier")]
    assert len(set(ids)) == len(ids) == 3


@pytest.mark.parametrize(
    "body", ["3. three\n4. four", "3. three\n\n4. four", "> - 3. three\n>   4. four"]
)
def test_a_list_that_begins_elsewhere_keeps_its_numbers(body: str) -> None:
    """QTI's lists have no number to begin with: the numbers are words there."""
    root = xml(of("text", texts={"en": {"body": body}}))
    SHAPE.assertValid(root)
    said = " ".join("".join(root.find(f"{Q}itemBody").itertext()).split())
    assert said == "3. three 4. four"
    assert not list(root.iter(f"{Q}ol"))
