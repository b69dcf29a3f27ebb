from collections.abc import Iterable
from typing import IO, Any

class Object:
    number: int
    generation: int
    free: str
    reference: bytes
    def __init__(self) -> None: ...
    @property
    def data(self) -> bytes: ...
    @property
    def compressible(self) -> bool: ...

class Array(Object, list[Any]):
    def __init__(self, values: Iterable[Any] = ...) -> None: ...

class Dictionary(Object, dict[str, Any]):
    def __init__(self, values: dict[str, Any] | None = None) -> None: ...

class Stream(Object):
    stream: list[Any]
    extra: dict[str, Any]
    compress: bool
    def __init__(
        self, stream: list[Any] = ..., extra: dict[str, Any] | None = None, compress: bool = ...
    ) -> None: ...

class String(Object):
    def __init__(self, string: str = ...) -> None: ...

class PDF:
    objects: list[Object]
    catalog: Dictionary
    pages: Dictionary
    info: Dictionary
    def add_object(self, object: Object) -> None: ...
    def add_page(self, page: Dictionary) -> None: ...
    def write(
        self, output: IO[bytes], version: bytes, identifier: bytes, compress: bool
    ) -> None: ...
