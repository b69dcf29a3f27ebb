"""Blueprints become forms, forms are published and retired, cut scores are decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import sqlalchemy as sa

from certification.exams.models import Exam, ExamPolicy
from certification.papers import queries
from certification.papers.assembly import (
    Assembled,
    Order,
    Shortfall,
    assemble,
    digest,
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


@dataclass(frozen=True, slots=True)
class CellPlan:
    """A line of the blueprint's editor."""

    competency_id: int
    hardest: int
    easiest: int
    least: int
    most: int
    least_points: Fraction | None = None
    most_points: Fraction | None = None
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class BlueprintPlan:
    """What the editor holds."""

    scored_items: int
    pilot_items: int
    exposure_cap: int
    most_shared: int
    note: str
    cells: Sequence[CellPlan]


def start_draft(exam: Exam, *, by: int, now: datetime) -> Blueprint:
    """A new version that begins as a copy of the published one; the draft that is there if any."""
    db.session.execute(locked(sa.select(Exam).where(Exam.id == exam.id)))
    there = queries.draft(exam.id)
    if there is not None:
        return there
    old = queries.published(exam.id)
    row = Blueprint(
        exam_id=exam.id,
        number=queries.newest_number(exam.id) + 1,
        state=PaperState.DRAFT,
        scored_items=old.scored_items if old else 40,
        pilot_items=old.pilot_items if old else 0,
        exposure_cap=old.exposure_cap if old else 100,
        most_shared=old.most_shared if old else 100,
        note=old.note if old else "",
        created_at=now,
        created_by=by,
    )
    db.session.add(row)
    db.session.flush()
    _put_cells(row, [plan_of(cell) for cell in (old.cells if old else [])])
    audit.record("blueprint.drafted", "exam", exam.id, by=by, now=now, version=row.number)
    return row


def plan_of(cell: BlueprintCell) -> CellPlan:
    """A stored cell as the editor has it."""
    return CellPlan(
        cell.competency_id,
        cell.hardest,
        cell.easiest,
        cell.least,
        cell.most,
        cell.least_points,
        cell.most_points,
        cell.is_marked,
    )


def _put_cells(row: Blueprint, cells: Sequence[CellPlan]) -> None:
    db.session.execute(sa.delete(BlueprintCell).where(BlueprintCell.blueprint_id == row.id))
    for place, cell in enumerate(cells, 1):
        values = {name: getattr(cell, name) for name in CellPlan.__slots__}
        db.session.add(BlueprintCell(blueprint_id=row.id, position=place, **values))
    db.session.flush()
    db.session.expire(row, ["cells"])


def _held(blueprint_id: int, state: PaperState) -> Blueprint:
    """The blueprint as it is now, locked (`changed_meanwhile` when it has another state)."""
    row: Blueprint = db.session.scalars(
        locked(sa.select(Blueprint).where(Blueprint.id == blueprint_id))
    ).one()
    if row.state != state:
        raise refuse("changed_meanwhile")
    return row


def save(
    blueprint: Blueprint, plan: BlueprintPlan, *, revision: int, by: int, now: datetime
) -> None:
    """Keep the draft; `changed_meanwhile` if somebody saved since `revision`."""
    row = _held(blueprint.id, PaperState.DRAFT)
    if row.revision != revision:
        raise refuse("changed_meanwhile")
    row.scored_items, row.pilot_items = plan.scored_items, plan.pilot_items
    row.exposure_cap, row.most_shared, row.note = plan.exposure_cap, plan.most_shared, plan.note
    row.revision += 1
    row.content_sha256 = ""
    _put_cells(row, plan.cells)
    audit.record("blueprint.saved", "exam", row.exam_id, by=by, now=now, version=row.number)


