"""Names in data files: those used twice, and those that nothing has."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from lms.datafile import DataError, Document

Entry: TypeAlias = tuple[tuple[str | int, ...], str]
"""Where a name stands and the name."""
AnyDocument: TypeAlias = Document[Any]


def twice(
    document: AnyDocument, word: str, entries: Iterable[Entry], seen: set[str] | None = None
) -> Iterator[DataError]:
    """Names that must be unique and are not; the second one is the flaw. `seen` gathers them over
    several files."""
    seen = set() if seen is None else seen
    for where, name in entries:
        if name in seen:
            yield document.error(f"{word} “{name}” is used twice", *where)
        seen.add(name)


def unknown(
    document: AnyDocument, word: str, known: Iterable[str], entries: Iterable[Entry]
) -> Iterator[DataError]:
    """Names that nothing has."""
    names = set(known)
    for where, name in entries:
        if name not in names:
            yield document.error(f"unknown {word} “{name}”", *where)
