"""Blueprints become forms, forms are published and retired, cut scores are decided."""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction

import sqlalchemy as sa

from certification.exams.models import Exam, ExamPolicy
from certification.papers import queries, queries_form
from certification.papers.assembly import (
    Assembled,
    Order,
    Shortfall,
    assemble,
    pilots_for,
    with_pilots,
)
from certification.papers.models import (
    MOVES,
    Blueprint,
    BlueprintCell,
    CutScore,
    ExamForm,
    FormItem,
    PaperState,
)
from lms import audit, slots
from lms.db import db, locked
from lms.errors import Refusal, refuse
from lms.lifecycle import check_move
from lms.reasons import Reason

MOST_FORMS = 10


def assemble_forms(
    exam: Exam,
    policy: ExamPolicy | None,
    seeds: Mapping[str, str],
    *,
    by: int | None,
    now: datetime,
) -> list[ExamForm]:
    """Draft forms (code → seed), parallel to one another and to the published ones. All or none.

    Refuses `no_blueprint`, `form_code_taken`, or with what the bank is short of.
    """
    db.session.execute(locked(sa.select(Exam).where(Exam.id == exam.id)))
    blueprint = queries.published(exam.id)
    if blueprint is None:
        raise refuse("no_blueprint", status=422)
    for code in seeds:
        if queries.form_by_code(exam.id, code) is not None:
            raise refuse("form_code_taken", status=422, code=code)
    there = queries.bank(exam.id, policy.languages if policy else ())
    earlier, made = list(queries.open_forms(exam.id)), list[ExamForm]()
    for code, seed in seeds.items():
        target = queries.mean_difficulty(earlier[0].id) if earlier else None
        order = queries.order_of(blueprint, there, earlier, target)
        form = _assembled(blueprint, order, there, code, seed, by=by, now=now)
        made.append(form)
        earlier.append(form)
        audit.record("exam_form.assembled", "exam", exam.id, by=by, now=now, form=code)
    return made


def draw(exam: Exam, policy: ExamPolicy, *, seed: str, code: str, now: datetime) -> ExamForm:
    """A random form for one attempt, published at once."""
    blueprint = queries.published(exam.id)
    if blueprint is None:
        raise refuse("no_form")
    there = queries.bank(exam.id, policy.languages)
    order = queries.order_of(blueprint, there)
    form = _assembled(blueprint, order, there, code, seed, is_random=True, by=None, now=now)
    form.state, form.published_at = PaperState.PUBLISHED, now
    db.session.flush()
    return form


def _assembled(
    blueprint: Blueprint,
    order: Order,
    there: queries.Bank,
    code: str,
    seed: str,
    *,
    is_random: bool = False,
    by: int | None,
    now: datetime,
) -> ExamForm:
    found = assemble(order, there.candidates, seed)
    if not isinstance(found, Assembled):
        raise refusal(blueprint, found)
    points = {one.version: one.points for one in there.candidates}
    form = ExamForm(
        exam_id=blueprint.exam_id,
        blueprint_id=blueprint.id,
        code=code,
        is_random=is_random,
        state=PaperState.DRAFT,
        seed=seed,
        full_points=sum((points[version] for version, _ in found.places), Fraction(0)),
        created_at=now,
        created_by=by,
    )
    db.session.add(form)
    db.session.flush()
    chosen = {one.item for one in there.candidates if one.version in dict(found.places)}
    pilots = pilots_for(order, there.pilots, chosen, blueprint.pilot_items, seed)
    mixed = with_pilots(found.places, pilots, seed)
    for position, (version, cell) in enumerate(mixed, 1):
        db.session.add(
            FormItem(
                form_id=form.id,
                position=position,
                version_id=version,
                cell_id=cell,
                is_pilot=cell is None,
            )
        )
    db.session.flush()
    return form


