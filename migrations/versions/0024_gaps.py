"""What a mass act's row lacks, by its values."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("bulk_item", sa.Column("flaw_values", JSON, nullable=True))
    pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_certificate_pending",
        "certificate",
        ["created_at", "id"],
        sqlite_where=pending,
        postgresql_where=pending,
    )


def downgrade() -> None:
    op.drop_index("ix_certificate_pending", table_name="certificate")
    op.drop_column("bulk_item", "flaw_values")
