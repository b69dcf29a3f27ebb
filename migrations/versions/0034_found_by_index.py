"""What grew with every exam, mark and class session is found by index, and words within names of
people by their trigrams."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_mark_attempt", "mark", ["attempt_id", "position"], None),
    ("ix_mark_by", "mark", ["by", "id"], None),
    ("ix_exam_result_attempt", "exam_result", ["attempt_id"], "attempt_id IS NOT NULL"),
    ("ix_exam_result_corrected", "exam_result", ["person_id"], "replaces_id IS NOT NULL"),
    ("ix_appeal_attempt", "appeal", ["attempt_id", "id"], None),
    ("ix_exam_booking_exam", "exam_booking", ["exam_id", "state", "ended_at"], None),
    ("ix_validation_person", "validation", ["person_id", "id"], None),
    ("ix_role_grant_role", "role_grant", ["role"], "ended_at IS NULL"),
    ("ix_assessment_draft_work", "assessment_draft", ["work_id"], "work_id IS NOT NULL"),
    ("ix_seat_ended", "seat", ["class_session_id", "person_id"], "ended_at IS NOT NULL"),
    ("ix_completion_withdrawn", "completion", ["person_id"], "withdrawn_at IS NOT NULL"),
    ("ix_evidence_withdrawn", "evidence", ["person_id"], "withdrawn_at IS NOT NULL"),
    (
        "ix_class_session_time",
        "class_session",
        [
            "starts_at",
            "id",
            "ends_at",
            "state",
            "course_id",
            "course_version_id",
            "delivery_mode_id",
            "language",
        ],
        None,
    ),
)
TRIGRAMS = (
    "CREATE VIRTUAL TABLE person_trigrams USING fts5"
    "(search_name, content='person', content_rowid='id', tokenize='trigram')",
    "INSERT INTO person_trigrams (person_trigrams) VALUES ('rebuild')",
    "CREATE TRIGGER person_trigrams_new AFTER INSERT ON person BEGIN"
    " INSERT INTO person_trigrams (rowid, search_name) VALUES (new.id, new.search_name); END",
    "CREATE TRIGGER person_trigrams_changed AFTER UPDATE OF search_name ON person BEGIN"
    " INSERT INTO person_trigrams (person_trigrams, rowid, search_name)"
    " VALUES ('delete', old.id, old.search_name);"
    " INSERT INTO person_trigrams (rowid, search_name) VALUES (new.id, new.search_name); END",
    "CREATE TRIGGER person_trigrams_gone AFTER DELETE ON person BEGIN"
    " INSERT INTO person_trigrams (person_trigrams, rowid, search_name)"
    " VALUES ('delete', old.id, old.search_name); END",
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        only = None if where is None else sa.text(where)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
    if op.get_bind().dialect.name == "postgresql":
        _trigrams_of_postgresql()
        return
    for statement in TRIGRAMS:
        op.execute(statement)


def _trigrams_of_postgresql() -> None:
    """PostgreSQL brings the extension along; where it may not be made, people are searched for
    among all of them, as before."""
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa.exc.DBAPIError as error:
        print(f"Searching for people stays slow without pg_trgm: {error.orig}")
        return
    op.execute(
        "CREATE INDEX ix_person_trigrams ON person USING gin (search_name gin_trgm_ops)"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX IF EXISTS ix_person_trigrams")
    else:
        for trigger in ("new", "changed", "gone"):
            op.execute(f"DROP TRIGGER person_trigrams_{trigger}")
        op.execute("DROP TABLE person_trigrams")
    for name, table, _columns, _where in INDEXES:
        op.drop_index(name, table_name=table)
