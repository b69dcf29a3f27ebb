"""Periods, rates and sums."""

from datetime import date

import pytest

from reporting.training.rules import Figures, Period, Preset, period, share


@pytest.mark.parametrize(
    ("preset", "today", "first", "last"),
    [
        (Preset.THIS_MONTH, "2026-11-23", "2026-11-01", "2026-11-30"),
        (Preset.LAST_MONTH, "2026-01-31", "2025-12-01", "2025-12-31"),
        (Preset.LAST_MONTH, "2028-03-31", "2028-02-01", "2028-02-29"),
        (Preset.THIS_QUARTER, "2026-12-31", "2026-10-01", "2026-12-31"),
        (Preset.LAST_QUARTER, "2026-02-01", "2025-10-01", "2025-12-31"),
        (Preset.LAST_QUARTER, "2026-06-30", "2026-01-01", "2026-03-31"),
        (Preset.THIS_YEAR, "2026-01-01", "2026-01-01", "2026-12-31"),
        (Preset.LAST_YEAR, "2026-12-31", "2025-01-01", "2025-12-31"),
    ],
)
def test_periods_are_whole_months_quarters_and_years(
    preset: Preset, today: str, first: str, last: str
) -> None:
    found = period(preset, date.fromisoformat(today))
    assert found == Period(date.fromisoformat(first), date.fromisoformat(last))


def test_rates_are_of_what_there_is() -> None:
    assert [share(1, 3), share(1, 8), share(0, 5), share(5, 5)] == [33, 13, 0, 100]
    assert share(0, 0) is None
    assert Figures(passed=2, failed=1).pass_rate == 67
    assert Figures().pass_rate is None
    assert Figures(seats=3, capacity=4).utilisation == 75


def test_figures_add_up() -> None:
    assert Figures(seats=1, minutes=5) + Figures(seats=2, passed=1) == Figures(
        seats=3, minutes=5, passed=1
    )
