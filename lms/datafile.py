"""Reading a YAML data file into a pydantic model, with errors that name file, line and reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

Key: TypeAlias = str | int
Where: TypeAlias = tuple[Key, ...]
Model = TypeVar("Model", bound="FileModel")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"“{name}” is no IANA time zone") from error
    return name


# A time zone by its IANA name, as data files have it.
Zone: TypeAlias = Annotated[str, AfterValidator(_known_zone)]

# A file may repeat a part by an anchor. The limits stop one that repeats itself for ever.
MAX_DEPTH = 40
MAX_PARTS = 200_000
LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml's takes an eighth of the time, and every start reads all files."""
WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known entry",
    "model_type": "must be a group of named entries",
}


class FileModel(BaseModel):
    """A part of a data file: no unknown entries, no conversion, no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file, both counted from 1."""

    line: int = 1
    column: int = 1

    @classmethod
    def of(cls, mark: yaml.Mark | None) -> "Place":
        """The place that a mark of the parser names."""
        return cls() if mark is None else cls(mark.line + 1, mark.column + 1)


@dataclass(frozen=True, slots=True)
class DataError:
    """One flaw: where it stands and what is wrong."""

    file: str
    line: int
    column: int
    path: Where
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
    """A file's value, and the place of each of its parts."""

    name: str
    value: Model
    places: dict[Where, Place]

    def line(self, *path: Key) -> int:
        """The line on which this part (or the nearest part around it) begins."""
        return _nearest(self.places, path).line

    def error(self, reason: str, *path: Key) -> DataError:
        """A flaw found by a check across files."""
        place = _nearest(self.places, path)
        return DataError(self.name, place.line, place.column, path, reason)


def read(path: Path, model: type[Model]) -> Document[Model]:
    """Read and validate one file; raises DataFileError with every flaw of the file."""
    parts = _Parts(path.name)
    value = parts.build(_compose(path), ())
    if parts.errors:
        raise DataFileError(parts.errors)
    try:
        return Document(path.name, model.model_validate(value), parts.places)
    except ValidationError as error:
        raise DataFileError(list(_flaws(error, parts))) from error


def _compose(path: Path) -> yaml.Node:
    """The file as nodes that know their places; no value is made yet."""
    try:
        text = path.read_text("utf-8")
        _require_shallow(text, path.name)
        root: yaml.Node | None = yaml.compose(text, Loader=LOADER)
    except OSError as error:
        raise _stop(path.name, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _stop(path.name, f"is not UTF-8 text: {error.reason}") from error
    except yaml.MarkedYAMLError as error:
        reason = error.problem or error.context
        raise _stop(path.name, f"is not YAML: {reason}", Place.of(error.problem_mark)) from error
    except yaml.YAMLError as error:
        raise _stop(path.name, f"is not YAML: {str(error).splitlines()[0]}") from error
    if root is None:
        raise _stop(path.name, "the file is empty")
    return root


def _require_shallow(text: str, name: str) -> None:
    """The fast reader would overflow its stack where the slow one raises an error."""
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _stop(name, "is nested too deeply", Place.of(event.start_mark))


def _stop(file: str, reason: str, place: Place = Place(), path: Where = ()) -> DataFileError:
    return DataFileError([DataError(file, place.line, place.column, path, reason)])


class _Parts:
    """Turns nodes into plain values, noting each part's place and each flaw of the notation."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[Where, Place] = {}
        self.errors: list[DataError] = []
        self.scalars = yaml.SafeLoader("")
        self.count = 0

    def build(self, node: yaml.Node, path: Where) -> Any:
        """The node's value; a flaw leaves None in its place and is noted."""
        place = self.places.setdefault(path, Place.of(node.start_mark))
        self.count += 1
        if len(path) > MAX_DEPTH or self.count > MAX_PARTS:
            raise _stop(self.name, "repeats itself without end, or is far too large", place, path)
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        if node.tag not in {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}:
            return self.flaw(node, path, f"the tag “{node.tag}” is not allowed")
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return self.mapping(node, path)

    def mapping(self, node: yaml.Node, path: Where) -> dict[str, Any]:
        """The entries by their keys; a key that is no text, or stands twice, is a flaw."""
        value: dict[str, Any] = {}
        for key, item in node.value:
            word = self.scalar(key, path) if isinstance(key, yaml.ScalarNode) else None
            if not isinstance(word, str):
                self.flaw(key, path, "a key must be text; put it in quotes")
            elif word in value:
                self.flaw(key, (*path, word), f"“{word}” stands here twice")
            else:
                self.places[*path, word] = Place.of(key.start_mark)
                value[word] = self.build(item, (*path, word))
        return value

    def scalar(self, node: yaml.ScalarNode, path: Where) -> Any:
        """One plain value: text, a number, a date, true, false or nothing."""
        try:
            return self.scalars.construct_object(node)
        except yaml.constructor.ConstructorError as error:
            return self.flaw(node, path, f"cannot be understood: {error.problem}")
        except (ValueError, OverflowError) as error:
            return self.flaw(node, path, f"“{node.value}” cannot be understood: {error}")

    def flaw(self, node: yaml.Node, path: Where, reason: str) -> None:
        """Note what is wrong at a node."""
        place = Place.of(node.start_mark)
        self.errors.append(DataError(self.name, place.line, place.column, path, reason))


def _nearest(places: dict[Where, Place], path: Where) -> Place:
    while path and path not in places:
        path = path[:-1]
    return places.get(path, Place())


def _flaws(error: ValidationError, parts: _Parts) -> Iterator[DataError]:
    """What the model refuses, from the top of the file to its end."""
    found = []
    for item in error.errors(include_url=False):
        path = tuple(part for part in item["loc"] if part != "[key]")
        place = _nearest(parts.places, path)
        found.append(DataError(parts.name, place.line, place.column, path, _reason(item, path)))
    yield from sorted(found, key=lambda flaw: (flaw.line, flaw.column))


def _reason(item: Any, path: Where) -> str:
    where = ".".join(str(part) for part in path)
    text = WORDS.get(item["type"], item["msg"][:1].lower() + item["msg"][1:])
    if item["type"] == "value_error":
        text = str(item["ctx"]["error"])
    return f"“{where}” {text}" if where else text
