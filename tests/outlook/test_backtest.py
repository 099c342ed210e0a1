"""Walking forward over the past: what is asked, what is said, and how it is scored."""

from dataclasses import replace

import numpy as np
import pytest

from salesnb.outlook import Panel, Trial, backtest, run_rate, scored, seasonal_naive, top_down


def trial(panel, **changes):
    given = {
        "name": "peers by quarter",
        "panel": panel,
        "steps": 3,
        "reference": seasonal_naive(panel, 3),
        "multiples": (0.8, 1.0, 1.2),
        "every": 3,
    }
    return Trial(**(given | changes))


def test_there_is_a_goal_for_each_period_of_the_calendar_that_has_a_year_before(peers):
    found = backtest(trial(peers))
    windows = set(zip(found.windows.series.tolist(), found.windows.origins.tolist()))
    # peers begin in January; T3 twenty months later.
    full = {(series, origin) for series in range(12) if series != 3 for origin in range(12, 58, 3)}
    assert windows == full | {(3, origin) for origin in range(33, 58, 3)}
    assert found.predictions.hits.size == 3 * len(windows)


def test_periods_of_another_fiscal_year_begin_at_another_phase(peers):
    origins = backtest(trial(peers, phase=1)).windows.origins
    assert set(origins.tolist()) == set(range(13, 57, 3))


def test_each_prediction_is_that_of_the_view_at_its_origin_within_1_and_99_per_cent(peers):
    found, told = backtest(trial(peers)).predictions, top_down(peers, 3)
    reference, actual = seasonal_naive(peers, 3), peers.window_totals(3)
    for row in range(0, found.hits.size, 37):
        place = found.series[row], found.origins[row]
        assert found.targets[row] == found.multiples[row] * reference[place]
        assert found.hits[row] == (actual[place] >= found.targets[row])
        said = told.probability_at_least(found.multiples[row] * reference)[place]
        assert found.probabilities[row] == min(max(said, 0.01), 0.99)
    assert found.probabilities.min() >= 0.01
    assert found.probabilities.max() <= 0.99


def test_the_base_rate_is_that_of_the_same_multiple_and_knows_no_later_hit(peers):
    found = backtest(trial(peers)).predictions
    for row in range(0, found.hits.size, 41):
        same = found.multiples == found.multiples[row]
        known = found.hits[same & (found.origins + 3 <= found.origins[row])]
        assert found.base_rates[row] == pytest.approx(known.mean() if known.size else 0.5)


def test_what_the_gate_hides_is_what_has_fewer_than_eight_origins(peers):
    found = backtest(trial(peers, least_known=3, reference=run_rate(peers, 3), every=1)).predictions
    # Forecasts begin with two months, and are resolved three later: the eighth at month 12.
    assert set(found.origins[found.hidden].tolist()) == set(range(3, 12))
    assert (found.origins[~found.hidden] >= 12).all()


def test_no_goal_comes_of_a_year_before_without_sales():
    totals = [0.0] * 12 + [5.0] * 24
    panel = Panel.from_series({"A": (24_000, totals), "B": (24_000, [4.0] * 36)})
    found = backtest(trial(panel)).windows
    # A begins to sell with month 12, so that its first goal is for month 24.
    assert found.origins[found.series == 0].min() == 24
    assert found.origins[found.series == 1].min() == 12


def test_the_scale_of_errors_is_what_the_naive_forecast_had_missed_by_the_origin(peers):
    found = backtest(trial(peers)).windows
    naive, actual = seasonal_naive(peers, 3), peers.window_totals(3)
    row = np.flatnonzero((found.series == 5) & (found.origins == 36))[0]
    misses = [abs(actual[5, t] - naive[5, t]) for t in range(12, 34)]
    assert found.scales[row] == pytest.approx(sum(misses) / len(misses))


def test_a_score_is_of_all_predictions_and_each_counts_once(peers):
    one, other = backtest(trial(peers)), backtest(trial(peers, multiples=(0.9,)))
    score = scored("both", [one, other])
    assert score.predictions == one.predictions.hits.size + other.predictions.hits.size
    said = np.concatenate([part.predictions.probabilities for part in (one, other)])
    hits = np.concatenate([part.predictions.hits for part in (one, other)])
    assert score.brier == pytest.approx(((said - hits) ** 2).mean())
    assert sum(line.count for line in score.tenths) == score.predictions
    assert score.windows == 2 * one.windows.totals.size


def test_a_season_and_trend_that_last_are_foreseen_better_than_by_base_rate_and_naive(peers):
    score = scored("peers", [backtest(trial(peers, least_known=24))])
    assert score.beats_base_rate
    assert score.mase < score.mase_seasonal_naive
    assert 0.7 < score.coverage80 < 0.9
    assert not any("base rate" in one for one in score.shortcomings())


def test_where_a_panel_falls_short_is_said_with_the_figures(peers):
    score = scored("peers", [backtest(trial(peers))])
    poor = replace(
        score, brier=0.21, base_rate_brier=0.2, coverage80=0.6, mase=1.5, mase_seasonal_naive=1.2, windows=9
    )
    assert not poor.beats_base_rate
    assert poor.shortcomings() == (
        "does not beat the base rate (0.210 against 0.200)",
        "80 % ranges are too narrow: they held 60%",
        "its forecast is no better than the same period last year (1.50 against 1.20)",
        *(
            f"its forecast is no better than the run rate (1.50 against {score.mase_run_rate:.2f})"
            for _ in [1]
            if score.mase_run_rate <= 1.5
        ),
        "only 9 totals, so all this is rough",
    )


def test_a_short_history_is_called_so_and_nothing_to_score_too():
    panel = Panel.from_series({"A": (0, [5.0, 6, 7, 8, 9, 10])})
    score = scored("short", [backtest(trial(panel, steps=1, every=1, reference=run_rate(panel, 1)))])
    assert score.hidden == score.predictions > 0
    assert "not enough history: no probability would be shown" in score.shortcomings()
    assert scored("empty", [backtest(trial(panel))]).shortcomings() == ("nothing to score",)


def test_a_window_longer_than_the_history_gives_nothing_and_no_fault():
    panel = Panel.from_series({"A": (0, [5.0, 6, 7])})
    assert backtest(trial(panel, steps=12, reference=seasonal_naive(panel, 12))).windows.totals.size == 0
