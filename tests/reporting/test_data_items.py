"""The shipped items stand up to an item-writing professional's first look, and fill their forms."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

import pytest

from certification.items import markup
from certification.items.content import ItemContent
from certification.items.datafiles import ItemFile
from certification.items.reading import content_from
from certification.items.rules import flaws
from certification.items.scoring import score
from certification.papers.datafiles import CellFile
from reporting.cli import SHIPPED
from reporting.loader.checks import read_folder

FOLDER = read_folder(SHIPPED)
ITEMS = {item.code: item for document in FOLDER.items for item in document.value.items}
CONTENTS = {code: content_from(FOLDER.content_of(item)) for code, item in ITEMS.items()}
(PAPER,) = [document.value for document in FOLDER.papers]
BLUEPRINT = PAPER.blueprint
SINGLE = [code for code, one in CONTENTS.items() if one.kind == "choice" and one.most == 1]
WRITTEN = [code for code, item in ITEMS.items() if item.part == "written"]
SCORED = [code for code in WRITTEN if not ITEMS[code].pilot]
LETTERS = re.compile(r"[a-zà-ÿ0-9]+")
FIGURES = re.compile(r"\d+")


def right(content: ItemContent) -> object:
    """The response that the key asks for."""
    if content.kind in ("text", "number"):
        return str(content.answers[0].text or content.answers[0].value)
    return content.key


def lengths(content: ItemContent, language: str) -> tuple[int, list[int]]:
    """Characters of a single choice's key and of its other options."""
    texts = content.texts[language].options
    (key,) = content.key_choices
    return len(texts[key]), [len(text) for name, text in texts.items() if name != key]


def texts_of(content: ItemContent) -> Iterator[tuple[str, str]]:
    """(language, text) of everything that a candidate or an author reads."""
    for language, texts in content.texts.items():
        yield language, texts.body
        for part in (texts.options, texts.places, texts.criteria, texts.feedback):
            yield from ((language, text) for text in part.values())


def words_of(content: ItemContent) -> list[str]:
    """The words of its question and options in English."""
    texts = content.texts["en"]
    return LETTERS.findall(" ".join([texts.body, *texts.options.values()]).lower())


def in_cell(item: ItemFile, cell: CellFile) -> bool:
    """Whether the item fills the cell by the competency that it shows most."""
    first = max(item.shows, key=lambda one: one.weight)
    band = BLUEPRINT.bands[cell.band]
    return (
        first.competency == cell.competency
        and item.difficulty is not None
        and band.hardest <= item.difficulty <= band.easiest
    )


def test_there_are_over_ninety_items_all_marked_as_sample() -> None:
    assert len(ITEMS) == 119
    assert len(SCORED) == 108
    assert all(document.value.sample for document in FOLDER.items)


@pytest.mark.parametrize("code", ITEMS)
def test_each_item_is_complete_and_its_key_earns_all_points(code: str) -> None:
    content = CONTENTS[code]
    assert flaws(content) == []
    if content.kind == "essay":
        assert score(content, "words").waits
    else:
        assert score(content, right(content)).is_right
        assert not score(content, None).raw


@pytest.mark.parametrize("code", ITEMS)
def test_each_item_says_why_the_right_answer_is_right(code: str) -> None:
    assert all(texts.feedback.get("general") for texts in CONTENTS[code].texts.values())


@pytest.mark.parametrize("code", ITEMS)
def test_markdown_of_each_item_renders_without_leftovers(code: str) -> None:
    for _language, text in texts_of(CONTENTS[code]):
        html = markup.html(text, str)
        assert "**" not in html
        assert "|---" not in html
        assert "<" not in re.sub(r"</?(p|strong|em|code|pre|ul|ol|li|table|t\w+)>", "", html)


def test_no_two_items_ask_the_same() -> None:
    words = {code: set(words_of(one)) for code, one in CONTENTS.items()}
    alike = {
        (one, other)
        for one, other in combinations(words, 2)
        if len(words[one] & words[other]) > 0.5 * len(words[one] | words[other])
    }
    assert not alike


def test_the_kinds_are_mixed_and_single_choice_leads() -> None:
    kinds = Counter(one.kind for one in CONTENTS.values())
    assert set(kinds) == {
        "choice", "text", "number", "inline", "match", "order", "gaps", "hotspot", "essay",
    }  # fmt: skip
    assert 0.5 <= len(SINGLE) / len(ITEMS) <= 0.62
    assert kinds["choice"] - len(SINGLE) >= 10, "several answers are right"


def test_no_letter_is_the_key_more_often_than_one_expects() -> None:
    keys = Counter(CONTENTS[code].key_choices[0] for code in SINGLE)
    assert set(keys) == {"a", "b", "c", "d"}
    assert max(keys.values()) <= 0.35 * len(SINGLE)
    several = Counter(
        name
        for code, one in CONTENTS.items()
        if one.kind == "choice" and code not in SINGLE
        for name in one.key_choices
    )
    assert max(several.values()) <= 0.35 * several.total()


@pytest.mark.parametrize("language", ["en", "de"])
def test_length_does_not_tell_the_key(language: str) -> None:
    asked = [lengths(CONTENTS[code], language) for code in SINGLE]
    longest = sum(key > max(others) for key, others in asked)
    shortest = sum(key < min(others) for key, others in asked)
    assert longest <= 0.35 * len(asked)
    assert shortest <= 0.45 * len(asked)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("code", SINGLE)
