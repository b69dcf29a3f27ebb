"""All figures of an exam from its sittings, and which items somebody should look at. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from certification.statistics.classical import (
    FLOORS,
    OMITTED,
    Figure,
    Floors,
    Option,
    Point,
    Reliability,
    characteristic,
    difficulty,
    discrimination,
    distractors,
    reliability,
    score_groups,
)
from certification.statistics.dif import Dif, dif
from certification.statistics.leads import Exposure, Times, exposure, response_times
from certification.statistics.responses import Item, Sample, Sitting, sample_of
from lms.reasons import Reason


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """What is known of one item."""

    item: Item
    people: int
    difficulty: Figure
    discrimination: Figure
    curve: list[Point] | Reason
    options: list[Option] | Reason
    times: Times | Reason
    dif: Dif | Reason | None
    exposure: Exposure
    doubts: list[Reason]
    """Why somebody should look at it."""


@dataclass(frozen=True, slots=True)
class Report:
    """An exam's figures."""

    sample: Sample
    reliability: Reliability | Reason
    items: list[ItemFigures]
    histogram: list[tuple[float, int]]
    """Raw score and how many reached it, all forms together."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Beyond these an item is looked at. House rules in the range of the usual textbooks; an
    option chosen by fewer than 1 in 20 does no work (Haladyna and Downing 1993)."""

    hardest: float = 0.25
    easiest: float = 0.95
    weakest: float = 0.10
    idle: float = 0.05
    drawn: float = 0.05
    shown: float = 0.8
    rapid: float = 0.1


BOUNDS = Bounds()


def analyse(
    items: Sequence[Item],
    sittings: Sequence[Sitting],
    groups: tuple[str, str] | None = None,
    floors: Floors = FLOORS,
    bounds: Bounds = BOUNDS,
) -> Report:
    """Every figure of an exam. `groups` are the reference and the focal group to compare."""
    sample = sample_of(items, sittings)
    if len(sittings) < floors.exposure:  # two forms that share an item show it in every exam
        bounds = replace(bounds, shown=1.0)
    shown = exposure(Sample(tuple(items), tuple(sittings)))
    places = [i for i, item in enumerate(items) if item.use != "neutralised"]
    return Report(
        sample=sample,
        reliability=reliability(sample, floors),
        items=[_figures(sample, i, shown[i], groups, (floors, bounds)) for i in places],
        histogram=histogram(sample),
    )


def histogram(sample: Sample) -> list[tuple[float, int]]:
    """How many reached which raw score."""
    counts: dict[float, int] = {}
    for total in sample.totals:
        counts[total] = counts.get(total, 0) + 1
    return sorted(counts.items())


def _figures(
    sample: Sample,
    place: int,
    shown: Exposure,
    groups: tuple[str, str] | None,
    limits: tuple[Floors, Bounds],
) -> ItemFigures:
    item, (floors, bounds) = sample.items[place], limits
    column = sample.column(place)
    placed = score_groups(column.rest)
    found = ItemFigures(
        item=item,
        people=len(column.rows),
        difficulty=difficulty(column, item.most, floors),
        discrimination=discrimination(column, floors),
        curve=characteristic(column, item.most, placed, floors),
        options=distractors(sample, place, column, placed, floors),
        times=response_times(sample, place),
        dif=dif(sample, place, *groups) if groups else None,
        exposure=shown,
        doubts=[],
    )
    found.doubts.extend(doubts(found, bounds))
    return found


def doubts(figures: ItemFigures, bounds: Bounds = BOUNDS) -> list[Reason]:
    """Why somebody should look at an item, the gravest first."""
    found = [*_separation(figures.discrimination, bounds), *_option_doubts(figures, bounds)]
    match figures.difficulty:
        case float(p) if p < bounds.hardest:
            found.append(Reason("item_too_hard", {"p": f"{p:.2f}"}))
        case float(p) if p > bounds.easiest:
            found.append(Reason("item_too_easy", {"p": f"{p:.2f}"}))
    if isinstance(figures.dif, Dif) and figures.dif.grade != "A":
        grade, delta = figures.dif.grade, f"{figures.dif.delta:+.2f}"
        found.append(Reason("item_differs_by_group", {"grade": grade, "delta": delta}))
    if figures.exposure.rate > bounds.shown:
        found.append(Reason("item_overexposed", {"percent": round(100 * figures.exposure.rate)}))
    times = figures.times
    if isinstance(times, Times) and len(times.rapid) > bounds.rapid * times.people:
        found.append(Reason("item_guessed_rapidly", {"count": len(times.rapid)}))
    return found


def _separation(found: Figure, bounds: Bounds) -> list[Reason]:
    if isinstance(found, Reason) or found >= bounds.weakest:
        return []
    if found < 0:
        return [Reason("item_separates_wrongly", {"r": f"{found:.2f}"})]
    return [Reason("item_separates_weakly", {"r": f"{found:.2f}"})]


def _option_doubts(figures: ItemFigures, bounds: Bounds) -> list[Reason]:
    if isinstance(figures.options, Reason):
        return []
    found = []
    for option in figures.options:
        if option.is_key or option.name == OMITTED:
            continue
        if isinstance(option.rest, float) and option.rest > bounds.drawn:
            found.append(Reason("distractor_draws_the_able", {"option": option.name}))
        elif option.share < bounds.idle:
            found.append(Reason("distractor_idle", {"option": option.name}))
    return found
