"""The job engine's clock in SQL works whatever SQLite this Python was built against."""

import time

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.db import db

pytestmark = pytest.mark.sqlite


@pytest.mark.parametrize("call", ["unixepoch()", "unixepoch('subsec')", "unixepoch('now')"])
def test_sqlite_tells_the_seconds_since_the_epoch(app: Flask, call: str) -> None:
    with app.app_context():
        told = db.session.scalar(sa.text(f"SELECT {call}"))
    assert told == pytest.approx(time.time(), abs=5)
