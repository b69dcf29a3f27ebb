"""Supply against demand: what the bank has for each cell, and whether a form can be made."""

from dataclasses import dataclass
from typing import TypeAlias

from certification.competency.models import Competency
from certification.papers import queries
from certification.papers.actions import refusal
from certification.papers.assembly import Assembled, assemble
from certification.papers.models import Blueprint, BlueprintCell
from certification.papers.queries import Bank
from lms.reasons import Reason

TRIAL = "feasibility"
PLENTY = 4
"""Forms that share nothing, from which on a cell has plenty."""


@dataclass(frozen=True, slots=True)
class CellSupply:
    """A cell with what there is for it."""

    cell: BlueprintCell
    have: int
    """Active items that fit and are below the exposure cap."""
    tired: int
    """Those beyond the cap."""
    pilots: int
    """Pilot items below the cap."""

    @property
    def short(self) -> int:
        """How many are missing for one form."""
        return max(0, self.cell.least - self.have)

    @property
    def times(self) -> float:
        """How many forms could be made of this cell without sharing an item."""
        return self.have / self.cell.most if self.cell.most else float("inf")

    @property
    def heat(self) -> str:
        """`missing` (no form), `thin` (less than two forms), `enough`, or `plenty` (four)."""
        if self.short:
            return "missing"
        return "thin" if self.times < 2 else "enough" if self.times < PLENTY else "plenty"


Band: TypeAlias = tuple[int, int, bool]
"""Hardest, easiest, and whether it is of extended texts."""


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A competency with its cells by band."""

    competency: Competency
    cells: dict[Band, list[CellSupply]]


@dataclass(frozen=True, slots=True)
class Supply:
    """All cells, why no form can be made (nothing if one can), and one more beside those there."""

    cells: list[CellSupply]
    bands: list[Band]
    rows: list[HeatRow]
    reasons: tuple[Reason, ...]
    next_reasons: tuple[Reason, ...]


def supply(blueprint: Blueprint, bank: Bank) -> Supply:
    """What the bank has for a blueprint."""
    cells, cap = queries.cells_of(blueprint), blueprint.exposure_cap / 100
    rows = []
    for row, cell in zip(blueprint.cells, cells, strict=True):
        fitting = [one for one in bank.candidates if cell.fits(one)]
        fresh = [one for one in fitting if one.exposure <= cap]
        pilots = [one for one in bank.pilots if cell.fits(one) and one.exposure <= cap]
        rows.append(CellSupply(row, len(fresh), len(fitting) - len(fresh), len(pilots)))
    there = queries.open_forms(blueprint.exam_id)
    beside = _reasons(blueprint, bank, is_beside=True) if there else ()
    bands, heat = _heat(rows)
    return Supply(rows, bands, heat, _reasons(blueprint, bank, is_beside=False), beside)


def _heat(cells: list[CellSupply]) -> tuple[list[Band], list[HeatRow]]:
    """The cells as a table: competencies in the blueprint's order, hard bands first."""
    found: dict[int, HeatRow] = {}
    for one in cells:
        row = found.setdefault(one.cell.competency_id, HeatRow(one.cell.competency, {}))
        row.cells.setdefault(_band(one), []).append(one)
    bands = sorted({_band(one) for one in cells}, key=lambda band: (band[2], band[0], band[1]))
    return bands, list(found.values())


def _band(one: CellSupply) -> Band:
    return one.cell.hardest, one.cell.easiest, one.cell.is_marked


def _reasons(blueprint: Blueprint, bank: Bank, *, is_beside: bool) -> tuple[Reason, ...]:
    earlier = queries.open_forms(blueprint.exam_id) if is_beside else ()
    found = assemble(queries.order_of(blueprint, bank, earlier), bank.candidates, TRIAL)
    return () if isinstance(found, Assembled) else refusal(blueprint, found).reasons
