"""Designs of certificates: versions that the database freezes, pictures, choices of schemes."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FROZEN = "published designs are frozen"


def upgrade() -> None:
    op.create_table(
        "design",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design")),
        sa.UniqueConstraint("code", name=op.f("uq_design_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "design_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("design_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("loaded_sha256", sa.String(length=64), nullable=True),
        sa.Column("revision", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", ID, nullable=True),
        sa.CheckConstraint(
            "state = 'draft' OR (published_at IS NOT NULL AND content_sha256 IS NOT NULL)",
            name=op.f("ck_design_version_published_is_frozen"),
        ),
        sa.ForeignKeyConstraint(
            ["design_id"], ["design.id"], name=op.f("fk_design_version_design_id_design")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_version")),
        sa.UniqueConstraint("design_id", "number", name=op.f("uq_design_version_design_id_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("design_version", schema=None) as batch_op:
        batch_op.create_index(
            "uq_design_version_draft",
            ["design_id"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
    op.create_table(
        "design_image",
        sa.Column("id", ID, nullable=False),
        sa.Column("design_id", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("width", ID, nullable=False),
        sa.Column("height", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["design_id"], ["design.id"], name=op.f("fk_design_image_design_id_design")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_image")),
        sa.UniqueConstraint("design_id", "sha256", name=op.f("uq_design_image_design_id_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "design_choice",
        sa.Column("id", ID, nullable=False),
        sa.Column("scheme_id", ID, nullable=False),
        sa.Column("design_id", ID, nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["design_id"], ["design.id"], name=op.f("fk_design_choice_design_id_design")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_design_choice_scheme_id_scheme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_choice")),
        sa.UniqueConstraint("scheme_id", name=op.f("uq_design_choice_scheme_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_design_choice_design_id"), "design_choice", ["design_id"])
    freeze()


def freeze() -> None:
    """A trigger, because a CHECK sees only the new row."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER design_version_frozen_{verb.lower()} BEFORE {verb} ON design_version "
                f"WHEN OLD.state = 'published' BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION design_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER design_version_frozen BEFORE UPDATE OR DELETE ON design_version "
        "FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION design_version_frozen()"
    )


def downgrade() -> None:
    op.drop_table("design_choice")
    op.drop_table("design_image")
    op.drop_table("design_version")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION design_version_frozen()")
    op.drop_table("design")