def test_options_are_of_about_the_same_length(code: str, language: str) -> None:
    key, others = lengths(CONTENTS[code], language)
    assert len(others) == 3
    assert max(key, *others) - min(key, *others) <= 22


@pytest.mark.parametrize("code", ITEMS)
def test_no_item_asks_for_all_of_the_above_or_the_exception(code: str) -> None:
    for language, text in texts_of(CONTENTS[code]):
        if language == "en":
            assert not re.search(r"\b(all|none|both) of the (above|these answers)\b", text, re.I)
    question = CONTENTS[code].texts["en"].body
    assert not re.search(
        r"\b(which|what)\b[^.?]*\b(not|except|never|false)\b[^.?]*\?", question, re.I
    )


def test_a_number_of_right_answers_is_said_and_stressed() -> None:
    words = {2: ("**two**", "**zwei**"), 3: ("**three**", "**drei**")}
    for code, content in CONTENTS.items():
        if content.kind == "choice" and code not in SINGLE:
            assert content.most == len(content.key_choices)
            for language, word in zip(("en", "de"), words[content.most], strict=True):
                assert word in content.texts[language].body
            assert content.scoring.rule == "share"


@pytest.mark.parametrize("code", ITEMS)
def test_each_item_is_in_english_and_german_with_the_same_parts_and_figures(code: str) -> None:
    content = CONTENTS[code]
    english, german = content.texts["en"], content.texts["de"]
    assert content.languages == ("en", "de")
    for part in ("options", "places", "criteria", "feedback"):
        assert set(getattr(german, part)) == set(getattr(english, part)), part
    assert sorted(FIGURES.findall(german.body)) == sorted(FIGURES.findall(english.body))


def test_estimates_are_spread_and_what_an_assessor_marks_has_none() -> None:
    estimates = [ITEMS[code].difficulty or 0 for code in SCORED]
    assert min(estimates) <= 45
    assert max(estimates) >= 85
    assert abs(sum(estimates) / len(estimates) - float(PAPER.cut_score.percent)) < 2
    practical = [item for item in ITEMS.values() if item.part == "practical"]
    assert [item.difficulty for item in practical] == [None, None, None]


def test_each_cell_has_twice_the_scored_items_that_a_form_takes() -> None:
    for cell in BLUEPRINT.cells:
        supply = [code for code in SCORED if in_cell(ITEMS[code], cell)]
        assert len(supply) >= 2 * cell.most, cell


def test_each_cell_feeds_two_forms_that_share_nothing_and_keep_enemies_apart() -> None:
    enemies = {frozenset((code, other)) for code, item in ITEMS.items() for other in item.enemies}

    def peaceful(codes: Iterable[str]) -> bool:
        return not any(frozenset(pair) in enemies for pair in combinations(codes, 2))

    for cell in BLUEPRINT.cells:
        supply = [code for code in SCORED if in_cell(ITEMS[code], cell)]
        taken = [one for one in combinations(supply, cell.most) if peaceful(one)]
        assert any(not set(one) & set(other) for one, other in combinations(taken, 2)), cell


def test_each_scored_item_is_in_one_cell_and_each_competency_has_a_pilot() -> None:
    for code in SCORED:
        assert sum(in_cell(ITEMS[code], cell) for cell in BLUEPRINT.cells) == 1, code
    pilots = [item for item in ITEMS.values() if item.pilot]
    assert len({item.shows[0].competency for item in pilots}) == len(pilots) == 8
    assert len(pilots) >= BLUEPRINT.pilot_items


def test_the_exam_s_rules_say_what_the_exam_s_figures_are() -> None:
    policy, text = PAPER.policy, PAPER.policy.rules["en"]
    total = BLUEPRINT.scored_items + BLUEPRINT.pilot_items
    assert f"takes {policy.minutes} minutes" in text
    assert f"has {total} questions" in text
    assert f"after {policy.retakes.waits[0]} days, then after 30, then after 90" in text
    assert f"within {policy.appeal_days} days" in text
    assert policy.retakes.waits == [14, 30, 90]
    written = next(
        module
        for programme in FOLDER.catalog.value.programmes
        for course in programme.courses
        for module in course.modules
        if course.code == PAPER.exam and module.title == "Written part"
    )
    assert policy.minutes == written.minutes


def test_figures_of_support_are_those_of_the_document() -> None:
    minutes = {one.code: one.resolution_minutes for one in FOLDER.support.value.priorities}
    answers = {one.code: one.response_minutes for one in FOLDER.support.value.priorities}
    inline = CONTENTS["ADM-DIAG-14"]
    hours = inline.texts["en"].options
    asked = {"critical": "P1", "high": "P2", "medium": "P3"}
    for place, option in inline.key_places.items():
        assert hours[option] == f"{minutes[asked[place]] // 60} hours"
    options = CONTENTS["ADM-DIAG-02"].texts["en"].options
    (key,) = CONTENTS["ADM-DIAG-02"].key_choices
    assert options[key] == f"09:{10 + answers['P2']}"
    line = next(
        entry
        for group in FOLDER.support.value.channels
        for entry in group.entries
        if entry.title == "24/7 Support Line"
    )
    assert not line.plans, "it is open to every plan"
