"""Cut-score studies: panels, rounds and ratings, tolerable bounds, judged candidates."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('cut_study',
    sa.Column('id', ID, nullable=False),
    sa.Column('exam_id', ID, nullable=False),
    sa.Column('form_id', ID, nullable=False),
    sa.Column('method', sa.Enum('angoff', 'hofstee', 'contrasting', name='method', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('open', 'closed', 'decided', 'dropped', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('description', sa.String(length=4000), nullable=False),
    sa.Column('outcome', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    sa.Column('report_sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', ID, nullable=True),
    sa.Column('cut_score_id', ID, nullable=True),
    sa.CheckConstraint("(state = 'decided') = (cut_score_id IS NOT NULL)", name=op.f('ck_cut_study_decided')),
    sa.CheckConstraint("state NOT IN ('closed', 'decided') OR outcome IS NOT NULL", name=op.f('ck_cut_study_closed')),
    sa.ForeignKeyConstraint(['cut_score_id'], ['cut_score.id'], name=op.f('fk_cut_study_cut_score_id_cut_score')),
    sa.ForeignKeyConstraint(['exam_id'], ['exam.id'], name=op.f('fk_cut_study_exam_id_exam')),
    sa.ForeignKeyConstraint(['form_id'], ['exam_form.id'], name=op.f('fk_cut_study_form_id_exam_form')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cut_study')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('cut_study', schema=None) as batch_op:
        batch_op.create_index('ix_cut_study_exam', ['exam_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cut_study_form_id'), ['form_id'], unique=False)

    op.create_table('cut_group',
    sa.Column('study_id', ID, nullable=False),
    sa.Column('attempt_id', ID, nullable=False),
    sa.Column('is_qualified', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_cut_group_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['study_id'], ['cut_study.id'], name=op.f('fk_cut_group_study_id_cut_study')),
    sa.PrimaryKeyConstraint('study_id', 'attempt_id', name=op.f('pk_cut_group'))
    )
    op.create_table('cut_judge',
    sa.Column('id', ID, nullable=False),
    sa.Column('study_id', ID, nullable=False),
    sa.Column('person_id', ID, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', ID, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cut_judge_person_id_person')),
    sa.ForeignKeyConstraint(['study_id'], ['cut_study.id'], name=op.f('fk_cut_judge_study_id_cut_study')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cut_judge')),
    sa.UniqueConstraint('study_id', 'person_id', name=op.f('uq_cut_judge_study_id_person_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('cut_judge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cut_judge_person_id'), ['person_id'], unique=False)

    op.create_table('cut_round',
    sa.Column('id', ID, nullable=False),
    sa.Column('study_id', ID, nullable=False),
    sa.Column('number', ID, nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['study_id'], ['cut_study.id'], name=op.f('fk_cut_round_study_id_cut_study')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cut_round')),
    sa.UniqueConstraint('study_id', 'number', name=op.f('uq_cut_round_study_id_number')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('cut_round', schema=None) as batch_op:
        batch_op.create_index('uq_cut_round_open', ['study_id'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    op.create_table('cut_bounds',
    sa.Column('judge_id', ID, nullable=False),
    sa.Column('least_cut', sa.String(length=80), nullable=False),
    sa.Column('most_cut', sa.String(length=80), nullable=False),
    sa.Column('least_fail', sa.String(length=80), nullable=False),
    sa.Column('most_fail', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['judge_id'], ['cut_judge.id'], name=op.f('fk_cut_bounds_judge_id_cut_judge')),
    sa.PrimaryKeyConstraint('judge_id', name=op.f('pk_cut_bounds'))
    )
    op.create_table('cut_rating',
    sa.Column('round_id', ID, nullable=False),
    sa.Column('judge_id', ID, nullable=False),
    sa.Column('position', ID, nullable=False),
    sa.Column('percent', ID, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('percent BETWEEN 0 AND 100', name=op.f('ck_cut_rating_percent')),
    sa.ForeignKeyConstraint(['judge_id'], ['cut_judge.id'], name=op.f('fk_cut_rating_judge_id_cut_judge')),
    sa.ForeignKeyConstraint(['round_id'], ['cut_round.id'], name=op.f('fk_cut_rating_round_id_cut_round')),
    sa.PrimaryKeyConstraint('round_id', 'judge_id', 'position', name=op.f('pk_cut_rating'))
    )


def downgrade() -> None:
    op.drop_table("cut_rating")
    op.drop_table("cut_bounds")
    op.drop_table("cut_round")
    op.drop_table("cut_judge")
    op.drop_table("cut_group")
    op.drop_table("cut_study")
