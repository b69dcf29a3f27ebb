"""A certificate's page is read as XML, which is quicker, and has the same elements."""

from xml.etree.ElementTree import Element

import pytest
from weasyprint import HTML

from certification.certificates import wellformed
from certification.certificates.document import Labels, text_of
from certification.designs.content import Design
from lms.desk import ASSETS
from tests.certification.designs.drafts import content, png
from tests.factories.documents import certificate_facts, fullest_facts

pytestmark = pytest.mark.thorough

PICTURED = Design(
    content(logo="a" * 64, signatories=[{"name": "A & B", "role": "<R>", "image": "b" * 64}]),
    {"a" * 64: png(), "b" * 64: png()},
)
NAMES = ["Ann <Bell> & 'Sons' \"Ltd\"", "Ann  Bell", "Ann\r\nBell", "محمد", "陈\u200b伟"]


def elements(root: Element) -> list[object]:
    """What stands where, without the white space between blocks."""
    return [
        (
            each.tag,
            sorted(each.attrib.items()),
            (each.text or "").strip(),
            (each.tail or "").strip(),
        )
        for each in root.iter()
    ]


@pytest.mark.parametrize("design", [None, PICTURED], ids=["plain", "designed"])
@pytest.mark.parametrize("name", NAMES)
def test_the_elements_are_those_that_a_parser_of_html_finds(
    name: str, design: Design | None
) -> None:
    for facts in (certificate_facts(holder_name=name), fullest_facts(holder_name=name)):
        text, _place = text_of(facts, Labels(), design)
        found, wanted = wellformed.page(text), HTML(string=text, url_fetcher=ASSETS)
        assert isinstance(found, wellformed.WellFormed)
        assert elements(found.etree_element) == elements(wanted.etree_element)


def test_a_name_that_xml_does_not_allow_is_read_by_the_parser_of_html() -> None:
    text, _place = text_of(certificate_facts(holder_name="Ann\x0bBell"), Labels())
    assert not isinstance(wellformed.page(text), wellformed.WellFormed)
