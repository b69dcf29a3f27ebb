"""Scoring at work: answers that wait for a marker, drawn reports, what a decision on an item changes."""

from alembic import op
import sqlalchemy as sa

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = (
    *("disposition_id", "attempt_id", "before_run_id", "raw_before", "raw_after", "full_after"),
    *("scaled_before", "scaled_after", "passed_before", "passed_after"),
)


def key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    op.add_column(
        "item_disposition", sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_table(
        "marking_task",
        sa.Column("id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("exam_id", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("round", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("round BETWEEN 1 AND 3", name=op.f("ck_marking_task_round")),
        key("marking_task", "attempt_id", "attempt"),
        key("marking_task", "exam_id", "exam"),
        key("marking_task", "version_id", "item_version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_task")),
        sa.UniqueConstraint(
            "attempt_id", "position", "round", name=op.f("uq_marking_task_attempt_id_position_round")
        ),
        sqlite_autoincrement=True,
    )
    waits = sa.text("done_at IS NULL")
    op.create_index(
        "ix_marking_task_open",
        "marking_task",
        ["exam_id", "id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_table(
        "score_report",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        key("score_report", "run_id", "score_run"),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_score_report")),
    )
    op.create_table(
        "disposition_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("disposition_id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("before_run_id", ID, nullable=False),
        sa.Column("raw_before", sa.String(length=80), nullable=False),
        sa.Column("raw_after", sa.String(length=80), nullable=False),
        sa.Column("full_after", sa.String(length=80), nullable=False),
        sa.Column("scaled_before", ID, nullable=False),
        sa.Column("scaled_after", ID, nullable=False),
        sa.Column("passed_before", sa.Boolean(), nullable=False),
        sa.Column("passed_after", sa.Boolean(), nullable=False),
        sa.Column("is_changed", sa.Boolean(), nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decision", sa.String(length=2000), nullable=False),
        sa.CheckConstraint(
            "(run_id IS NULL) = (done_at IS NULL)", name=op.f("ck_disposition_change_done")
        ),
        key("disposition_change", "disposition_id", "item_disposition"),
        key("disposition_change", "attempt_id", "attempt"),
        key("disposition_change", "before_run_id", "score_run"),
        key("disposition_change", "run_id", "score_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposition_change")),
        sa.UniqueConstraint(
            "disposition_id",
            "attempt_id",
            name=op.f("uq_disposition_change_disposition_id_attempt_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_disposition_change_page", "disposition_change", ["disposition_id", "is_changed", "id"]
    )
    op.create_index("ix_disposition_change_attempt", "disposition_change", ["attempt_id"])
    freeze()


def rules() -> list[tuple[str, str, str]]:
    """(table, verb, condition under which the database refuses it)."""
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in KEPT)
    return [
        ("disposition_change", "UPDATE", changed),
        ("disposition_change", "DELETE", "1 = 1"),
    ]


def freeze() -> None:
    """What a preview showed never changes; what became of it is added."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, verb, condition in rules():
        name = f"{table}_frozen_{verb.lower()}"
        if is_sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END"
            )
            continue
        answer = "OLD" if verb == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{table} is frozen' "
            f"USING ERRCODE = 'restrict_violation'; END IF; RETURN {answer}; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def downgrade() -> None:
    names = [f"{table}_frozen_{verb.lower()}" for table, verb, _ in rules()]
    for table in ("disposition_change", "score_report", "marking_task"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in names:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_column("item_disposition", "previewed_at")
