"""Writing how exams are delivered: a changed policy, blueprint or cut score is a new one beside
those before it. What people decided meanwhile stays until the file changes.
"""

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from certification.competency.models import Competency
from certification.exams.models import Exam, ExamPolicy
from certification.exams.queries import newest_policy
from certification.papers import actions as assembling
from certification.papers import queries as papers
from certification.papers.datafiles import BlueprintFile, CutFile, PaperFile, PolicyFile
from certification.papers.models import Blueprint, BlueprintCell, CutScore, PaperState
from courses.catalog.models import Course
from lms import audit, wording
from lms.audit import canonical
from lms.datafile import DataFileError, Document, FileModel
from lms.db import db
from lms.errors import Refusal
from reporting.loader.loading import Loading


def load_papers(loading: Loading) -> None:
    """Every exam's policy, blueprint, cut score and forms."""
    for document in loading.folder.papers:
        value = document.value
        exam = db.session.scalars(
            sa.select(Exam)
            .join(Course, Course.id == Exam.course_id)
            .where(Course.code == value.exam)
        ).one()
        _put_policy(loading, exam, value)
        _put_blueprint(loading, exam, document)
        _put_cut_score(loading, exam, value)
        _put_forms(loading, exam, document)


def _put_forms(loading: Loading, exam: Exam, document: Document[PaperFile]) -> None:
    """Assemble and publish the forms that are not there yet; one that is there never changes. An
    exam that has forms goes on with them where its bank, as it is used by now, gives no other."""
    paper = document.value
    there = {one.code for one in paper.forms if papers.form_by_code(exam.id, one.code)}
    for form in paper.forms:
        if form.code in there:
            loading.tally.note("exam form", "unchanged")
            continue
        try:
            _put_form(loading, exam, {form.code: form.seed})
        except Refusal as refusal:
            if there:
                loading.tally.note("exam form", "left out")
                continue
            texts = "; ".join(wording.word(reason) for reason in refusal.reasons)
            raise DataFileError([document.error(texts, "forms")]) from refusal


def _put_form(loading: Loading, exam: Exam, seeds: dict[str, str]) -> None:
    (made,) = assembling.assemble_forms(
        exam, newest_policy(exam.id), seeds, by=None, now=loading.now
    )
    assembling.move(made, PaperState.PUBLISHED, by=None, now=loading.now)
    loading.tally.note("exam form", "added")


def _digest(part: FileModel) -> str:
    return hashlib.sha256(canonical(part.model_dump(mode="json"))).hexdigest()


def _record(loading: Loading, verb: str, paper: PaperFile, **facts: Any) -> None:
    loading.tally.note(verb.partition(".")[0].replace("_", " "), "added")
    audit.record(verb, "exam", paper.exam, by=None, now=loading.now, **facts)


def _put_policy(loading: Loading, exam: Exam, paper: PaperFile) -> None:
    digest = _digest(paper.policy)
    rows = db.session.scalars(
        sa.select(ExamPolicy).where(ExamPolicy.exam_id == exam.id).order_by(ExamPolicy.number)
    ).all()
    loaded = [row.content_sha256 for row in rows if row.content_sha256]
    if loaded[-1:] == [digest]:
        loading.tally.note("exam policy", "unchanged")
        return
    row = ExamPolicy(exam_id=exam.id, **_policy_values(paper.policy))
    row.number = rows[-1].number + 1 if rows else 1
    if rows:
        row.effective_from = max(row.effective_from, loading.today)
    row.content_sha256, row.created_at = digest, loading.now
    db.session.add(row)
    db.session.flush()
    _record(
        loading,
        "exam_policy.loaded",
        paper,
        version=row.number,
        effective_from=row.effective_from.isoformat(),
    )


def _policy_values(policy: PolicyFile) -> dict[str, object]:
    return {
        **policy.model_dump(exclude={"retakes"}),
        "retakes": policy.retakes.model_dump(),
        "browser_keys": [],
    }


def _put_blueprint(loading: Loading, exam: Exam, document: Document[PaperFile]) -> None:
    item, digest = document.value.blueprint, _digest(document.value.blueprint)
    rows = db.session.scalars(
        sa.select(Blueprint).where(Blueprint.exam_id == exam.id).order_by(Blueprint.number)
    ).all()
    loaded = [row.content_sha256 for row in rows if row.content_sha256]
    if loaded[-1:] == [digest]:
        loading.tally.note("blueprint", "unchanged")
        return
    if any(row.state == PaperState.DRAFT for row in rows):
        text = f"somebody works on a draft of the blueprint of {document.value.exam}"
        raise DataFileError([document.error(text, "blueprint")])
    row = _draft(loading, exam, item, rows[-1].number + 1 if rows else 1)
    row.content_sha256 = digest
    for other in rows:
        if other.state == PaperState.PUBLISHED:
            other.state = PaperState.RETIRED
    db.session.flush()
    row.state, row.published_at = PaperState.PUBLISHED, loading.now
    db.session.flush()
    _record(loading, "blueprint.loaded", document.value, version=row.number)


def _draft(loading: Loading, exam: Exam, item: BlueprintFile, number: int) -> Blueprint:
    values = item.model_dump(exclude={"bands", "cells"})
    row = Blueprint(exam_id=exam.id, number=number, state=PaperState.DRAFT, **values)
    row.created_at = loading.now
    db.session.add(row)
    db.session.flush()
    ids = dict(db.session.execute(sa.select(Competency.code, Competency.id)).all())
    for place, cell in enumerate(_cells(item, ids), 1):
        db.session.add(BlueprintCell(blueprint_id=row.id, position=place, **cell))
    db.session.flush()
    return row


def _cells(item: BlueprintFile, ids: Mapping[str, int]) -> list[dict[str, int]]:
    return [
        {
            "competency_id": ids[cell.competency],
            "hardest": item.bands[cell.band].hardest,
            "easiest": item.bands[cell.band].easiest,
            "least": cell.least,
            "most": cell.most,
        }
        for cell in item.cells
    ]


def _put_cut_score(loading: Loading, exam: Exam, paper: PaperFile) -> None:
    if _holds(exam, paper.cut_score):
        loading.tally.note("cut score", "unchanged")
        return
    row = CutScore(
        exam_id=exam.id,
        cut=Fraction(paper.cut_score.percent),
        method="fixed",
        reason=paper.cut_score.reason,
        decided_on=loading.today,
        at=loading.now,
    )
    db.session.add(row)
    db.session.flush()
    _record(loading, "cut_score.loaded", paper, percent=str(paper.cut_score.percent))


def _holds(exam: Exam, item: CutFile) -> bool:
    """Whether the newest one that came from a file is this one."""
    newest = db.session.scalar(
        sa.select(CutScore)
        .where(CutScore.exam_id == exam.id, CutScore.form_id.is_(None), CutScore.by.is_(None))
        .order_by(CutScore.id.desc())
        .limit(1)
    )
    return newest is not None and (newest.cut, newest.reason) == (
        Fraction(item.percent),
        item.reason,
    )
