"""Two assessors of a sitting, a third where they differ, and appeals against what they decided."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
KINDS = ("practical", "interview", "work")
STATES = ("open", "upheld", "rejected", "withdrawn")
ROUND = "round BETWEEN 1 AND 3"
END = (
    "ended_at IS NULL AND result_id IS NULL AND ended_by IS NULL "
    "OR ended_at IS NOT NULL AND ended_by IS NOT NULL "
    "AND (result_id IS NULL) = (end_reason <> '')"
)
SITTING = "fk_assessment_sitting_id_assessment_sitting"
SAT = ("exam_id", "person_id", "rubric_id", "policy_id", "kind", "taken_on", "work_id", "opened_at")
ENDED = ("round", "ended_at", "ended_by", "end_reason", "result_id")
MADE = ("result_id", "text", "answer_due_on", "at", '"by"')
ANSWERED = ("state", "decision", "decided_at", "decided_by")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def upgrade() -> None:
    sittings()
    judgements()
    if op.get_bind().dialect.name == "sqlite":
        # Not by batch mode: a rebuilt table would lose its triggers.
        op.execute(
            "ALTER TABLE assessment ADD COLUMN sitting_id INTEGER "
            f"CONSTRAINT {SITTING} REFERENCES assessment_sitting (id)"
        )
    else:
        op.add_column("assessment", sa.Column("sitting_id", ID, nullable=True))
        op.create_foreign_key(
            op.f(SITTING), "assessment", "assessment_sitting", ["sitting_id"], ["id"]
        )
    op.create_index("uq_assessment_sitting_id", "assessment", ["sitting_id"], unique=True)
    appeals()
    guard()


def sittings() -> None:
    table = "assessment_sitting"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("exam_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("rubric_id", ID, nullable=False),
        sa.Column("policy_id", ID, nullable=False),
        sa.Column("kind", one_of("kind", *KINDS), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("work_id", ID, nullable=True),
        sa.Column("round", ID, nullable=False),
        sa.Column("opened_at", WHEN, nullable=False),
        sa.Column("waits_since", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("ended_by", ID, nullable=True),
        sa.Column("end_reason", sa.String(1000), nullable=False),
        sa.Column("result_id", ID, nullable=True),
        sa.CheckConstraint(ROUND, name=op.f("ck_assessment_sitting_round")),
        sa.CheckConstraint(END, name=op.f("ck_assessment_sitting_end")),
        key(table, "exam_id", "exam"),
        key(table, "person_id", "person"),
        key(table, "rubric_id", "rubric_version"),
        key(table, "policy_id", "exam_policy"),
        key(table, "work_id", "submitted_work"),
        key(table, "result_id", "exam_result"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_sitting")),
        sa.UniqueConstraint("result_id", name=op.f("uq_assessment_sitting_result_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_assessment_sitting_work_id"), table, ["work_id"])
    alive = sa.text("ended_at IS NULL")
    for name, columns, is_unique in (
        ("uq_assessment_sitting_open", ["exam_id", "person_id"], True),
        ("ix_assessment_sitting_waits", ["exam_id", "id"], False),
    ):
        op.create_index(
            name, table, columns, unique=is_unique, sqlite_where=alive, postgresql_where=alive
        )


def judgements() -> None:
    op.create_table(
        "judgement",
        sa.Column("id", ID, nullable=False),
        sa.Column("sitting_id", ID, nullable=False),
        sa.Column("round", ID, nullable=False),
        sa.Column("levels", JSON, nullable=False),
        sa.Column("comments", JSON, nullable=False),
        sa.Column("comment", sa.String(4000), nullable=False),
        sa.Column("points", sa.String(80), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.CheckConstraint(ROUND, name=op.f("ck_judgement_round")),
        key("judgement", "sitting_id", "assessment_sitting"),
        key("judgement", "by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
        sa.UniqueConstraint("sitting_id", "round", name=op.f("uq_judgement_sitting_id_round")),
        sa.UniqueConstraint("sitting_id", "by", name=op.f("uq_judgement_sitting_id_by")),
        sqlite_autoincrement=True,
    )


def appeals() -> None:
    table = "assessment_appeal"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("result_id", ID, nullable=False),
        sa.Column("state", one_of("state", *STATES), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("decision", sa.String(4000), nullable=False),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("new_result_id", ID, nullable=True),
        sa.Column("reminded_at", WHEN, nullable=True),
        sa.Column("overdue_told_at", WHEN, nullable=True),
        key(table, "result_id", "exam_result"),
        key(table, "new_result_id", "exam_result"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_appeal")),
        sa.UniqueConstraint("new_result_id", name=op.f("uq_assessment_appeal_new_result_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_assessment_appeal_result_id"), table, ["result_id"])
    op.create_index("ix_assessment_appeal_state", table, ["state", "answer_due_on", "id"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "uq_assessment_appeal_open", table, ["result_id"], unique=True,
        sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip


def had_part(result: str, person: str) -> str:
    """Whether a person judged this result, alone or with others."""
    return (
        f'(EXISTS (SELECT 1 FROM assessment a WHERE a.result_id = {result} AND a."by" = {person}) '
        "OR EXISTS (SELECT 1 FROM assessment a JOIN judgement j ON j.sitting_id = a.sitting_id "
        f'WHERE a.result_id = {result} AND j."by" = {person}))'
    )


def rules() -> list[tuple[str, str, str, str]]:
    """(name, table and verb, when the database refuses, what it says)."""
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"

    def changed(*names: str) -> str:
        return "(" + " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names) + ")"

    answers = "NEW.state IN ('upheld', 'rejected') AND OLD.state = 'open'"
    candidate = "(SELECT r.person_id FROM exam_result r WHERE r.id = NEW.result_id)"
    sat = "(SELECT s.person_id FROM assessment_sitting s WHERE s.id = NEW.sitting_id)"
    follows = (
        "EXISTS (SELECT 1 FROM exam_result r WHERE r.id = NEW.new_result_id "
        "AND r.replaces_id = NEW.result_id)"
    )
    return [
        ("judgement_frozen_update", "UPDATE ON judgement", "1 = 1", "judgement is frozen"),
        ("judgement_frozen_delete", "DELETE ON judgement", "1 = 1", "judgement is frozen"),
        (
            "judgement_of_another", "INSERT ON judgement", f'NEW."by" = {sat}',
            "nobody judges themselves",
        ),
        (
            "assessment_sitting_frozen", "UPDATE ON assessment_sitting",
            f"{changed(*SAT)} OR (OLD.ended_at IS NOT NULL AND {changed(*ENDED)})",
            "assessment_sitting is frozen",
        ),
        (
            "assessment_sitting_kept", "DELETE ON assessment_sitting", "1 = 1",
            "assessment_sitting is kept",
        ),
        (
            "assessment_appeal_begins_open", "INSERT ON assessment_appeal",
            "NEW.state <> 'open' OR NEW.decided_by IS NOT NULL OR NEW.new_result_id IS NOT NULL "
            f'OR NEW."by" <> {candidate}', "an appeal begins open",
        ),
        (
            "assessment_appeal_frozen", "UPDATE ON assessment_appeal",
            f"{changed(*MADE)} OR (OLD.state <> 'open' AND {changed(*ANSWERED)}) "
            f"OR (OLD.new_result_id IS NOT NULL AND {changed('new_result_id')}) "
            f"OR (OLD.new_result_id IS NULL AND NEW.new_result_id IS NOT NULL "
            f"AND (NEW.state <> 'upheld' OR NOT {follows}))", "an appeal is frozen",
        ),
        (
            "assessment_appeal_no_part", "UPDATE ON assessment_appeal",
            f'{answers} AND (NEW.decided_at IS NULL OR NEW.decided_by IS NULL '
            f'OR NEW.decided_by = NEW."by" OR {had_part("NEW.result_id", "NEW.decided_by")})',
            "somebody without a part in it answers",
        ),
        ("assessment_appeal_kept", "DELETE ON assessment_appeal", "1 = 1", "an appeal is kept"),
        (
            "exam_result_appeal_first", "INSERT ON exam_result",
            "EXISTS (SELECT 1 FROM assessment_appeal a WHERE a.result_id = NEW.replaces_id "
            "AND a.state = 'open')", "an appeal is answered first",
        ),
    ]  # fmt: skip


def guard() -> None:
    """A function each on PostgreSQL: a WHEN may not hold a query."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event, condition, text in rules():
        if is_sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{text}'); END"
            )
            continue
        answer = "OLD" if event.startswith("DELETE") else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{text}' USING ERRCODE = 'check_violation'; "
            f"END IF; RETURN {answer}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event, _condition, _text in rules():
        table = event.split(" ON ")[1]
        op.execute(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}"))
        if not is_sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("assessment_appeal")
    op.drop_index("uq_assessment_sitting_id", table_name="assessment")
    op.drop_column("assessment", "sitting_id")
    op.drop_table("judgement")
    op.drop_table("assessment_sitting")

