"""Safe Exam Browser: whether a request comes from one configured as the exam wants it. Pure.

The browser sends SHA-256 over the page's absolute address, without a fragment, and its config key.
"""

import hashlib
import hmac
from collections.abc import Sequence

HEADER = "X-SafeExamBrowser-ConfigKeyHash"


def is_allowed(url: str, sent: str, keys: Sequence[str]) -> bool:
    """True for exams that any browser may show, else for a hash of one of the keys."""
    if not keys:
        return True
    address = url.partition("#")[0]
    return any(_is_same(address, key, sent) for key in keys)


def _is_same(address: str, key: str, sent: str) -> bool:
    wanted = hashlib.sha256(f"{address}{key}".encode()).hexdigest()
    return hmac.compare_digest(wanted.encode(), sent.strip().lower().encode())
