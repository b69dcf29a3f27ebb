from typing import Any

class Object:
    reference: bytes

class Dictionary(Object, dict[str, Any]):
    def __init__(self, values: dict[str, Any] | None = None) -> None: ...

class Stream(Object):
    stream: list[bytes]
    compress: bool

class PDF:
    objects: list[Object]
    catalog: Dictionary
    def add_object(self, object: Object) -> None: ...
