"""The editor of a rubric as it was typed: criteria with their levels, each error at its field."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from wtforms import SelectMultipleField
from wtforms.validators import InputRequired

from certification.rubrics.rules import (
    FEWEST_LEVELS,
    KINDS,
    MOST_CRITERIA,
    MOST_LEVELS,
    Criterion,
    Level,
    Rubric,
)
from certification.rubrics.sheets import number
from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l

LONGEST = {"name": 120, "text": 1000, "level": 60, "seen": 1000}
USUAL_LEVELS = 4


class RubricForm(Form):
    """For which forms of the exam the rubric is meant."""

    kinds = SelectMultipleField(
        _l("Judged by it"), [InputRequired(_l("Choose at least one."))],
        choices=[
            ("practical", _l("Practical exam")),
            ("interview", _l("Interview")),
            ("work", _l("Work that is handed in as a file")),
        ],
    )  # fmt: skip


@dataclass(slots=True)
class LevelRow:
    """A level as it was typed."""

    name: str = ""
    points: str = ""
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.name or self.points or self.text)


@dataclass(slots=True)
class CriterionRow:
    """A criterion as it was typed, with what is wrong in it by the name of the field."""

    id: str = ""
    name: str = ""
    text: str = ""
    competency: str = ""
    needed: str = ""
    levels: list[LevelRow] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.name or self.text or self.levels)

    @property
    def lines(self) -> list[LevelRow]:
        """Its levels, and an empty line or more to write on."""
        spare = max(1, USUAL_LEVELS - len(self.levels))
        return [*self.levels, *(LevelRow() for _n in range(spare))][:MOST_LEVELS]


def row_of(one: Criterion) -> CriterionRow:
    """A stored criterion as the editor has it."""
    return CriterionRow(
        one.id, one.name, one.text, one.competency, str(one.needed or ""),
        [LevelRow(level.name, number(level.points), level.text) for level in one.levels],
    )  # fmt: skip


def typed(sent: Mapping[str, str]) -> list[CriterionRow]:
    """The criteria that are not empty, in the order in which they were sent."""
    rows = [_row(sent, place) for place in range(MOST_CRITERIA + 1) if f"name-{place}" in sent]
    return [row for row in rows if not row.is_empty]


def _row(sent: Mapping[str, str], place: int) -> CriterionRow:
    def said(name: str) -> str:
        return sent.get(f"{name}-{place}", "").replace("\r\n", "\n").strip()

    levels = [
        LevelRow(said(f"level-{line}"), said(f"points-{line}"), said(f"seen-{line}"))
        for line in range(MOST_LEVELS)
    ]
    return CriterionRow(
        said("id")[:24], said("name"), said("text"), said("competency"), said("needed"),
        [level for level in levels if not level.is_empty],
    )  # fmt: skip


def read(
    rows: Sequence[CriterionRow], kinds: Sequence[str], known: set[str], competencies: set[str]
) -> Rubric:
    """The rubric that was typed; whatever is wrong is noted in the rows."""
    criteria = tuple(_criterion(row, known, competencies) for row in rows)
    return Rubric(criteria, tuple(one for one in KINDS if one in kinds))


def _criterion(row: CriterionRow, known: set[str], competencies: set[str]) -> Criterion:
    row.errors.update(_too_long(row))
    if not row.name:
        row.errors["name"] = _("Name the criterion.")
    if row.competency and row.competency not in competencies:
        row.errors["competency"] = _("Choose one of the list.")
    levels = tuple(_level(row, line, level) for line, level in enumerate(row.levels))
    if len(levels) < FEWEST_LEVELS:
        row.errors[f"level-{len(levels)}"] = _("A criterion has two levels at least.")
    for line, (low, high) in enumerate(pairwise(levels), 1):
        if low.points >= high.points and f"points-{line}" not in row.errors:
            row.errors[f"points-{line}"] = _("Each level has more points than the one above it.")
    needed = int(row.needed) if row.needed in {"2", "3", "4", "5", "6"} else None
    if needed is not None and needed > len(levels):
        row.errors["needed"] = _("There is no such level.")
    criterion_id = row.id if row.id in known else secrets.token_hex(4)
    known.discard(criterion_id)
    return Criterion(criterion_id, row.name, row.text, row.competency, levels, needed)


def _level(row: CriterionRow, line: int, level: LevelRow) -> Level:
    if not level.name:
        row.errors[f"level-{line}"] = _("Name the level.")
    points = _points(level.points)
    if points is None:
        row.errors[f"points-{line}"] = _("Enter points from 0 to 1,000, such as 2 or 2.5.")
    return Level(level.name, points or Fraction(0), level.text)


def _points(text: str) -> Fraction | None:
    """A plain number of at most two decimals."""
    whole, _point, part = text.replace(",", ".").partition(".")
    if not (whole.isascii() and whole.isdecimal() and len(whole) <= 4 and len(part) <= 2):
        return None
    if part and not (part.isascii() and part.isdecimal()):
        return None
    value = Fraction(f"{whole}.{part or 0}")
    return value if value <= 1000 else None


def _too_long(row: CriterionRow) -> Iterator[tuple[str, str]]:
    said = [("name", "name", row.name), ("text", "text", row.text)]
    for line, level in enumerate(row.levels):
        said += [(f"level-{line}", "level", level.name), (f"seen-{line}", "seen", level.text)]
    for place, kind, text in said:
        if len(text) > LONGEST[kind]:
            yield place, _("Use %(most)s characters at most.", most=LONGEST[kind])
