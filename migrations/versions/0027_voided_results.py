"""Results that are voided by two people; an appeal is answered by somebody without a part in it."""

from alembic import op
import sqlalchemy as sa

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VOID = "NOT is_void OR NOT passed"
REASONS = "'identity', 'aids', 'collusion', 'content', 'procedure', 'other'"
PROPOSED = ("attempt_id", "result_id", "reason", "text", "counts", "proposed_at", "proposed_by")
DECIDED = ("state", "decided_at", "decided_by")
REMINDERS = ("reminded_at", "overdue_told_at")
LIFTED = ("lifted_at", "lifted_by", "appeal_id")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Not by batch mode: a rebuilt table would lose its checks.
        op.execute(
            "ALTER TABLE exam_result ADD COLUMN is_void BOOLEAN DEFAULT 0 NOT NULL "
            f"CONSTRAINT ck_exam_result_void CHECK ({VOID})"
        )
        op.execute("ALTER TABLE exam_result ADD COLUMN counts BOOLEAN DEFAULT 1 NOT NULL")
    else:
        for name, value in (("is_void", "false"), ("counts", "true")):
            column = sa.Column(name, sa.Boolean(), server_default=sa.text(value), nullable=False)
            op.add_column("exam_result", column)
        op.create_check_constraint(op.f("ck_exam_result_void"), "exam_result", VOID)
    for name in REMINDERS:
        op.add_column("appeal", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    voidings()
    guard()


def voidings() -> None:
    op.create_table(
        "result_voiding",
        sa.Column("id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("result_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", ID, nullable=True),
        sa.Column("appeal_id", ID, nullable=True),
        sa.CheckConstraint(f"reason IN ({REASONS})", name=op.f("ck_result_voiding_reason")),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'dropped', 'lifted')",
            name=op.f("ck_result_voiding_state"),
        ),
        key("attempt_id", "attempt"),
        key("result_id", "exam_result"),
        key("appeal_id", "appeal"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_voiding")),
        sqlite_autoincrement=True,
    )
    alive = sa.text("state IN ('proposed', 'confirmed')")
    op.create_index(
        "uq_result_voiding_live", "result_voiding", ["attempt_id"], unique=True,
        sqlite_where=alive, postgresql_where=alive,
    )  # fmt: skip
    for name in ("attempt_id", "result_id", "appeal_id"):
        op.create_index(op.f(f"ix_result_voiding_{name}"), "result_voiding", [name])


def key(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_result_voiding_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name)


def had_part(attempt: str, person: str, before: str) -> str:
    """Whether a person did anything about an attempt or its result before an instant."""
    booked = f"SELECT b.identity_confirmed_by FROM exam_booking b JOIN attempt t ON t.booking_id = b.id WHERE t.id = {attempt}"
    decisions = f"SELECT c.disposition_id FROM disposition_change c WHERE c.attempt_id = {attempt}"
    return (
        f'(EXISTS (SELECT 1 FROM mark m WHERE m.attempt_id = {attempt} AND m."by" = {person}) '
        f"OR EXISTS (SELECT 1 FROM attempt_event e WHERE e.attempt_id = {attempt} "
        f'AND e."by" = {person} AND e.at < {before}) '
        f"OR {person} IN ({booked} AND b.identity_confirmed_by IS NOT NULL) "
        f"OR EXISTS (SELECT 1 FROM disposition_change c WHERE c.attempt_id = {attempt} "
        f"AND c.decided_by = {person} AND c.decided_at < {before}) "
        f"OR EXISTS (SELECT 1 FROM item_disposition d WHERE d.id IN ({decisions}) "
        f"AND d.created_at < {before} AND (d.created_by = {person} OR d.decided_by = {person})) "
        f"OR EXISTS (SELECT 1 FROM appeal a WHERE a.attempt_id = {attempt} "
        f"AND a.state IN ('upheld', 'rejected') AND a.decided_by = {person} "
        f"AND a.decided_at < {before}) "
        f"OR EXISTS (SELECT 1 FROM result_voiding v WHERE v.attempt_id = {attempt} "
        f"AND v.proposed_at < {before} AND (v.proposed_by = {person} OR v.decided_by = {person})))"
    )


def rules() -> list[tuple[str, str, str, str]]:
    """(name, table and verb, when the database refuses, what it says)."""
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"

    def changed(*names: str) -> str:
        return "(" + " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names) + ")"

    def candidate(person: str) -> str:
        return f"{person} = (SELECT t.person_id FROM attempt t WHERE t.id = NEW.attempt_id)"

    answers = "NEW.state IN ('upheld', 'rejected') AND OLD.state = 'open'"
    confirms = "NEW.state = 'confirmed' AND OLD.state = 'proposed'"
    lifts = "NEW.state = 'lifted' AND OLD.state = 'confirmed'"
    upheld = (
        "EXISTS (SELECT 1 FROM appeal a WHERE a.id = NEW.appeal_id AND a.state = 'upheld' "
        "AND a.attempt_id = NEW.attempt_id AND a.decided_by = NEW.lifted_by)"
    )
    voiding = "SELECT 1 FROM result_voiding v WHERE v.result_id"
    return [
        (
            "appeal_frozen_answer", "UPDATE ON appeal",
            f"OLD.state <> 'open' AND {changed(*DECIDED, 'decision')}", "an answer is frozen",
        ),
        (
            "appeal_no_part", "UPDATE ON appeal",
            f'{answers} AND (NEW.decided_at IS NULL OR NEW.decided_by IS NULL '
            f'OR NEW.decided_by = NEW."by" OR {candidate("NEW.decided_by")} '
            f"OR {had_part('NEW.attempt_id', 'NEW.decided_by', 'NEW.at')})",
            "somebody without a part in it answers",
        ),
        (
            "appeal_begins_open", "INSERT ON appeal",
            "NEW.state <> 'open' OR NEW.decided_by IS NOT NULL", "an appeal begins open",
        ),
        (
            "result_voiding_begins", "INSERT ON result_voiding",
            "NEW.state <> 'proposed' OR NEW.decided_at IS NOT NULL OR NEW.decided_by IS NOT NULL "
            "OR NEW.lifted_at IS NOT NULL", "a voiding is proposed first",
        ),
        (
            "result_voiding_frozen", "UPDATE ON result_voiding",
            f"{changed(*PROPOSED)} OR OLD.state IN ('dropped', 'lifted') "
            f"OR (OLD.state = 'proposed' AND (NEW.state NOT IN ('confirmed', 'dropped') "
            f"OR {changed(*LIFTED)})) OR (OLD.state = 'confirmed' AND (NEW.state <> 'lifted' "
            f"OR {changed('decided_at', 'decided_by')}))", "what was decided is frozen",
        ),
        (
            "result_voiding_two_people", "UPDATE ON result_voiding",
            f"{confirms} AND (NEW.decided_at IS NULL OR NEW.decided_by IS NULL "
            f"OR NEW.decided_by = NEW.proposed_by OR {candidate('NEW.decided_by')} "
            f"OR {had_part('NEW.attempt_id', 'NEW.decided_by', 'NEW.decided_at')})",
            "a second person without a part in it confirms",
        ),
        (
            "result_voiding_lifted", "UPDATE ON result_voiding",
            f"{lifts} AND (NEW.lifted_at IS NULL OR NOT {upheld})", "an appeal ends a voiding",
        ),
        ("result_voiding_kept", "DELETE ON result_voiding", "1 = 1", "a voiding is kept"),
        (
            "exam_result_void", "INSERT ON exam_result",
            f"NEW.is_void AND NOT EXISTS ({voiding} = NEW.replaces_id AND v.state = 'confirmed')",
            "two people void a result",
        ),
        (
            "exam_result_void_stays", "INSERT ON exam_result",
            "EXISTS (SELECT 1 FROM exam_result r WHERE r.id = NEW.replaces_id AND r.is_void "
            f"AND NOT EXISTS ({voiding} = r.replaces_id AND v.state = 'lifted'))",
            "an appeal ends a voiding",
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
    op.drop_table("result_voiding")
    if not is_sqlite:
        op.drop_constraint(op.f("ck_exam_result_void"), "exam_result")
    for name in REMINDERS:
        op.execute(f"ALTER TABLE appeal DROP COLUMN {name}")
    for name in ("counts", "is_void"):
        op.execute(f"ALTER TABLE exam_result DROP COLUMN {name}")
