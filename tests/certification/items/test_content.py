"""Contents are read strictly, and what is wrong has a name."""

from typing import Any

import pytest

from certification.items.content import KINDS as ALL
from certification.items.reading import ContentError, as_json, content_from
from certification.items.rules import title_of
from tests.certification.items.contents import item

AREA = {"shape": "rect", "at": [0, 0, 9, 9]}
TWO = [{"id": "a"}, {"id": "b"}]


@pytest.mark.parametrize("kind", ALL)
def test_writing_and_reading_changes_nothing(kind: str) -> None:
    content = item(kind)
    assert content_from(as_json(content)) == content


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("choice", {"key": []}, "item_key_missing"),
        ("choice", {"key": ["z"]}, "item_option_unknown"),
        ("choice", {"most": 1}, "item_key_exceeds_choices"),
        ("choice", {"kind": "riddle"}, "item_field_unreadable"),
        ("choice", {"colour": "red"}, "item_field_unknown"),
        ("choice", {"options": [{"id": "a"}, {"id": "a"}]}, "item_part_twice"),
        ("choice", {"options": [{"id": "1 x"}]}, "item_field_unreadable"),
        ("choice", {"texts": {}}, "item_without_text"),
        ("choice", {"texts": {"xx": {"body": "?"}}}, "item_language_unknown"),
        ("choice", {"texts": {"en": {"body": "?"}}}, "item_text_missing"),
        ("choice", {"texts": {"en": {"body": "\x00"}}}, "item_field_unreadable"),
        ("choice", {"scoring": {"rule": "weights"}}, "item_weights_wrong"),
        (
            "choice",
            {"scoring": {"rule": "weights", "weights": {"a": "0.4"}}},
            "item_weights_wrong",
        ),
        ("choice", {"scoring": {"points": 0}}, "item_points_out_of_range"),
        ("choice", {"scoring": {"points": "1e9"}}, "item_field_unreadable"),
        ("choice", {"scoring": {"penalty": 2}}, "item_points_out_of_range"),
        ("text", {"answers": [{"text": "x", "credit": "0.5"}]}, "item_key_missing"),
        ("number", {"answers": [{"value": 1, "tolerance": -1}]}, "item_credit_out_of_range"),
        ("inline", {"texts": {"en": {"body": "No mark."}}}, "item_marks_differ"),
        ("match", {"key": {"x": "fr"}}, "item_key_missing"),
        ("match", {"places": []}, "item_places_missing"),
        ("gaps", {"key": {"g": "p", "h": "p"}}, "item_option_used_twice"),
        ("order", {"key": ["a", "b"]}, "item_key_missing"),
        ("order", {"options": [{"id": "a"}], "key": ["a"]}, "item_options_too_few"),
        ("hotspot", {"picture": None}, "item_picture_missing"),
        ("hotspot", {"options": [{"id": "l", "area": AREA}, {"id": "m"}]}, "item_area_missing"),
        ("essay", {"criteria": []}, "item_rubric_missing"),
        ("essay", {"scoring": {"points": 4}}, "item_rubric_sum"),
    ],
)
def test_what_is_wrong_has_a_name(kind: str, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ContentError) as caught:
        item(kind, **changes)
    assert code in [reason.code for reason in caught.value.reasons]


@pytest.mark.parametrize("data", [None, [], "x", 7, {"kind": "choice", "texts": []}])
def test_what_is_no_item_is_refused(data: object) -> None:
    with pytest.raises(ContentError):
        content_from(data)


def test_a_title_is_the_words_of_the_question_without_its_table_and_listing() -> None:
    body = "These **figures**:\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n```\nx  1\n```\n\nWhich *one*?"
    texts = {"en": {"body": body}}
    assert title_of(item("text", texts=texts)) == "These figures : … … Which one ?"


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("word " * 23 + "of many", "word " * 23 + "of…"),
        ("word " * 22 + "restart. What comes next?", "word " * 22 + "restart…"),
        ("字" * 130, "字" * 119 + "…"),
    ],
)
def test_a_long_title_ends_with_a_whole_word(body: str, title: str) -> None:
    found = title_of(item("text", texts={"en": {"body": body}}))
    assert found == title
    assert len(found) <= 120
