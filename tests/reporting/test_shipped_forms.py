"""The shipped exam is ready: three parallel forms within the blueprint, and an exam that starts."""

from datetime import datetime
from itertools import combinations

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.exams.models import Exam
from certification.papers import queries as papers
from certification.papers.models import ExamForm, PaperState
from lms.db import db, run, unit
from reporting.cli import SHIPPED
from reporting.loader.checks import read_folder
from reporting.loader.load import load

pytestmark = pytest.mark.thorough


@pytest.mark.sqlite
def test_the_shipped_forms_are_parallel(app: Flask, now: datetime) -> None:
    with app.app_context():
        run(lambda: load(read_folder(SHIPPED), now=now, today=now.date()))
        with unit(writes=False):
            exam = db.session.scalars(sa.select(Exam)).one()
            forms = db.session.scalars(sa.select(ExamForm).order_by(ExamForm.code)).all()
            blueprint = papers.published(exam.id)
            assert blueprint is not None
            assert [(form.code, form.state) for form in forms] == [
                ("A", PaperState.PUBLISHED),
                ("B", PaperState.PUBLISHED),
                ("C", PaperState.PUBLISHED),
            ]
            scored = [
                {row.version.item_id for row in papers.form_rows(form.id) if not row.is_pilot}
                for form in forms
            ]
            means = [papers.mean_difficulty(form.id) or 0 for form in forms]
            kinds = {place.content.kind for form in forms for place in papers.paper(form.id)}
            there = papers.bank(exam.id, ["en"])
    assert [len(items) for items in scored] == [blueprint.scored_items] * 3
    for one, other in combinations(scored, 2):
        assert len(one & other) <= blueprint.scored_items * blueprint.most_shared // 100
    assert max(means) - min(means) < 1
    assert "essay" not in kinds
    for items in scored:
        assert not any(a in items and b in items for a, b in there.enemies)
        for cell in papers.cells_of(blueprint):
            fitting = [one for one in there.candidates if one.item in items and cell.fits(one)]
            assert len(fitting) >= cell.least
