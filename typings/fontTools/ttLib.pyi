from io import BytesIO
from typing import Any

class TTFont:
    reader: Any
    def __init__(self, file: BytesIO, *, lazy: bool = ...) -> None: ...
    def __getitem__(self, tag: str) -> Any: ...
