"""Assembling a form from a bank by a blueprint. Pure, seeded, and the same form on every machine.

    assemble(Order, pool, seed) -> Assembled | Shortfall list | Reason

A form takes exactly `total` items. Each fills one cell (its competency and its band of difficulty
fit), each cell gets between `least` and `most` items and points, no two are enemies, none is beyond
the exposure cap, and it shares at most so many items with each earlier form. What is short is said
cell by cell: first what a cell alone lacks, then what cells that draw on the same items lack
together (Hall's condition, found by a maximum flow). Enemies and points are then settled by a
search with a budget: if it ends, the answer is exact; if it runs out, it says so.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from lms.reasons import Reason

BUDGET = 20_000
SWAPS = 400


@dataclass(frozen=True, slots=True)
class Cell:
    """A competency, a band of difficulty (both ends in), and how many items and points."""

    key: int
    competency: int
    least: int
    most: int
    hardest: int = 0
    easiest: int = 100
    least_points: Fraction | None = None
    most_points: Fraction | None = None
    is_marked: bool = False
    """For extended texts, which assessors mark, and for nothing else."""

    def fits(self, candidate: "Candidate") -> bool:
        """Whether an item can fill this cell. Without an estimate it fits the whole range only."""
        if self.competency not in candidate.competencies:
            return False
        if self.is_marked != candidate.is_marked:
            return False
        if candidate.difficulty is None:
            return self.hardest == 0 and self.easiest == 100
        return self.hardest <= candidate.difficulty <= self.easiest


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item version that may be asked."""

    version: int
    item: int
    points: Fraction
    competencies: frozenset[int]
    difficulty: int | None = None
    exposure: float = 0.0
    """In which share of the exam's attempts it was asked, 0 to 1."""
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted."""

    cells: tuple[Cell, ...]
    total: int
    enemies: frozenset[tuple[int, int]] = frozenset()
    """Pairs of items."""
    cap: float = 1.0
    earlier: tuple[frozenset[int], ...] = ()
    """The scored items of each form that this one is parallel to."""
    shared: int = 10_000
    """How many items it may share with each of them."""
    target: float | None = None
    """The mean estimated difficulty to come near to."""


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


@dataclass(slots=True)
class _Search:
    order: Order
    options: dict[int, list[Candidate]]
    """Cell key → candidates in the order in which they are tried."""
    foes: dict[int, set[int]]
    budget: int = BUDGET
    chosen: dict[int, tuple[Candidate, int]] = field(default_factory=dict)
    """Item → candidate and cell."""


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
    search = _Search(order, _options(order, usable, seed), _foes(order.enemies), budget)
    if not any(_fill(search, plan, 0) for plan in _plans(order, search)):
        return Reason("form_not_found" if search.budget <= 0 else "form_impossible")
    _balance(search)
    return Assembled(
        tuple((candidate.version, cell) for candidate, cell in _arranged(search, seed))
    )


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


def _options(order: Order, pool: Sequence[Candidate], seed: str) -> dict[int, list[Candidate]]:
    """What each cell may take: rarely shown ones and those of no earlier form first, else by the
    seed. Digests, not a generator whose stream may change."""
    uses = {one.item: sum(one.item in form for form in order.earlier) for one in pool}

    def rank(one: Candidate) -> tuple[int, int, bytes]:
        return uses[one.item], round(one.exposure * 10), digest(seed, one.item)

    return {
        cell.key: sorted((one for one in pool if cell.fits(one)), key=rank) for cell in order.cells
    }


def digest(seed: str, item: int) -> bytes:
    """A rank that seed and item decide, on every machine the same."""
    return hashlib.sha256(f"{seed}\n{item}".encode()).digest()


def _foes(enemies: frozenset[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in enemies:
        found[one].add(other)
        found[other].add(one)
    return found


Plan: TypeAlias = list[tuple[Cell, int]]
"""(cell, how many) in the order in which they are filled, scarce ones first."""


def _plans(order: Order, search: _Search) -> Iterator[Plan]:
    """Every way to spread the total over the cells, the most comfortable one first."""
    counts = {cell.key: cell.least for cell in order.cells}
    for _ in range(order.total - sum(counts.values())):
        room = [c for c in order.cells if counts[c.key] < c.most]
        cell = max(room, key=lambda c: (len(search.options[c.key]) - counts[c.key], -c.key))
        counts[cell.key] += 1
    first = dict(counts)
    yield _ordered(order, search, first)
    for other in _spreads(order.cells, order.total):
        if search.budget <= 0:
            return
        if other != first:
            yield _ordered(order, search, other)


def _spreads(cells: Sequence[Cell], total: int) -> Iterator[dict[int, int]]:
    if not cells:
        if total == 0:
            yield {}
        return
    cell, rest = cells[0], cells[1:]
    low = max(cell.least, total - sum(c.most for c in rest))
    high = min(cell.most, total - sum(c.least for c in rest))
    for count in range(high, low - 1, -1):
        for other in _spreads(rest, total - count):
            yield {cell.key: count, **other}


def _ordered(order: Order, search: _Search, counts: Mapping[int, int]) -> Plan:
    scarce = sorted(order.cells, key=lambda c: (len(search.options[c.key]) - counts[c.key], c.key))
    return [(cell, counts[cell.key]) for cell in scarce if counts[cell.key]]


def _fill(search: _Search, plan: Plan, step: int) -> bool:
    """Fill the cells from this one on."""
    if step == len(plan):
        return True
    cell, count = plan[step]
    for _ in _choices(search, cell, count, 0, []):
        if _fill(search, plan, step + 1):
            return True
        if search.budget <= 0:
            return False
    return False


def _choices(
    search: _Search, cell: Cell, count: int, start: int, picks: list[Candidate]
) -> Iterator[None]:
    """Every way to fill a cell, in the order of preference. What it takes is chosen while it is
    yielded, and given back when the next way is asked for."""
    if len(picks) == count:
        if _points_fit(cell, picks):
            yield
        return
    options = search.options[cell.key]
    for place in range(start, len(options)):
        if len(options) - place < count - len(picks):
            return
        candidate = options[place]
        search.budget -= 1
        if search.budget <= 0:
            return
        if not _may_take(search, candidate):
            continue
        search.chosen[candidate.item] = (candidate, cell.key)
        picks.append(candidate)
        yield from _choices(search, cell, count, place + 1, picks)
        picks.pop()
        search.chosen.pop(candidate.item, None)


def _points_fit(cell: Cell, picks: Sequence[Candidate]) -> bool:
    points = sum((one.points for one in picks), Fraction(0))
    low, high = cell.least_points, cell.most_points
    return (low is None or points >= low) and (high is None or points <= high)


def _may_take(search: _Search, candidate: Candidate, leaving: int | None = None) -> bool:
    """Whether an item may join those that were chosen (one of which may leave for it)."""
    chosen = search.chosen.keys() - {leaving}
    if candidate.item in chosen or search.foes.get(candidate.item, set()) & chosen:
        return False
    return all(
        candidate.item not in form or len(form & chosen) < search.order.shared
        for form in search.order.earlier
    )


def _balance(search: _Search) -> None:
    """Bring the mean difficulty near the target by swaps within cells, each an improvement."""
    if search.order.target is None:
        return
    for _ in range(SWAPS):
        swap = _best_swap(search, search.order.target)
        if swap is None:
            return
        leaving, candidate, cell = swap
        del search.chosen[leaving]
        search.chosen[candidate.item] = (candidate, cell)


def _mean(search: _Search) -> tuple[float, int]:
    known = [c.difficulty for c, _ in search.chosen.values() if c.difficulty is not None]
    return (sum(known) / len(known) if known else 0.0), len(known)


def _best_swap(search: _Search, target: float) -> tuple[int, Candidate, int] | None:
    mean, count = _mean(search)
    best, found = abs(mean - target) - 1e-9, None
    for item, (chosen, cell) in search.chosen.items():
        own = chosen.difficulty
        for candidate in search.options[cell] if own is not None else ():
            if own is None or candidate.difficulty is None or candidate.points != chosen.points:
                continue
            away = abs(mean + (candidate.difficulty - own) / count - target)
            if away < best and _may_take(search, candidate, leaving=item):
                best, found = away, (item, candidate, cell)
    return found


def _arranged(search: _Search, seed: str) -> list[tuple[Candidate, int]]:
    """Easier ones first within thirds, else by the seed: nobody meets the hardest item first."""
    ranked = sorted(search.chosen.values(), key=lambda pair: digest(f"{seed} order", pair[0].item))
    return sorted(ranked, key=lambda pair: -((pair[0].difficulty or 60) // 34))


def with_pilots(
    places: Sequence[tuple[int, int]], pilots: Sequence[int], seed: str
) -> list[tuple[int, int | None]]:
    """Pilot versions strewn in between, where nobody can tell them apart."""
    mixed: list[tuple[int, int | None]] = list(places)
    for number, version in enumerate(pilots):
        place = int.from_bytes(digest(f"{seed} pilot {number}", version)[:6], "big")
        mixed.insert(place % (len(mixed) + 1), (version, None))
    return mixed
