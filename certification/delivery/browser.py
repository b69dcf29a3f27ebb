"""Safe Exam Browser: whether a page is shown by one configured as the exam wants it. Pure.

The browser proves a key by SHA-256 over the page's absolute address, without a fragment, and the
key: in headers, or (version 3 on macOS and iOS, whose engine adds no headers) to the page's script.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

HEADERS = ("X-SafeExamBrowser-ConfigKeyHash", "X-SafeExamBrowser-RequestHash")
"""Of the config key, and of the browser exam key."""


def proved(url: str, sent: Iterable[str], keys: Sequence[str]) -> str:
    """The key of which one of the hashes is a proof at this address; "" when none is."""
    address, hashes = url.partition("#")[0], list(sent)
    return next((key for key in keys for one in hashes if _is_same(address, key, one)), "")


def _is_same(address: str, key: str, sent: str) -> bool:
    wanted = hashlib.sha256(f"{address}{key}".encode()).hexdigest()
    return hmac.compare_digest(wanted.encode(), sent.strip().lower().encode())


def token(key: str) -> str:
    """What a session keeps of a key that its browser proved: says nothing of the key."""
    return hashlib.sha256(f"exam browser {key}".encode()).hexdigest()[:32]
