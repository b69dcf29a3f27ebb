"""Full-text search: one small port over SQLite's FTS5 and PostgreSQL's tsvector.

The index is a table of its own (`search_index`), made by the first migration in each database's
dialect and filled through `put`. Words are matched by prefix, all of them must occur. Words are
cut and folded here, so that both databases find the same: "Über" and "uber", "on-site" and "site".
Codes are found without their hyphens, too: "adm210" is also looked for as "adm" followed by "210".
"""

import re
import unicodedata

import sqlalchemy as sa

from lms.db import db
from lms.folding import without_accents

_RUN = re.compile(r"[0-9]+|[^0-9]+")
MAX_WORDS = 8


def words_of(text: str) -> list[str]:
    """The words of a text without case and accents."""
    signs = without_accents(text.casefold())
    return "".join(
        sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in signs
    ).split()


def put(kind: str, key: str, title: str, body: str) -> None:
    """Index or index again one document."""
    drop(kind, key)
    folded = {"title": " ".join(words_of(title)), "body": " ".join(words_of(body))}
    values = {"kind": kind, "key": key, **folded}
    db.session.execute(sa.text(_insert()), values)


def drop(kind: str, key: str) -> None:
    """Take one document out of the index."""
    db.session.execute(
        sa.text("DELETE FROM search_index WHERE kind = :kind AND key = :key"),
        {"kind": kind, "key": key},
    )


def find(kind: str, text: str, limit: int = 200) -> list[str]:
    """Keys of the documents that contain every word, best first; [] when nothing was typed."""
    words = words_of(text)[:MAX_WORDS]
    if not words:
        return []
    values = {"kind": kind, "query": _query(words), "limit": limit}
    return list(db.session.scalars(sa.text(_select()), values))


def _is_postgres() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def _insert() -> str:
    if _is_postgres():
        return (
            "INSERT INTO search_index (kind, key, document) VALUES (:kind, :key,"
            " setweight(to_tsvector('simple', :title), 'A')"
            " || setweight(to_tsvector('simple', :body), 'B'))"
        )
    return "INSERT INTO search_index (kind, key, title, body) VALUES (:kind, :key, :title, :body)"


def _select() -> str:
    if _is_postgres():
        return (
            "SELECT key FROM search_index, to_tsquery('simple', :query) AS query"
            " WHERE kind = :kind AND document @@ query"
            " ORDER BY ts_rank(document, query) DESC, key LIMIT :limit"
        )
    return (
        "SELECT key FROM search_index WHERE kind = :kind AND search_index MATCH :query"
        " ORDER BY bm25(search_index, 0, 0, 10, 1), key LIMIT :limit"
    )


def _query(words: list[str]) -> str:
    if _is_postgres():
        return " & ".join(_either(word, ":*", " <-> ", " | ", "") for word in words)
    return " AND ".join(_either(word, "*", " ", " OR ", '"') for word in words)


def _either(word: str, begins: str, then: str, either: str, quote: str) -> str:
    """The word's beginning, or its letters and digits as words that follow one another."""
    parts = _RUN.findall(word)
    ways = [word] if len(parts) == 1 else [word, then.join(parts)]
    return f"({either.join(f'{quote}{way}{quote}{begins}' for way in ways)})"
