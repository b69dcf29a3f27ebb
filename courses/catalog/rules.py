"""Rules of the catalogue. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.reasons import Reason

BANDS: dict[str, tuple[int, int]] = {
    "up-to-4": (1, 240),
    "up-to-8": (1, 480),
    "9-to-16": (481, 960),
    "over-16": (961, 60_000),
}
"""Length filters: code → minutes from, to. `arranged` is the one for no fixed length."""
ARRANGED = "arranged"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version needs to be published."""

    title: str
    summary: str
    minutes: int | None
    module_minutes: Sequence[int]
    formats: int
    languages: int


def publication_flaws(draft: Draft) -> list[Reason]:
    """What is missing before a draft can be published."""
    flaws = [
        Reason(code)
        for code, fine in (
            ("draft_needs_title", bool(draft.title)),
            ("draft_needs_summary", bool(draft.summary)),
            ("draft_needs_module", bool(draft.module_minutes)),
            ("draft_needs_format", draft.formats > 0),
            ("draft_needs_language", draft.languages > 0),
        )
        if not fine
    ]
    total = sum(draft.module_minutes)
    if draft.minutes is not None and draft.module_minutes and total != draft.minutes:
        flaws.append(Reason("draft_minutes_differ", {"modules": total, "minutes": draft.minutes}))
    return flaws


def leads_to_itself(course: int, needs: Mapping[int, Sequence[int]]) -> bool:
    """Whether following prerequisites from a course comes back to it."""
    seen: set[int] = set()
    waiting = list(needs.get(course, []))
    while waiting:
        here = waiting.pop()
        if here == course:
            return True
        if here not in seen:
            seen.add(here)
            waiting.extend(needs.get(here, []))
    return False


def in_band(minutes: int | None, band: str) -> bool:
    """Whether a length falls into a filter's band."""
    if band == ARRANGED:
        return minutes is None
    low, high = BANDS.get(band, (0, -1))
    return minutes is not None and low <= minutes <= high
