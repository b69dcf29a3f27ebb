"""Stored JSON is read as it was written, whoever wrote it."""

import json
import math

import pytest

from lms import storedjson

ODD = {"text": "ß漢", "deep": [{"one": 1.5, "none": None}], "large": 2**63, "tiny": 5e-324}


def test_stored_json_is_read_as_the_standard_library_reads_it() -> None:
    for text in (json.dumps(ODD), json.dumps(ODD, ensure_ascii=False).encode()):
        assert storedjson.read(text) == json.loads(text)


def test_half_of_a_surrogate_pair_that_a_program_sent_can_be_read_again() -> None:
    assert storedjson.read('{"answer": "\\ud800"}') == {"answer": "\ud800"}


def test_a_value_that_is_no_number_can_be_read_again() -> None:
    assert math.isnan(storedjson.read("[NaN]")[0])


def test_what_is_no_json_is_an_error_as_ever() -> None:
    with pytest.raises(json.JSONDecodeError):
        storedjson.read("{")
