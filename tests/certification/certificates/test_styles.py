"""Styles that were kept give the very page that styles of its own would give."""

from dataclasses import replace

import pytest

from certification.certificates.document import CertificateFacts, render
from certification.certificates.styles import MOST, Styles, Wardrobe, build_of
from certification.certificates.wellformed import page
from certification.certificates.workshop import workshop
from certification.designs.content import Design
from lms.desk import at_the_desk
from tests.certification.designs.drafts import content, png
from tests.factories.documents import certificate_facts, fullest_facts

pytestmark = pytest.mark.thorough

PICTURED = Design(
    content(logo="a" * 64, signatories=[{"name": "A", "role": "B", "image": "b" * 64}]),
    {"a" * 64: png(), "b" * 64: png()},
)
CENTRED = Design(content(layout="centre", edge="frame", art="behind"), {})
OTHERS = {
    "another person": {"holder_name": "Bo Li", "number": "ACA-2026-000077", "score": 99},
    "a longer statement": {"statement": "did very much " * 8},
    "a language of its own": {"holder_name": "渡辺 遥", "holder_lang": "ja"},
    "from right to left": {"holder_name": "محمد عبد الرشيد", "holder_lang": "ar"},
    "another format": {"page_format": "Letter"},
    "another locale": {"locale": "de"},
    "in two lines": {"holder_name": "Wolfeschlegelsteinhausen " * 3},
    "fewer facts": {"valid_until": None, "hours_minutes": None},
}


def drawn_anew(facts: CertificateFacts, design: Design | None) -> bytes:
    at_the_desk(workshop().wardrobe.kept.clear)
    return render(facts, design=design)


@pytest.mark.parametrize("design", [None, PICTURED, CENTRED], ids=["plain", "pictured", "centred"])
@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_a_page_after_another_is_the_same_as_alone(
    change: dict[str, object], design: Design | None
) -> None:
    before = certificate_facts()
    facts = replace(before, **change)  # type: ignore[arg-type]
    alone = drawn_anew(facts, design)
    drawn_anew(before, design)
    assert render(facts, design=design) == alone
    assert render(before, design=design) == drawn_anew(before, design)


def test_a_page_of_other_words_takes_the_styles_that_were_kept() -> None:
    drawn_anew(certificate_facts(), None)
    render(certificate_facts(holder_name="Bo Li", number="ACA-2026-000077"))
    assert len(workshop().wardrobe.kept) == 1
    render(fullest_facts())
    assert len(workshop().wardrobe.kept) == 2


def built(text: str) -> object:
    return build_of(page(text).etree_element, [])


def test_a_build_is_elements_in_their_places_and_all_attributes_but_words() -> None:
    plain = "<html><body><p class='a'>One</p><p><a href='b'>Two</a></p></body></html>"
    assert built(plain) == built(plain.replace("One", "Three").replace("'b'", "'c'"))
    assert built(plain) != built(plain.replace("'a'", "'b'"))
    assert built(plain) != built(plain.replace(" class='a'", " lang='a'"))
    assert built(plain) != built(plain.replace(" href='b'", ""))
    assert built(plain) != built(
        plain.replace("<a href='b'>Two</a></p>", "</p><a href='b'>Two</a>")
    )


def test_no_more_builds_are_kept_than_there_is_room_for() -> None:
    wardrobe = Wardrobe()
    for number in range(MOST + 1):
        wardrobe.keep((number,), Styles([], None, {}))
    assert list(wardrobe.kept) == [(MOST,)]
