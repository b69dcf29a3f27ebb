"""What a candidate's page shows: an item as it may be seen, the marks of the navigator, and what
is wrong with an answer as it stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from certification.delivery import saving, wording
from certification.delivery.answers import flaw
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
    flaw: tuple[str, str] = ("", "")
    """What is wrong with the answer: in a word, and in a sentence."""

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
    """Wholly, and so that it can be scored."""
    is_flagged: bool
    flaw: str = ""
    """In a word, what is wrong with the answer that is kept."""


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
        _flaw(pinned, place, kept.response if kept else None),
    )


def _flaw(pinned: Any, place: Place, response: Any) -> tuple[str, str]:
    return wording.flaw_texts(flaw(place.content, response, pinned.language))


def marks(pinned: Any, places: Sequence[Place], kept: Mapping[int, AttemptResponse]) -> list[Mark]:
    """Which places are answered and flagged, and where an answer can hardly be meant so."""
    return [_mark(pinned, place, kept.get(place.position)) for place in places]


def _mark(pinned: Any, place: Place, row: AttemptResponse | None) -> Mark:
    if row is None:
        return Mark(place.position, is_answered=False, is_flagged=False)
    word, _sentence = _flaw(pinned, place, row.response)
    return Mark(place.position, row.response is not None and not word, row.is_flagged, word)


def flaws(
    pinned: Any, places: Sequence[Place], saves: Sequence[saving.Save], kept: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """What is wrong with answers that were just kept, by place."""
    return {
        one.position: _flaw(pinned, places[one.position - 1], saving.read_as_kept(pinned, one))
        for one in saves
        if one.position in kept
    }


def title_of(attempt: Attempt) -> str:
    """The exam's title."""
    exam = db.session.get_one(Exam, attempt.exam_id)
    card = catalog().by_id().get(exam.course_id)
    return card.title if card else ""
