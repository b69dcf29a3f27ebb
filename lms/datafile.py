"""Reading a YAML data file into a pydantic model, with errors that name file, line and reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

Key: TypeAlias = str | int
Model = TypeVar("Model", bound="FileModel")


class FileModel(BaseModel):
    """A part of a data file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class DataError:
    """One flaw: where it stands and what is wrong."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class DataFileError(Exception):
    """A data file that cannot be loaded; nothing was changed."""

    def __init__(self, errors: list[DataError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors


@dataclass(frozen=True)
class Document(Generic[Model]):
    """A file's value, and the line of each of its parts."""

    name: str
    value: Model
    lines: dict[tuple[Key, ...], int]

    def line(self, *path: Key) -> int:
        """The line on which this part (or the nearest part around it) begins."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, reason: str, *path: Key) -> DataError:
        """A flaw found by a check across files."""
        return DataError(self.name, self.line(*path), reason)


def read(path: Path, model: type[Model]) -> Document[Model]:
    """Read and validate one file; raises DataFileError with every flaw of the file."""
    name = path.name
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError([DataError(name, 1, f"cannot be read: {error}")]) from error
    except yaml.YAMLError as error:
        raise DataFileError([_syntax(name, error)]) from error
    if root is None:
        raise DataFileError([DataError(name, 1, "the file is empty")])
    lines: dict[tuple[Key, ...], int] = {}
    twice = list(_walk(root, (), lines, name))
    if twice:
        raise DataFileError(twice)
    try:
        value = model.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        raise DataFileError(_flaws(error, lines, name)) from error
    return Document(name, value, lines)


def _syntax(name: str, error: yaml.YAMLError) -> DataError:
    mark = getattr(error, "problem_mark", None)
    reason = str(getattr(error, "problem", None) or error)
    return DataError(name, mark.line + 1 if mark else 1, f"is no YAML: {reason}")


def _walk(
    node: yaml.Node, path: tuple[Key, ...], lines: dict[tuple[Key, ...], int], name: str
) -> Iterator[DataError]:
    """Note each part's line; yields keys that stand twice in one mapping."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index), lines, name)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, item in node.value:
            word = str(key.value)
            if word in seen:
                yield DataError(name, key.start_mark.line + 1, f"“{word}” stands here twice")
            seen.add(word)
            lines[(*path, word)] = key.start_mark.line + 1
            yield from _walk(item, (*path, word), lines, name)


def _flaws(error: ValidationError, lines: dict[tuple[Key, ...], int], name: str) -> list[DataError]:
    flaws = []
    for item in error.errors(include_url=False):
        path = tuple(part for part in item["loc"] if part != "[key]")
        place = path
        while place and place not in lines:
            place = place[:-1]
        flaws.append(DataError(name, lines.get(place, 1), _reason(item, path)))
    return sorted(flaws, key=lambda flaw: flaw.line)


def _reason(item: Any, path: tuple[Key, ...]) -> str:
    where = ".".join(str(part) for part in path)
    known = {"missing": "is missing", "extra_forbidden": "is not a known entry"}
    text = known.get(item["type"], item["msg"][:1].lower() + item["msg"][1:])
    return f"“{where}” {text}" if where else text
