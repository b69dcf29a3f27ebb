"""Statistics of exams: runs that are kept, and a person's consent to be compared by group."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "person", sa.Column("consents_to_statistics_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_table(
        "statistics_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("exam_id", ID, nullable=False),
        sa.Column("grouping", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("focal", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.CheckConstraint("(report IS NULL) = (done_at IS NULL)", name=op.f("ck_statistics_run_done")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_statistics_run_exam_id_exam")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_run")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_statistics_run_newest", "statistics_run", ["exam_id", "id"])
    waits = sa.text("done_at IS NULL")
    op.create_index(
        "uq_statistics_run_open",
        "statistics_run",
        ["exam_id"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )


def downgrade() -> None:
    op.drop_table("statistics_run")
    op.drop_column("person", "consents_to_statistics_at")
