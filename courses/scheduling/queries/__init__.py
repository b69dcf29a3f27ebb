"""What other slices and pages ask scheduling."""

from courses.scheduling.queries.mine import mine, open_self_paced
from courses.scheduling.queries.mine import question as question_of_mine
from courses.scheduling.queries.sessions import by_code, next_dates, seats_left

__all__ = [
    "by_code",
    "mine",
    "next_dates",
    "open_self_paced",
    "question_of_mine",
    "seats_left",
]
