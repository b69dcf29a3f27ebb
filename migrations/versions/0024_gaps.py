"""What a mass act's row lacks; certificates without a document by age; imports taken back."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("bulk_item", sa.Column("flaw_values", JSON, nullable=True))
    for name, kind in (("undo_at", WHEN), ("undo_by", ID), ("undone_at", WHEN)):
        op.add_column("people_import", sa.Column(name, kind, nullable=True))
    op.add_column("people_import_row", sa.Column("undone_at", WHEN, nullable=True))
    op.add_column(
        "people_import_row", sa.Column("kept", sa.String(40), server_default="", nullable=False)
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_certificate_pending",
        "certificate",
        ["created_at", "id"],
        sqlite_where=pending,
        postgresql_where=pending,
    )


def downgrade() -> None:
    for column in ("undone_at", "kept"):
        op.drop_column("people_import_row", column)
    for column in ("undo_at", "undo_by", "undone_at"):
        op.drop_column("people_import", column)
    op.drop_index("ix_certificate_pending", table_name="certificate")
    op.drop_column("bulk_item", "flaw_values")
