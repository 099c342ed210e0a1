"""The forecasts beside the same computed a number at a time, and what must hold for any series."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.outlook import Panel
from salesnb.outlook.season import season_factors
from salesnb.outlook.theta import forecast_steps, forecast_totals

GRID = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def by_hand(history, steps, damping, season=1):
    """Theta of a series without season, in loops over floats."""
    n = len(history)
    tried = []
    for a in GRID:
        level, squares = sum(history[:season]) / season, 0.0
        for value in history:
            miss = value - level
            squares += miss * miss
            level += a * miss
        tried.append((a, level, squares))
    least = min(squares for _, _, squares in tried)
    odds = [(least / squares) ** (n / 2) for _, _, squares in tried]
    behind = sum(w * (1 - (1 - one[0]) ** n) / one[0] for w, one in zip(odds, tried)) / sum(odds)
    level = sum(w * one[1] for w, one in zip(odds, tried)) / sum(odds)
    mean_x, mean_y = (n - 1) / 2, sum(history) / n
    sxx = sum((x - mean_x) ** 2 for x in range(n))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(history)) / sxx
    error = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in enumerate(history)) / (n - 2) / sxx
    slope *= max(0.0, 1 - 2 * error / slope**2)
    found, ramp = [], 0.0
    for h in range(1, steps + 1):
        ramp += damping ** (h - 1) if h > 1 else 0.0
        found.append(level + slope / 2 * (behind + ramp))
    return found


def yearly(values):
    """Without a season at all: a step is a year."""
    return Panel.from_series({"A": (2000, values)}, season=1)


@pytest.mark.parametrize("seed", range(4))
def test_theta_is_what_loops_over_floats_give(seed):
    values = list(np.random.default_rng(seed).gamma(9, 100, 30) + np.arange(30) * 40)
    damping = 0.97**12
    told = forecast_steps(yearly(values), 4)[0]
    for origin in (5, 17, 30):
        history = values[max(0, origin - 10) : origin]  # ten years are looked at
        assert told[origin] == pytest.approx(by_hand(history, 4, damping), rel=1e-9)


def test_theta_begins_at_the_mean_of_the_first_year_and_looks_back_over_ten(monkeypatch):
    monkeypatch.setattr(
        "salesnb.outlook.theta.season_factors",
        lambda panel: np.ones((*panel.known.shape, panel.season)),
    )
    values = list(np.random.default_rng(7).gamma(9, 100, 140) + np.arange(140) * 9)
    told = forecast_steps(Panel.from_series({"A": (0, values)}), 3)[0]
    for origin in (30, 140):
        history = values[max(0, origin - 120) : origin]
        assert told[origin] == pytest.approx(by_hand(history, 3, 0.97, 12), rel=1e-9)


def test_nothing_behind_an_origin_has_a_part_in_its_forecasts(peers):
    changed = peers.totals.copy()
    changed[:, 41:] = np.where(np.isnan(changed[:, 41:]), np.nan, 7.0) * np.arange(1, 20)
    other = Panel(ids=peers.ids, totals=changed, first=peers.first)
    one, same = forecast_steps(peers, 6), forecast_steps(other, 6)
    assert np.array_equal(one[:, :42], same[:, :42], equal_nan=True)
    assert not np.allclose(one[:, 45:], same[:, 45:], equal_nan=True)


@given(st.floats(1e-3, 1e9))
def test_forecasts_scale_with_the_unit(factor):
    totals = np.random.default_rng(2).gamma(4, 10, (3, 40))
    plain = Panel(ids=("A", "B", "C"), totals=totals, first=0)
    scaled = Panel(ids=plain.ids, totals=totals * factor, first=0)
    assert np.allclose(
        forecast_steps(scaled, 3), forecast_steps(plain, 3) * factor, rtol=1e-9, equal_nan=True
    )


def test_under_a_year_the_forecast_is_the_mean_of_what_is_known():
    # No month of a quarter differs from the others.
    told = forecast_steps(Panel.from_series({"A": (0, [10, 12] * 3)}), 2)[0, 6]
    shape = season_factors(Panel.from_series({"A": (0, [10, 12] * 3)}))[0, 6]
    history = np.array([10, 12] * 3) / shape[np.arange(6)]
    assert told == pytest.approx(history.mean() * shape[[6, 7]])


def test_one_total_is_no_history():
    told = forecast_totals(Panel.from_series({"A": (0, [10, 12, 14])}), 1)[0]
    assert np.isnan(told).tolist() == [True, True, False, False]


def test_between_one_year_and_two_half_of_the_year_before_is_believed():
    values = [100.0] * 11 + [900.0] + [100.0] * 11
    told = forecast_steps(Panel.from_series({"A": (0, values)}), 1)[0]
    flat = forecast_steps(Panel.from_series({"A": (0, [100.0] * 23)}), 1)[0]
    assert told[23] > flat[23] + 350


def test_a_season_that_comes_back_each_year_is_found():
    season = np.array([0.5, 0.8, 1.2, 1.5, 1, 1, 1, 1, 1, 1, 1, 1])
    panel = Panel.from_series({"A": (0, list(np.tile(season, 6) * 1000))})
    assert forecast_steps(panel, 12)[0, -1] == pytest.approx(season * 1000, rel=0.02)
    assert season_factors(panel)[0, -1] == pytest.approx(season, rel=0.02)


def test_noise_is_not_taken_for_a_season():
    totals = np.random.default_rng(8).gamma(4, 250, (1, 48))
    factors = season_factors(Panel(ids=("A",), totals=totals, first=0))[0, -1]
    raw = np.array([totals[0, month::12].mean() for month in range(12)]) / totals.mean()
    assert np.abs(factors - 1).mean() < 0.5 * np.abs(raw - 1).mean()


def test_a_new_team_gets_the_season_of_its_peers(peers):
    # T3 has 16 months at origin 36, its peers have three years.
    factors = season_factors(peers)
    others = np.delete(factors[:, 36], 3, axis=0).mean(axis=0)
    assert np.abs(factors[3, 36] - others).mean() < 0.05
    assert factors[3, 36].max() > 1.25


def test_months_of_a_quarter_differ_as_they_do_for_all_peers_before_two_years_are_known():
    shape = np.tile([0.7, 1.0, 1.3], 4)
    panel = Panel.from_series({f"T{n}": (0, list(shape * 100 * n)) for n in range(1, 5)})
    factors = season_factors(panel)[0, 12, :3]
    assert factors == pytest.approx([1 - 0.3 * 3 / 4, 1, 1 + 0.3 * 3 / 4], abs=0.05)


def test_a_series_that_never_was_negative_is_not_forecast_so():
    falling = [1000 * 0.6**step for step in range(30)]
    assert (forecast_steps(Panel.from_series({"A": (0, falling)}), 24)[0, 5:] >= 0).all()


def test_series_are_forecast_the_same_in_blocks_as_at_once(peers, monkeypatch):
    whole = forecast_steps(peers, 3)
    monkeypatch.setattr("salesnb.outlook.theta._CELLS", 10_000)
    assert np.array_equal(whole, forecast_steps(peers, 3), equal_nan=True)


def test_months_without_sales_are_months_and_make_no_fault():
    lumpy = [0, 0, 500, 0, 0, 0, 900, 0, 0, 0] * 4
    told = forecast_totals(Panel.from_series({"A": (0, lumpy)}), 3)[0]
    assert np.isfinite(told[2:]).all()
    assert 100 < told[-1] < 1000


def test_totals_below_zero_are_forecast_too():
    told = forecast_totals(Panel.from_series({"A": (0, [-5.0, 10, -3, 4] * 8)}), 3)[0]
    assert np.isfinite(told[2:]).all()
    assert math.isfinite(told[-1])
