"""PostgreSQL without a cursor: the same values, one wait for several questions, plans that heal."""

import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from flask import Flask

from lms.wire import Question, Wire

pytestmark = pytest.mark.postgres
NUMBER = "SELECT $1::INTEGER + 1"


@pytest.fixture
def driver(app: Flask) -> Iterator[psycopg.Connection[Any]]:
    url = str(app.config["SQLALCHEMY_DATABASE_URI"]).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("INTEGER", -7),
        ("BIGINT", 2**40),
        ("VARCHAR", "Wei ‘陈’; $1 --"),
        ("BOOLEAN", False),
        ("DATE", date(2026, 2, 28)),
        ("TIMESTAMP WITH TIME ZONE", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("BIGINT[]", [3, 2, 1]),
        ("INTEGER", None),
    ],
)
def test_a_value_comes_back_as_it_went(
    driver: psycopg.Connection[Any], kind: str, value: object
) -> None:
    assert Wire(driver).rows(f"SELECT $1::{kind}, 'x'", [value]) == [(value, "x")]


def test_a_second_run_reads_its_own_rows(driver: psycopg.Connection[Any]) -> None:
    wire, many = Wire(driver), "SELECT n, n::text FROM generate_series(1, $1::INTEGER) AS n"
    assert wire.rows(many, [3]) == [(1, "1"), (2, "2"), (3, "3")]
    assert wire.rows(many, [0]) == []
    assert wire.rows(many, [1]) == [(1, "1")]


def test_several_questions_are_answered_in_their_order(driver: psycopg.Connection[Any]) -> None:
    wire = Wire(driver)
    asked = [(NUMBER, [1]), ("SELECT $1::VARCHAR, $2::DATE", ["a", None]), (NUMBER, [40])]
    assert wire.together(asked) == [[(2,)], [("a", None)], [(41,)]]
    assert wire.rows(NUMBER, [7]) == [(8,)]


def test_plans_that_the_server_forgot_are_made_again(driver: psycopg.Connection[Any]) -> None:
    wire = Wire(driver)
    for _ in range(2):
        assert wire.rows(NUMBER, [1]) == [(2,)]
        driver.execute("DEALLOCATE ALL")
        assert wire.together([(NUMBER, [1]), (NUMBER, [2])]) == [[(2,)], [(3,)]]
        driver.execute("DEALLOCATE ALL")


def test_an_error_is_the_driver_s_and_the_connection_lives_on(
    driver: psycopg.Connection[Any],
) -> None:
    wire, halved = Wire(driver), "SELECT 1 / $1::INTEGER"
    with pytest.raises(psycopg.errors.DivisionByZero):
        wire.rows(halved, [0])
    with pytest.raises(psycopg.errors.DivisionByZero):
        wire.together([(NUMBER, [1]), (halved, [0]), (NUMBER, [2])])
    with pytest.raises(psycopg.errors.UndefinedTable):
        wire.rows("SELECT $1::INTEGER FROM nowhere", [1])
    assert wire.rows(halved, [1]) == [(1,)]


@pytest.mark.parametrize("others", [[], [(NUMBER, [1])]])
def test_a_wait_that_was_broken_off_leaves_no_answers_behind(
    driver: psycopg.Connection[Any], others: list[Question]
) -> None:
    def give_up(*_signal: object) -> None:
        raise TimeoutError

    wire, asleep = Wire(driver), "SELECT pg_sleep($1::FLOAT)"
    before = signal.signal(signal.SIGALRM, give_up)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(TimeoutError):
            wire.together([(asleep, [20]), *others]) if others else wire.rows(asleep, [20])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert driver.closed


def test_a_lost_connection_is_closed(driver: psycopg.Connection[Any]) -> None:
    wire, pid = Wire(driver), driver.info.backend_pid
    assert wire.rows(NUMBER, [1]) == [(2,)]
    with psycopg.connect(driver.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    with pytest.raises(psycopg.OperationalError):
        wire.together([(NUMBER, [1]), (NUMBER, [2])])
    assert driver.closed
