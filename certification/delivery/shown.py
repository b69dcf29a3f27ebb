"""What a candidate's page shows: an item as it may be seen, and the marks of the navigator."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from certification.delivery.models import Attempt, AttemptResponse
from certification.exams.models import Exam
from certification.items import markup
from certification.items.showing import given, shown
from certification.papers.queries import Place
from courses.catalog.snapshot import catalog
from lms.db import db


@dataclass(frozen=True, slots=True)
class Item:
    """An item with the answer that is kept."""

    view: dict[str, Any]
    pieces: list[tuple[Markup, str | None]]
    html: Callable[[str], Markup]
    picture: Callable[[str], str]
    answer: Any
    """With the ids that the page shows."""
    seq: int
    is_flagged: bool

    def has(self, option: str) -> bool:
        """Whether an option is chosen."""
        return isinstance(self.answer, list) and option in self.answer

    def at(self, place: str | int) -> str:
        """What stands in a place (by its id), or in the order (from 1)."""
        if isinstance(place, int):
            rows = self.answer if isinstance(self.answer, list) else []
            return str(rows[place - 1]) if place <= len(rows) else ""
        return str(self.answer.get(place, "")) if isinstance(self.answer, Mapping) else ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the navigator."""

    number: int
    is_answered: bool
    is_flagged: bool


def item(pinned: Any, place: Place, kept: AttemptResponse | None) -> Item:
    """An item as this candidate sees it."""
    seed = f"{pinned.seed}:{place.version_id}"
    view = shown(place.content, pinned.language, seed)

    def picture(sha256: str) -> str:
        return f"/exams/attempts/{pinned.code}/pictures/{sha256}.png"

    def html(text: str) -> Markup:
        return markup.html(text, picture)

    return Item(
        view,
        markup.pieces(html(view["body"])),
        html,
        picture,
        given(place.content, kept.response, seed) if kept else None,
        kept.client_seq if kept else 0,
        bool(kept and kept.is_flagged),
    )


def marks(places: Sequence[Place], kept: Mapping[int, AttemptResponse]) -> list[Mark]:
    """Which places are answered and flagged."""
    return [
        Mark(place.position, bool(row and row.response is not None), bool(row and row.is_flagged))
        for place in places
        for row in [kept.get(place.position)]
    ]


def title_of(attempt: Attempt) -> str:
    """The exam's title."""
    exam = db.session.get_one(Exam, attempt.exam_id)
    card = catalog().by_id().get(exam.course_id)
    return card.title if card else ""
