"""`flask catalog load` fills the item bank: twice changes nothing, a change makes a version."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.competency.models import Competency
from certification.items import actions, queries
from certification.items.models import (
    Item,
    ItemCompetency,
    ItemEnemy,
    ItemPicture,
    ItemState,
    ItemVersion,
)
from lms import audit
from lms.db import db, unit
from lms.permissions import Role
from reporting.cli import SHIPPED
from tests.factories import Factory
from tests.reporting.conftest import load_folder

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("frozen")]

Edit = Callable[[str, str, str], None]
ARCH, SEC = "items-adm-arch.yaml", "items-adm-sec.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped folder, with two of its banks."""
    path = Path(shutil.copytree(SHIPPED, tmp_path / "files"))
    for bank in path.glob("items-*.yaml"):
        if bank.name not in (ARCH, SEC):
            bank.unlink()
    for paper in path.glob("exam-*.yaml"):
        paper.unlink()  # two banks are too few for its forms
    return path


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace the first occurrence of a text in one of the files."""

    def change(name: str, old: str, new: str) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def versions(code: str) -> list[tuple[int, str]]:
    """(number, state) of an item's versions."""
    with unit(writes=False):
        found = db.session.execute(
            sa.select(ItemVersion.number, ItemVersion.state)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(Item.code == code)
            .order_by(ItemVersion.number)
        )
        return [(number, state.value) for number, state in found]


def enemies() -> set[tuple[str, str]]:
    one, other = sa.orm.aliased(Item), sa.orm.aliased(Item)
    with unit(writes=False):
        found = db.session.execute(
            sa.select(one.code, other.code)
            .select_from(ItemEnemy)
            .join(one, one.id == ItemEnemy.item_id)
            .join(other, other.id == ItemEnemy.other_id)
        )
        return {(a, b) for a, b in found}


def test_items_come_active_or_as_pilots_with_the_hash_of_their_entry(
    app: Flask, make: Factory, folder: Path
) -> None:
    result = load_folder(app, folder)

    assert result.exit_code == 0, result.output
    assert "item version      29 added" in result.output
    assert versions("ADM-ARCH-01") == [(1, "active")]
    assert versions("ADM-ARCH-09") == [(1, "pilot")]
    with unit(writes=False):
        rows = db.session.scalars(sa.select(ItemVersion)).all()
        assert all(len(row.loaded_sha256 or "") == 64 for row in rows)
        assert {(row.approved_by, row.created_by) for row in rows} == {(None, None)}
        assert {row.source for row in rows if row.difficulty == 80} == {
            "Sample content: ADM-201, High availability",
            "Sample content: ADM-210, Identity and keys",
        }
        assert list(audit.verify()) == []


@pytest.mark.sqlite
def test_items_show_their_competencies_with_level_and_weight(
    app: Flask, make: Factory, folder: Path
) -> None:
    load_folder(app, folder)
    with unit(writes=False):
        shown = db.session.execute(
            sa.select(Competency.code, ItemCompetency.level, ItemCompetency.weight)
            .join(Competency, Competency.id == ItemCompetency.competency_id)
            .join(ItemVersion, ItemVersion.id == ItemCompetency.version_id)
            .join(Item, Item.id == ItemVersion.item_id)
            .where(Item.code == "ADM-ARCH-06")
            .order_by(Competency.code)
        ).all()
    assert shown == [("ADM.ARCH", 3, 70), ("ADM.SEC", 2, 30)]


def test_the_picture_of_a_hotspot_is_in_the_store(app: Flask, make: Factory, folder: Path) -> None:
    load_folder(app, folder)
    png = (folder / "pictures" / "adm-network.png").read_bytes()
    with unit(writes=False):
        picture = db.session.scalars(sa.select(ItemPicture)).one()
        version = db.session.scalars(
            sa.select(ItemVersion).where(ItemVersion.kind == "hotspot")
        ).one()
    assert app.extensions["storage"].get(picture.sha256) == png
    assert (picture.width, picture.height) == (640, 440)
    assert version.content["picture"] == {
        "sha256": picture.sha256,
        "width": 640,
        "height": 440,
    }


