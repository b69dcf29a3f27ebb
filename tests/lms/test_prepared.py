"""Prepared SELECTs: the same values as an ordinary query, in the same transaction."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from lms import aside
from lms.accounts.models import Account, AccountState, Person
from lms.columns import BigId, listed
from lms.db import db, unit
from lms.prepared import Prepared, ahead
from tests.factories import Factory
from tests.queries import counted

BY_NAME = (
    sa.select(Person.id, Person.name, Person.created_at, Account.state, Account.email)
    .join(Account, Account.person_id == Person.id)
    .where(Person.name == sa.bindparam("name"), Account.state == AccountState.ACTIVE)
    .order_by(Person.id)
)


def test_values_are_what_an_ordinary_query_gives(app: Flask, make: Factory) -> None:
    make.person("Ines Prado")
    make.person("Olu Adeyemi")
    with unit(writes=False):
        ordinary = db.session.execute(BY_NAME, {"name": "Ines Prado"}).one()
    row = Prepared(BY_NAME).first(name="Ines Prado")
    assert tuple(row) == tuple(ordinary)
    assert row.state is AccountState.ACTIVE
    assert row.created_at.tzinfo is not None


def test_nobody_of_that_name_is_no_row(app: Flask, make: Factory) -> None:
    make.person("Ines Prado")
    assert Prepared(BY_NAME).first(name="Nobody") is None
    assert Prepared(BY_NAME).rows(name="Nobody") == []


def test_instants_are_bound_like_the_column(app: Flask, make: Factory) -> None:
    make.person("Ines Prado")
    since = Prepared(
        sa.select(Person.name).where(
            Person.created_at >= sa.bindparam("since", type_=Person.created_at.type)
        )
    )
    assert [row.name for row in since.rows(since=datetime(2020, 1, 1, tzinfo=UTC))] == [
        "Ines Prado"
    ]
    assert since.rows(since=datetime(2999, 1, 1, tzinfo=UTC)) == []


def test_a_unit_sees_what_it_has_written(app: Flask, make: Factory) -> None:
    person = make.person("Ines Prado")
    names = Prepared(sa.select(Person.name).where(Person.id == sa.bindparam("id")))
    with unit(writes=True):
        db.session.execute(sa.update(Person).where(Person.id == person.id).values(name="Ines Sol"))
        assert names.first(id=person.id).name == "Ines Sol"


def test_a_missing_value_is_an_error(app: Flask, make: Factory) -> None:
    make.person("Ines Prado")
    with pytest.raises(KeyError, match="name"):
        Prepared(BY_NAME).rows(nme="Ines Prado")


def test_tests_count_prepared_statements_too(app: Flask, make: Factory) -> None:
    make.person("Ines Prado")
    with counted() as statements:
        Prepared(BY_NAME).rows(name="Ines Prado")
    assert len(statements) == 1


def test_a_list_of_any_length_is_one_value(app: Flask, make: Factory) -> None:
    ids = [make.person(name).id for name in ("Ines Prado", "Olu Adeyemi", "Wei Chen")]
    chosen = Prepared(
        sa.select(Person.name).where(Person.id.in_(listed("ids"))).order_by(Person.id)
    )
    assert [row.name for row in chosen.rows(ids=ids[1:])] == ["Olu Adeyemi", "Wei Chen"]
    assert chosen.rows(ids=[]) == []
    assert len(chosen.rows(ids=[*ids, *range(10**6, 10**6 + 5000)])) == 3


def test_a_unit_that_reads_keeps_one_connection_and_gives_it_back(
    app: Flask, make: Factory
) -> None:
    make.person("Ines Prado")
    with unit(writes=False):
        for _ in range(50):
            Prepared(BY_NAME).rows(name="Ines Prado")
    with unit(writes=True):
        db.session.execute(sa.update(Person).values(name="Ines Sol"))
    assert Prepared(BY_NAME).first(name="Ines Sol") is not None


@pytest.mark.sqlite
def test_constants_stand_in_the_text_so_that_partial_indexes_serve(
    app: Flask, make: Factory
) -> None:
    make.person("Ines Prado")
    with counted() as statements:
        assert Prepared(BY_NAME).first(name="Ines Prado") is not None
    assert "account.state = 'active'" in statements[0]
    odd = Prepared(
        sa.select(Person.name).where(Person.name != "O'Neil; --", Person.name.like("%Prado"))
    )
    assert [row.name for row in odd.rows()] == ["Ines Prado"]


NAMES = Prepared(sa.select(Person.name).where(Person.id == sa.bindparam("id", type_=BigId)))


def rename(person: Person, name: str) -> None:
    """By somebody else, who commits at once."""
    with aside.begin(current_app.extensions["settings"].database_url) as other:
        other.execute(sa.update(Person).where(Person.id == person.id).values(name=name))


def test_what_was_asked_ahead_is_not_asked_again(app: Flask, make: Factory) -> None:
    ines, olu = make.person("Ines Prado"), make.person("Olu Adeyemi")
    with counted() as statements, unit(writes=False):
        ahead(NAMES.asked(id=ines.id), NAMES.asked(id=olu.id))
        assert NAMES.first(id=olu.id).name == "Olu Adeyemi"
        assert NAMES.first(id=ines.id).name == "Ines Prado"
    assert len(statements) == 2


def test_an_answer_from_ahead_serves_once(app: Flask, make: Factory) -> None:
    ines = make.person("Ines Prado")
    with unit(writes=False):
        ahead(NAMES.asked(id=ines.id))
        NAMES.first(id=ines.id)
        rename(ines, "Ines Sol")
        assert NAMES.first(id=ines.id).name == "Ines Sol"


def test_an_answer_from_ahead_ends_with_its_unit(app: Flask, make: Factory) -> None:
    ines = make.person("Ines Prado")
    with unit(writes=False):
        ahead(NAMES.asked(id=ines.id))
    rename(ines, "Ines Sol")
    with unit(writes=False):
        assert NAMES.first(id=ines.id).name == "Ines Sol"


def test_a_unit_that_writes_asks_when_it_needs_to_know(app: Flask, make: Factory) -> None:
    ines = make.person("Ines Prado")
    with unit(writes=True):
        ahead(NAMES.asked(id=ines.id))
        db.session.execute(sa.update(Person).where(Person.id == ines.id).values(name="Ines Sol"))
        assert NAMES.first(id=ines.id).name == "Ines Sol"


@pytest.mark.postgres
def test_postgres_is_asked_at_once(app: Flask, make: Factory) -> None:
    ines = make.person("Ines Prado")
    with unit(writes=False):
        ahead(NAMES.asked(id=ines.id))
        rename(ines, "Ines Sol")
        assert NAMES.first(id=ines.id).name == "Ines Prado"
