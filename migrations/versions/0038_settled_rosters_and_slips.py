"""A roster with nothing missing is known without a look at each of its seats; how many entries of a
checked list were mistyped is kept beside its other counts.

What is there already is counted once: rosters by what stands in them, lists by their result files,
as long as these are kept.
"""

import csv
import io
import zlib
from collections import Counter

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UNSETTLED = sa.text("settled_seats <> room_taken + virtual_taken")
INDEX = "ix_class_session_unsettled"
STANDS = "NOT EXISTS (SELECT 1 FROM {0} AS later WHERE later.replaces_id = {0}.id)"
SETTLE = f"""
UPDATE class_session SET settled_seats = room_taken + virtual_taken
WHERE starts_at <= CURRENT_TIMESTAMP AND NOT EXISTS (
  SELECT 1 FROM seat WHERE seat.class_session_id = class_session.id AND seat.ended_at IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM result WHERE result.class_session_id = seat.class_session_id
    AND result.person_id = seat.person_id AND result.outcome IS NOT NULL
    AND {STANDS.format("result")})
  AND NOT EXISTS (
    SELECT 1 FROM attendance WHERE attendance.class_session_id = seat.class_session_id
    AND attendance.person_id = seat.person_id AND attendance.presence = 'absent'
    AND {STANDS.format("attendance")}))
"""


def upgrade() -> None:
    op.add_column(
        "class_session",
        sa.Column("settled_seats", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.execute(SETTLE)
    op.create_index(
        INDEX, "class_session", ["starts_at", "id"],
        sqlite_where=UNSETTLED, postgresql_where=UNSETTLED,
    )
    op.add_column(
        "certificate_check",
        sa.Column("slips", JSON, server_default=sa.text("'{}'"), nullable=False),
    )
    _count_slips()


def _count_slips() -> None:
    """One file after the other, since each may be large."""
    table = sa.table("certificate_check", sa.column("id"), sa.column("result"),
                     sa.column("slips", JSON))
    connection = op.get_bind()
    kept = sa.select(table.c.id).where(table.c.result.is_not(None)).order_by(table.c.id)
    for number in connection.scalars(kept).all():
        here = table.c.id == number
        content = connection.scalar(sa.select(table.c.result).where(here))
        text = io.StringIO(zlib.decompress(content).decode("utf-8-sig"), newline="")
        found = Counter(
            row["hint"] for row in csv.DictReader(text) if row.get("hint") and not row.get("repeats")
        )
        if found:
            connection.execute(sa.update(table).where(here).values(slips=dict(found)))


def downgrade() -> None:
    op.drop_column("certificate_check", "slips")
    op.drop_index(INDEX, table_name="class_session")
    op.drop_column("class_session", "settled_seats")
