"""The clock of these tests stands still; passwords are checked for real."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from lms import clock


@pytest.fixture(autouse=True)
def frozen(now: datetime) -> Iterator[None]:
    """It is `now` everywhere but in the windows of the limits."""
    with clock.frozen_at(now):
        yield
