from datetime import datetime
from typing import Self

class Certificate:
    not_valid_after: datetime
    @classmethod
    def load(cls, encoded_data: bytes) -> Self: ...
    def dump(self) -> bytes: ...
