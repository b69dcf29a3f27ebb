"""`flask catalog load` brings an exam's rules, blueprint and cut score; a change is a new one."""

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.exams.models import Exam, ExamPolicy
from certification.papers.models import Blueprint, BlueprintCell, CutScore, ExamForm, PaperState
from certification.rubrics.actions import start_draft
from certification.rubrics.models import RubricVersion
from lms import audit
from lms.db import db, unit
from tests.conftest import NOW
from tests.factories import Factory
from tests.reporting.conftest import load_folder

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("frozen")]

Edit = Callable[[str, str], None]
PAPER = "exam-adm.yaml"


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace the first occurrence of a text in the exam's file."""

    def change(old: str, new: str) -> None:
        path = folder / PAPER
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {PAPER}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def policies() -> list[tuple[int, date, int]]:
    with unit(writes=False):
        rows = db.session.scalars(sa.select(ExamPolicy).order_by(ExamPolicy.number))
        return [(row.number, row.effective_from, row.minutes) for row in rows]


def blueprints() -> list[tuple[int, str, int]]:
    with unit(writes=False):
        rows = db.session.scalars(sa.select(Blueprint).order_by(Blueprint.number))
        return [(row.number, row.state.value, row.scored_items) for row in rows]


def cuts() -> list[tuple[Fraction, str]]:
    with unit(writes=False):
        rows = db.session.scalars(sa.select(CutScore).order_by(CutScore.id))
        return [(row.cut, row.method) for row in rows]


def rubrics() -> list[tuple[int, str, int, bool]]:
    """(number, state, criteria, whether it came from a file)"""
    with unit(writes=False):
        rows = db.session.scalars(sa.select(RubricVersion).order_by(RubricVersion.number))
        return [
            (row.number, row.state.value, len(row.content["criteria"]), row.content_sha256 != "")
            for row in rows
        ]


