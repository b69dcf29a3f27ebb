"""People are found by their names typed without accents: the text that is searched loses them."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

AT_ONCE = 5_000
"""Rows read at a time: a million people need no more memory than these."""
ACCENT = re.compile("[\u0300-\u036f]")
LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
    }
)
"""A copy of `lms.folding`, which may change while this file must not."""

person = sa.table("person", sa.column("id"), sa.column("search_name"))


def upgrade() -> None:
    connection, last = op.get_bind(), 0
    wanted = (
        sa.select(person.c.id, person.c.search_name)
        .where(person.c.id > sa.bindparam("last"))
        .order_by(person.c.id)
        .limit(AT_ONCE)
    )
    change = (
        sa.update(person)
        .where(person.c.id == sa.bindparam("of"))
        .values(search_name=sa.bindparam("folded"))
    )
    while rows := connection.execute(wanted, {"last": last}).all():
        last = rows[-1].id
        changed = [
            {"of": row.id, "folded": folded}
            for row in rows
            if not row.search_name.isascii()
            and (folded := _folded(row.search_name)) != row.search_name
        ]
        if changed:
            connection.execute(change, changed)


def _folded(text: str) -> str:
    plain = ACCENT.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", plain).translate(LETTERS)[:400]


def downgrade() -> None:
    """The text keeps its meaning for 0034: those names are found without their accents."""
