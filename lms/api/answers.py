"""Stored answers: the same Idempotency-Key and request get the same answer, and have one effect.

A key is claimed beside the request's unit, so that a second arrival sees it at once. An answer of
success is stored inside the unit: it exists if and only if the effect does, whoever is killed
when. A refusal rolls the unit back, and is stored after it.
"""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Response
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from lms import aside
from lms.api.problems import Problem
from lms.columns import Words
from lms.db import Base, db, upsert

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = timedelta(days=1)
LEASE = timedelta(minutes=2)
LONGEST = 200
KEPT_HEADERS = ("Content-Type", "Location", "ETag")


class ApiAnswer(Base):
    """A key that a token's holder used, and the answer, once there is one."""

    __tablename__ = "api_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(sa.ForeignKey("api_token.id"))
    key: Mapped[str] = mapped_column(Words(LONGEST))
    request_hash: Mapped[str] = mapped_column(Words(64))
    claimed_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    """Compressed by zlib."""

    __table_args__ = (sa.UniqueConstraint("token_id", "key"),)


@dataclass(frozen=True, slots=True)
class Claim:
    """This request holds the key since that instant."""

    id: int
    claimed_at: datetime


def hash_of(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


def claim(url: str, token_id: int, key: str, wanted: str, *, now: datetime) -> Claim | Response:
    """Hold the key for this request, or the stored answer of an earlier one.

    Problems: 400 for a key that is missing or too long, 422 when it served another request,
    409 while its first request is still being answered.
    """
    if not 0 < len(key) <= LONGEST or not key.isprintable():
        raise Problem(
            400,
            "idempotency_key_missing",
            "Name this request",
            f"Send {HEADER} with a fresh value of 1 to {LONGEST} characters, "
            "and the same value again when you repeat the request.",
        )
    with aside.begin(url) as connection:
        made = _insert(connection, token_id, key, wanted, now)
        return made or _found(connection, token_id, key, wanted, now)


def _insert(
    connection: Connection, token_id: int, key: str, wanted: str, now: datetime
) -> Claim | None:
    values = {"token_id": token_id, "key": key, "request_hash": wanted, "claimed_at": now}
    statement = (
        upsert(connection.dialect.name)(ApiAnswer)
        .values(values)
        .on_conflict_do_nothing(index_elements=["token_id", "key"])
    )
    made = connection.execute(statement.returning(ApiAnswer.id)).scalar()
    return None if made is None else Claim(made, now)


def _found(
    connection: Connection, token_id: int, key: str, wanted: str, now: datetime
) -> Claim | Response:
    table = ApiAnswer.__table__
    row = connection.execute(
        sa.select(table).where(table.c.token_id == token_id, table.c.key == key).with_for_update()
    ).one_or_none()
    if row is None:  # given back between the two statements
        raise _in_flight()
    if row.request_hash != wanted:
        raise Problem(
            422,
            "idempotency_key_reused",
            "This key belongs to another request",
            f"The {HEADER} was sent before with another address or body. Use a fresh one.",
        )
    if row.status is not None:
        return _again(row)
    if now - row.claimed_at < LEASE:
        raise _in_flight()
    connection.execute(sa.update(ApiAnswer).where(ApiAnswer.id == row.id).values(claimed_at=now))
    return Claim(row.id, now)


def _in_flight() -> Problem:
    return Problem(
        409,
        "idempotency_in_flight",
        "The first request is still being answered",
        "Repeat it in a second: you will get its answer.",
        headers={"Retry-After": "1"},
    )


def _again(row: Any) -> Response:
    response = Response(zlib.decompress(row.body), row.status)
    response.headers.update(row.headers or {})
    response.headers[REPLAYED] = "true"
    return response


def _values(response: Response) -> dict[str, Any]:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    body = zlib.compress(response.get_data(), 1)
    return {"status": response.status_code, "headers": headers, "body": body}


def _store(held: Claim, response: Response) -> sa.Update:
    return (
        sa.update(ApiAnswer)
        .where(
            ApiAnswer.id == held.id,
            ApiAnswer.claimed_at == held.claimed_at,
            ApiAnswer.status.is_(None),
        )
        .values(_values(response))
    )


def keep(held: Claim, response: Response) -> None:
    """Store an answer of success in the unit of its effect; who lost the key has no effect."""
    changed = db.session.execute(_store(held, response))
    if getattr(changed, "rowcount", 0) != 1:
        raise _in_flight()


def settle(url: str, held: Claim, response: Response) -> None:
    """After the unit: keep a refusal; give the key back after a failure of ours."""
    with aside.begin(url) as connection:
        if 400 <= response.status_code < 500:
            connection.execute(_store(held, response))
        elif response.status_code >= 500:
            connection.execute(
                sa.delete(ApiAnswer).where(
                    ApiAnswer.id == held.id,
                    ApiAnswer.claimed_at == held.claimed_at,
                    ApiAnswer.status.is_(None),
                )
            )


def forget_old(*, now: datetime) -> int:
    """Delete answers that are older than a day; returns how many."""
    done = db.session.execute(sa.delete(ApiAnswer).where(ApiAnswer.claimed_at < now - KEPT))
    return int(getattr(done, "rowcount", 0))
