"""Parts of the catalogue's pages that are the same for many readers, drawn once and kept.

A visitor's page is kept whole. A reader's own differs by what they completed and by their plan:
most of its rows, and its filters, were drawn for somebody else before.
"""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from courses.catalog import browsing
from courses.catalog.queries import Filters
from courses.catalog.snapshot import Catalog, CourseCard
from courses.catalog.wording import band_names
from lms import pages
from lms.accounts.queries import Standing


def rows(
    shown: Catalog, dates: Mapping[int, Any], marks: Mapping[int, str]
) -> Callable[[CourseCard], Markup]:
    """Gives the row of a course. `dates` are the next ones, `marks` what the reader has to do with
    a course, both by its id."""
    mode_of = shown.mode_of

    def draw(*values: Any) -> str:
        return pages.macro("catalog/_rows.html", "course_row")(*values, mode_of)

    def row(card: CourseCard) -> Markup:
        mark, date = marks.get(card.id), dates.get(card.id)
        when = (date.starts_at, date.time_zone, date.left) if date else None
        key = ("course row", shown.revision, card.id, mark, when)
        return pages.part(key, lambda _marks: draw(card, mark, date), {})

    return row


def panel(shown: Catalog, filters: Filters, standing: Standing) -> Markup:
    """The filters, as they are set."""
    chosen = (filters.programmes, filters.lengths, filters.modes, filters.formats)
    plan = (standing.plan_id, standing.plan_name, filters.own_plan)
    return pages.part(
        ("filters", shown.revision, chosen, filters.language, plan),
        lambda marks: pages.macro("catalog/_filters.html", "panel")(
            shown,
            filters,
            standing,
            band_names(),
            browsing.counts(shown),
            shown.mode_of,
            marks["text"],
        ),
        {"text": filters.text},
    )
