"""A cell of a blueprint may be for extended texts, which assessors mark."""

from alembic import op
import sqlalchemy as sa

revision = "0014"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "blueprint_cell",
        sa.Column("is_marked", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("blueprint_cell", "is_marked")
