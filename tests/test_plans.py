"""The look at plans: what goes through a whole table is found, what follows an index is not."""

from pathlib import Path

import pytest

from tests.plans import MEANT, Watch

HOLDER = "SELECT holder.id FROM {} AS holder JOIN account ON account.person_id = holder.id"
SCANS = [
    "SELECT id FROM person",
    "SELECT id FROM person WHERE name = ?",
    "SELECT id FROM person ORDER BY id LIMIT ?",
    "UPDATE mark SET comment = ''",
    HOLDER.format("person") + " WHERE holder.time_zone = ?",
    "SELECT id FROM course WHERE id IN (SELECT course_id FROM completion WHERE source_id = ?)",
    "SELECT status FROM workflow_status WHERE status IN (?)",
]
FINDS = [
    "SELECT id FROM person WHERE public_id = ?",
    "SELECT id FROM course",
    "SELECT person_id FROM completion WHERE withdrawn_at IS NOT NULL",
    "SELECT workflow_uuid FROM workflow_status WHERE status = 'PENDING'",
    "INSERT INTO programme SELECT * FROM programme",
]


@pytest.fixture
def watch(template_file: Path) -> Watch:
    """One that has seen nothing."""
    return Watch(template_file)


@pytest.mark.parametrize("text", SCANS)
def test_a_walk_through_a_table_that_grows_is_found(watch: Watch, text: str) -> None:
    watch.look(text, who="lms/somewhere.py:somebody")
    (found,) = watch.taken()
    assert found.startswith("lms/somewhere.py:somebody: SCAN ")
    assert watch.taken() == []


@pytest.mark.parametrize("text", FINDS)
def test_what_an_index_finds_is_not(watch: Watch, text: str) -> None:
    watch.look(text, who="lms/somewhere.py:somebody")
    assert watch.taken() == []


def test_what_is_meant_and_what_tests_ask_are_left_out(watch: Watch) -> None:
    watch.look("SELECT id FROM person", who=next(iter(MEANT)))
    watch.look("SELECT name FROM person")
    assert watch.taken() == []


def test_each_meant_place_is_there() -> None:
    for place in MEANT:
        path, function = place.split(":")
        assert f"def {function}(" in Path(path).read_text(encoding="utf-8"), place
