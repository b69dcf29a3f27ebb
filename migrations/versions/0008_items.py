"""The item bank: versions that the database freezes and that two people approve."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FROZEN = "item versions are frozen"
KEPT = (
    "item_id",
    "number",
    "kind",
    "content",
    "content_sha256",
    "difficulty",
    "source",
    "loaded_sha256",
    "created_by",
    "edited_by",
)


def upgrade() -> None:
    op.create_table('item',
    sa.Column('id', ID, nullable=False),
    sa.Column('programme_id', ID, nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_item_programme_id_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item')),
    sa.UniqueConstraint('programme_id', 'code', name=op.f('uq_item_programme_id_code')),
    sqlite_autoincrement=True
    )
    op.create_table('item_picture',
    sa.Column('id', ID, nullable=False),
    sa.Column('programme_id', ID, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('width', ID, nullable=False),
    sa.Column('height', ID, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_item_picture_programme_id_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_picture')),
    sa.UniqueConstraint('programme_id', 'sha256', name=op.f('uq_item_picture_programme_id_sha256')),
    sqlite_autoincrement=True
    )
    op.create_table('item_enemy',
    sa.Column('id', ID, nullable=False),
    sa.Column('item_id', ID, nullable=False),
    sa.Column('other_id', ID, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=True),
    sa.CheckConstraint('item_id < other_id', name=op.f('ck_item_enemy_ordered')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_enemy_item_id_item')),
    sa.ForeignKeyConstraint(['other_id'], ['item.id'], name=op.f('fk_item_enemy_other_id_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_enemy')),
    sa.UniqueConstraint('item_id', 'other_id', name=op.f('uq_item_enemy_item_id_other_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('item_enemy', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_enemy_other_id'), ['other_id'], unique=False)

    op.create_table('item_version',
    sa.Column('id', ID, nullable=False),
    sa.Column('item_id', ID, nullable=False),
    sa.Column('number', ID, nullable=False),
    sa.Column('state', sa.Enum('draft', 'review', 'pilot', 'active', 'suspended', 'retired', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('difficulty', ID, nullable=True),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('loaded_sha256', sa.String(length=64), nullable=True),
    sa.Column('revision', ID, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=True),
    sa.Column('edited_by', ID, nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by', ID, nullable=True),
    sa.CheckConstraint("state IN ('draft', 'review', 'retired') OR loaded_sha256 IS NOT NULL OR (approved_by IS NOT NULL AND approved_at IS NOT NULL AND approved_by <> created_by AND approved_by <> edited_by)", name=op.f('ck_item_version_two_people')),
    sa.CheckConstraint('difficulty BETWEEN 0 AND 100', name=op.f('ck_item_version_difficulty')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_version_item_id_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_version')),
    sa.UniqueConstraint('item_id', 'number', name=op.f('uq_item_version_item_id_number')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.create_index('ix_item_version_content', ['content_sha256'], unique=False)
        batch_op.create_index('ix_item_version_state', ['state', 'kind', 'id'], unique=False)
        batch_op.create_index('uq_item_version_open', ['item_id'], unique=True, sqlite_where=sa.text("state IN ('draft', 'review')"), postgresql_where=sa.text("state IN ('draft', 'review')"))
        batch_op.create_index('uq_item_version_used', ['item_id'], unique=True, sqlite_where=sa.text("state IN ('pilot', 'active', 'suspended')"), postgresql_where=sa.text("state IN ('pilot', 'active', 'suspended')"))

    op.create_table('item_competency',
    sa.Column('id', ID, nullable=False),
    sa.Column('version_id', ID, nullable=False),
    sa.Column('competency_id', ID, nullable=False),
    sa.Column('weight', ID, nullable=False),
    sa.Column('level', ID, nullable=False),
    sa.CheckConstraint('weight BETWEEN 1 AND 100', name=op.f('ck_item_competency_weight')),
    sa.ForeignKeyConstraint(['competency_id'], ['competency.id'], name=op.f('fk_item_competency_competency_id_competency')),
    sa.ForeignKeyConstraint(['version_id'], ['item_version.id'], name=op.f('fk_item_competency_version_id_item_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_competency')),
    sa.UniqueConstraint('version_id', 'competency_id', name=op.f('uq_item_competency_version_id_competency_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('item_competency', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_competency_competency_id'), ['competency_id'], unique=False)

    op.create_table('item_event',
    sa.Column('id', ID, nullable=False),
    sa.Column('version_id', ID, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('state', sa.Enum('draft', 'review', 'pilot', 'active', 'suspended', 'retired', name='event_state', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('note', sa.String(length=2000), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=True),
    sa.ForeignKeyConstraint(['version_id'], ['item_version.id'], name=op.f('fk_item_event_version_id_item_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_event')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('item_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_event_version_id'), ['version_id'], unique=False)
    freeze()


def freeze() -> None:
    """Triggers, because a CHECK sees only the new row: out of draft a version keeps what it asks
    and what it shows, goes back to draft from review alone, and what is retired stays so."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    differs = "IS NOT" if is_sqlite else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in KEPT)
    update = (
        f"(OLD.state <> 'draft' AND ({changed})) "
        "OR (NEW.state = 'draft' AND OLD.state NOT IN ('draft', 'review')) "
        "OR (OLD.state = 'retired' AND NEW.state <> 'retired')"
    )
    row = "(SELECT state FROM item_version WHERE id = {}.version_id) <> 'draft'"
    rules = [
        ("item_version", "UPDATE", update),
        ("item_version", "DELETE", "OLD.state <> 'draft'"),
        ("item_competency", "INSERT", row.format("NEW")),
        ("item_competency", "UPDATE", f"{row.format('OLD')} OR {row.format('NEW')}"),
        ("item_competency", "DELETE", row.format("OLD")),
        ("item_event", "UPDATE", "1 = 1"),
        ("item_event", "DELETE", "1 = 1"),
    ]
    for table, verb, condition in rules:
        (freeze_sqlite if is_sqlite else freeze_postgresql)(table, verb, condition)


def freeze_sqlite(table: str, verb: str, condition: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_frozen_{verb.lower()} BEFORE {verb} ON {table} "
        f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END"
    )


def freeze_postgresql(table: str, verb: str, condition: str) -> None:
    """A function each: a WHEN may not hold a query."""
    name = f"{table}_frozen_{verb.lower()}"
    answer = "OLD" if verb == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'restrict_violation'; "
        f"END IF; RETURN {answer}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def downgrade() -> None:
    for table in ("item_event", "item_competency", "item_version"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in (
            "item_version_frozen_update",
            "item_version_frozen_delete",
            "item_competency_frozen_insert",
            "item_competency_frozen_update",
            "item_competency_frozen_delete",
            "item_event_frozen_update",
            "item_event_frozen_delete",
        ):
            op.execute(f"DROP FUNCTION {name}()")
    for table in ("item_enemy", "item_picture", "item"):
        op.drop_table(table)
