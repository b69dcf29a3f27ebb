"""A person's memberships by index, ended ones included: the plan that counts for a reader was
looked for among all people's."""

from alembic import op

revision = "0033"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_membership_person_id", "membership", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_membership_person_id", table_name="membership")
