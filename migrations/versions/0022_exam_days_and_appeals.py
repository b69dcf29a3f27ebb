"""Slots that change tell whom, appeals name what followed, decisions on items need two people."""

from alembic import op
import sqlalchemy as sa

revision = "0022"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ALONE = (
    "NEW.state IN ('running', 'done') AND OLD.state NOT IN ('running', 'done') "
    "AND (NEW.decided_by IS NULL OR NEW.decided_by = NEW.created_by)"
)


def upgrade() -> None:
    op.add_column("exam_slot", sa.Column("revision", ID, server_default="0", nullable=False))
    key = sa.ForeignKey("score_run.id", name=op.f("fk_appeal_run_id_score_run"))
    if op.get_bind().dialect.name == "sqlite":
        # Not by batch mode: a rebuilt table would lose its checks and triggers.
        op.execute(
            "ALTER TABLE appeal ADD COLUMN run_id INTEGER "
            "CONSTRAINT fk_appeal_run_id_score_run REFERENCES score_run (id)"
        )
    else:
        op.add_column("appeal", sa.Column("run_id", ID, key, nullable=True))
    op.create_index(op.f("ix_appeal_run_id"), "appeal", ["run_id"])
    op.create_table(
        "appeal_disposition",
        sa.Column("appeal_id", ID, nullable=False),
        sa.Column("disposition_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeal.id"], name=op.f("fk_appeal_disposition_appeal_id_appeal")
        ),
        sa.ForeignKeyConstraint(
            ["disposition_id"],
            ["item_disposition.id"],
            name=op.f("fk_appeal_disposition_disposition_id_item_disposition"),
        ),
        sa.PrimaryKeyConstraint("appeal_id", "disposition_id", name=op.f("pk_appeal_disposition")),
    )
    op.create_index(
        op.f("ix_appeal_disposition_disposition_id"), "appeal_disposition", ["disposition_id"]
    )
    two_people()


def two_people() -> None:
    """What one person proposed another one carries out. A trigger and not a check: decisions that
    were carried out before keep standing as they were made."""
    name = "item_disposition_two_people"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON item_disposition WHEN {ALONE} "
            "BEGIN SELECT RAISE(ABORT, 'another person carries it out'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {ALONE} THEN RAISE EXCEPTION 'another person carries it out' "
        "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON item_disposition "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def downgrade() -> None:
    name, is_sqlite = "item_disposition_two_people", op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER {name}" + ("" if is_sqlite else " ON item_disposition"))
    if not is_sqlite:
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("appeal_disposition")
    op.drop_index(op.f("ix_appeal_run_id"), table_name="appeal")
    op.drop_column("appeal", "run_id")
    op.drop_column("exam_slot", "revision")
