"""What a form is ordered by: cells, candidates, and everything that must hold. Pure."""

import hashlib
from dataclasses import dataclass
from fractions import Fraction


def digest(seed: str, item: int) -> bytes:
    """A rank that seed and item decide, on every machine the same."""
    return hashlib.sha256(f"{seed}\n{item}".encode()).digest()


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
