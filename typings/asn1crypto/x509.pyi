from asn1crypto.core import Asn1Value
from datetime import datetime
from typing import Self

class Certificate:
    issuer: Asn1Value
    key_identifier: bytes | None
    not_valid_after: datetime
    serial_number: int
    @classmethod
    def load(cls, encoded_data: bytes) -> Self: ...
    def dump(self) -> bytes: ...
