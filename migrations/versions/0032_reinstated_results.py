"""A void result is reinstated by two people, of whom the second had no part in the exam."""

from alembic import op
import sqlalchemy as sa

revision = "0032"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "result_reinstatement"
PROPOSED = ("voiding_id", "text", "proposed_at", "proposed_by")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", ID, nullable=False),
        sa.Column("voiding_id", ID, nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'dropped')",
            name=op.f("ck_result_reinstatement_state"),
        ),
        sa.ForeignKeyConstraint(
            ["voiding_id"], ["result_voiding.id"],
            name=op.f("fk_result_reinstatement_voiding_id_result_voiding"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_reinstatement")),
        sqlite_autoincrement=True,
    )  # fmt: skip
    alive = sa.text("state IN ('proposed', 'confirmed')")
    op.create_index(
        "uq_result_reinstatement_live", TABLE, ["voiding_id"], unique=True,
        sqlite_where=alive, postgresql_where=alive,
    )  # fmt: skip
    op.create_index(op.f("ix_result_reinstatement_voiding_id"), TABLE, ["voiding_id"])
    for rule in changed_rules(reinstates=True):
        replace(*rule)
    for rule in new_rules():
        create(*rule)


def had_part(attempt: str, person: str, before: str, reinstates: bool) -> str:
    """Whether a person did anything about an attempt or its result before an instant."""
    booked = f"SELECT b.identity_confirmed_by FROM exam_booking b JOIN attempt t ON t.booking_id = b.id WHERE t.id = {attempt}"
    decisions = f"SELECT c.disposition_id FROM disposition_change c WHERE c.attempt_id = {attempt}"
    reinstated = (
        "OR EXISTS (SELECT 1 FROM result_reinstatement i JOIN result_voiding w "
        f"ON w.id = i.voiding_id WHERE w.attempt_id = {attempt} AND i.proposed_at < {before} "
        f"AND (i.proposed_by = {person} OR i.decided_by = {person}))"
    )
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
        f"AND v.proposed_at < {before} AND (v.proposed_by = {person} OR v.decided_by = {person})) "
        f"{reinstated if reinstates else ''})"
    )


def candidate(person: str, attempt: str = "NEW.attempt_id") -> str:
    return f"{person} = (SELECT t.person_id FROM attempt t WHERE t.id = {attempt})"


def changed_rules(reinstates: bool) -> list[tuple[str, str, str, str]]:
    """Triggers of 0027 that know reinstatements, or as they were."""
    answers = "NEW.state IN ('upheld', 'rejected') AND OLD.state = 'open'"
    confirms = "NEW.state = 'confirmed' AND OLD.state = 'proposed'"
    lifts = "NEW.state = 'lifted' AND OLD.state = 'confirmed'"
    upheld = (
        "EXISTS (SELECT 1 FROM appeal a WHERE a.id = NEW.appeal_id AND a.state = 'upheld' "
        "AND a.attempt_id = NEW.attempt_id AND a.decided_by = NEW.lifted_by)"
    )
    two = (
        " OR (NEW.appeal_id IS NULL AND EXISTS (SELECT 1 FROM result_reinstatement i "
        "WHERE i.voiding_id = NEW.id AND i.state = 'confirmed' AND i.decided_by = NEW.lifted_by))"
    )
    return [
        (
            "appeal_no_part", "UPDATE ON appeal",
            f'{answers} AND (NEW.decided_at IS NULL OR NEW.decided_by IS NULL '
            f'OR NEW.decided_by = NEW."by" OR {candidate("NEW.decided_by")} '
            f"OR {had_part('NEW.attempt_id', 'NEW.decided_by', 'NEW.at', reinstates)})",
            "somebody without a part in it answers",
        ),
        (
            "result_voiding_two_people", "UPDATE ON result_voiding",
            f"{confirms} AND (NEW.decided_at IS NULL OR NEW.decided_by IS NULL "
            f"OR NEW.decided_by = NEW.proposed_by OR {candidate('NEW.decided_by')} "
            f"OR {had_part('NEW.attempt_id', 'NEW.decided_by', 'NEW.decided_at', reinstates)})",
            "a second person without a part in it confirms",
        ),
        (
            "result_voiding_lifted", "UPDATE ON result_voiding",
            f"{lifts} AND (NEW.lifted_at IS NULL OR NOT ({upheld}{two if reinstates else ''}))",
            "an appeal or two people end a voiding" if reinstates else "an appeal ends a voiding",
        ),
    ]  # fmt: skip


def new_rules() -> list[tuple[str, str, str, str]]:
    """(name, table and verb, when the database refuses, what it says)."""
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in PROPOSED)
    attempt = "(SELECT w.attempt_id FROM result_voiding w WHERE w.id = NEW.voiding_id)"
    return [
        (
            f"{TABLE}_begins", f"INSERT ON {TABLE}",
            "NEW.state <> 'proposed' OR NEW.decided_at IS NOT NULL OR NEW.decided_by IS NOT NULL "
            "OR NOT EXISTS (SELECT 1 FROM result_voiding v WHERE v.id = NEW.voiding_id "
            "AND v.state = 'confirmed')", "what is void is proposed to be reinstated first",
        ),
        (
            f"{TABLE}_frozen", f"UPDATE ON {TABLE}",
            f"{changed} OR OLD.state <> 'proposed' OR NEW.state NOT IN ('confirmed', 'dropped')",
            "what was decided is frozen",
        ),
        (
            f"{TABLE}_two_people", f"UPDATE ON {TABLE}",
            "NEW.state = 'confirmed' AND OLD.state = 'proposed' AND (NEW.decided_at IS NULL "
            "OR NEW.decided_by IS NULL OR NEW.decided_by = NEW.proposed_by "
            f"OR {candidate('NEW.decided_by', attempt)} "
            f"OR {had_part(attempt, 'NEW.decided_by', 'NEW.decided_at', True)})",
            "a second person without a part in it confirms",
        ),
        (f"{TABLE}_kept", f"DELETE ON {TABLE}", "1 = 1", "a reinstatement is kept"),
    ]  # fmt: skip


def create(name: str, event: str, condition: str, text: str) -> None:
    """A function each on PostgreSQL: a WHEN may not hold a query."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{text}'); END"
        )
        return
    define(name, event, condition, text)
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()")


def define(name: str, event: str, condition: str, text: str) -> None:
    answer = "OLD" if event.startswith("DELETE") else "NEW"
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{text}' USING ERRCODE = 'check_violation'; "
        f"END IF; RETURN {answer}; END $$"
    )


def replace(name: str, event: str, condition: str, text: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
        create(name, event, condition, text)
    else:
        define(name, event, condition, text)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event, _condition, _text in new_rules():
        table = event.split(" ON ")[1]
        op.execute(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}"))
        if not is_sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    for rule in changed_rules(reinstates=False):
        replace(*rule)
    op.drop_table(TABLE)
