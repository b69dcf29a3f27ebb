"""What other slices and pages ask scheduling."""

from courses.scheduling.queries.mine import (
    my_upcoming,
    my_waiting,
    open_self_paced,
)
from courses.scheduling.queries.sessions import by_code, next_dates, seats_left

__all__ = [
    "by_code",
    "my_upcoming",
    "my_waiting",
    "next_dates",
    "open_self_paced",
    "seats_left",
]
