"""Who settles a pass that would be lost; the exam browser's settings that are made here."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NAME = "disposition_change_third_person"


def conditions() -> list[tuple[str, str]]:
    """(when the database refuses, what it says). Not a check: what was settled before keeps
    standing as it was, and a check sees one row only."""
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    names = ("decided_at", "decided_by", "decision")
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names)
    took_part = (
        "EXISTS (SELECT 1 FROM item_disposition d WHERE d.id = NEW.disposition_id AND "
        "(d.decided_by IS NULL OR NEW.decided_by IN (d.created_by, d.decided_by)))"
    )
    return [
        (f"OLD.decided_at IS NOT NULL AND ({changed})", "what was settled is frozen"),
        (
            f"OLD.decided_at IS NULL AND ({changed}) AND "
            f"(NEW.decided_at IS NULL OR NEW.decided_by IS NULL OR {took_part})",
            "another person settles it",
        ),
    ]


def upgrade() -> None:
    op.add_column("exam_policy", sa.Column("browser_settings", JSON, nullable=True))
    another_person()


def another_person() -> None:
    """Neither who proposed a decision on an item nor who carried it out settles a lost pass."""
    if op.get_bind().dialect.name == "sqlite":
        for number, (condition, text) in enumerate(conditions(), 1):
            op.execute(
                f"CREATE TRIGGER {NAME}_{number} BEFORE UPDATE ON disposition_change "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{text}'); END"
            )
        return
    refusals = " ".join(
        f"IF {condition} THEN RAISE EXCEPTION '{text}' USING ERRCODE = 'check_violation'; END IF;"
        for condition, text in conditions()
    )
    op.execute(
        f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{refusals} RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {NAME} BEFORE UPDATE ON disposition_change "
        f"FOR EACH ROW EXECUTE FUNCTION {NAME}()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for number in (1, 2):
            op.execute(f"DROP TRIGGER {NAME}_{number}")
    else:
        op.execute(f"DROP TRIGGER {NAME} ON disposition_change")
        op.execute(f"DROP FUNCTION {NAME}()")
    op.drop_column("exam_policy", "browser_settings")
