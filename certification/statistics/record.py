"""A report as the JSON that is kept of it. Pure.

    {people, left_out: {kind: number}, reliability: figure, histogram: [[raw, people], …],
     items: [{place, code, use, people, most, p, r, curve, options, times, dif, exposure, doubts}],
     pairs: [{first, second, exact, common, different, expected, chance}]}

A figure is a number or an object; where there is none, `{"why": code, "values": {…}}`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from certification.statistics.classical import OMITTED, Option, Point
from certification.statistics.leads import Pair, Times
from certification.statistics.report import ItemFigures, Report
from certification.statistics.responses import Item
from lms.reasons import Reason

MOST_OPTIONS = 15
MOST_PAIRS = 200


def recorded(report: Report, pairs: Sequence[Pair], places: Sequence[int]) -> dict[str, Any]:
    """The whole report; `places` says which of the exam's items the report's items are."""
    found = dict(zip(map(id, report.sample.items), places, strict=True))
    return {
        "people": len(report.sample.sittings),
        "left_out": {name: count for name, count in report.sample.left_out.items() if count},
        "reliability": _plain(report.reliability),
        "histogram": [[score, people] for score, people in report.histogram],
        "items": [_item(figures, found[id(figures.item)]) for figures in report.items],
        "pairs": [asdict(pair) for pair in pairs[:MOST_PAIRS]],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Reason):
        return {"why": value.code, "values": value.values}
    return value if value is None or isinstance(value, int | float | str) else asdict(value)


def _item(figures: ItemFigures, place: int) -> dict[str, Any]:
    return {
        "place": place,
        "code": figures.item.code,
        "use": figures.item.use,
        "people": figures.people,
        "most": figures.item.most,
        "p": _plain(figures.difficulty),
        "r": _plain(figures.discrimination),
        "curve": _curve(figures.curve),
        "options": _options(figures.options, figures.item),
        "times": _times(figures.times),
        "dif": _plain(figures.dif),
        "exposure": asdict(figures.exposure),
        "doubts": [_plain(doubt) for doubt in figures.doubts],
    }


def _curve(curve: list[Point] | Reason) -> Any:
    return _plain(curve) if isinstance(curve, Reason) else [asdict(point) for point in curve]


def _times(times: Times | Reason) -> Any:
    if isinstance(times, Reason):
        return _plain(times)
    counts = {name: len(getattr(times, name)) for name in ("quick", "slow", "rapid")}
    return {"people": times.people, "middle": times.middle, "below": times.rapid_below, **counts}


def _options(options: list[Option] | Reason, item: Item) -> Any:
    """All that can be chosen; of free answers the most frequent ones."""
    if isinstance(options, Reason):
        return _plain(options)
    known = {*item.key, *item.options, OMITTED}
    free = sorted((o for o in options if o.name not in known), key=lambda o: -o.people)
    kept = [o for o in options if o.name in known] + free[: max(0, MOST_OPTIONS - len(known))]
    return [
        {
            "name": option.name,
            "is_key": option.is_key,
            "people": option.people,
            "share": option.share,
            "by_group": list(option.by_group),
            "rest": _plain(option.rest),
        }
        for option in kept
    ]