@pytest.mark.sqlite
def test_a_picture_is_shown_to_those_who_see_its_bank(
    app: Flask, make: Factory, folder: Path
) -> None:
    load_folder(app, folder)
    png = (folder / "pictures" / "adm-network.png").read_bytes()
    address = f"/manage/items/pictures/{hashlib.sha256(png).hexdigest()}.png"
    author = make.sign_in(app.test_client(), make.person("Ada", Role.AUTHOR))
    other = make.person("Ben", Role.AUTHOR, programme_code="DEV")
    outsider = make.sign_in(app.test_client(), other)

    answer = author.get(address)

    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", png)
    assert outsider.get(address).status_code == 404
    assert author.get(f"/manage/items/pictures/{'0' * 64}.png").status_code == 404
    assert author.post(address).status_code in (400, 405)


@pytest.mark.sqlite
def test_a_changed_picture_is_a_new_version_of_its_item(
    app: Flask, make: Factory, folder: Path
) -> None:
    load_folder(app, folder)
    path = folder / "pictures" / "adm-network.png"
    path.write_bytes(path.read_bytes() + b"\n")
    assert "item version      1 added, 28 unchanged" in load_folder(app, folder).output
    assert versions("ADM-SEC-16") == [(1, "retired"), (2, "pilot")]


@pytest.mark.sqlite
def test_loading_items_twice_changes_nothing(app: Flask, make: Factory, folder: Path) -> None:
    load_folder(app, folder)
    before = enemies()
    assert "Nothing changed." in load_folder(app, folder).output
    assert enemies() == before
    assert versions("ADM-SEC-01") == [(1, "active")]


