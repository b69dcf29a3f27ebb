"""A kept report as the pages draw it: plots, words for what is missing, sorting. Pure but words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms import wording
from lms.charts import Plot, curves, histogram
from lms.i18n import gettext as _
from lms.reasons import Reason

ACROSS = ((0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %"))
SORTS = ("code", "p", "r", "doubts")
MOST_CURVES = 6


def why(value: Any) -> str | None:
    """The sentence in place of a figure, if there is none."""
    if isinstance(value, Mapping) and "why" in value:
        return wording.word(Reason(value["why"], dict(value["values"])))
    return None


def number(value: Any, digits: int = 2) -> str:
    """A figure with its digits, or a dash."""
    return f"{value:.{digits}f}" if isinstance(value, int | float) else "–"


@dataclass(frozen=True, slots=True)
class Scope:
    """The figures of all attempts or of one form's."""

    code: str
    report: Mapping[str, Any]
    asked: Sequence[Mapping[str, Any]]

    def items(self, sort: str, *, only_doubtful: bool = False) -> list[Mapping[str, Any]]:
        """The items with what they are called; those somebody should look at come first when
        sorted by doubts."""
        rows = [{**self.asked[row["place"]], **row} for row in self.report["items"]]
        kept = [row for row in rows if row["doubts"] or not only_doubtful]
        return sorted(kept, key=lambda row: _rank(row, sort))

    def item(self, version_id: int) -> Mapping[str, Any] | None:
        """The figures of one item version."""
        rows = self.items("code")
        return next((row for row in rows if row["version_id"] == version_id), None)


def scopes(report: Mapping[str, Any]) -> list[Scope]:
    """All attempts first, then each form."""
    asked = report["asked"]
    forms = [Scope(code, one, asked) for code, one in sorted(report["forms"].items())]
    return [Scope("", report["all"], asked), *forms]


def _rank(row: Mapping[str, Any], sort: str) -> tuple[Any, ...]:
    if sort == "doubts":
        return (-len(row["doubts"]), row["code"])
    value = row.get(sort) if sort in ("p", "r") else None
    return (value if isinstance(value, int | float) else 2.0, row["code"])


def characteristic_plot(row: Mapping[str, Any]) -> Plot | None:
    """How the share of points rises with the score on the rest."""
    if why(row["curve"]):
        return None
    points = [(point["rest"], point["share"]) for point in row["curve"]]
    return curves([(_("Share of points"), points)], ACROSS)


def option_plot(row: Mapping[str, Any]) -> Plot | None:
    """Who chose what, from the weakest group to the ablest. Empty groups have no dot."""
    if why(row["options"]):
        return None
    chosen = [one for one in row["options"] if one["people"]]
    # The key first, so that it has the plain line; then what is chosen most.
    chosen.sort(key=lambda one: (not one["is_key"], -one["people"]))
    series = [
        (
            option_name(one),
            [(float(g + 1), s) for g, s in enumerate(one["by_group"]) if s is not None],
        )
        for one in chosen[:MOST_CURVES]
    ]
    groups = max((len(one["by_group"]) for one in chosen), default=5)
    return curves(series, [(float(group), str(group)) for group in range(1, max(groups, 2) + 1)])


def option_name(option: Mapping[str, Any]) -> str:
    """An option with what it is."""
    name = option["name"] or _("(left out)")
    return _("%(option)s (right)", option=name) if option["is_key"] else name


def score_plot(report: Mapping[str, Any]) -> Plot | None:
    """How many reached which raw score, with the cut score."""
    counts = [(score, people) for score, people in report["histogram"]]
    if not counts:
        return None
    high = report.get("full") or counts[-1][0]
    cut = report.get("cut")
    marks = [(cut, _("cut %(cut)s", cut=f"{cut:g}"))] if cut is not None else []
    return histogram(counts, min(0.0, counts[0][0]), high, marks)


def score_text(report: Mapping[str, Any]) -> str:
    """The histogram in words."""
    counts = report["histogram"]
    people = sum(count for _score, count in counts)
    if not people:
        return ""
    mean = sum(score * count for score, count in counts) / people
    text = _(
        "%(people)s people from %(low)s to %(high)s raw points, %(mean)s on average.",
        people=people,
        low=f"{counts[0][0]:g}",
        high=f"{counts[-1][0]:g}",
        mean=f"{mean:.1f}",
    )
    cut = report.get("cut")
    if cut is None:
        return text
    passed = sum(count for score, count in counts if score >= cut)
    share = f"{100 * passed / people:.0f}"
    return text + " " + _("%(share)s %% reached the cut of %(cut)s.", share=share, cut=f"{cut:g}")


def curve_text(row: Mapping[str, Any]) -> str:
    """The characteristic in words."""
    first, last = row["curve"][0], row["curve"][-1]
    return _(
        "From %(low)s %% of the points among the weakest to %(high)s %% among the ablest.",
        low=f"{100 * first['share']:.0f}",
        high=f"{100 * last['share']:.0f}",
    )
