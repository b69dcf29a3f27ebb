"""The issuer's keys, the status lists, and what signed each certificate."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('signing_key',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('kid', sa.String(length=40), nullable=False),
    sa.Column('purpose', sa.Enum('credential', 'token', 'document', 'authority', name='purpose', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('algorithm', sa.String(length=10), nullable=False),
    sa.Column('place', sa.Enum('file', 'module', name='place', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('public', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('certificate', sa.Text(), nullable=True),
    sa.Column('crl', sa.LargeBinary(), nullable=True),
    sa.Column('authority_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('state', sa.Enum('active', 'retired', 'compromised', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('compromised_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['authority_id'], ['signing_key.id'], name=op.f('fk_signing_key_authority_id_signing_key')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_key')),
    sa.UniqueConstraint('kid', name=op.f('uq_signing_key_kid')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('signing_key', schema=None) as batch_op:
        batch_op.create_index('uq_signing_key_active', ['purpose'], unique=True, sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"))

    op.create_table('status_list',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status_list')),
    sqlite_autoincrement=True
    )
    op.create_table('signed_list',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('purpose', sa.Enum('revocation', 'suspension', name='purpose', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('bits_sha256', sa.String(length=64), nullable=False),
    sa.Column('kid', sa.String(length=40), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['status_list.id'], name=op.f('fk_signed_list_list_id_status_list')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_list')),
    sa.UniqueConstraint('list_id', 'purpose', name=op.f('uq_signed_list_list_id_purpose')),
    sqlite_autoincrement=True
    )
    op.create_table('status_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('certificate_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('award_id', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('position >= 0', name=op.f('ck_status_entry_position')),
    sa.ForeignKeyConstraint(['award_id'], ['award.id'], name=op.f('fk_status_entry_award_id_award')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_status_entry_certificate_id_certificate')),
    sa.ForeignKeyConstraint(['list_id'], ['status_list.id'], name=op.f('fk_status_entry_list_id_status_list')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status_entry')),
    sa.UniqueConstraint('certificate_id', name=op.f('uq_status_entry_certificate_id')),
    sa.UniqueConstraint('list_id', 'position', name=op.f('uq_status_entry_list_id_position')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('status_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_status_entry_award_id'), ['award_id'], unique=False)
        batch_op.create_index('ix_status_entry_marked', ['list_id', 'position'], unique=False, sqlite_where=sa.text('withdrawn_at IS NOT NULL OR suspended_at IS NOT NULL'), postgresql_where=sa.text('withdrawn_at IS NOT NULL OR suspended_at IS NOT NULL'))

    with op.batch_alter_table('certificate', schema=None, recreate='never') as batch_op:
        batch_op.add_column(sa.Column('credential_sha256', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('token_sha256', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('credential_kid', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('token_kid', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('document_kid', sa.String(length=40), nullable=True))
