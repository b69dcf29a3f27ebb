"""Supply against demand: what the bank has for each cell, and whether a form can be made."""

from dataclasses import dataclass

from certification.papers import queries
from certification.papers.actions import refusal
from certification.papers.assembly import Assembled, assemble
from certification.papers.models import Blueprint, BlueprintCell
from certification.papers.queries import Bank
from lms.reasons import Reason

TRIAL = "feasibility"


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


@dataclass(frozen=True, slots=True)
class Supply:
    """All cells, why no form can be made (nothing if one can), and one more beside those there."""

    cells: list[CellSupply]
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
    return Supply(rows, _reasons(blueprint, bank, is_beside=False), beside)


def _reasons(blueprint: Blueprint, bank: Bank, *, is_beside: bool) -> tuple[Reason, ...]:
    earlier = queries.open_forms(blueprint.exam_id) if is_beside else ()
    found = assemble(queries.order_of(blueprint, bank, earlier), bank.candidates, TRIAL)
    return () if isinstance(found, Assembled) else refusal(blueprint, found).reasons
