"""When a message is tried again, and when it is given up. Pure."""

from datetime import datetime, timedelta

WAITS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21_600, 43_200, 86_400))
"""After the first, second, … failure: two days in all."""


def is_accepted(status: int | None) -> bool:
    """Only a 2xx says that the receiver has it."""
    return status is not None and 200 <= status < 300


def is_final(status: int | None) -> bool:
    """410 means: never again."""
    return status == 410


def next_try(number: int, status: int | None, now: datetime) -> datetime | None:
    """When to try again after the attempt of this number failed; None: give up."""
    if is_final(status) or number > len(WAITS):
        return None
    return now + WAITS[number - 1]
