"""A broken data file names each flaw by line, column and path; a sound one keeps its places."""

from datetime import date
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, model_validator

from lms.datafile import DataError, DataFileError, Document, FileModel, Zone, read


class Shelf(FileModel):
    """A part of a file."""

    code: str
    books: list[str] = []
    height: Annotated[int, Field(gt=0)] | None = None


class Library(FileModel):
    """A file."""

    name: str
    zone: Zone = "UTC"
    opened: date | None = None
    shelves: list[Shelf]

    @model_validator(mode="after")
    def has_shelves(self) -> "Library":
        """A rule over the whole file."""
        if not self.shelves:
            raise ValueError("a library has a shelf")
        return self


SOUND = """\
name: Old Library
opened: 1911-05-30
shelves:
  - code: A
    books: [Faust, Emma]
  - {code: B, height: 180}
"""


def opened(folder: Path, text: str | bytes) -> Document[Library]:
    """Read a file with this content."""
    path = folder / "library.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, Library)


def flaws(folder: Path, text: str | bytes) -> list[DataError]:
    """What is wrong with a file of this content."""
    with pytest.raises(DataFileError) as caught:
        opened(folder, text)
    return caught.value.errors


def test_a_sound_file_becomes_its_model(tmp_path: Path) -> None:
    value = opened(tmp_path, SOUND).value
    assert value.opened == date(1911, 5, 30)
    assert [shelf.code for shelf in value.shelves] == ["A", "B"]
    assert value.shelves[0].books == ["Faust", "Emma"]


def test_a_sound_file_knows_the_line_of_each_part(tmp_path: Path) -> None:
    document = opened(tmp_path, SOUND)
    assert document.line("opened") == 2
    assert document.line("shelves", 0, "books", 1) == 5
    assert document.line("shelves", 1, "height") == 6
    assert document.line("shelves", 1, "books", 7) == 6, "what is absent is where it belongs"
    assert document.line("nothing") == 1


def test_a_later_check_names_the_place_of_what_it_refuses(tmp_path: Path) -> None:
    error = opened(tmp_path, SOUND).error("unknown book “Emma”", "shelves", 0, "books", 1)
    assert (error.line, error.column, error.path) == (5, 20, ("shelves", 0, "books", 1))
    assert str(error) == "library.yaml:5: unknown book “Emma”"


def test_parts_repeated_by_an_anchor_are_read_again(tmp_path: Path) -> None:
    text = "name: &n Old\nshelves:\n  - code: *n\n    books: &b [Emma]\n  - {code: B, books: *b}\n"
    assert opened(tmp_path, text).value.shelves[1].books == ["Emma"]


@pytest.mark.parametrize(
    ("text", "line", "column", "path", "reason"),
    [
        ("name: N\nshelves:\n  - books: []\n", 3, 5, "shelves.0.code", "is missing"),
        ("name: N\nshelves: []\nshelfs: []\n", 3, 1, "shelfs", "is not a known entry"),
        ("name: N\nname: M\nshelves: []\n", 2, 1, "name", "stands here twice"),
        ("name: N\nshelves:\n  - {code: 7}\n", 3, 6, "shelves.0.code", "valid string"),
        ("name: N\nshelves:\n  - {code: A, height: '7'}\n", 3, 15, "shelves.0.height", "integer"),
        ("name: N\nshelves:\n  - {code: A, height: yes}\n", 3, 15, "shelves.0.height", "integer"),
        ("name: N\nshelves:\n  - {code: A, height: 0}\n", 3, 15, "shelves.0.height", "greater"),
        ("name: N\nshelves:\n  - plain\n", 3, 5, "shelves.0", "group of named entries"),
        ("name: N\nshelves: []\n", 1, 1, "", "a library has a shelf"),
        ("name: N\nzone: Mars/Olympus\nshelves: []\n", 2, 1, "zone", "no IANA time zone"),
        ("name: N\nopened: 2025-13-45\nshelves: []\n", 2, 9, "opened", "month must be in"),
        ("name: N\nshelves: [\n", 3, 1, "", "is not YAML"),
        ("name: N\n\tshelves: []\n", 2, 1, "", "is not YAML"),
        ("name: N\n---\nname: M\n", 2, 1, "", "is not YAML"),
        ("name: *ghost\n", 1, 7, "", "undefined alias"),
        ("on: 1\nname: N\nshelves: []\n", 1, 1, "", "a key must be text"),
        ("name: N\n? [a, b]\n: c\n", 2, 3, "", "a key must be text"),
        ("name: !!python/name:os.system\nshelves: []\n", 1, 7, "name", "cannot be understood"),
        ("name: N\nshelves: !!python/tuple [a]\n", 2, 10, "shelves", "is not allowed"),
        ("name: N\nshelves: &all\n  - *all\n", 2, 10, "shelves", "repeats itself"),
        ("[" * 5000, 1, 41, "", "nested too deeply"),
        ("[" * 100_000 + "]" * 100_000, 1, 41, "", "nested too deeply"),
        ("", 1, 1, "", "the file is empty"),
        ("- name\n", 1, 1, "", "group of named entries"),
        (b"name: \xff\n", 1, 1, "", "is not UTF-8 text"),
        ("name: \x07\n", 1, 1, "", "is not YAML"),
    ],
)
def test_each_kind_of_flaw_names_its_place(
    tmp_path: Path, text: str | bytes, line: int, column: int, path: str, reason: str
) -> None:
    error = flaws(tmp_path, text)[0]
    assert reason in error.reason
    assert (error.line, error.column) == (line, column)
    assert ".".join(map(str, error.path))[: len(path)] == path
    assert str(error).startswith(f"library.yaml:{line}: ")


def test_all_flaws_of_a_file_are_told_at_once_from_top_to_bottom(tmp_path: Path) -> None:
    with pytest.raises(DataFileError) as caught:
        opened(tmp_path, "opened: soon\nshelves:\n  - {code: A, colour: red}\n  - {books: [1]}\n")
    assert str(caught.value).splitlines() == [
        "library.yaml:1: “name” is missing",
        "library.yaml:1: “opened” input should be a valid date",
        "library.yaml:3: “shelves.0.colour” is not a known entry",
        "library.yaml:4: “shelves.1.code” is missing",
        "library.yaml:4: “shelves.1.books.0” input should be a valid string",
    ]


@pytest.mark.thorough
def test_a_file_that_multiplies_itself_is_refused_before_it_fills_the_memory(
    tmp_path: Path,
) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for step in range(1, 10):
        rows.append(f"a{step}: &a{step} [{', '.join([f'*a{step - 1}'] * 10)}]")
    assert "far too large" in flaws(tmp_path, "\n".join(rows))[0].reason


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"^absent\.yaml:1: cannot be read"):
        read(tmp_path / "absent.yaml", Library)


def test_what_was_read_cannot_be_changed(tmp_path: Path) -> None:
    value = opened(tmp_path, SOUND).value
    with pytest.raises(ValueError, match="frozen"):
        value.name = "New"
