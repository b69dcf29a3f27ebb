"""Which tests PostgreSQL is asked (tests/cover.py)."""

import threading
from pathlib import Path

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests import cover
from tests.cover import Notebook, chosen, read

NOTES = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.tuples(st.lists(st.sampled_from("stuvwxyz"), unique=True), st.floats(0, 9)),
)


@given(NOTES)
def test_whatever_all_tests_do_is_done_by_those_that_are_kept(notes: cover.Notes) -> None:
    kept = chosen(notes, list(notes))
    assert {mark for test in kept for mark in notes[test][0]} == {
        mark for marks, _ in notes.values() for mark in marks
    }
    for test in kept:
        assert notes[test][0]


def test_the_quicker_one_serves_and_what_is_unknown_stays() -> None:
    notes: cover.Notes = {"slow": (["a", "b"], 9.0), "quick": (["b", "a"], 0.1), "no": ([], 1.0)}
    assert chosen(notes, ["slow", "quick", "no", "new"]) == {"quick", "new"}


def test_how_a_statement_ends_counts_and_how_many_values_it_has_does_not(tmp_path: Path) -> None:
    book = Notebook()
    book.note("of no test")
    for test, text, outcome in (
        ("two", "a IN (?, ?)", ""),
        ("three", "a IN (?, ?, ?)", ""),
        ("refused", "a IN (?, ?)", "IntegrityError"),
        ("nothing", "a IN (?)", "none"),
    ):
        book.begin(test)
        book.note(text, outcome)
        book.took(test, 0.5)
        book.took(test, 0.25)
    book.write(tmp_path / "one.json")
    found = read(tmp_path)
    assert {seconds for _, seconds in found.values()} == {0.75}
    assert found["two"] == found["three"]
    assert len({tuple(marks) for marks, _ in found.values()}) == 3


def test_what_threads_do_stands_for_itself(tmp_path: Path) -> None:
    book = Notebook()
    for test in ("one", "other"):
        book.begin(test)
        thread = threading.Thread(target=book.note, args=("SELECT 1",))
        thread.start()
        thread.join()
        book.took(test, 1)
    book.write(tmp_path / "one.json")
    assert chosen(read(tmp_path), ["one", "other"]) == {"one", "other"}


def test_statements_and_their_ends_are_noted(tmp_path: Path) -> None:
    engine = sa.create_engine("sqlite://")
    before = cover.book
    try:
        cover.book = Notebook()
        with engine.connect() as connection:
            for number, text in enumerate(
                (
                    "CREATE TABLE t (a INTEGER PRIMARY KEY)",
                    "INSERT INTO t VALUES (1)",
                    "DELETE FROM t WHERE a = 2",
                    "DELETE FROM t WHERE a = 1",
                    "SELECT * FROM t",
                )
            ):
                cover.book.begin(str(number))
                connection.exec_driver_sql(text)
                cover.book.took(str(number), 1)
        cover.book.write(tmp_path / "one.json")
    finally:
        cover.book = before
    found = read(tmp_path)
    assert len({tuple(marks) for marks, _ in found.values()}) == len(found) == 5
