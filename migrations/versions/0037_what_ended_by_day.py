"""What ended, was completed, awarded or revoked in a period is found by its day, for reports."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_class_session_end", "class_session", ["ends_at", "id"]),
    ("ix_completion_day", "completion", ["completed_on", "id"]),
    ("ix_award_day", "award", ["awarded_on", "id"]),
    ("ix_revocation_day", "revocation", ["revoked_on", "award_id"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _columns in INDEXES:
        op.drop_index(name, table_name=table)
