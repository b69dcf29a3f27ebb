"""A course's next dates by index alone: PostgreSQL went through those of all courses for them."""

from alembic import op

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None

NAME, BEFORE = "ix_class_session_course", ["course_id", "state", "starts_at"]


def upgrade() -> None:
    op.drop_index(NAME, table_name="class_session")
    op.create_index(NAME, "class_session", [*BEFORE, "id"])


def downgrade() -> None:
    op.drop_index(NAME, table_name="class_session")
    op.create_index(NAME, "class_session", BEFORE)