def publish(blueprint: Blueprint, *, by: int, now: datetime) -> None:
    """From now on forms are assembled by it; the one before it retires. Refuses a blueprint whose
    cells cannot add up."""
    row = _held(blueprint.id, PaperState.DRAFT)
    cells = queries.cells_of(queries.blueprint_by_id(row.id))
    least, most = sum(c.least for c in cells), sum(c.most for c in cells)
    if not least <= row.scored_items <= most:
        raise refuse(
            "cells_do_not_add_up", status=422, least=least, most=most, total=row.scored_items
        )
    old = queries.published(row.exam_id)
    if old is not None:
        old.state = PaperState.RETIRED
        db.session.flush()
    row.state, row.published_at, row.published_by = PaperState.PUBLISHED, now, by
    audit.record("blueprint.published", "exam", row.exam_id, by=by, now=now, version=row.number)


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
        raise _refusal(blueprint, found)
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
    mixed = with_pilots(found.places, _pilots(blueprint, order, there, found, seed), seed)
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


def _pilots(
    blueprint: Blueprint, order: Order, there: queries.Bank, found: Assembled, seed: str
) -> list[int]:
    """Items to try out, of the blueprint's competencies, no enemies of the form: as many as there
    are, for trying out is never a reason to have no exam."""
    wanted = {cell.competency for cell in order.cells}
    item_of = {one.version: one.item for one in there.candidates}
    chosen = {item_of[version] for version, _ in found.places}
    foes = {pair for pair in order.enemies if chosen & set(pair)}
    barred = chosen | {item for pair in foes for item in pair}
    fitting = [
        one
        for one in there.pilots
        if one.item not in barred and one.competencies & wanted and not one.is_marked
    ]
    fitting.sort(key=lambda one: (one.exposure, digest(seed, one.item)))
    return [one.version for one in fitting[: blueprint.pilot_items]]


def _refusal(blueprint: Blueprint, found: list[Shortfall] | Reason) -> Refusal:
    if isinstance(found, Reason):
        return Refusal(found, status=422)
    names = {cell.id: cell for cell in blueprint.cells}
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
    """Publish a form, or retire it: who has begun goes on, nobody else gets it."""
    row: ExamForm = db.session.scalars(
        locked(sa.select(ExamForm).where(ExamForm.id == form.id))
    ).one()
    check_move(MOVES, row.state, wanted)
    row.state = wanted
    if wanted == PaperState.PUBLISHED:
        row.published_at, row.published_by = now, by
    else:
        row.retired_at = now
    audit.record(f"exam_form.{wanted.value}", "exam", row.exam_id, by=by, now=now, form=row.code)


def form_for(
    exam: Exam, person_id: int, policy: ExamPolicy, *, seed: str, code: str, now: datetime
) -> ExamForm:
    """The form of a new attempt: drawn for it, or the published one that this person had least
    often, of those the one least used. Refuses `no_form`."""
    if policy.form_choice == "random":
        return draw(exam, policy, seed=seed, code=code, now=now)
    found = queries.open_forms(exam.id)
    if not found:
        raise refuse("no_form")
    own, all_ = slots.ask("form_uses", ({}, {}), exam_id=exam.id, person_id=person_id)
    return min(found, key=lambda form: (own.get(form.id, 0), all_.get(form.id, 0), form.id))


def decide_cut(
    exam: Exam,
    form: ExamForm | None,
    cut: Fraction,
    *,
    reason: str,
    today: date,
    by: int,
    now: datetime,
) -> CutScore:
    """A fixed cut score, in points of a form or in per cent of all others. Earlier scores stay.

    Refuses `cut_out_of_range`.
    """
    full = form.full_points if form else Fraction(100)
    if not 0 < cut <= full:
        raise refuse("cut_out_of_range", status=422, full=f"{float(full):g}")
    row = CutScore(
        exam_id=exam.id,
        form_id=form.id if form else None,
        cut=cut,
        method="fixed",
        reason=reason,
        decided_on=today,
        at=now,
        by=by,
    )
    db.session.add(row)
    audit.record(
        "cut_score.decided", "exam", exam.id, by=by, now=now, cut=str(cut),
        form=form.id if form else None,
    )  # fmt: skip
    return row
