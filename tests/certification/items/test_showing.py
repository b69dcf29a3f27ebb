"""What a candidate gets tells nothing about the key."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.items.content import KINDS as ALL
from certification.items.scoring import score
from certification.items.showing import given as given_back
from certification.items.showing import shown, taken
from tests.certification.items.contents import KINDS, RIGHT, item

HINTS = {"a": "secret", "right": "secret", "general": "secret"}


@pytest.mark.parametrize("kind", ALL)
def test_neither_key_nor_feedback_nor_the_authors_names_are_shown(kind: str) -> None:
    texts = {"en": {**KINDS[kind]["texts"]["en"], "feedback": HINTS}}
    seen = shown(item(kind, texts=texts), "en", "7")
    assert "secret" not in json.dumps(seen)
    assert not {"key", "answers", "scoring", "criteria"} & set(seen)
    assert [one["id"] for one in seen["options"]] == [
        f"o{n}" for n in range(1, len(seen["options"]) + 1)
    ]


@pytest.mark.parametrize("kind", RIGHT)
@given(seed=st.text(max_size=8))
def test_an_answer_finds_its_way_back_under_any_shuffling(kind: str, seed: str) -> None:
    content = item(kind)
    seen = given_back(content, RIGHT[kind], seed)
    assert score(content, taken(content, seen, seed)).is_right


def test_the_same_seed_shows_the_same_and_another_another() -> None:
    content = item("order")
    assert shown(content, "en", "1") == shown(content, "en", "1")
    views = {json.dumps(shown(content, "en", str(seed))["options"]) for seed in range(20)}
    assert len(views) > 8


def test_a_fixed_option_keeps_its_place() -> None:
    options = [{"id": "a"}, {"id": "b"}, {"id": "c", "fixed": True}]
    for seed in range(20):
        seen = shown(item("choice", options=options), "en", str(seed))
        assert seen["options"][2]["text"] == "Four"


def test_a_reader_gets_their_language_or_the_first() -> None:
    texts = {**KINDS["text"]["texts"], "de": {"body": "Hauptstadt?"}}
    content = item("text", texts=texts)
    assert shown(content, "de_DE", "1")["body"] == "Hauptstadt?"
    assert shown(content, "fr", "1")["language"] == "en"


def test_marks_are_renamed_with_their_places() -> None:
    assert shown(item("gaps"), "en", "1")["body"] == "{{p1}} beats {{p2}}."


@pytest.mark.parametrize("response", [["o9", 3, None], {"p9": "o1", "p1": ["o1"]}, None, "x"])
def test_what_was_never_shown_is_left_out(response: object) -> None:
    assert taken(item("match"), response, "1") in ([], {}, None, "x")
