"""Rows whose order nobody asked for come in the other one.

A SELECT without ORDER BY may answer in any order. SQLite's is nearly always the one of insertion,
and PostgreSQL's too until it has rewritten a row or chosen another plan, so whoever relies on it
is right for months and wrong by chance. In tests SQLite turns such answers round.
"""

import sqlite3

from sqlalchemy import event
from sqlalchemy.engine import Engine


def prepare() -> None:
    """For all engines that this process makes."""
    event.listen(Engine, "connect", _turn_round)


def _turn_round(connection: object, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")
