"""What a draft needs, prerequisites without circles, lengths in bands."""

from dataclasses import replace

import pytest

from courses.catalog import rules
from courses.catalog.rules import Draft

READY = Draft("Title", "Summary", 120, [60, 60], formats=1, languages=1)


def test_a_complete_draft_has_no_flaws() -> None:
    assert rules.publication_flaws(READY) == []
    assert rules.publication_flaws(replace(READY, minutes=None)) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": ""}, "draft_needs_title"),
        ({"summary": ""}, "draft_needs_summary"),
        ({"module_minutes": []}, "draft_needs_module"),
        ({"formats": 0}, "draft_needs_format"),
        ({"languages": 0}, "draft_needs_language"),
        ({"module_minutes": [60, 61]}, "draft_minutes_differ"),
    ],
)
def test_each_thing_that_is_missing_is_named(change: dict[str, object], code: str) -> None:
    assert [flaw.code for flaw in rules.publication_flaws(replace(READY, **change))] == [code]


def test_every_flaw_is_named_at_once() -> None:
    empty = Draft("", "", None, [], formats=0, languages=0)
    assert len(rules.publication_flaws(empty)) == 5


@pytest.mark.parametrize(
    ("needs", "circle"),
    [
        ({}, False),
        ({1: [2], 2: [3]}, False),
        ({1: [2, 3], 2: [4], 3: [4]}, False),
        ({1: [1]}, True),
        ({1: [2], 2: [3], 3: [1]}, True),
        ({1: [2], 2: [3], 3: [2]}, False),
    ],
)
def test_a_course_never_needs_itself(needs: dict[int, list[int]], circle: bool) -> None:
    assert rules.leads_to_itself(1, needs) is circle


@pytest.mark.parametrize(
    ("minutes", "bands"),
    [
        (None, {"arranged"}),
        (60, {"up-to-4", "up-to-8"}),
        (240, {"up-to-4", "up-to-8"}),
        (241, {"up-to-8"}),
        (480, {"up-to-8"}),
        (481, {"9-to-16"}),
        (960, {"9-to-16"}),
        (961, {"over-16"}),
    ],
)
def test_each_length_falls_into_its_bands(minutes: int | None, bands: set[str]) -> None:
    every = [*rules.BANDS, rules.ARRANGED]
    assert {band for band in every if rules.in_band(minutes, band)} == bands
    assert not rules.in_band(minutes, "no-such-band")
