"""The instruments: a figure is judged against its bar, and a wrong answer is never a figure."""

from pathlib import Path

import pytest

from tests.bench.figures import Sheet, Target
from tests.bench.load import measure
from tests.bench.pages import Figures, request
from tests.bench.servers import serving


def test_a_target_is_an_upper_or_a_lower_bar() -> None:
    assert Target(12, "×").is_met(12)
    assert not Target(12, "×").is_met(12.1)
    assert Target(500, "requests/s", at_least=True).is_met(500)
    assert not Target(500, "requests/s", at_least=True).is_met(499)


def test_the_summary_names_what_was_missed(capsys: pytest.CaptureFixture[str]) -> None:
    sheet = Sheet()
    sheet.add("certificate", 50, "ms", Target(60, "ms"))
    sheet.add("catalogue", 13, "×", Target(12, "× hello"))
    sheet.add("no bar", 1, "ms")
    assert sheet.summary() == "1 of 2 targets met: missed catalogue"
    assert "≤ 12 × hello" in capsys.readouterr().out


def test_percentiles_come_from_the_ranked_latencies() -> None:
    figures = Figures(latencies=[n / 1000 for n in range(100, 0, -1)])
    assert figures.at(0.5) == pytest.approx(51)
    assert figures.at(0.99) == pytest.approx(100)


def test_load_counts_complete_answers_and_refuses_other_statuses(tmp_path: Path) -> None:
    with serving("tests.bench.hello:create_app", {}, tmp_path / "log") as server:
        hello, missing = request("/").encode(), request("/missing").encode()
        before = server.cpu_seconds()
        answer = measure(server.port, [hello], "200", 4, 0.3)
        assert answer["count"] == len(answer["latencies"]) > 4
        assert server.cpu_seconds() > before
        assert measure(server.port, [missing], "404", 1, 0.05)["count"] >= 1
        with pytest.raises(ValueError, match="status 404, 200 expected"):
            measure(server.port, [hello, missing], "200", 1, 0.3)
