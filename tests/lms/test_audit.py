"""The audit log's chain holds, and whatever is changed behind its back is found."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from lms import audit
from lms.audit import AuditEntry, AuditPrivate
from lms.db import db, unit
from tests.factories import Factory


@pytest.fixture
def chain(app: Flask, make: Factory, now: datetime) -> None:
    """Five acts in three units, one of them with personal values."""
    person = make.person("Ada")
    for count in (1, 2, 1):
        with unit(writes=True):
            for number in range(count):
                audit.record("thing.done", "thing", number, by=person.id, now=now, step=number)
    with unit(writes=True):
        audit.record(
            "name.changed", "person", person.id, by=None, now=now, private={"name": "Ada L."}
        )


def flaws() -> set[tuple[int, str]]:
    with unit(writes=False):
        return {(flaw.entry_id, flaw.code) for flaw in audit.verify()}


def change(statement: sa.sql.dml.UpdateBase) -> None:
    with unit(writes=True):
        db.session.execute(statement)


def last() -> int:
    with unit(writes=False):
        return db.session.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0


@pytest.mark.usefixtures("chain")
def test_an_untouched_chain_holds() -> None:
    assert last() >= 5
    assert flaws() == set()


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    "values", [{"act": "thing.undone"}, {"by_person_id": 99}, {"facts": {"step": 9}}]
)
def test_an_edited_entry_is_found(values: dict[str, object]) -> None:
    entry = last() - 1
    change(sa.update(AuditEntry).where(AuditEntry.id == entry).values(values))
    assert flaws() == {(entry, "edited")}


@pytest.mark.usefixtures("chain")
def test_an_entry_with_a_forged_hash_breaks_the_next_one() -> None:
    entry = last() - 1
    change(sa.update(AuditEntry).where(AuditEntry.id == entry).values(act="x", hash="0" * 64))
    assert (entry + 1, "chain_broken") in flaws()


@pytest.mark.usefixtures("chain")
def test_a_deleted_entry_is_found() -> None:
    entry = last() - 2
    change(sa.delete(AuditPrivate).where(AuditPrivate.entry_id == entry))
    change(sa.delete(AuditEntry).where(AuditEntry.id == entry))
    assert {(entry, "missing"), (entry + 1, "chain_broken")} <= flaws()


@pytest.mark.usefixtures("chain")
def test_a_truncated_chain_is_found() -> None:
    entry = last()
    change(sa.delete(AuditPrivate).where(AuditPrivate.entry_id == entry))
    change(sa.delete(AuditEntry).where(AuditEntry.id == entry))
    assert flaws() == {(entry, "truncated")}


@pytest.mark.usefixtures("chain")
def test_edited_personal_values_are_found_and_erased_ones_are_not_missed() -> None:
    entry = last()
    own = AuditPrivate.entry_id == entry
    change(sa.update(AuditPrivate).where(own).values(facts={"name": "Eve"}))
    assert flaws() == {(entry, "private_edited")}
    change(sa.delete(AuditPrivate).where(own))
    assert flaws() == set()


@pytest.mark.usefixtures("chain")
def test_the_command_proves_it_and_says_where_it_does_not_hold(app: Flask) -> None:
    runner = app.test_cli_runner()
    fine = runner.invoke(args=["audit", "verify"])
    assert (fine.exit_code, fine.output.strip()) == (0, "The chain holds.")
    entry = last() - 1
    change(sa.update(AuditEntry).where(AuditEntry.id == entry).values(act="x"))
    broken = runner.invoke(args=["audit", "verify"])
    assert broken.exit_code == 1
    assert f"entry {entry}: edited" in broken.output


def test_what_is_rolled_back_leaves_no_entry(app: Flask, make: Factory, now: datetime) -> None:
    make.person("Ada")
    before = last()

    def half_done() -> None:
        with unit(writes=True):
            audit.record("thing.done", "thing", 1, by=None, now=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    make.person("Bob")
    with unit(writes=False):
        acts = db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.id > before)).all()
    assert "thing.done" not in acts
    assert flaws() == set()
