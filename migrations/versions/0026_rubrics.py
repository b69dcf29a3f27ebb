"""Rubrics of exams, assessments by them, and work that was handed in."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
KINDS = ("practical", "interview", "work")
KEPT = (
    "exam_id",
    "number",
    "content",
    "content_sha256",
    "revision",
    "created_at",
    "created_by",
    "published_at",
    "published_by",
)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def upgrade() -> None:
    op.add_column("exam_result", sa.Column("assessed_as", sa.String(12), nullable=True))
    rubrics()
    works()
    assessments()
    drafts()
    freeze()


def rubrics() -> None:
    table = "rubric_version"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("exam_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("state", one_of("state", "draft", "published", "retired"), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("revision", ID, nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("published_at", WHEN, nullable=True),
        sa.Column("published_by", ID, nullable=True),
        sa.CheckConstraint(
            "state = 'draft' OR published_at IS NOT NULL", name=op.f("ck_rubric_version_published")
        ),
        key(table, "exam_id", "exam"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_version")),
        sa.UniqueConstraint("exam_id", "number", name=op.f("uq_rubric_version_exam_id_number")),
        sqlite_autoincrement=True,
    )
    for state in ("draft", "published"):
        only = sa.text(f"state = '{state}'")
        op.create_index(
            f"uq_rubric_version_{state}",
            table,
            ["exam_id"],
            unique=True,
            sqlite_where=only,
            postgresql_where=only,
        )


def works() -> None:
    table = "submitted_work"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("exam_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("media", sa.String(80), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        key(table, "exam_id", "exam"),
        key(table, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submitted_work")),
        sa.UniqueConstraint(
            "exam_id", "person_id", "number", name=op.f("uq_submitted_work_exam_id_person_id_number")
        ),
        sqlite_autoincrement=True,
    )


def assessments() -> None:
    table = "assessment"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("result_id", ID, nullable=False),
        sa.Column("rubric_id", ID, nullable=False),
        sa.Column("kind", one_of("kind", *KINDS), nullable=False),
        sa.Column("work_id", ID, nullable=True),
        sa.Column("rule", sa.String(24), nullable=False),
        sa.Column("points", sa.String(80), nullable=False),
        sa.Column("full_points", sa.String(80), nullable=False),
        sa.Column("missed", JSON, nullable=False),
        sa.Column("comment", sa.String(4000), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        key(table, "result_id", "exam_result"),
        key(table, "rubric_id", "rubric_version"),
        key(table, "work_id", "submitted_work"),
        key(table, "by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("result_id", name=op.f("uq_assessment_result_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_assessment_work_id"), table, ["work_id"])
    op.create_table(
        "assessment_mark",
        sa.Column("assessment_id", ID, nullable=False),
        sa.Column("criterion", sa.String(24), nullable=False),
        sa.Column("level", ID, nullable=False),
        sa.Column("points", sa.String(80), nullable=False),
        sa.Column("comment", sa.String(2000), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 6", name=op.f("ck_assessment_mark_level")),
        key("assessment_mark", "assessment_id", "assessment"),
        sa.PrimaryKeyConstraint("assessment_id", "criterion", name=op.f("pk_assessment_mark")),
    )


def drafts() -> None:
    table = "assessment_draft"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("exam_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("rubric_id", ID, nullable=False),
        sa.Column("kind", one_of("kind", *KINDS), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("work_id", ID, nullable=True),
        sa.Column("corrects_id", ID, nullable=True),
        sa.Column("by", ID, nullable=False),
        sa.Column("notes", JSON, nullable=False),
        sa.Column("revision", ID, nullable=False),
        sa.Column("started_at", WHEN, nullable=False),
        sa.Column("saved_at", WHEN, nullable=False),
        key(table, "exam_id", "exam"),
        key(table, "person_id", "person"),
        key(table, "rubric_id", "rubric_version"),
        key(table, "work_id", "submitted_work"),
        key(table, "corrects_id", "assessment"),
        key(table, "by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_draft")),
        sa.UniqueConstraint(
            "exam_id", "person_id", "by", name=op.f("uq_assessment_draft_exam_id_person_id_by")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_assessment_draft_by", table, ["by", "id"])


def rules() -> list[tuple[str, str, str]]:
    """(table, verb, condition under which the database refuses it)."""
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in KEPT)
    facts = [
        (table, verb, "1 = 1")
        for table in ("assessment", "assessment_mark", "submitted_work")
        for verb in ("UPDATE", "DELETE")
    ]
    return [
        ("rubric_version", "UPDATE", f"OLD.state <> 'draft' AND (NEW.state = 'draft' OR {changed})"),
        ("rubric_version", "DELETE", "OLD.state <> 'draft'"),
        *facts,
    ]


def freeze() -> None:
    """A published rubric and whatever was judged never change."""
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
    for table in (
        "assessment_mark", "assessment_draft", "assessment", "submitted_work", "rubric_version",
    ):  # fmt: skip
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in names:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_column("exam_result", "assessed_as")
