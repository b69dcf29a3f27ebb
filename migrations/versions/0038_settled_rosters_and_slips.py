"""How many entries of a checked list were mistyped is kept beside its other counts.

Of lists that are there already it is counted once, as long as their result files are kept.
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

def upgrade() -> None:
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
