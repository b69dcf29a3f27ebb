from collections.abc import Callable
from typing import Any

class JsonLdError(Exception):
    def __init__(
        self,
        message: str,
        type_: str,
        details: Any = ...,
        code: str | None = ...,
        cause: Any = ...,
    ) -> None: ...

class JsonLdProcessor:
    def expand(self, input_: Any, options: dict[str, Any]) -> Any: ...
    def normalize(self, input_: Any, options: dict[str, Any]) -> str: ...

def expand(input_: Any, options: dict[str, Any] | None = ...) -> list[Any]: ...
def normalize(input_: Any, options: dict[str, Any] | None = ...) -> str: ...

DocumentLoader = Callable[[str, dict[str, Any]], dict[str, Any]]
