import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.outlook import Panel, run_rate, seasonal_naive


def panel(*series, season=12):
    return Panel.from_series({f"S{n}": one for n, one in enumerate(series)}, season=season)


def test_a_window_is_what_follows_its_origin_and_is_unknown_where_not_all_of_it_is_there():
    one = panel((100, [1, 2, 3, 4]))
    assert one.window_totals(2)[0].tolist()[:3] == [3, 5, 7]
    assert np.isnan(one.window_totals(2)[0, 3:]).all()
    assert one.past_totals(2)[0].tolist()[2:] == [3, 5, 7]
    assert np.isnan(one.past_totals(2)[0, :2]).all()
    assert np.isnan(one.window_totals(9)).all()


def test_what_is_known_of_a_series_begins_with_it_and_ends_with_it():
    two = panel((100, [5, 5]), (101, [7, 7, 7]))
    assert two.known.tolist() == [[0, 1, 2, 0, 0], [0, 0, 1, 2, 3]]


def test_the_seasonal_naive_forecast_is_the_same_window_a_year_before():
    quarters = panel((0, [1, 2, 3, 4, 5, 6, 7, 8]), season=4)
    assert seasonal_naive(quarters, 1)[0].tolist()[4:8] == [1, 2, 3, 4]
    assert seasonal_naive(quarters, 2)[0].tolist()[4:7] == [3, 5, 7]
    assert np.isnan(seasonal_naive(quarters, 1)[0, :4]).all()


def test_of_a_window_longer_than_a_year_the_naive_forecast_was_wholly_known_at_the_origin():
    quarters = panel((0, list(range(20))), season=4)
    # Six quarters from origin 8: quarters 8 to 13; two years before are 0 to 5.
    assert seasonal_naive(quarters, 6)[0, 8] == sum(range(6))


def test_the_run_rate_is_the_mean_of_the_last_three_steps_through_the_window():
    assert run_rate(panel((0, [3, 6, 9, 12])), 2)[0].tolist()[3:] == [12, 18]


@pytest.mark.parametrize(
    ("series", "words"),
    [
        ({}, "at least one"),
        ({"North": (5, [])}, "at least one"),
        ({"North": (5, [1, float("nan"), 2])}, "North has a gap"),
        ({"South": (5, [1]), "North": (5, [float("nan")])}, "North has no total"),
    ],
)
def test_a_series_without_totals_or_with_a_gap_is_named(series, words):
    with pytest.raises(BadInput, match=words):
        Panel.from_series(series)


@given(st.lists(st.floats(0, 1e6), min_size=8, max_size=30), st.integers(1, 4))
def test_past_and_future_windows_are_the_same_totals_seen_from_both_ends(totals, steps):
    one = panel((0, totals))
    ahead, past = one.window_totals(steps)[0], one.past_totals(steps)[0]
    assert np.array_equal(ahead[: len(totals) + 1 - steps], past[steps:])
