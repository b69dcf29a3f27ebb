"""Mass acts that issue what was earned: of which certification, for whom, and what each row made.

SQLite cannot change a CHECK: both tables are built anew there, and no trigger stands on them. The
rows go aside first, because a table that others point to cannot be dropped while they do.
"""

from alembic import op
import sqlalchemy as sa

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ("suspend", "lift", "revoke", "reissue", "issue")
ISSUES = "(kind = 'issue') = (scheme_id IS NOT NULL)"
ACT = (
    "id, kind, state, title, reason, created_by, created_at, approved_by, run, run_at, finished_at"
)
ITEM = "id, bulk_act_id, line, text, certificate_id, holder, achievement, flaw, done_at"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _build_anew()
    else:
        _alter()


def _alter() -> None:
    op.drop_constraint("kind", "bulk_act", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_check_constraint(op.f("ck_bulk_act_kind"), "bulk_act", f"kind IN ({listed})")
    op.add_column("bulk_act", sa.Column("scheme_id", ID, nullable=True))
    op.create_foreign_key(
        op.f("fk_bulk_act_scheme_id_scheme"), "bulk_act", "scheme", ["scheme_id"], ["id"]
    )
    op.create_check_constraint(op.f("ck_bulk_act_issues_a_scheme"), "bulk_act", ISSUES)
    op.add_column("bulk_item", sa.Column("person_id", ID, nullable=True))
    op.add_column("bulk_item", sa.Column("made_id", ID, nullable=True))
    op.create_foreign_key(
        op.f("fk_bulk_item_person_id_person"), "bulk_item", "person", ["person_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_bulk_item_made_id_certificate"), "bulk_item", "certificate", ["made_id"], ["id"]
    )
    op.create_unique_constraint(
        op.f("uq_bulk_item_bulk_act_id_person_id"), "bulk_item", ["bulk_act_id", "person_id"]
    )


def _build_anew() -> None:
    for table in ("bulk_item", "bulk_act"):
        op.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
        if table == "bulk_act":
            op.execute("UPDATE bulk_act SET recalls_id = NULL")
        op.drop_table(table)
    _create_act()
    _create_item()
    op.execute(f"INSERT INTO bulk_act ({ACT}) SELECT {ACT} FROM kept_bulk_act")
    op.execute(
        "UPDATE bulk_act SET recalls_id ="
        " (SELECT recalls_id FROM kept_bulk_act AS kept WHERE kept.id = bulk_act.id)"
    )
    op.execute(f"INSERT INTO bulk_item ({ITEM}) SELECT {ITEM} FROM kept_bulk_item")
    op.drop_table("kept_bulk_item")
    op.drop_table("kept_bulk_act")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _create_act() -> None:
    op.create_table(
        "bulk_act",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", _choice("kind", *KINDS), nullable=False),
        sa.Column(
            "state",
            _choice("state", "previewed", "running", "paused", "cancelled", "done"),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("run", ID, nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalls_id", ID, nullable=True),
        sa.Column("scheme_id", ID, nullable=True),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> created_by", name=op.f("ck_bulk_act_two_people")
        ),
        sa.CheckConstraint(
            "kind <> 'revoke' OR state IN ('previewed', 'cancelled') OR approved_by IS NOT NULL",
            name=op.f("ck_bulk_act_approved"),
        ),
        sa.CheckConstraint(ISSUES, name=op.f("ck_bulk_act_issues_a_scheme")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_bulk_act_created_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["person.id"], name=op.f("fk_bulk_act_approved_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["recalls_id"], ["bulk_act.id"], name=op.f("fk_bulk_act_recalls_id_bulk_act")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_bulk_act_scheme_id_scheme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
        sa.UniqueConstraint("recalls_id", name=op.f("uq_bulk_act_recalls_id")),
        sqlite_autoincrement=True,
    )


def _create_item() -> None:
    op.create_table(
        "bulk_item",
        sa.Column("id", ID, nullable=False),
        sa.Column("bulk_act_id", ID, nullable=False),
        sa.Column("line", ID, nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("certificate_id", ID, nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("made_id", ID, nullable=True),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("achievement", sa.String(length=200), nullable=False),
        sa.Column("flaw", sa.String(length=40), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulk_act_id"], ["bulk_act.id"], name=op.f("fk_bulk_item_bulk_act_id_bulk_act")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_bulk_item_certificate_id_certificate"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_bulk_item_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["made_id"], ["certificate.id"], name=op.f("fk_bulk_item_made_id_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_item")),
        sa.UniqueConstraint("bulk_act_id", "line", name=op.f("uq_bulk_item_bulk_act_id_line")),
        sa.UniqueConstraint(
            "bulk_act_id", "certificate_id", name=op.f("uq_bulk_item_bulk_act_id_certificate_id")
        ),
        sa.UniqueConstraint(
            "bulk_act_id", "person_id", name=op.f("uq_bulk_item_bulk_act_id_person_id")
        ),
        sqlite_autoincrement=True,
    )
