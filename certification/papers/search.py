"""The search for a form within enemies, points and overlap: exact while its budget lasts. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from certification.papers.order import Candidate, Cell, Order, digest

BUDGET = 20_000
SWAPS = 400


@dataclass(slots=True)
class Search:
    order: Order
    options: dict[int, list[Candidate]]
    """Cell key → candidates in the order in which they are tried."""
    foes: dict[int, set[int]]
    budget: int = BUDGET
    chosen: dict[int, tuple[Candidate, int]] = field(default_factory=dict)
    """Item → candidate and cell."""
    stuck: tuple[int, int] = (-1, 0)
    """How many cells were filled at best, and the key of the one that could not be."""


def options(order: Order, pool: Sequence[Candidate], seed: str) -> dict[int, list[Candidate]]:
    """What each cell may take: rarely shown ones and those of no earlier form first, else by the
    seed. Digests, not a generator whose stream may change."""
    uses = {one.item: sum(one.item in form for form in order.earlier) for one in pool}

    def rank(one: Candidate) -> tuple[int, int, bytes]:
        return uses[one.item], round(one.exposure * 10), digest(seed, one.item)

    return {
        cell.key: sorted((one for one in pool if cell.fits(one)), key=rank) for cell in order.cells
    }


def foes(enemies: frozenset[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in enemies:
        found[one].add(other)
        found[other].add(one)
    return found


Plan: TypeAlias = list[tuple[Cell, int]]
"""(cell, how many) in the order in which they are filled, scarce ones first."""


def plans(order: Order, search: Search) -> Iterator[Plan]:
    """Every way to spread the total over the cells, the most comfortable one first: that which
    takes from where the most is left that no earlier form asked."""
    asked = frozenset[int]().union(*order.earlier)
    counts = {cell.key: cell.least for cell in order.cells}

    def comfort(cell: Cell) -> tuple[int, int, int]:
        options = search.options[cell.key]
        fresh = sum(one.item not in asked for one in options)
        return fresh - counts[cell.key], len(options) - counts[cell.key], -cell.key

    for _ in range(order.total - sum(counts.values())):
        cell = max((c for c in order.cells if counts[c.key] < c.most), key=comfort)
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


def _ordered(order: Order, search: Search, counts: Mapping[int, int]) -> Plan:
    scarce = sorted(order.cells, key=lambda c: (len(search.options[c.key]) - counts[c.key], c.key))
    return [(cell, counts[cell.key]) for cell in scarce if counts[cell.key]]


def fill(search: Search, plan: Plan, step: int) -> bool:
    """Fill the cells from this one on."""
    if step == len(plan):
        return True
    cell, count = plan[step]
    search.stuck = max(search.stuck, (step, cell.key))
    for _ in _choices(search, cell, count, 0, []):
        if fill(search, plan, step + 1):
            return True
        if search.budget <= 0:
            return False
    return False


def _choices(
    search: Search, cell: Cell, count: int, start: int, picks: list[Candidate]
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
        if not _may_take(search, candidate) or not _reachable(
            cell, [*picks, candidate], options, count
        ):
            continue
        search.chosen[candidate.item] = (candidate, cell.key)
        picks.append(candidate)
        yield from _choices(search, cell, count, place + 1, picks)
        picks.pop()
        search.chosen.pop(candidate.item, None)


def _reachable(
    cell: Cell, picks: Sequence[Candidate], options: Sequence[Candidate], count: int
) -> bool:
    """Whether the cell's points can still come out right, were the rest as good or as small as the
    best and smallest there are."""
    if cell.least_points is None and cell.most_points is None:
        return True
    points, left = sum((one.points for one in picks), Fraction(0)), count - len(picks)
    ranked = sorted(one.points for one in options)
    low, high = sum(ranked[:left], points), sum(ranked[len(ranked) - left :], points)
    return (cell.least_points is None or high >= cell.least_points) and (
        cell.most_points is None or low <= cell.most_points
    )


def _points_fit(cell: Cell, picks: Sequence[Candidate]) -> bool:
    points = sum((one.points for one in picks), Fraction(0))
    low, high = cell.least_points, cell.most_points
    return (low is None or points >= low) and (high is None or points <= high)


def _may_take(search: Search, candidate: Candidate, leaving: int | None = None) -> bool:
    """Whether an item may join those that were chosen (one of which may leave for it)."""
    chosen = search.chosen.keys() - {leaving}
    if candidate.item in chosen or search.foes.get(candidate.item, set()) & chosen:
        return False
    return all(
        candidate.item not in form or len(form & chosen) < search.order.shared
        for form in search.order.earlier
    )


def balance(search: Search) -> None:
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


def _mean(search: Search) -> tuple[float, int]:
    known = [c.difficulty for c, _ in search.chosen.values() if c.difficulty is not None]
    return (sum(known) / len(known) if known else 0.0), len(known)


def _best_swap(search: Search, target: float) -> tuple[int, Candidate, int] | None:
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


def arranged(search: Search, seed: str) -> list[tuple[Candidate, int]]:
    """Easier ones first within thirds, else by the seed: nobody meets the hardest item first."""
    ranked = sorted(search.chosen.values(), key=lambda pair: digest(f"{seed} order", pair[0].item))
    return sorted(ranked, key=lambda pair: -((pair[0].difficulty or 60) // 34))
