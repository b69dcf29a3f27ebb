"""Delivered exams: policies, blueprints and forms, attempts and their events, score runs, appeals.

What was decided or answered is frozen by triggers on both databases, as the item versions are.
"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SITTING = ["exam_id", "person_id", "taken_on"]
BY_HAND = "replaces_id IS NULL AND attempt_id IS NULL"
FIRST = "replaces_id IS NULL"
KEPT = {
    "blueprint": ("exam_id", "number", "scored_items", "pilot_items", "exposure_cap", "most_shared"),
    "exam_form": ("exam_id", "blueprint_id", "code", "is_random", "seed", "full_points"),
    "attempt": ("state", "exam_id", "policy_id", "form_id", "seed", "started_at", "ended_at", "events"),
    "score_run": ("attempt_id", "number", "kind", "raw", "full", "cut", "scaled", "passed", "at", "by"),
    "item_disposition": ("exam_id", "version_id", "treatment", "reason", "created_by"),
    "appeal": ("attempt_id", "text", "at", "by"),
}
TABLES = (
    "score_line",
    "score_run",
    "mark",
    "attempt_response",
    "attempt_event",
    "appeal",
    "form_item",
    "cut_score",
    "attempt",
    "exam_form",
    "exam_booking",
    "blueprint_cell",
    "item_disposition",
    "exam_slot",
    "exam_policy",
    "blueprint",
    "adjustment_reason",
    "adjustment",
)


def upgrade() -> None:
    op.create_table('adjustment',
    sa.Column('id', ID, nullable=False),
    sa.Column('person_id', ID, nullable=False),
    sa.Column('extra_percent', ID, nullable=False),
    sa.Column('break_minutes', ID, nullable=False),
    sa.Column('has_reader', sa.Boolean(), nullable=False),
    sa.Column('has_large_print', sa.Boolean(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', ID, nullable=True),
    sa.CheckConstraint('break_minutes BETWEEN 0 AND 240', name=op.f('ck_adjustment_break_minutes')),
    sa.CheckConstraint('extra_percent BETWEEN 0 AND 300', name=op.f('ck_adjustment_extra_percent')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_adjustment_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_adjustment')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('adjustment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_adjustment_person_id'), ['person_id'], unique=False)
        batch_op.create_index('uq_adjustment_live', ['person_id'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))

    op.create_table('adjustment_reason',
    sa.Column('adjustment_id', ID, nullable=False),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.ForeignKeyConstraint(['adjustment_id'], ['adjustment.id'], name=op.f('fk_adjustment_reason_adjustment_id_adjustment')),
    sa.PrimaryKeyConstraint('adjustment_id', name=op.f('pk_adjustment_reason'))
    )
    op.create_table('blueprint',
    sa.Column('id', ID, nullable=False),
    sa.Column('exam_id', ID, nullable=False),
    sa.Column('number', ID, nullable=False),
    sa.Column('state', sa.Enum('draft', 'published', 'retired', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('scored_items', ID, nullable=False),
    sa.Column('pilot_items', ID, nullable=False),
    sa.Column('exposure_cap', ID, nullable=False),
    sa.Column('most_shared', ID, nullable=False),
    sa.Column('note', sa.String(length=2000), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('revision', ID, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by', ID, nullable=True),
    sa.CheckConstraint('exposure_cap BETWEEN 1 AND 100', name=op.f('ck_blueprint_exposure_cap')),
    sa.CheckConstraint('most_shared BETWEEN 0 AND 100', name=op.f('ck_blueprint_most_shared')),
    sa.CheckConstraint('pilot_items BETWEEN 0 AND 100', name=op.f('ck_blueprint_pilot_items')),
    sa.CheckConstraint('scored_items BETWEEN 1 AND 500', name=op.f('ck_blueprint_scored_items')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_blueprint_exam_id_exam')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_blueprint')),
    sa.UniqueConstraint('exam_id', 'number', name=op.f('uq_blueprint_exam_id_number')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('blueprint', schema=None) as batch_op:
        batch_op.create_index('uq_blueprint_draft', ['exam_id'], unique=True, sqlite_where=sa.text("state = 'draft'"), postgresql_where=sa.text("state = 'draft'"))
        batch_op.create_index('uq_blueprint_published', ['exam_id'], unique=True, sqlite_where=sa.text("state = 'published'"), postgresql_where=sa.text("state = 'published'"))

    op.create_table('exam_policy',
    sa.Column('id', ID, nullable=False),
    sa.Column('exam_id', ID, nullable=False),
    sa.Column('number', ID, nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=False),
    sa.Column('minutes', ID, nullable=False),
    sa.Column('grace_seconds', ID, nullable=False),
    sa.Column('languages', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('rules', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('booking', sa.String(length=8), nullable=False),
    sa.Column('form_choice', sa.String(length=8), nullable=False),
    sa.Column('is_proctored', sa.Boolean(), nullable=False),
    sa.Column('browser_keys', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('scale_bottom', ID, nullable=False),
    sa.Column('is_double_marked', sa.Boolean(), nullable=False),
    sa.Column('moderation_gap', ID, nullable=False),
    sa.Column('retakes', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('appeal_days', ID, nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=True),
    sa.CheckConstraint("booking IN ('any', 'slot', 'both')", name=op.f('ck_exam_policy_booking')),
    sa.CheckConstraint("form_choice IN ('fixed', 'random')", name=op.f('ck_exam_policy_form_choice')),
    sa.CheckConstraint('appeal_days BETWEEN 0 AND 365', name=op.f('ck_exam_policy_appeal_days')),
    sa.CheckConstraint('grace_seconds BETWEEN 0 AND 120', name=op.f('ck_exam_policy_grace')),
    sa.CheckConstraint('minutes BETWEEN 1 AND 1440', name=op.f('ck_exam_policy_minutes')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_exam_policy_exam_id_exam')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_policy')),
    sa.UniqueConstraint('exam_id', 'number', name=op.f('uq_exam_policy_exam_id_number')),
    sqlite_autoincrement=True
    )
    op.create_table('exam_slot',
    sa.Column('id', ID, nullable=False),
    sa.Column('exam_id', ID, nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('local_start', sa.DateTime(), nullable=False),
    sa.Column('time_zone', sa.String(length=64), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('capacity', ID, nullable=False),
    sa.Column('taken', ID, nullable=False),
    sa.Column('proctor_person_id', ID, nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=False),
    sa.CheckConstraint('taken >= 0 AND taken <= capacity', name=op.f('ck_exam_slot_capacity')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_exam_slot_exam_id_exam')),
    sa.ForeignKeyConstraint(['proctor_person_id'], ['person.id'], name=op.f('fk_exam_slot_proctor_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_slot')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('exam_slot', schema=None) as batch_op:
        batch_op.create_index('ix_exam_slot_next', ['exam_id', 'starts_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_exam_slot_proctor_person_id'), ['proctor_person_id'], unique=False)

    op.create_table('item_disposition',
    sa.Column('id', ID, nullable=False),
    sa.Column('exam_id', ID, nullable=False),
    sa.Column('version_id', ID, nullable=False),
    sa.Column('treatment', sa.String(length=8), nullable=False),
    sa.Column('key', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.Column('state', sa.Enum('preview', 'running', 'done', 'dropped', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', ID, nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("treatment IN ('neutral', 'credit', 'rekey')", name=op.f('ck_item_disposition_treatment')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_item_disposition_exam_id_exam')),
    sa.ForeignKeyConstraint(['version_id'], ['item_version.id'], name=op.f('fk_item_disposition_version_id_item_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_disposition')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('item_disposition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_disposition_exam_id'), ['exam_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_item_disposition_version_id'), ['version_id'], unique=False)
        batch_op.create_index('uq_item_disposition_open', ['exam_id', 'version_id'], unique=True, sqlite_where=sa.text("state IN ('preview', 'running')"), postgresql_where=sa.text("state IN ('preview', 'running')"))

    op.create_table('blueprint_cell',
    sa.Column('id', ID, nullable=False),
    sa.Column('blueprint_id', ID, nullable=False),
    sa.Column('position', ID, nullable=False),
    sa.Column('competency_id', ID, nullable=False),
    sa.Column('hardest', ID, nullable=False),
    sa.Column('easiest', ID, nullable=False),
    sa.Column('least', ID, nullable=False),
    sa.Column('most', ID, nullable=False),
    sa.Column('least_points', sa.String(length=80), nullable=True),
    sa.Column('most_points', sa.String(length=80), nullable=True),
    sa.CheckConstraint('0 <= hardest AND hardest <= easiest AND easiest <= 100', name=op.f('ck_blueprint_cell_band')),
    sa.CheckConstraint('0 <= least AND least <= most', name=op.f('ck_blueprint_cell_items')),
    sa.ForeignKeyConstraint(['blueprint_id'], ['blueprint.id'], name=op.f('fk_blueprint_cell_blueprint_id_blueprint')),
    sa.ForeignKeyConstraint(['competency_id'], ['competency.id'], name=op.f('fk_blueprint_cell_competency_id_competency')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_blueprint_cell')),
    sa.UniqueConstraint('blueprint_id', 'position', name=op.f('uq_blueprint_cell_blueprint_id_position')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('blueprint_cell', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_blueprint_cell_competency_id'), ['competency_id'], unique=False)

    op.create_table('exam_booking',
    sa.Column('id', ID, nullable=False),
    sa.Column('exam_id', ID, nullable=False),
    sa.Column('person_id', ID, nullable=False),
    sa.Column('slot_id', ID, nullable=True),
    sa.Column('state', sa.Enum('booked', 'used', 'cancelled', 'missed', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('identity_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('identity_confirmed_by', ID, nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_exam_booking_exam_id_exam')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_exam_booking_person_id_person')),
    sa.ForeignKeyConstraint(['slot_id'], ['exam_slot.id'], name=op.f('fk_exam_booking_slot_id_exam_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_booking')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('exam_booking', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exam_booking_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_exam_booking_slot_id'), ['slot_id'], unique=False)
        batch_op.create_index('uq_exam_booking_live', ['exam_id', 'person_id'], unique=True, sqlite_where=sa.text("state = 'booked'"), postgresql_where=sa.text("state = 'booked'"))

    op.create_table('exam_form',
    sa.Column('id', ID, nullable=False),
    sa.Column('exam_id', ID, nullable=False),
    sa.Column('blueprint_id', ID, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('is_random', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'published', 'retired', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('full_points', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by', ID, nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['blueprint_id'], ['blueprint.id'], name=op.f('fk_exam_form_blueprint_id_blueprint')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_exam_form_exam_id_exam')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam_form')),
    sa.UniqueConstraint('exam_id', 'code', name=op.f('uq_exam_form_exam_id_code')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('exam_form', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exam_form_blueprint_id'), ['blueprint_id'], unique=False)
        batch_op.create_index('ix_exam_form_state', ['exam_id', 'is_random', 'state', 'id'], unique=False)

    op.create_table('attempt',
    sa.Column('id', ID, nullable=False),
    sa.Column('code', sa.String(length=26), nullable=False),
    sa.Column('exam_id', ID, nullable=False),
    sa.Column('person_id', ID, nullable=False),
    sa.Column('policy_id', ID, nullable=False),
    sa.Column('form_id', ID, nullable=False),
    sa.Column('booking_id', ID, nullable=True),
    sa.Column('ordinal', ID, nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('open', 'submitted', 'void', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=12), nullable=False),
    sa.Column('events', ID, nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['booking_id'], ['exam_booking.id'], name=op.f('fk_attempt_booking_id_exam_booking')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_attempt_exam_id_exam')),
    sa.ForeignKeyConstraint(['form_id'], ['exam_form.id'], name=op.f('fk_attempt_form_id_exam_form')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_attempt_person_id_person')),
    sa.ForeignKeyConstraint(['policy_id'], ['exam_policy.id'], name=op.f('fk_attempt_policy_id_exam_policy')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt')),
    sa.UniqueConstraint('booking_id', name=op.f('uq_attempt_booking_id')),
    sa.UniqueConstraint('code', name=op.f('uq_attempt_code')),
    sa.UniqueConstraint('exam_id', 'person_id', 'ordinal', name=op.f('uq_attempt_exam_id_person_id_ordinal')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index('ix_attempt_due', ['due_at', 'id'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.create_index('ix_attempt_exam', ['exam_id', 'state', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attempt_form_id'), ['form_id'], unique=False)
        batch_op.create_index('ix_attempt_person', ['person_id', 'id'], unique=False)
        batch_op.create_index('uq_attempt_open', ['exam_id', 'person_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('cut_score',
    sa.Column('id', ID, nullable=False),
    sa.Column('exam_id', ID, nullable=False),
    sa.Column('form_id', ID, nullable=True),
    sa.Column('cut', sa.String(length=80), nullable=False),
    sa.Column('method', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.Column('study_id', ID, nullable=True),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=True),
    sa.CheckConstraint("method IN ('fixed', 'angoff', 'hofstee', 'contrasting')", name=op.f('ck_cut_score_method')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_cut_score_exam_id_exam')),
    sa.ForeignKeyConstraint(['form_id'], ['exam_form.id'], name=op.f('fk_cut_score_form_id_exam_form')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cut_score')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('cut_score', schema=None) as batch_op:
        batch_op.create_index('ix_cut_score_holds', ['exam_id', 'form_id', 'id'], unique=False)

    op.create_table('form_item',
    sa.Column('id', ID, nullable=False),
    sa.Column('form_id', ID, nullable=False),
    sa.Column('position', ID, nullable=False),
    sa.Column('version_id', ID, nullable=False),
    sa.Column('cell_id', ID, nullable=True),
    sa.Column('is_pilot', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['cell_id'], ['blueprint_cell.id'], name=op.f('fk_form_item_cell_id_blueprint_cell')),
    sa.ForeignKeyConstraint(['form_id'], ['exam_form.id'], name=op.f('fk_form_item_form_id_exam_form')),
    sa.ForeignKeyConstraint(['version_id'], ['item_version.id'], name=op.f('fk_form_item_version_id_item_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_item')),
    sa.UniqueConstraint('form_id', 'position', name=op.f('uq_form_item_form_id_position')),
    sa.UniqueConstraint('form_id', 'version_id', name=op.f('uq_form_item_form_id_version_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('form_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_form_item_version_id'), ['version_id'], unique=False)

    op.create_table('appeal',
    sa.Column('id', ID, nullable=False),
    sa.Column('attempt_id', ID, nullable=False),
    sa.Column('state', sa.Enum('open', 'upheld', 'rejected', 'withdrawn', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('text', sa.String(length=4000), nullable=False),
    sa.Column('answer_due_on', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=False),
    sa.Column('decision', sa.String(length=4000), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', ID, nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_appeal_attempt_id_attempt')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('appeal', schema=None) as batch_op:
        batch_op.create_index('ix_appeal_state', ['state', 'answer_due_on', 'id'], unique=False)
        batch_op.create_index('uq_appeal_open', ['attempt_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('attempt_event',
    sa.Column('id', ID, nullable=False),
    sa.Column('attempt_id', ID, nullable=False),
    sa.Column('number', ID, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('data', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('client_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_attempt_event_attempt_id_attempt')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt_event')),
    sa.UniqueConstraint('attempt_id', 'number', name=op.f('uq_attempt_event_attempt_id_number')),
    sqlite_autoincrement=True
    )
    op.create_table('attempt_response',
    sa.Column('attempt_id', ID, nullable=False),
    sa.Column('position', ID, nullable=False),
    sa.Column('client_seq', ID, nullable=False),
    sa.Column('response', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    sa.Column('is_flagged', sa.Boolean(), nullable=False),
    sa.Column('seconds', ID, nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_attempt_response_attempt_id_attempt')),
    sa.PrimaryKeyConstraint('attempt_id', 'position', name=op.f('pk_attempt_response'))
    )
    op.create_table('mark',
    sa.Column('id', ID, nullable=False),
    sa.Column('attempt_id', ID, nullable=False),
    sa.Column('position', ID, nullable=False),
    sa.Column('round', ID, nullable=False),
    sa.Column('points', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('comment', sa.String(length=4000), nullable=False),
    sa.Column('replaces_id', ID, nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=False),
    sa.CheckConstraint('round BETWEEN 1 AND 3', name=op.f('ck_mark_round')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_mark_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['replaces_id'], ['mark.id'], name=op.f('fk_mark_replaces_id_mark')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_mark_replaces_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.create_index('uq_mark_first', ['attempt_id', 'position', 'round'], unique=True, sqlite_where=sa.text('replaces_id IS NULL'), postgresql_where=sa.text('replaces_id IS NULL'))

    op.create_table('score_run',
    sa.Column('id', ID, nullable=False),
    sa.Column('attempt_id', ID, nullable=False),
    sa.Column('number', ID, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'deciding', 'past', 'dropped', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('raw', sa.String(length=80), nullable=False),
    sa.Column('full', sa.String(length=80), nullable=False),
    sa.Column('cut', sa.String(length=80), nullable=False),
    sa.Column('cut_score_id', ID, nullable=True),
    sa.Column('scaled', ID, nullable=False),
    sa.Column('scale', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('disposition_id', ID, nullable=True),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=True),
    sa.CheckConstraint("kind IN ('initial', 'regrade', 'appeal')", name=op.f('ck_score_run_kind')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_score_run_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['cut_score_id'], ['cut_score.id'], name=op.f('fk_score_run_cut_score_id_cut_score')),
    sa.ForeignKeyConstraint(['disposition_id'], ['item_disposition.id'], name=op.f('fk_score_run_disposition_id_item_disposition')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_run')),
    sa.UniqueConstraint('attempt_id', 'number', name=op.f('uq_score_run_attempt_id_number')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('score_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_score_run_disposition_id'), ['disposition_id'], unique=False)
        batch_op.create_index('uq_score_run_deciding', ['attempt_id'], unique=True, sqlite_where=sa.text("state = 'deciding'"), postgresql_where=sa.text("state = 'deciding'"))

    op.create_table('score_line',
    sa.Column('run_id', ID, nullable=False),
    sa.Column('position', ID, nullable=False),
    sa.Column('version_id', ID, nullable=False),
    sa.Column('raw', sa.String(length=80), nullable=False),
    sa.Column('points', sa.String(length=80), nullable=False),
    sa.Column('is_answered', sa.Boolean(), nullable=False),
    sa.Column('is_pilot', sa.Boolean(), nullable=False),
    sa.Column('treatment', sa.String(length=8), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['score_run.id'], name=op.f('fk_score_line_run_id_score_run')),
    sa.ForeignKeyConstraint(['version_id'], ['item_version.id'], name=op.f('fk_score_line_version_id_item_version')),
    sa.PrimaryKeyConstraint('run_id', 'position', name=op.f('pk_score_line'))
    )

    reference = sa.ForeignKey("attempt.id", name="fk_exam_result_attempt_id_attempt")
    op.drop_index("uq_exam_result_sitting", table_name="exam_result")
    if op.get_bind().dialect.name == "sqlite":
        # Not by batch mode: a rebuilt table would lose its checks.
        op.execute(
            "ALTER TABLE exam_result ADD COLUMN attempt_id INTEGER "
            "CONSTRAINT fk_exam_result_attempt_id_attempt REFERENCES attempt (id)"
        )
    else:
        op.add_column("exam_result", sa.Column("attempt_id", ID, reference, nullable=True))
    one_of_first("uq_exam_result_sitting", SITTING, BY_HAND)
    one_of_first("uq_exam_result_attempt", ["attempt_id"], FIRST)
    freeze()


def one_of_first(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        name, "exam_result", columns, unique=True, sqlite_where=where, postgresql_where=where
    )


def rules() -> list[tuple[str, str, str]]:
    """(table, verb, condition under which the database refuses it)."""
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    changed = {
        table: " OR ".join(f'NEW."{name}" {differs} OLD."{name}"' for name in names)
        for table, names in KEPT.items()
    }
    found = [
        (table, verb, "1 = 1")
        for table in ("exam_policy", "cut_score", "attempt_event", "score_line", "mark")
        for verb in ("UPDATE", "DELETE")
    ]
    for table in ("blueprint", "exam_form"):
        found.append((table, "UPDATE", f"OLD.state <> 'draft' AND ({changed[table]})"))
        found.append((table, "DELETE", "OLD.state <> 'draft'"))
    found.append(("attempt", "UPDATE", f"OLD.state <> 'open' AND ({changed['attempt']})"))
    found.append(("attempt", "DELETE", "1 = 1"))
    for table in ("score_run", "item_disposition", "appeal"):
        found.append((table, "UPDATE", changed[table]))
        found.append((table, "DELETE", "1 = 1"))
    for table, parent, key, alive in (
        ("blueprint_cell", "blueprint", "blueprint_id", "draft"),
        ("form_item", "exam_form", "form_id", "draft"),
        ("attempt_response", "attempt", "attempt_id", "open"),
    ):
        row = f"(SELECT state FROM {parent} WHERE id = {{}}.{key}) <> '{alive}'"
        found.append((table, "INSERT", row.format("NEW")))
        found.append((table, "UPDATE", f"{row.format('OLD')} OR {row.format('NEW')}"))
        found.append((table, "DELETE", row.format("OLD")))
    return found


def freeze() -> None:
    """A function each on PostgreSQL: a WHEN may not hold a query."""
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
    for name in ("uq_exam_result_attempt", "uq_exam_result_sitting"):
        op.drop_index(name, table_name="exam_result")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("exam_result", "attempt_id")
    else:
        with op.batch_alter_table("exam_result") as batch:
            batch.drop_column("attempt_id")
            batch.create_check_constraint(op.f("ck_exam_result_score"), "score BETWEEN 0 AND full_marks")
    one_of_first("uq_exam_result_sitting", SITTING, FIRST)
    names = [f"{table}_frozen_{verb.lower()}" for table, verb, _ in rules()]
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in names:
            op.execute(f"DROP FUNCTION {name}()")