def test_a_rubric_comes_with_the_exam_and_a_changed_one_is_a_new_version(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    assert rubrics() == [(1, "published", 5, True)]
    edit("name: Partly, points: 2", "name: Partly, points: 3")
    assert "rubric" in load_folder(app, folder).output
    assert rubrics() == [(1, "retired", 5, True), (2, "published", 5, True)]
    assert "Nothing changed." in load_folder(app, folder).output


@pytest.mark.sqlite
def test_a_changed_rubric_waits_for_the_draft_that_somebody_has_open(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    with unit(writes=True):
        start_draft(db.session.scalars(sa.select(Exam)).one(), by=None, now=NOW)
    assert "Nothing changed." in load_folder(app, folder).output
    edit("name: Partly, points: 2", "name: Partly, points: 3")
    result = load_folder(app, folder)
    assert result.exit_code == 1
    assert "somebody works on a draft of the rubric of ADM-300" in result.stderr
    assert rubrics()[0] == (1, "published", 5, True)


@pytest.mark.sqlite
def test_the_shipped_exam_has_rules_a_blueprint_and_a_cut_score(
    app: Flask, make: Factory, folder: Path
) -> None:
    result = load_folder(app, folder)

    assert result.exit_code == 0, result.output
    assert policies() == [(1, date(2024, 1, 1), 75)]
    assert blueprints() == [(1, "published", 40)]
    assert cuts() == [(Fraction(65), "fixed")]
    with unit(writes=False):
        policy = db.session.scalars(sa.select(ExamPolicy)).one()
        cells = db.session.scalars(sa.select(BlueprintCell).order_by(BlueprintCell.id)).all()
        assert list(audit.verify()) == []
    assert set(policy.rules) == {"en", "de"}
    assert policy.retakes == {
        "waits": [14, 30, 90],
        "most": 4,
        "window_days": 365,
        "after_pass_days": 540,
        "reset_on_new_version": True,
    }
    assert len(cells) == 24
    assert (cells[6].hardest, cells[6].easiest, cells[6].least, cells[6].most) == (75, 100, 1, 2)


@pytest.mark.sqlite
def test_loading_an_exam_twice_changes_nothing(
    loaded: None, app: Flask, make: Factory, folder: Path
) -> None:
    assert "Nothing changed." in load_folder(app, folder).output
    assert (len(policies()), len(blueprints()), len(cuts())) == (1, 1, 1)


@pytest.mark.sqlite
def test_a_changed_policy_holds_from_today_beside_the_old_one(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    edit("minutes: 75", "minutes: 90")
    load_folder(app, folder)
    assert policies() == [(1, date(2024, 1, 1), 75), (2, NOW.date(), 90)]
    assert blueprints() == [(1, "published", 40)]


def test_a_changed_blueprint_takes_the_place_of_the_old_one(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    edit("scored_items: 40", "scored_items: 42")
    load_folder(app, folder)
    assert blueprints() == [(1, "retired", 40), (2, "published", 42)]
    edit("scored_items: 42", "scored_items: 40")
    load_folder(app, folder)
    assert [row[1:] for row in blueprints()] == [
        ("retired", 40),
        ("retired", 42),
        ("published", 40),
    ]


@pytest.mark.sqlite
def test_an_exam_with_forms_goes_on_with_them_where_its_bank_gives_no_other(
    app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    first = load_folder(app, folder)
    assert re.search(r"^exam form +3 added$", first.output, re.MULTILINE)
    edit("cut_score:\n", "  - {code: D, seed: D}\n  - {code: E, seed: E}\ncut_score:\n")
    for _ in range(2):
        again = load_folder(app, folder)
        assert again.exit_code == 0, again.output
        assert re.search(r"^exam form +3 unchanged, 2 left out$", again.output, re.MULTILINE)
    assert "Nothing changed." in again.output
    with unit(writes=False):
        assert set(db.session.scalars(sa.select(ExamForm.code))) == {"A", "B", "C"}
        assert list(audit.verify()) == []


@pytest.mark.sqlite
def test_a_new_exam_without_its_forms_is_refused(
    app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    edit("cut_score:\n", "  - {code: D, seed: D}\ncut_score:\n")
    result = load_folder(app, folder)
    assert result.exit_code == 1
    assert f"{PAPER}:" in result.stderr
    with unit(writes=False):
        assert not db.session.scalars(sa.select(ExamForm.code)).all()


@pytest.mark.sqlite
def test_a_changed_blueprint_waits_for_the_draft_that_somebody_has_open(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    with unit(writes=True):
        shipped = db.session.scalars(sa.select(Blueprint)).one()
        draft = Blueprint(exam_id=shipped.exam_id, number=2, state=PaperState.DRAFT)
        draft.scored_items, draft.created_at = 30, NOW
        db.session.add(draft)
    assert "Nothing changed." in load_folder(app, folder).output
    edit("scored_items: 40", "scored_items: 42")

    result = load_folder(app, folder)

    assert result.exit_code == 1
    assert "somebody works on a draft of the blueprint of ADM-300" in result.stderr
    assert blueprints() == [(1, "published", 40), (2, "draft", 30)]


@pytest.mark.sqlite
def test_a_decided_cut_score_stays_until_the_file_has_another(
    loaded: None, app: Flask, make: Factory, folder: Path, edit: Edit
) -> None:
    kim = make.person("Kim")
    with unit(writes=True):
        shipped = db.session.scalars(sa.select(CutScore)).one()
        decided = CutScore(exam_id=shipped.exam_id, cut=Fraction(68), method="angoff", reason="S")
        decided.decided_on, decided.at, decided.by = NOW.date(), NOW, kim.id
        db.session.add(decided)
    assert "Nothing changed." in load_folder(app, folder).output
    edit("percent: 65", "percent: 66")
    load_folder(app, folder)
    assert cuts() == [
        (Fraction(65), "fixed"),
        (Fraction(68), "angoff"),
        (Fraction(66), "fixed"),
    ]


BROKEN = [
    ("exam: ADM-300", "exam: ADM-301", "unknown exam “ADM-301”"),
    ("competency: ADM.ARCH", "competency: DEV.ARCH", "unknown competency “DEV.ARCH”"),
    ("band: easy, least: 1, most: 1", "band: mild, least: 1, most: 1", "unknown band “mild”"),
    ("band: easy, least: 1, most: 1", "band: hard, least: 1, most: 1",
     "the cell of ADM.ARCH and hard stands there twice"),
    ("least: 2, most: 2", "least: 3, most: 2", "least is above most"),
    ("scored_items: 40", "scored_items: 60", "add up to 36 to 45 items, the form has 60"),
    ("easiest: 74", "easiest: 75", "two bands overlap"),
    ("hardest: 75, easiest: 100", "hardest: 75, easiest: 70", "hardest is above easiest"),
    ("languages: [en]", "languages: [en, fr]", "the rules are missing in “fr”"),
    ("languages: [en]", "languages: [en, xx]", "the language “xx” is not known"),
    ("    window_days: 365\n", "", "most and window_days belong together"),
    ("scale_bottom: 0", "scale_bottom: 70", "the scale begins above the cut score of 70"),
    ("code: B", "code: A", "form “A” is used twice"),
    ("percent: 65", "percent: 0", "greater than 0"),
    ("minutes: 75", "minutes: 0", "greater than or equal to 1"),
    ("code: access\n", "code: install\n", "the criterion “install” stands there twice"),
    ("needs: Sound", "needs: Perfect", "needs “Perfect”, which is no level above the lowest"),
    ("needs: Sound", "needs: Not shown", "needs “Not shown”, which is no level above the lowest"),
    ("name: Partly, points: 2", "name: Partly, points: 5",
     "each level has more points than the one before it"),
    ("kinds: [practical, interview]", "kinds: [singing]", "'practical', 'interview' or 'work'"),
    ("      competency: ADM.SEC", "      competency: ADM.SING", "unknown competency “ADM.SING”"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "reason"), BROKEN)
@pytest.mark.sqlite
def test_each_flaw_of_an_exam_s_file_is_named_and_nothing_is_written(
    app: Flask, make: Factory, folder: Path, edit: Edit, old: str, new: str, reason: str
) -> None:
    edit(old, new)

    result = load_folder(app, folder)

    assert result.exit_code == 1
    named = next(line for line in result.stderr.splitlines() if reason in line)
    assert named.startswith(f"{PAPER}:")
    assert int(named.split(":")[1]) > 1
    assert (policies(), blueprints(), cuts(), rubrics()) == ([], [], [], [])
