"""The exposure cap against what is given: it decides about forms that are assembled and drawn. A
published form goes on, so that nobody who is booked stands before a closed exam; who looks after
the exam sees by how much."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import sqlalchemy as sa

from certification.items.models import Item, ItemVersion
from certification.papers import queries, queries_form
from certification.papers.models import FormItem
from lms import slots
from lms.db import db


@dataclass(frozen=True, slots=True)
class Cap:
    """How the fixed forms that are given today stand to the cap of the blueprint in force."""

    percent: int
    attempts: int
    given: int
    """Fixed forms that new attempts may get."""
    over: Mapping[int, list[str]]
    """Form -> the codes of its items that were asked in more of the attempts than the cap says."""

    @property
    def needed(self) -> int:
        """How many forms it takes that share nothing and are given in turn."""
        return ceil(100 / self.percent)

    @property
    def is_out_of_reach(self) -> bool:
        """Whether so few forms pass the cap whatever is done."""
        return 0 < self.given < self.needed


def cap_of(exam_id: int) -> Cap | None:
    """None without a blueprint in force, or where it sets no cap."""
    blueprint = queries.published(exam_id)
    if blueprint is None or blueprint.exposure_cap >= 100:
        return None
    forms = [form.id for form in queries_form.given_forms(exam_id)]
    attempts, counts = slots.ask("exam_exposure", (0, {}), exam_id=exam_id)
    limit = attempts * blueprint.exposure_cap / 100
    tired = {item for item, times in counts.items() if times > limit}
    known = attempts >= queries.LEAST_ATTEMPTS and tired
    over = _over(forms, tired) if known else {}
    return Cap(blueprint.exposure_cap, attempts, len(forms), over)


def _over(form_ids: list[int], items: set[int]) -> dict[int, list[str]]:
    rows = db.session.execute(
        sa.select(FormItem.form_id, Item.id, Item.code)
        .join(ItemVersion, ItemVersion.id == FormItem.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(FormItem.form_id.in_(form_ids))
        .order_by(FormItem.form_id, Item.code)
    )
    found: dict[int, list[str]] = {}
    for form_id, item_id, code in rows:
        if item_id in items:
            found.setdefault(form_id, []).append(code)
    return found
