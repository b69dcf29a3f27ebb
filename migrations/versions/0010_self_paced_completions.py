"""Completions in one's own time are listed newest first, for who takes one back."""

from alembic import op
import sqlalchemy as sa

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_completion_self_paced",
        "completion",
        ["id"],
        sqlite_where=sa.text("source = 'self_paced'"),
        postgresql_where=sa.text("source = 'self_paced'"),
    )


def downgrade() -> None:
    op.drop_index("ix_completion_self_paced", table_name="completion")