def refusal(blueprint: Blueprint, found: list[Shortfall] | Reason) -> Refusal:
    """Why there is no form, cell by cell."""
    names = {cell.id: cell for cell in blueprint.cells}
    if isinstance(found, Reason):
        if "cell" in found.values:
            found = Reason(found.code, {"cell": cell_name(names[int(str(found.values["cell"]))])})
        return Refusal(found, status=422)
    return Refusal(
        *(
            Reason(
                "cell_is_short",
                {
                    "cells": ", ".join(cell_name(names[key]) for key in one.cells),
                    "need": one.need,
                    "have": one.have,
                },
            )
            for one in found
        ),
        status=422,
    )


def cell_name(cell: BlueprintCell) -> str:
    """`ADM.SEC 55–74 %`: how a cell is called in lists of what is short."""
    return f"{cell.competency.code} {cell.hardest}–{cell.easiest} %"


def move(form: ExamForm, wanted: PaperState, *, by: int | None, now: datetime) -> None:
    """Publish a form, or retire it: who has begun goes on, nobody else gets it. Refuses
    `form_items_unusable` when items left use since the form was assembled, `form_has_enemies` when
    two of them were said to be enemies since."""
    row: ExamForm = db.session.scalars(
        locked(sa.select(ExamForm).where(ExamForm.id == form.id))
    ).one()
    check_move(MOVES, row.state, wanted)
    if wanted == PaperState.PUBLISHED:
        _refuse_stale(row.id)
    row.state = wanted
    if wanted == PaperState.PUBLISHED:
        row.published_at, row.published_by = now, by
    else:
        row.retired_at = now
    audit.record(f"exam_form.{wanted.value}", "exam", row.exam_id, by=by, now=now, form=row.code)


def _refuse_stale(form_id: int) -> None:
    if lost := queries_form.unusable(form_id):
        raise refuse("form_items_unusable", status=422, items=", ".join(lost))
    if pairs := queries_form.enemies(form_id):
        named = ", ".join(f"{one} – {other}" for one, other in pairs)
        raise refuse("form_has_enemies", status=422, pairs=named)


def form_for(
    exam: Exam, person_id: int, policy: ExamPolicy, *, seed: str, code: str, now: datetime
) -> ExamForm:
    """The form of a new attempt: drawn for it, or the published one that this person had least
    often, of those the one least used; none that asks a suspended item. Refuses `no_form`."""
    if policy.form_choice == "random":
        try:
            return draw(exam, policy, seed=seed, code=code, now=now)
        except Refusal as refused:
            # What the bank lacks is told to those who fill it, not to a candidate.
            raise refuse("no_form") from refused
    found = queries_form.given_forms(exam.id)
    if not found:
        raise refuse("no_form")
    own, all_ = slots.ask("form_uses", ({}, {}), exam_id=exam.id, person_id=person_id)
    return min(found, key=lambda form: (own.get(form.id, 0), all_.get(form.id, 0), form.id))


def decide_cut(
    exam_id: int,
    form: ExamForm | None,
    cut: Fraction,
    *,
    reason: str,
    today: date,
    by: int,
    now: datetime,
    method: str = "fixed",
    study_id: int | None = None,
    seen: int | None = None,
) -> CutScore:
    """What passes from now on, in points of a form or in per cent of all others: fixed, or as a
    study recommended. Earlier decisions stay, and scores that followed them. `seen` is the newest
    decision that the page showed (0: none).

    Refuses `cut_out_of_range`, `changed_meanwhile`.
    """
    db.session.execute(locked(sa.select(Exam).where(Exam.id == exam_id)))
    if seen not in (None, queries_form.newest_cut(exam_id)):
        raise refuse("changed_meanwhile")
    full = form.full_points if form else Fraction(100)
    if not 0 < cut <= full:
        raise refuse("cut_out_of_range", status=422, full=f"{float(full):g}")
    row = CutScore(
        exam_id=exam_id, form_id=form.id if form else None, cut=cut, method=method, reason=reason,
        study_id=study_id, decided_on=today, at=now, by=by,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(
        "cut_score.decided", "exam", exam_id, by=by, now=now, cut=str(cut), form=row.form_id,
        study=study_id,
    )  # fmt: skip
    return row
