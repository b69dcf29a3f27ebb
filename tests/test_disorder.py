"""The tests' own answers come in an order that nobody may rely on."""

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.db import db, unit
from tests.factories import Factory


@pytest.mark.sqlite
def test_rows_without_an_order_come_the_other_way_round(app: Flask, make: Factory) -> None:
    people = [make.person(name).id for name in ("Ada", "Bob", "Cid")]
    with unit(writes=False):
        rows = sa.select(Person)
        assert [row.id for row in db.session.scalars(rows)] == people[::-1]
        assert [row.id for row in db.session.scalars(rows.order_by(Person.id))] == people
