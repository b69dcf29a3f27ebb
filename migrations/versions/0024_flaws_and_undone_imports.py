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


def downgrade() -> None:
    op.drop_column("bulk_item", "flaw_values")
