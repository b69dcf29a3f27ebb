"""Figures beside their targets (`met` or `missed`)."""

from dataclasses import dataclass, field
from operator import ge, le
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """A bar: the figure must be at most, or at least, this."""

    limit: float
    unit: str
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether the figure keeps to it."""
        return bool((ge if self.at_least else le)(value, self.limit))

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {_short(self.limit)} {self.unit}".rstrip()


@dataclass
class Sheet:
    """The lines of a run."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Begin a group."""
        print(f"\n{text}\n{'-' * len(text)}", flush=True)

    def note(self, text: str) -> None:
        """A remark between figures."""
        print(f"  {text}", flush=True)

    def add(self, name: str, value: float, unit: str, target: Target | None = None) -> None:
        """Print a figure beside its target."""
        verdict = "" if target is None else "met" if target.is_met(value) else "MISSED"
        self.lines.append({"name": name, "value": value, "unit": unit, "verdict": verdict,
                           "target": str(target or "")})  # fmt: skip
        shown = f"{_short(value)} {unit}".rstrip()
        print(f"  {name:<52} {shown:>18}   {target or ''!s:<20} {verdict}", flush=True)

    def summary(self) -> str:
        """How many targets were met, and which were not."""
        judged = [line for line in self.lines if line["verdict"]]
        missed = [line["name"] for line in judged if line["verdict"] == "MISSED"]
        text = f"{len(judged) - len(missed)} of {len(judged)} targets met"
        return text + (": missed " + "; ".join(missed) if missed else "")


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
