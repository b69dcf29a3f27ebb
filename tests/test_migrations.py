"""The schema: from empty to the head on both databases, equal to the models, data kept."""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import create_app
from certification.bulk.models import BulkAct, BulkItem
from lms import backup, schema, search
from lms.accounts.models import Organisation
from lms.api import tokens
from lms.cli import upgrade_safely
from lms.db import Base, db, unit
from tests.conftest import environment
from tests.factories import Factory
from tests.postgres import execute, in_database

pytestmark = pytest.mark.thorough


def test_an_empty_database_reaches_the_head_and_stays_there(tmp_path: Path) -> None:
    app = create_app(environment(tmp_path, f"sqlite:///{tmp_path / 'fresh.db'}"))
    schema.to_head(app)
    schema.to_head(app)
    with app.app_context():
        assert schema.current() == schema.head()
        assert schema.has_tables()
        db.engine.dispose()


TRIGRAMS = "ix_person_trigrams"


def is_ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Leave the tables of DBOS and what searches texts out: SQLite's and PostgreSQL's differ."""
    if kind == "index":
        return name != TRIGRAMS
    return not (kind == "table" and reflected and name not in Base.metadata.tables)


def test_the_head_is_what_the_models_say(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": is_ours},
        )
        found = [
            change
            for change in compare_metadata(context, Base.metadata)
            if isinstance(change, tuple) and change[0] not in ("modify_type", "add_fk", "remove_fk")
        ]
    assert found == []


def test_checks_and_partial_indexes_survive_the_migration(app: Flask) -> None:
    with app.app_context():
        inspector = sa.inspect(db.engine)
        checks = {check["name"] for check in inspector.get_check_constraints("class_session")}
        indexes = {index["name"] for index in inspector.get_indexes("seat")}
    assert "ck_class_session_room_seats" in checks
    assert "uq_seat_live" in indexes


def test_names_have_trigrams_that_follow_them(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            indexes = {one["name"] for one in sa.inspect(db.engine).get_indexes("person")}
            assert TRIGRAMS in indexes
            return
        asked = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'person'"
        names = set(db.session.scalars(sa.text(asked)))
    assert names == {f"person_trigrams_{when}" for when in ("new", "changed", "gone")}


def test_the_search_index_finds_words_by_their_beginning(app: Flask, make: Factory) -> None:
    with unit(writes=True):
        search.put("course", "1", "Foundation Training", "Größe und Übersicht")
        search.put("course", "2", "Security", "hardening")
    with unit(writes=False):
        assert search.find("course", "found") == ["1"]
        assert search.find("course", "ÜBER") == ["1"]
        assert search.find("course", "found hard") == []
        assert search.find("course", 'a" OR b* (') == []


def test_the_search_index_finds_codes_without_their_hyphens(app: Flask, make: Factory) -> None:
    with unit(writes=True):
        search.put("course", "1", "Installing", "ADM-210 Administrators")
        search.put("course", "2", "ADM210 Updating", "210 ADM")
        search.put("course", "3", "A part of 210", "ADM and 210")
    with unit(writes=False):
        assert sorted(search.find("course", "adm210")) == ["1", "2"]
        assert sorted(search.find("course", "ADM2")) == ["1", "2"]
        assert search.find("course", "adm210 install") == ["1"]
        assert search.find("course", "install adm210 admin") == ["1"]
        assert search.find("course", "adm211") == []


def test_rows_of_the_first_schema_are_there_at_the_head(tmp_path: Path) -> None:
    app = create_app(environment(tmp_path, f"sqlite:///{tmp_path / 'older.db'}"))
    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0001")
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=OFF")
            connection.exec_driver_sql(
                "INSERT INTO organisation (code, name, search_name, is_partner, created_at)"
                " VALUES ('acme', 'Acme', 'acme', 1, '2026-11-23 09:00:00')"
            )
            connection.commit()
        upgrade(directory=str(schema.FOLDER))
        with unit(writes=True):
            row = db.session.scalars(sa.select(Organisation)).one()
            tokens.make("t", tokens.SCOPES, days=30, organisation=row, by=1, now=row.created_at)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=OFF")
            with pytest.raises(IntegrityError, match="one_owner"):
                connection.exec_driver_sql("UPDATE api_token SET organisation_id = NULL")
        db.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'older.db'}"
        return
    server, worker = map(request.getfixturevalue, ("postgres_url", "worker_name"))
    execute(server, f"CREATE DATABASE older_{worker}")
    yield in_database(server, f"older_{worker}")
    execute(server, f"DROP DATABASE older_{worker} WITH (FORCE)")


def test_mass_acts_keep_their_rows_when_they_learn_to_issue(empty: str, tmp_path: Path) -> None:
    app = create_app(environment(tmp_path / "data", empty))
    when = "'2026-11-23 09:00:00'"
    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0014")
        with unit(writes=True):
            for text in (
                "INSERT INTO person (public_id, name, sort_name, search_name, language, time_zone,"
                f" created_at) VALUES ('p', 'Mona', 'mona', 'mona', 'en', 'UTC', {when})",
                "INSERT INTO bulk_act (kind, state, title, reason, created_by, created_at, run,"
                f" recalls_id) VALUES ('suspend', 'done', 'A', 'r', 1, {when}, 1, NULL),"
                f" ('lift', 'previewed', 'B', 'r', 1, {when}, 0, 1)",
                "INSERT INTO bulk_item (bulk_act_id, line, text, holder, achievement, flaw)"
                " VALUES (1, 1, 'x', '', '', ''), (2, 1, 'y', '', '', '')",
            ):
                db.session.execute(sa.text(text))
        upgrade(directory=str(schema.FOLDER))
        with unit(writes=False):
            acts = db.session.execute(
                sa.select(BulkAct.title, BulkAct.recalls_id).order_by(BulkAct.id)
            ).all()
            texts = db.session.scalars(sa.select(BulkItem.text).order_by(BulkItem.id)).all()
        assert ([tuple(act) for act in acts], list(texts)) == ([("A", None), ("B", 1)], ["x", "y"])
        with pytest.raises(IntegrityError, match="issues_a_scheme"), unit(writes=True):
            db.session.execute(sa.text("UPDATE bulk_act SET kind = 'issue' WHERE id = 2"))
        with pytest.raises(IntegrityError, match="bulk_act_kind"), unit(writes=True):
            db.session.execute(sa.text("UPDATE bulk_act SET kind = 'burn' WHERE id = 2"))
        db.engine.dispose()


def test_names_lose_their_accents_where_they_are_searched(empty: str, tmp_path: Path) -> None:
    app = create_app(environment(tmp_path / "data", empty))
    searched = sa.text("SELECT search_name FROM person ORDER BY id")
    new = sa.text(
        "INSERT INTO person (public_id, name, sort_name, search_name, language, time_zone,"
        " created_at) VALUES (:id, :name, :name, :name, 'en', 'UTC', '2026-11-23 09:00:00')"
    )
    names = ["åsa ångström a@x", "paweł wójcik", "plain", "李小龍", *["ó"] * 5_001]
    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0034")
        with unit(writes=True):
            rows = [{"id": str(n), "name": name} for n, name in enumerate(names)]
            db.session.execute(new, rows)
        upgrade(directory=str(schema.FOLDER), revision="0035")
        with unit(writes=False):
            found = list(db.session.scalars(searched))
            if db.engine.dialect.name == "sqlite":
                asked = "SELECT rowid FROM person_trigrams WHERE person_trigrams MATCH 'angstrom'"
                assert list(db.session.scalars(sa.text(asked))) == [1]
        assert found[:5] == ["asa angstrom a@x", "pawel wojcik", "plain", "李小龍", "o"]
        assert set(found[4:]) == {"o"}
        downgrade(directory=str(schema.FOLDER), revision="0034")
        upgrade(directory=str(schema.FOLDER), revision="0035")
        with unit(writes=False):
            assert list(db.session.scalars(searched)) == found
        db.engine.dispose()


def test_marks_stay_when_what_was_recorded_by_mistake_can_be_taken_back(
    empty: str, tmp_path: Path
) -> None:
    app = create_app(environment(tmp_path / "data", empty))
    columns = "class_session_id, person_id, at, by_person_id, replaces_id"
    same = "1, 1, '2026-11-23 09:00:00', 1"
    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0035")
        with unit(writes=True):
            db.session.execute(
                sa.text(
                    "INSERT INTO person (public_id, name, sort_name, search_name, language,"
                    " time_zone, created_at) VALUES ('p', 'Ada', 'ada', 'ada', 'en', 'UTC',"
                    " '2026-11-23 09:00:00')"
                )
            )
        _put(
            empty,
            "INSERT INTO class_session (code, course_version_id, course_id, delivery_mode_id,"
            " delivery_format_id, language, trainer_person_id, venue, room, join_url, time_zone,"
            " room_capacity, virtual_capacity, room_taken, virtual_taken, next_number, state,"
            " state_reason, starts_at, ends_at, revision, created_at) VALUES ('CS', 1, 1, 1, 1,"
            " 'en', 1, '', '', '', 'UTC', 1, 0, 0, 0, 1, 'scheduled', '', '2026-11-23 09:00:00',"
            " '2026-11-23 17:00:00', 1, '2026-11-01 09:00:00')",
        )
        for replaced in ("NULL", "1", "2"):
            _put(
                empty,
                f"INSERT INTO attendance ({columns}, presence)"
                f" VALUES ({same}, {replaced}, 'absent')",
            )
            _put(
                empty,
                f"INSERT INTO result ({columns}, outcome, score, note)"
                f" VALUES ({same}, {replaced}, 'passed', 81, 'Good')",
            )
        with unit(writes=False):
            before = _marks()
        for _turn in range(2):
            upgrade(directory=str(schema.FOLDER), revision="0036")
            with unit(writes=False):
                assert _marks() == before
            for table, says in (("attendance", "presence"), ("result", "outcome")):
                with pytest.raises(IntegrityError, match="mistake"), unit(writes=True):
                    db.session.execute(sa.text(f"UPDATE {table} SET {says} = NULL"))
                with pytest.raises(IntegrityError, match=says), unit(writes=True):
                    db.session.execute(sa.text(f"UPDATE {table} SET {says} = 'x'"))
            with pytest.raises(IntegrityError, match="score"), unit(writes=True):
                db.session.execute(sa.text("UPDATE result SET score = 101"))
            with pytest.raises(IntegrityError), unit(writes=True):
                db.session.execute(sa.text("UPDATE result SET replaces_id = NULL WHERE id = 3"))
            downgrade(directory=str(schema.FOLDER), revision="0035")
            with unit(writes=False):
                assert _marks() == before
        upgrade(directory=str(schema.FOLDER), revision="0036")
        _put(
            empty,
            f"INSERT INTO result ({columns}, note, mistake) VALUES ({same}, 3, '', 'Not hers')",
        )
        with pytest.raises(SystemExit):  # says why: facts were taken back
            downgrade(directory=str(schema.FOLDER), revision="0035")
        db.engine.dispose()


def _marks() -> list[tuple[object, ...]]:
    rows = [
        db.session.execute(sa.text(f"SELECT id, {what}, replaces_id FROM {table} ORDER BY id"))
        for table, what in (("attendance", "presence"), ("result", "outcome, score, note, at"))
    ]
    return [tuple(row) for found in rows for row in found]


def test_what_ended_is_found_by_its_day_and_rows_stay(empty: str, tmp_path: Path) -> None:
    app = create_app(environment(tmp_path / "data", empty))
    found = sa.text("SELECT count(*) FROM completion WHERE completed_on = '2026-11-23'")
    rows = (
        "INSERT INTO person (id, public_id, name, sort_name, search_name, language, time_zone,"
        " created_at) VALUES (1, 'p', 'A', 'a', 'a', 'en', 'UTC', '2026-11-23 09:00:00')",
        "INSERT INTO programme (id, code, slug, title, summary, position)"
        " VALUES (1, 'P', 'p', 'P', '', 1)",
        "INSERT INTO course (id, code, slug, programme_id, kind, position)"
        " VALUES (1, 'C', 'c', 1, 'course', 1)",
        "INSERT INTO course_version (id, course_id, number, state, title, summary, description,"
        " audience, outcomes, length_note, languages, is_self_paced, sample, content_hash,"
        " created_at, revision) VALUES (1, 1, 1, 'published', 'C', '', '', '', '[]', '', '[]',"
        " false, false, '', '2026-11-23 09:00:00', 1)",
        "INSERT INTO completion (person_id, course_id, course_version_id, source, source_id,"
        " completed_on, recorded_at, recorded_by, withdrawn_reason) VALUES (1, 1, 1, 'self_paced',"
        " 1, '2026-11-23', '2026-11-23 09:00:00', 1, '')",
    )
    names = {
        ("class_session", "ix_class_session_end"),
        ("completion", "ix_completion_day"),
        ("award", "ix_award_day"),
        ("revocation", "ix_revocation_day"),
    }

    def there() -> set[tuple[str, str]]:
        look = sa.inspect(db.engine)
        tables = {table for table, _name in names}
        return {(t, str(one["name"])) for t in tables for one in look.get_indexes(t)} & names

    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0036")
        with unit(writes=True):
            for row in rows:
                db.session.execute(sa.text(row))
        for step, wanted in ((upgrade, names), (downgrade, set()), (upgrade, names)):
            step(directory=str(schema.FOLDER), revision="0037" if wanted else "0036")
            assert there() == wanted
            with unit(writes=False):
                assert db.session.scalar(found) == 1
        db.engine.dispose()


def test_rosters_are_settled_and_slips_counted_by_what_is_there(empty: str, tmp_path: Path) -> None:
    app = create_app(environment(tmp_path / "data", empty))
    settled = sa.text("SELECT settled_seats FROM class_session ORDER BY id")
    slips = sa.text("SELECT slips FROM certificate_check ORDER BY id")
    columns = "class_session_id, person_id, at, by_person_id, replaces_id"
    when = "'2026-11-23 09:00:00'"
    session = (
        "INSERT INTO class_session (id, code, course_version_id, course_id, delivery_mode_id,"
        " delivery_format_id, language, trainer_person_id, venue, room, join_url, time_zone,"
        " room_capacity, virtual_capacity, room_taken, virtual_taken, next_number, state,"
        " state_reason, starts_at, ends_at, revision, created_at) VALUES ({0}, 'CS{0}', 1, 1, 1,"
        " 1, 'en', 1, '', '', '', 'UTC', 2, 0, {1}, 0, 1, 'scheduled', '', {2}, {2}, 1, {3})"
    )
    seat = (
        "INSERT INTO seat (class_session_id, person_id, kind, tier_rank, number, taken_at,"
        " ended_at, end_reason) VALUES ({}, {}, 'room', 1, 1, " + when + ", {}, '')"
    )
    result = f"INSERT INTO result ({columns}, outcome, note, mistake) VALUES ({{}}, {{}}, {when},"
    absent = f"INSERT INTO attendance ({columns}, presence) VALUES ({{}}, {{}}, {when}, 1, NULL, "
    check = sa.text(
        "INSERT INTO certificate_check (public_id, person_id, checked_at, counts, result_sha256,"
        f" result) VALUES (:id, 1, {when}, '{{}}', '', :result)"
    )
    rows = [
        # 1: one passed, one absent; 2: one not marked; 3: taken back; 4: yet to come; 5: given up
        *(session.format(n, 2, when, when) for n in (1, 2)),
        session.format(3, 1, when, when),
        session.format(4, 1, "'2096-11-23 09:00:00'", when),
        session.format(5, 0, when, when),
        *(seat.format(n, person, "NULL") for n in (1, 2) for person in (1, 2)),
        *(seat.format(n, 1, "NULL") for n in (3, 4)),
        seat.format(5, 1, when),
        *(result.format(n, 1) + " 1, NULL, 'passed', '', '')" for n in (1, 2, 3, 4)),
        result.format(3, 1) + " 1, 3, NULL, '', 'Not hers')",
        absent.format(1, 2) + "'absent')",
        absent.format(2, 2) + "'present')",
    ]
    file = (
        b"\xef\xbb\xbfentry,verdict,hint,repeats\r\nx,not_found,mistyped,\r\n"
        b"x,not_found,mistyped,1\r\ny,valid,,\r\n"
    )
    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0037")
        with unit(writes=True):
            db.session.execute(
                sa.text(
                    "INSERT INTO person (public_id, name, sort_name, search_name, language,"
                    f" time_zone, created_at) VALUES ('p', 'A', 'a', 'a', 'en', 'UTC', {when})"
                )
            )
            for name, content in (("a", zlib.compress(file)), ("b", None)):
                db.session.execute(check, {"id": name, "result": content})
        for row in rows:
            _put(empty, row)
        for _turn in range(2):
            upgrade(directory=str(schema.FOLDER), revision="0038")
            with unit(writes=False):
                assert list(db.session.scalars(settled)) == [2, 0, 0, 0, 0]
                found = [
                    json.loads(one) if isinstance(one, str) else one
                    for one in db.session.scalars(slips)
                ]
            assert found == [{"mistyped": 1}, {}]
            downgrade(directory=str(schema.FOLDER), revision="0037")
        db.engine.dispose()


def test_rubrics_come_and_go_and_results_keep_their_checks(empty: str, tmp_path: Path) -> None:
    app = create_app(environment(tmp_path / "data", empty))
    tables = {
        "rubric_version", "submitted_work", "assessment_draft", "assessment", "assessment_mark",
    }  # fmt: skip
    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0026")
        for _turn in range(2):
            downgrade(directory=str(schema.FOLDER), revision="0025")
            inspector = sa.inspect(db.engine)
            assert not tables & set(inspector.get_table_names())
            columns = [column["name"] for column in inspector.get_columns("exam_result")]
            checks = [check["name"] for check in inspector.get_check_constraints("exam_result")]
            assert "assessed_as" not in columns
            assert "ck_exam_result_score" in checks
            upgrade(directory=str(schema.FOLDER), revision="0026")
            assert tables <= set(sa.inspect(db.engine).get_table_names())
        db.engine.dispose()


def test_sittings_and_appeals_come_and_go_and_assessments_stay_frozen(
    empty: str, tmp_path: Path
) -> None:
    app = create_app(environment(tmp_path / "data", empty))
    tables = {"assessment_sitting", "judgement", "assessment_appeal"}
    judged = (
        "INSERT INTO assessment (result_id, rubric_id, kind, rule, points, full_points, missed, "
        "comment, reason, \"by\", at) VALUES (1, 1, 'practical', 'share-1', '7', '10', '[]', "
        "'', '', 1, '2026-11-23 09:00:00')"
    )
    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0032")
        _put(empty, judged)
        for _turn in range(2):
            upgrade(directory=str(schema.FOLDER), revision="0029")
            inspector = sa.inspect(db.engine)
            assert tables <= set(inspector.get_table_names())
            assert "sitting_id" in [one["name"] for one in inspector.get_columns("assessment")]
            with pytest.raises(DBAPIError, match="frozen"), unit(writes=True):
                db.session.execute(sa.text("UPDATE assessment SET comment = 'x'"))
            downgrade(directory=str(schema.FOLDER), revision="0032")
            inspector = sa.inspect(db.engine)
            assert not tables & set(inspector.get_table_names())
            assert "sitting_id" not in [one["name"] for one in inspector.get_columns("assessment")]
            with pytest.raises(DBAPIError, match="frozen"), unit(writes=True):
                db.session.execute(sa.text("DELETE FROM assessment"))
        with unit(writes=False):
            assert db.session.scalar(sa.text("SELECT points FROM assessment")) == "7"
        db.engine.dispose()


def _put(url: str, statement: str) -> None:
    """Insert a row whatever it refers to: the test is about its own table."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute(statement)
    else:
        execute(url, f"SET session_replication_role = replica; {statement}")


def test_an_upgrade_backs_up_what_was_there_first(empty: str, tmp_path: Path) -> None:
    app = create_app(environment(tmp_path / "data", empty))
    with app.app_context():
        upgrade(directory=str(schema.FOLDER), revision="0001")
        with unit(writes=True):
            db.session.execute(
                sa.text(
                    "INSERT INTO organisation (code, name, search_name, is_partner, created_at)"
                    " VALUES ('acme', 'Acme', 'acme', true, '2026-11-23 09:00:00')"
                )
            )

    made = upgrade_safely(app)

    assert made is not None
    assert made.parent == tmp_path / "data" / "backups"
    backup.verify(made, tmp_path)
    with app.app_context():
        assert schema.current() == schema.head()
        with unit(writes=False):
            assert db.session.scalars(sa.select(Organisation.name)).all() == ["Acme"]
        db.engine.dispose()
    assert upgrade_safely(app) is None
    with app.app_context():
        db.engine.dispose()
