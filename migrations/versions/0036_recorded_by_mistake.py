"""Attendance and results that were recorded by mistake: a row that says nothing, and why, takes the
place of the one that stood.

SQLite cannot let a column be empty that could not: both tables are built anew there. The rows go
aside first, because each table refers to itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SAYS = {"attendance": "presence", "result": "outcome"}
VALUES = {"attendance": ("present", "partial", "absent"), "result": ("passed", "failed")}
BEYOND = {"attendance": "", "result": " AND score IS NULL AND note = ''"}
COLUMNS = {
    "attendance": "id, class_session_id, person_id, presence, at, by_person_id, replaces_id",
    "result": "id, class_session_id, person_id, outcome, score, note, at, by_person_id, replaces_id",
}
FIRST = sa.text("replaces_id IS NULL")
EMPTY = sa.text("outcome IS NULL")


def _rule(table: str) -> str:
    """A row says something, or why what it replaces was a mistake."""
    says = SAYS[table]
    return (
        f"({says} IS NOT NULL AND mistake = '') OR ({says} IS NULL AND mistake <> ''"
        f" AND replaces_id IS NOT NULL{BEYOND[table]})"
    )


def _mistake() -> sa.Column[str]:
    return sa.Column("mistake", sa.String(500), server_default="", nullable=False)


def upgrade() -> None:
    for table in SAYS:
        if op.get_bind().dialect.name == "sqlite":
            _build(table, with_mistakes=True)
            continue
        op.add_column(table, _mistake())
        op.alter_column(table, SAYS[table], nullable=True)
        op.create_check_constraint(op.f(f"ck_{table}_mistake"), table, _rule(table))
    op.create_index(
        "ix_result_withdrawn",
        "result",
        ["class_session_id", "person_id"],
        sqlite_where=EMPTY,
        postgresql_where=EMPTY,
    )


def downgrade() -> None:
    """Only while nothing was taken back: the schema before cannot say so, and what was a mistake
    would stand again."""
    for table in SAYS:
        if op.get_bind().scalar(sa.text(f"SELECT 1 FROM {table} WHERE mistake <> '' LIMIT 1")):
            raise RuntimeError(f"{table}: facts were taken back, which 0035 cannot say")
    op.drop_index("ix_result_withdrawn", table_name="result")
    for table in SAYS:
        if op.get_bind().dialect.name == "sqlite":
            _build(table, with_mistakes=False)
            continue
        op.drop_constraint(op.f(f"ck_{table}_mistake"), table)
        op.alter_column(table, SAYS[table], nullable=False)
        op.drop_column(table, "mistake")


def _build(table: str, *, with_mistakes: bool) -> None:
    """The table anew with its rows, on SQLite."""
    kept = COLUMNS[table]
    op.execute(f"CREATE TABLE kept_{table} AS SELECT {kept} FROM {table}")
    op.drop_table(table)
    op.create_table(table, *_columns(table, with_mistakes), *_keys(table), sqlite_autoincrement=True)
    op.create_index(
        f"ix_{table}_class_session", table, ["class_session_id", "person_id", "id"], unique=False
    )
    op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"], unique=False)
    op.create_index(
        f"uq_{table}_first",
        table,
        ["class_session_id", "person_id"],
        unique=True,
        sqlite_where=FIRST,
    )
    op.execute(f"INSERT INTO {table} ({kept}) SELECT {kept} FROM kept_{table} ORDER BY id")
    op.drop_table(f"kept_{table}")


def _columns(table: str, with_mistakes: bool) -> list[sa.schema.SchemaItem]:
    says = sa.Enum(
        *VALUES[table], name=SAYS[table], native_enum=False, create_constraint=True, length=24
    )
    columns: list[sa.schema.SchemaItem] = [
        sa.Column("id", ID, nullable=False),
        sa.Column("class_session_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column(SAYS[table], says, nullable=with_mistakes),
    ]
    if table == "result":
        columns += [
            sa.Column("score", ID, nullable=True),
            sa.Column("note", sa.String(1000), nullable=False),
            sa.CheckConstraint(
                "score IS NULL OR score BETWEEN 0 AND 100", name=op.f("ck_result_score")
            ),
        ]
    columns += [
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_person_id", ID, nullable=False),
        sa.Column("replaces_id", ID, nullable=True),
    ]
    if with_mistakes:
        columns += [
            _mistake(),
            sa.CheckConstraint(_rule(table), name=op.f(f"ck_{table}_mistake")),
        ]
    return columns


def _keys(table: str) -> list[sa.schema.SchemaItem]:
    others = {
        "by_person_id": "person",
        "class_session_id": "class_session",
        "person_id": "person",
        "replaces_id": table,
    }
    return [
        *[
            sa.ForeignKeyConstraint(
                [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
            )
            for column, other in others.items()
        ],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("replaces_id", name=op.f(f"uq_{table}_replaces_id")),
    ]
