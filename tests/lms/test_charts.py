"""What a reader takes from the axis of a histogram is true."""

import pytest

from lms.charts import histogram


@pytest.mark.parametrize(("most", "top"), [(1, 4), (4, 4), (29, 32), (40, 40)])
def test_the_heights_of_a_histogram_are_whole_people_at_their_places(most: int, top: int) -> None:
    plot = histogram([(0, most), (1, 1)], 0, 1, [])
    assert [int(word) for _y, word in plot.up] == [top * step // 4 for step in range(5)]
    _x, y, _width, height = plot.columns[0]
    whole = float(plot.up[0][0]) - float(plot.up[-1][0])
    assert float(height) == pytest.approx(whole * most / top, abs=0.06)
    assert float(y) + float(height) == pytest.approx(float(plot.up[0][0]), abs=0.11)
