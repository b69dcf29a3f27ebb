from collections.abc import Iterator
from typing import Literal, overload

def detect(byte_string: bytes) -> bool: ...
@overload
def unarmor(pem_bytes: bytes) -> tuple[str, dict[str, str], bytes]: ...
@overload
def unarmor(
    pem_bytes: bytes, multiple: Literal[True]
) -> Iterator[tuple[str, dict[str, str], bytes]]: ...
