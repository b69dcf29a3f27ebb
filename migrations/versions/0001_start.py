"""interim while models still move

Revision ID: 0001
"""

from alembic import op

from lms.db import Base
from lms.search import ddl

revision = "0001"
down_revision = None


def upgrade() -> None:
    bind = op.get_bind()
    Base.metadata.create_all(bind)
    for statement in ddl(bind.dialect.name):
        op.execute(statement)
