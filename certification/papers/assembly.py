"""Assembling a form from a bank by a blueprint. Pure, seeded, and the same form on every machine.

    assemble(Order, pool, seed) -> Assembled | Shortfall list | Reason

A form takes exactly `total` items. Each fills one cell (its competency and its band of difficulty
fit), each cell gets between `least` and `most` items and points, no two are enemies, none is beyond
the exposure cap, and it shares at most so many items with each earlier form. What is short is said
cell by cell: first what a cell alone lacks, then what cells that draw on the same items lack
together (Hall's condition, found by a maximum flow). Enemies and points are then settled by a
search with a budget: if it ends, the answer is exact; if it runs out, it says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certification.papers.order import Candidate, Cell, Order, digest
from certification.papers.search import (
    BUDGET,
    Search,
    arranged,
    balance,
    fill,
    foes,
    options,
    plans,
)
from lms.reasons import Reason

__all__ = [
    "Assembled",
    "Candidate",
    "Cell",
    "Order",
    "Shortfall",
    "assemble",
    "pilots_for",
    "with_pilots",
]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Cells that want more than there is: one, or several that draw on the same items."""

    cells: tuple[int, ...]
    need: int
    have: int


@dataclass(frozen=True, slots=True)
class Assembled:
    """The chosen versions with the cell that each fills."""

    places: tuple[tuple[int, int], ...]


def assemble(
    order: Order, pool: Sequence[Candidate], seed: str, budget: int = BUDGET
) -> Assembled | list[Shortfall] | Reason:
    """A form, what is short, or why the numbers of the cells cannot give one."""
    flaw = _sums(order)
    if flaw:
        return flaw
    usable = [one for one in pool if one.exposure <= order.cap]
    short = shortfalls(order, usable)
    if short:
        return short
    search = Search(order, options(order, usable, seed), foes(order.enemies), budget)
    if not any(fill(search, plan, 0) for plan in plans(order, search)):
        code = "form_not_found" if search.budget <= 0 else "form_impossible"
        return Reason(code, {"cell": search.stuck[1]})
    balance(search)
    return Assembled(tuple((candidate.version, cell) for candidate, cell in arranged(search, seed)))


def _sums(order: Order) -> Reason | None:
    least, most = sum(c.least for c in order.cells), sum(c.most for c in order.cells)
    if least <= order.total <= most:
        return None
    return Reason("cells_do_not_add_up", {"least": least, "most": most, "total": order.total})


def shortfalls(order: Order, pool: Sequence[Candidate]) -> list[Shortfall]:
    """What is short, cell by cell; nothing if enemies, points and overlap are left aside and every
    cell can be filled from items of its own."""
    supply = {cell.key: [one for one in pool if cell.fits(one)] for cell in order.cells}
    alone = [
        Shortfall((cell.key,), cell.least, len({one.item for one in supply[cell.key]}))
        for cell in order.cells
    ]
    found = [one for one in alone if one.have < one.need]
    return found or _together(order, supply)


def _together(order: Order, supply: Mapping[int, Sequence[Candidate]]) -> list[Shortfall]:
    """Cells that lack items only because they share them: one item fills one cell. Last the form
    as a whole, which may want more than the cells can give."""
    taken: dict[int, int] = {}
    for cell in order.cells:
        for _ in range(cell.least):
            seen: set[int] = set()
            if not _augment(cell.key, supply, taken, seen):
                keys = {cell.key, *(taken[item] for item in seen)}
                need = sum(c.least for c in order.cells if c.key in keys)
                return [Shortfall(tuple(sorted(keys)), need, len(seen))]
    for cell in order.cells:
        for _ in range(cell.most - cell.least):
            if len(taken) == order.total or not _augment(cell.key, supply, taken, set()):
                break
    everything = tuple(cell.key for cell in order.cells)
    return [Shortfall(everything, order.total, len(taken))] if len(taken) < order.total else []


def _augment(
    key: int, supply: Mapping[int, Sequence[Candidate]], taken: dict[int, int], seen: set[int]
) -> bool:
    """One more item for a cell, moving others to other items where that helps (Kuhn 1955)."""
    for candidate in supply[key]:
        if candidate.item in seen:
            continue
        seen.add(candidate.item)
        holder = taken.get(candidate.item)
        if holder is None or _augment(holder, supply, taken, seen):
            taken[candidate.item] = key
            return True
    return False


def pilots_for(
    order: Order, pool: Sequence[Candidate], chosen: set[int], most: int, seed: str
) -> list[int]:
    """Versions to try out, of the order's competencies, below the exposure cap, no enemies of the
    `chosen` items or of one another, the least shown first. As many as there are up to `most`, for
    trying out is never a reason to have no exam."""
    wanted, enemies = {cell.competency for cell in order.cells}, foes(order.enemies)
    fitting = [one for one in pool if one.competencies & wanted and not one.is_marked]
    fresh = [one for one in fitting if one.exposure <= order.cap]
    barred = chosen.union(*(enemies.get(item, set()) for item in chosen))
    taken: list[int] = []
    for one in sorted(fresh, key=lambda one: (one.exposure, digest(seed, one.item))):
        if len(taken) < most and one.item not in barred:
            taken.append(one.version)
            barred |= {one.item} | enemies.get(one.item, set())
    return taken


def with_pilots(
    places: Sequence[tuple[int, int]], pilots: Sequence[int], seed: str
) -> list[tuple[int, int | None]]:
    """Pilot versions strewn in between, where nobody can tell them apart."""
    mixed: list[tuple[int, int | None]] = list(places)
    for number, version in enumerate(pilots):
        place = int.from_bytes(digest(f"{seed} pilot {number}", version)[:6], "big")
        mixed.insert(place % (len(mixed) + 1), (version, None))
    return mixed
