"""What followed from appeals: score runs and decisions on items, seen from both sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from certification.delivery.models import Attempt
from certification.items.models import Item, ItemVersion
from certification.papers.models import FormItem
from certification.scoring.models import (
    Appeal,
    AppealDisposition,
    DispositionState,
    ItemDisposition,
    RunState,
    ScoreRun,
)
from certification.scoring.models_voiding import ResultVoiding
from certification.scoring.queries_voiding import had_part
from lms.db import AnySelect, db


@dataclass(frozen=True, slots=True)
class Step:
    """Something that followed from an appeal, and what it made of the appellant's score."""

    disposition: ItemDisposition | None
    """None: the attempt was scored once more."""
    item: str
    """Code and version, for those who may see items; never for a candidate."""
    before: ScoreRun | None
    """The score that decided until then."""
    run: ScoreRun | None
    """None: no run of this attempt came of it yet."""
    lifted: ResultVoiding | None = None
    """A voiding that the appeal ended; neither of the above then."""


def took_part(row: Appeal) -> set[int]:
    """Whoever had a part in this exam or its result before the appeal."""
    return had_part(row.attempt_id, row.at)


def followed(attempt_id: int) -> dict[int, list[Step]]:
    """Appeal -> what followed from it, without what was dropped. Four queries."""
    appeals = db.session.scalars(
        sa.select(Appeal).where(Appeal.attempt_id == attempt_id).order_by(Appeal.id)
    ).all()
    found: dict[int, list[Step]] = {one.id: [] for one in appeals}
    runs = _runs(attempt_id) if appeals else []
    for one in appeals:
        if run := next((run for run in runs if run.id == one.run_id), None):
            found[one.id].append(Step(None, "", _before(run, runs), run))
    for link, decision, code, number in _links(found):
        run = next((run for run in runs if run.disposition_id == decision.id), None)
        before = _before(run, runs) if run else None
        found[link.appeal_id].append(Step(decision, f"{code} v{number}", before, run))
    for voiding in _lifted(found):
        found[voiding.appeal_id].append(Step(None, "", None, None, voiding))
    return found


def _lifted(appeal_ids: Any) -> Sequence[Any]:
    """Voidings that these appeals ended."""
    return db.session.scalars(
        sa.select(ResultVoiding).where(ResultVoiding.appeal_id.in_(list(appeal_ids)))
    ).all()


def _runs(attempt_id: int) -> Sequence[ScoreRun]:
    return db.session.scalars(
        sa.select(ScoreRun).where(ScoreRun.attempt_id == attempt_id).order_by(ScoreRun.number)
    ).all()


def _before(run: ScoreRun, runs: Sequence[ScoreRun]) -> ScoreRun | None:
    decided = (RunState.DECIDING, RunState.PAST)
    earlier = [one for one in runs if one.number < run.number and one.state in decided]
    return earlier[-1] if earlier else None


def _links(appeal_ids: Any) -> Sequence[Any]:
    """(link, decision, item's code, version's number) of what was not dropped."""
    return db.session.execute(
        sa.select(AppealDisposition, ItemDisposition, Item.code, ItemVersion.number)
        .join(ItemDisposition, ItemDisposition.id == AppealDisposition.disposition_id)
        .join(ItemVersion, ItemVersion.id == ItemDisposition.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(
            AppealDisposition.appeal_id.in_(list(appeal_ids)),
            ItemDisposition.state != DispositionState.DROPPED,
        )
        .order_by(ItemDisposition.id)
    ).all()


def appeals_behind(disposition_id: int) -> Sequence[Any]:
    """(appeal, attempt's code) from which a decision on an item followed."""
    return db.session.execute(
        sa.select(Appeal, Attempt.code)
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .join(AppealDisposition, AppealDisposition.appeal_id == Appeal.id)
        .where(AppealDisposition.disposition_id == disposition_id)
        .order_by(Appeal.id)
        .limit(50)
    ).all()


def _fitting(appeal: Appeal) -> AnySelect:
    """(decision, item's code, version's number) on items that the attempt was asked, and that are
    not linked with the appeal."""
    linked = sa.select(AppealDisposition.disposition_id).where(
        AppealDisposition.appeal_id == appeal.id
    )
    return (
        sa.select(ItemDisposition, Item.code, ItemVersion.number)
        .join(ItemVersion, ItemVersion.id == ItemDisposition.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .join(FormItem, FormItem.version_id == ItemVersion.id)
        .join(Attempt, Attempt.form_id == FormItem.form_id)
        .where(
            Attempt.id == appeal.attempt_id,
            ItemDisposition.exam_id == Attempt.exam_id,
            ItemDisposition.state != DispositionState.DROPPED,
            ItemDisposition.id.not_in(linked),
        )
    )


def linkable(appeal: Appeal) -> Sequence[Any]:
    """Decisions that may be named as what followed, newest first."""
    wanted = _fitting(appeal).order_by(ItemDisposition.id.desc()).limit(50)
    return db.session.execute(wanted).all()


def fits(appeal: Appeal, disposition_id: int) -> bool:
    """Whether this decision may be named as what followed."""
    wanted = _fitting(appeal).where(ItemDisposition.id == disposition_id)
    return db.session.execute(wanted).first() is not None
