"""Suspensions of awards: for a while, lifted by a fact of its own. Status lists ask them."""

from alembic import op
import sqlalchemy as sa

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("lifted_at IS NULL")
MARKED = sa.text("withdrawn_at IS NOT NULL")
MARKED_BEFORE = sa.text("withdrawn_at IS NOT NULL OR suspended_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "suspension",
        sa.Column("id", ID, nullable=False),
        sa.Column("award_id", ID, nullable=False),
        sa.Column("suspended_on", sa.Date(), nullable=False),
        sa.Column("public_reason", sa.String(length=300), nullable=False),
        sa.Column("internal_note", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_person_id", ID, nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifting_reason", sa.String(length=300), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_person_id", ID, nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_on IS NULL)"
            " AND (lifted_at IS NULL) = (lifted_by_person_id IS NULL)",
            name=op.f("ck_suspension_lifted_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_suspension_award_id_award")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_suspension_award", "suspension", ["award_id", "id"])
    op.create_index(
        "uq_suspension_open",
        "suspension",
        ["award_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.drop_index("ix_status_entry_marked", table_name="status_entry")
    op.drop_column("status_entry", "suspended_at")
    op.create_index(
        "ix_status_entry_marked",
        "status_entry",
        ["list_id", "position"],
        sqlite_where=MARKED,
        postgresql_where=MARKED,
    )


def downgrade() -> None:
    op.drop_index("ix_status_entry_marked", table_name="status_entry")
    op.add_column(
        "status_entry", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_status_entry_marked",
        "status_entry",
        ["list_id", "position"],
        sqlite_where=MARKED_BEFORE,
        postgresql_where=MARKED_BEFORE,
    )
    op.drop_table("suspension")
