"""Placeholders come from a list, colours can be read, a design is valid wherever it comes from."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from certification.designs import rules
from certification.designs.content import Content
from certification.designs.languages import LOCALES, small_words
from tests.certification.designs.drafts import content

TEMPLATE_ATTACKS = [
    "{{ holder }}",
    "{% for x in y %}",
    "{holder.__class__}",
    "{holder!r}",
    "{holder:>9999999}",
    "{0}",
    "{}",
    "{Holder}",
    "{ holder }",
    "{nobody}",
    "{holder",
    "holder}",
    "{holder}}",
    "{{holder}}",
]


@pytest.mark.parametrize("text", TEMPLATE_ATTACKS)
def test_a_text_with_anything_but_listed_placeholders_is_refused(text: str) -> None:
    assert rules.text_flaws(text)
    with pytest.raises(ValidationError, match="placeholder_"):
        content(words={"en": {"lead": text}})


@pytest.mark.parametrize("name", rules.PLACEHOLDERS)
def test_every_listed_placeholder_becomes_its_value(name: str) -> None:
    assert not rules.text_flaws(f"a {{{name}}} b")
    assert rules.fill(f"a {{{name}}} b", {name: "value"}) == "a value b"


def test_an_unknown_placeholder_is_named() -> None:
    (flaw,) = rules.text_flaws("{holder} and {nobody}")
    assert (flaw.code, flaw.values) == ("placeholder_unknown", {"name": "nobody"})


@given(st.text(max_size=30))
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    filled = rules.fill("{holder}", {"holder": value or "x", "title": "SECRET"})
    assert "SECRET" not in filled or "SECRET" in value


def test_a_line_without_its_value_is_left_out_and_the_others_stay() -> None:
    text = "For {holder}\nScore {score} of {full_marks}\nThank you"
    assert rules.fill(text, {"holder": "Ada", "score": ""}) == "For Ada\nThank you"


@pytest.mark.parametrize("accent", ["#0b5a58", "#403d96", "#000000", "#8b2f5c"])
def test_dark_colours_carry_words(accent: str) -> None:
    assert not rules.colour_flaws(accent, "ivory")


@pytest.mark.parametrize(
    ("accent", "code"),
    [
        ("#ffff00", "colour_too_pale"),
        ("#ffffff", "colour_too_pale"),
        ("#8a8a8a", "colour_too_pale"),
        ("red", "colour_unreadable"),
        ("#0b5a5", "colour_unreadable"),
        ("#0b5a58}body{x", "colour_unreadable"),
        ("#0b5a58\n", "colour_unreadable"),
        ("url(http://x)", "colour_unreadable"),
    ],
)
def test_pale_colours_and_anything_that_is_no_colour_are_refused(accent: str, code: str) -> None:
    assert [flaw.code for flaw in rules.colour_flaws(accent, "ivory")] == [code]
    with pytest.raises(ValidationError, match=code):
        content(accent=accent)


def test_contrast_is_what_the_guidelines_say() -> None:
    assert rules.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert rules.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(
    "changes",
    [
        {"blocks": [{"kind": "title"}]},
        {"blocks": [{"kind": "title"}, {"kind": "holder"}, {"kind": "title"}]},
        {"blocks": [{"kind": "title"}, {"kind": "holder"}, {"kind": "script"}]},
        {"words": {}},
        {"words": {"tlh": {"lead": "x"}}},
        {"layout": "flex"},
        {"logo": "../../etc/passwd"},
        {"style": "body{}"},
        {"signatories": [{"name": "A"}, {"name": "B"}, {"name": "C"}, {"name": "D"}]},
        {"words": {"en": {"text": "x" * 601}}},
    ],
)
def test_a_design_that_is_none_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        content(**changes)


def test_a_reader_gets_their_language_or_the_first() -> None:
    made = content(words={"de": {}, "en": {}})
    assert made.languages == ("en", "de")
    assert [made.language_for(tag) for tag in ("de_AT", "de", "ja", "en-GB")] == [
        "de",
        "de",
        "en",
        "en",
    ]


@pytest.mark.parametrize("language", LOCALES)
def test_every_language_has_every_small_word_with_its_values(language: str) -> None:
    words, english = small_words(language), small_words("en")
    assert all(words.values())
    for name, text in english.items():
        places = {part.partition(")")[0] for part in text.split("%(")[1:]}
        assert {part.partition(")")[0] for part in words[name].split("%(")[1:]} == places, name


def test_content_survives_its_own_json() -> None:
    made = content()
    assert Content.model_validate(made.model_dump(mode="json")) == made
