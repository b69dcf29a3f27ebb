"""Mass acts on certificates with their rows."""

from alembic import op
import sqlalchemy as sa

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def kinds(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "bulk_act",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", kinds("kind", "suspend", "lift", "revoke", "reissue"), nullable=False),
        sa.Column(
            "state",
            kinds("state", "previewed", "running", "paused", "cancelled", "done"),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("run", ID, nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalls_id", ID, nullable=True),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> created_by", name=op.f("ck_bulk_act_two_people")
        ),
        sa.CheckConstraint(
            "kind <> 'revoke' OR state IN ('previewed', 'cancelled') OR approved_by IS NOT NULL",
            name=op.f("ck_bulk_act_approved"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_bulk_act_created_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["person.id"], name=op.f("fk_bulk_act_approved_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["recalls_id"], ["bulk_act.id"], name=op.f("fk_bulk_act_recalls_id_bulk_act")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
        sa.UniqueConstraint("recalls_id", name=op.f("uq_bulk_act_recalls_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bulk_item",
        sa.Column("id", ID, nullable=False),
        sa.Column("bulk_act_id", ID, nullable=False),
        sa.Column("line", ID, nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("certificate_id", ID, nullable=True),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("achievement", sa.String(length=200), nullable=False),
        sa.Column("flaw", sa.String(length=40), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulk_act_id"], ["bulk_act.id"], name=op.f("fk_bulk_item_bulk_act_id_bulk_act")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"],
            name=op.f("fk_bulk_item_certificate_id_certificate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_item")),
        sa.UniqueConstraint("bulk_act_id", "line", name=op.f("uq_bulk_item_bulk_act_id_line")),
        sa.UniqueConstraint(
            "bulk_act_id", "certificate_id", name=op.f("uq_bulk_item_bulk_act_id_certificate_id")
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("bulk_item")
    op.drop_table("bulk_act")
