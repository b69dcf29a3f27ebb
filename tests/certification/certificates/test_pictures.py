"""A design's pictures are packed once, and stand in each document as if they had not been."""

import pydyf
import pytest

from certification.certificates.document import render
from certification.certificates.pictures import MOST, packed_once
from certification.designs.content import Design
from tests.certification.designs.drafts import content, png
from tests.factories.documents import certificate_facts


def made() -> pydyf.Stream:
    return pydyf.Stream([b"pixels"], {"SMask": pydyf.Stream([b"transparency"])})


def test_a_picture_is_packed_once_and_each_file_gets_its_own() -> None:
    asked: list[tuple[bool, float]] = []

    def make(interpolate: bool, dpi_ratio: float) -> pydyf.Stream:
        asked.append((interpolate, dpi_ratio))
        return made()

    again = packed_once(make)
    first = again(True, 1)
    first.extra["SMask"] = b"7 0 R"  # what WeasyPrint does with it
    second = again(True, 1)
    assert second is not first
    assert second.data.startswith(b"<</SMask <<")
    assert again(False, 1).data == made().data
    assert asked == [(True, 1), (False, 1)]


def pictured(number: int) -> Design:
    name = f"{number:064x}"
    return Design(content(logo=name), {name: png(colour=(9, 90, number, 200))})


@pytest.mark.thorough
def test_a_drawing_is_the_same_whatever_was_drawn_before_it() -> None:
    facts = certificate_facts()
    first = render(facts, None, pictured(0))
    others = {render(facts, None, pictured(number)) for number in range(1, MOST // 3)}
    assert len(others | {first}) == MOST // 3
    assert render(facts, None, pictured(0)) == first
    assert render(facts, None, pictured(0)) == first
