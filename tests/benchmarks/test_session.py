"""The benchmark of the session: the peer keeps the total as ours does, and shares of moves are told as they are."""

import pytest

from benchmarks.peers.sliders_in_ipywidgets import sliders
from benchmarks.session import quantile
from benchmarks.session_pages import MEASURE, OURS, THEIRS


# What bqplot does when it is imported.
@pytest.mark.filterwarnings("ignore:metadata:DeprecationWarning")
def test_the_peers_sliders_keep_the_total_and_tell_each_move_once():
    told, figure, rows = sliders(5).children
    rows.children[1].value = 800
    assert sum(row.value for row in rows.children) == pytest.approx(2000)
    assert [row.value for row in rows.children] == pytest.approx([300, 800, 300, 300, 300])
    assert told.value == "1 | total 2,000, brings 14,524"
    assert sum(figure.marks[0].y) == pytest.approx(4 * (1000 + 4000 * 3 / 7) + 1000 + 4000 * 2 / 3)


@pytest.mark.parametrize(("share", "value"), [(0.5, 10), (0.95, 19), (1.0, 20), (0.0, 1)])
def test_a_share_of_the_moves_took_no_longer(share, value):
    assert quantile(list(range(20, 0, -1)), share) == value


def test_both_show_a_chart_that_is_watched():
    assert 'add_class("bench-chart")' in OURS
    assert "sliders_in_ipywidgets" in THEIRS
    assert ".bench-chart" in MEASURE
