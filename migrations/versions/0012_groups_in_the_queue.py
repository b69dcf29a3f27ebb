"""People who are enrolled together share the first of their numbers in the queue."""

from alembic import op
import sqlalchemy as sa

revision = "0012"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("waiting_entry", sa.Column("group_number", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("waiting_entry", "group_number")
