"""Verification codes survive being read aloud, and no slip of one letter goes unnoticed."""

import pytest

from certification.certificates.codes import (
    ALPHABET,
    LENGTH,
    Hint,
    grouped,
    hint,
    new_code,
    normalise,
)


@pytest.fixture
def code() -> str:
    return new_code()


def test_a_code_is_sixteen_random_symbols_and_a_check_symbol(code: str) -> None:
    assert len(code) == LENGTH + 1
    assert set(code) <= set(ALPHABET)
    assert normalise(code) == code


def test_the_alphabet_has_no_letters_that_look_or_sound_alike() -> None:
    assert len(ALPHABET) == 32
    assert not set("ILOU") & set(ALPHABET)


def test_codes_differ_and_use_every_symbol_in_every_place() -> None:
    drawn = [new_code() for _ in range(600)]
    assert len(set(drawn)) == len(drawn)
    for place in range(LENGTH):
        assert {code[place] for code in drawn} == set(ALPHABET)


def test_every_single_wrong_symbol_is_caught(code: str) -> None:
    for place in range(len(code)):
        for wrong in set(ALPHABET) - {code[place]}:
            assert normalise(code[:place] + wrong + code[place + 1 :]) is None


def test_every_exchange_of_two_neighbours_is_caught() -> None:
    for code in (new_code() for _ in range(200)):
        for place in range(LENGTH):
            one, two = code[place], code[place + 1]
            swapped = code[:place] + two + one + code[place + 2 :]
            assert one == two or normalise(swapped) is None


def test_a_lost_or_an_additional_symbol_is_caught(code: str) -> None:
    assert normalise(code[1:]) is None
    assert normalise(code + "0") is None
    assert normalise("") is None


def test_case_spaces_hyphens_and_wide_letters_are_forgiven(code: str) -> None:
    assert normalise(f"  {grouped(code).lower()}\n") == code
    assert normalise(" ".join(code)) == code
    assert normalise(code.replace("", "–")) == code
    assert normalise("".join(chr(ord(symbol) + 0xFEE0) for symbol in code)) == code


def test_lookalike_letters_are_read_as_the_digits_they_resemble() -> None:
    code = next(c for c in iter(new_code, "") if "0" in c and "1" in c)
    for one in "IiLl":
        assert normalise(code.replace("0", "o").replace("1", one)) == code


def test_symbols_of_no_code_are_refused(code: str) -> None:
    assert normalise("U" + code[1:]) is None
    assert normalise("é" + code[1:]) is None


def test_groups_of_four_keep_the_check_symbol_apart() -> None:
    assert grouped("7F3K9Q2MXR4T0C8VA") == "7F3K-9Q2M-XR4T-0C8V-A"


@pytest.mark.parametrize(
    "typed",
    [
        "TSA-2026-000003",
        " tsa-2026-000003 ",
        "TSA 2026 000003",
        "tsa–2026–1000003",
        "ABCDEF2026000003",
    ],
)
def test_a_certificate_number_is_told_from_a_code(typed: str) -> None:
    assert hint(typed) is Hint.NUMBER


def test_what_cannot_be_a_code_is_mistyped_and_a_code_is_not(code: str) -> None:
    wrong = ALPHABET[(ALPHABET.index(code[3]) + 1) % 32]
    for typed in (
        code[1:],
        code + "0",
        code[:3] + wrong + code[4:],
        "garbage line here",
        "TSA-2026",
    ):
        assert hint(typed) is Hint.MISTYPED
    assert hint(code) is None
    assert hint(grouped(code).lower()) is None