def test_a_changed_item_is_a_new_version_and_the_old_one_retires(
    app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    load_folder(app, folder)
    edit(ARCH, "One of three application nodes", "One of four application nodes")
    assert "item version      1 added, 28 unchanged" in load_folder(app, folder).output
    assert versions("ADM-ARCH-01") == [(1, "retired"), (2, "active")]


@pytest.mark.sqlite
def test_an_item_that_goes_back_is_a_third_version(
    app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    load_folder(app, folder)
    for old, new in (("One of three", "One of four"), ("One of four", "One of three")):
        edit(ARCH, f"{old} application", f"{new} application")
        load_folder(app, folder)
    assert versions("ADM-ARCH-01") == [(1, "retired"), (2, "retired"), (3, "active")]


def test_what_people_did_with_an_item_stays_until_its_entry_changes(
    app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    load_folder(app, folder)
    kim = make.person("Kim", Role.AUTHOR)
    with unit(writes=False):
        item = db.session.scalars(sa.select(Item).where(Item.code == "ADM-ARCH-01")).one()
        version = queries.versions_of(item)[0]
    make.moved(version, ItemState.SUSPENDED, by=kim)
    assert "Nothing changed." in load_folder(app, folder).output
    edit(ARCH, "cluster of five voting nodes", "cluster of seven voting nodes")
    assert "item version      1 added, 28 unchanged" in load_folder(app, folder).output
    assert versions("ADM-ARCH-01") == [(1, "suspended")]
    edit(ARCH, "One of three application nodes", "One of four application nodes")
    load_folder(app, folder)
    assert versions("ADM-ARCH-01") == [(1, "retired"), (2, "active")]


@pytest.mark.sqlite
def test_a_changed_entry_waits_for_the_draft_that_somebody_has_open(
    app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    load_folder(app, folder)
    kim = make.person("Kim", Role.AUTHOR)
    with unit(writes=True):
        item = db.session.scalars(sa.select(Item).where(Item.code == "ADM-ARCH-01")).one()
        actions.start_draft(item, by=kim.id, now=make.now)
    edit(ARCH, "One of three application nodes", "One of four application nodes")

    result = load_folder(app, folder)

    assert result.exit_code == 1
    assert f"{ARCH}:6: ADM-ARCH-01: Somebody works on a draft of this item." in result.stderr
    assert versions("ADM-ARCH-01") == [(1, "active"), (2, "draft")]


def test_enemies_of_the_files_are_enemies_of_the_bank(
    app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    load_folder(app, folder)
    assert ("ADM-ARCH-03", "ADM-ARCH-04") in enemies()
    edit(ARCH, "enemies: [ADM-ARCH-04]", "enemies: [ADM-ARCH-04, ADM-ARCH-02]")
    load_folder(app, folder)
    assert ("ADM-ARCH-02", "ADM-ARCH-03") in enemies()


BROKEN = [
    (ARCH, "key: [c]", "key: [x]", "ADM-ARCH-01: The key names an option that is not there."),
    (ARCH, "key: [c]", "key: []", "ADM-ARCH-01: The key is incomplete: say what is right."),
    (ARCH, "key: [c]", "keys: [c]", "There is no field “keys”."),
    (ARCH, "            c: Der Zustand", "            x: Der Zustand",
     "ADM-ARCH-01: The text of “c” is missing in “de”."),
    (ARCH, "kind: number", "kind: numbers", "ADM-ARCH-02: “kind” cannot be read."),
    (ARCH, "competency: ADM.ARCH", "competency: ADM.ARC", "unknown competency “ADM.ARC”"),
    (ARCH, "competency: ADM.ARCH", "competency: DEV.ARCH", "unknown competency “DEV.ARCH”"),
    (ARCH, "ADM.ARCH, level: 2", "ADM.ARCH, level: 7", "level 7 is above the scale of 4"),
    (ARCH, "competency: ADM.SEC", "competency: ADM.ARCH", "competency “ADM.ARCH” is used twice"),
    (ARCH, "module: High availability", "module: Availability", "unknown module “Availability”"),
    (ARCH, "course: ADM-201", "course: ADM-202", "unknown course “ADM-202”"),
    (ARCH, "enemies: [ADM-ARCH-04]", "enemies: [ADM-ARCH-44]", "unknown item “ADM-ARCH-44”"),
    (ARCH, "enemies: [ADM-ARCH-04]", "enemies: [ADM-ARCH-03]", "unknown item “ADM-ARCH-03”"),
    (ARCH, "code: ADM-ARCH-02", "code: ADM-ARCH-01", "item code “ADM-ARCH-01” is used twice"),
    (SEC, "code: ADM-SEC-01", "code: ADM-ARCH-01", "item code “ADM-ARCH-01” is used twice"),
    (ARCH, "programme: ADM", "programme: ADX", "unknown programme “ADX”"),
    (ARCH, "difficulty: 80", "difficulty: 101", "less than or equal to 100"),
    (ARCH, "    difficulty: 80\n", "", "difficulty belongs to an item of the written part"),
    (SEC, "    part: practical\n", "", "an essay belongs to the practical part"),
    (SEC, "file: pictures/adm-network.png", "file: pictures/x.png",
     "“pictures/x.png” is no PNG of this folder"),
    (SEC, "file: pictures/adm-network.png", "file: ../people.yaml",
     "“../people.yaml” is no PNG of this folder"),
    (SEC, "criteria: [{id: findings, points: 3}", "criteria: [{id: findings, points: 1}",
     "ADM-SEC-17: The criteria do not add up to 10 points."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "reason"), BROKEN)
@pytest.mark.sqlite
def test_each_flaw_of_an_item_names_its_file_and_line_and_nothing_is_written(
    app: Flask, make: Factory, folder: Path, edit: Edit, name: str, old: str, new: str, reason: str
) -> None:
    edit(name, old, new)

    result = load_folder(app, folder)

    assert result.exit_code == 1
    named = next(line for line in result.stderr.splitlines() if reason in line)
    file, line, _text = named.split(":", 2)
    text = (folder / name).read_text(encoding="utf-8").splitlines()
    changed = next(
        (i for i, (a, b) in enumerate(zip(_shipped(name), text, strict=False), 1) if a != b), 0
    )
    assert file == name
    assert abs(int(line) - changed) <= 12, "the line is in the item that was broken"
    with unit(writes=False):
        assert db.session.scalar(sa.select(sa.func.count(Item.id))) == 0


def _shipped(name: str) -> list[str]:
    return (SHIPPED / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.sqlite
def test_a_folder_may_leave_items_out(app: Flask, make: Factory, folder: Path) -> None:
    for name in (ARCH, SEC):
        (folder / name).unlink()
    assert load_folder(app, folder).exit_code == 0
