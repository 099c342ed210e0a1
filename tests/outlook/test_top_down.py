"""The spread of forecasts: learned from what was resolved, shrunk to the peers, and holding what it promises."""

import math
import statistics
import warnings
from dataclasses import replace

import numpy as np
import pytest

from salesnb.errors import UnknownName
from salesnb.outlook import Panel, top_down
from salesnb.outlook.conformal import spread


def noisy(series, months, spread_of_log, *, seed=1, shape=None):
    """Series without season or trend about 1000 a month, with independent lognormal months."""
    rng = np.random.default_rng(seed)
    sigma = np.broadcast_to(np.asarray(spread_of_log, dtype=float), (series,))[:, None]
    totals = 1000 * np.exp(rng.normal(0, 1, (series, months)) * sigma)
    return Panel(ids=tuple(f"T{number}" for number in range(series)), totals=totals, first=0)


def by_hand(misses, known, season, steps, origin, series):
    """Lean, scale and degrees of freedom at one origin, in loops over floats (Smyth 2004)."""
    overlap = 1 + 2 * sum((1 - i / steps) ** 2 for i in range(1, steps))

    def low(k):
        return 1 / k + 1 / (3 * k * k)

    def moments(found):
        k, mean = len(found) / overlap, statistics.fmean(found)
        lean = mean * k / (k + 12)
        return lean, max(statistics.fmean([(one - lean) ** 2 for one in found]), 1e-8), k

    def pool(chosen, guess, weight):
        by_series = [
            [m[t] for t in range(origin - steps + 1) if chosen(s, t) and not math.isnan(m[t])]
            for s, m in enumerate(misses)
        ]
        distinct = len(
            {
                t
                for s, m in enumerate(misses)
                for t in range(origin - steps + 1)
                if chosen(s, t) and not math.isnan(m[t])
            }
        )
        lines = []
        for found in by_series:
            if found:
                _, variance, k = moments(found)
                k = max(k, 1.0)
                noise = 2 / k + 2 / k**2
                lines.append((math.log(variance) + low(k), noise, 1 / (noise + 0.65)))
        total = sum(w for _, _, w in lines)
        middle = sum(w * z for z, _, w in lines) / total if lines else 0.0
        prior = 4 / 0.65
        unlike = (sum(w * ((z - middle) ** 2 - noise) for z, noise, w in lines) + prior * 0.65) / (
            total + prior
        )
        unlike = max(unlike, 0.05)
        worth = (1 + math.sqrt(1 + 2 * unlike)) / unlike
        return (distinct * middle + weight * guess) / (distinct + weight), worth

    def method(s, t):
        return min(known[s][t] // season, 2)

    general, _ = pool(lambda s, t: True, math.log(0.25 / math.sqrt(steps)), 1)
    mine = method(series, origin)
    middle, worth = pool(lambda s, t: method(s, t) == mine, general, 4)
    own = [
        misses[series][t]
        for t in range(origin - steps + 1)
        if method(series, t) == mine and not math.isnan(misses[series][t])
    ]
    lean, variance, k = moments(own) if own else (0.0, 0.0, 0.0)
    scale = math.sqrt((worth * math.exp(middle - low(worth)) + k * variance) / (worth + k))
    return lean, scale, worth + k


@pytest.mark.parametrize(("origin", "series"), [(8, 0), (20, 2), (31, 4), (40, 1)])
def test_the_spread_is_what_loops_over_floats_give(origin, series):
    panel = noisy(5, 40, [0.1, 0.2, 0.3, 0.4, 0.5])
    told = top_down(panel, 3)
    actual = panel.window_totals(3)
    misses = (3 * ((actual / told.forecasts) ** (1 / 3) - 1)).tolist()
    lean, scale, freedom = by_hand(misses, panel.known.tolist(), 12, 3, origin, series)
    assert told.spread.lean[series, origin] == pytest.approx(lean, abs=1e-12)
    assert told.spread.scale[series, origin] == pytest.approx(scale, rel=1e-9)
    assert told.spread.freedom[series, origin] == pytest.approx(freedom, rel=1e-9)


def test_nothing_behind_an_origin_has_a_part_in_its_distribution(peers):
    changed = peers.totals.copy()
    changed[:, 40:] *= np.linspace(3, 9, 20)
    other = Panel(ids=peers.ids, totals=changed, first=peers.first)
    targets = np.full(peers.known.shape, 3_000.0)
    one, same = (top_down(panel, 3).probability_at_least(targets) for panel in (peers, other))
    assert np.array_equal(one[:, :41], same[:, :41], equal_nan=True)
    assert not np.allclose(one[:, 44:], same[:, 44:], equal_nan=True)


def test_an_outcome_says_what_the_table_of_probabilities_says(peers):
    told = top_down(peers, 3)
    outcome = told.outcome("T5")
    for target in (outcome.quantile(0.02), outcome.quantile(0.4), outcome.mean, outcome.quantile(0.97)):
        table = told.probability_at_least(np.full(peers.known.shape, target))[5, -1]
        assert outcome.probability_at_least(target) == pytest.approx(table, abs=0.002)
    for level in (0.1, 0.5, 0.9):
        assert outcome.quantile(level) == pytest.approx(told.quantile(level)[5, -1], rel=0.002)


def test_a_harder_target_is_never_more_probable(peers):
    told = top_down(peers, 3)
    found = [
        told.probability_at_least(told.forecasts * multiple) for multiple in (0, 0.2, 0.8, 1, 1.5, 9, 90)
    ]
    for easier, harder in zip(found, found[1:]):
        assert (np.nan_to_num(easier) >= np.nan_to_num(harder)).all()
    assert np.nanmin(found[0]) == 1


@pytest.mark.parametrize("steps", [1, 3, 12])
def test_ranges_hold_what_they_promise_where_months_are_independent(steps):
    panel = noisy(150, 72, np.linspace(0.1, 0.6, 150))
    told, actual = top_down(panel, steps), panel.window_totals(steps)
    late = np.arange(36, 73 - steps)
    for level in (0.5, 0.8):
        low, high = told.quantile(0.5 - level / 2)[:, late], told.quantile(0.5 + level / 2)[:, late]
        held = ((actual[:, late] >= low) & (actual[:, late] <= high)).mean()
        # Of overlapping years there are few that are independent: their ranges are on the wide side.
        assert -0.05 < held - level < (0.14 if steps == 12 else 0.06)


def test_the_spread_of_a_total_holds_what_its_months_share():
    # A shock that lasts: months of a quarter rise and fall together, so their sum does not even out.
    rng = np.random.default_rng(3)
    shocks = np.repeat(rng.normal(0, 0.3, (60, 24)), 3, axis=1)
    panel = Panel(ids=tuple(map(str, range(60))), totals=1000 * np.exp(shocks), first=0)
    told, actual = top_down(panel, 3), panel.window_totals(3)
    late = np.arange(36, 70)
    held = ((actual >= told.quantile(0.1)) & (actual <= told.quantile(0.9)))[:, late].mean()
    assert held == pytest.approx(0.8, abs=0.08)


def test_a_series_with_few_misses_of_its_own_takes_those_of_its_peers():
    calm, wild = (noisy(9, 40, spread_of_log, seed=4) for spread_of_log in (0.05, 0.6))
    late = np.full((1, 40), np.nan)
    late[0, 36:] = [1000, 1100, 900, 1000]
    scales = []
    for peers in (calm, wild):
        panel = Panel(ids=(*peers.ids, "new"), totals=np.concatenate([peers.totals, late]), first=0)
        scales.append(top_down(panel, 1).spread.scale[-1, -1])
    assert scales[1] > 3 * scales[0]


def test_origins_are_counted_once_however_many_series_there_are():
    one, many = (top_down(noisy(series, 12, 0.2), 3).spread.origins for series in (1, 9))
    # A forecast needs two months and three more until it is resolved.
    assert one.tolist() == many.tolist() == [0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(("deals", "steps"), [(0.5, 1), (1.2, 1), (1.2, 3), (3, 1)])
def test_a_period_of_nothing_is_as_probable_as_it_is_frequent(deals, steps):
    rng = np.random.default_rng(6)
    totals = np.array(
        [[rng.gamma(4, 25, count).sum() for count in row] for row in rng.poisson(deals, (40, 48))]
    )
    panel = Panel(ids=tuple(map(str, range(40))), totals=totals, first=0)
    told, actual = top_down(panel, steps), panel.window_totals(steps)
    late = np.arange(24, 49 - steps)
    for target in (1e-9, 50.0 * steps * deals, 100.0 * steps * deals, 200.0 * steps * deals):
        said = told.probability_at_least(np.full(panel.known.shape, target))[:, late]
        assert said.mean() == pytest.approx((actual[:, late] >= target).mean(), abs=0.13)
    assert told.probability_at_least(np.zeros(panel.known.shape))[:, late].min() == 1
    outcome = told.outcome("3")
    nothing = 1 - outcome.probability_at_least(1e-9)
    assert nothing == pytest.approx(told.spread.nothing[3, -1], abs=0.03)


def test_where_no_peer_ever_had_a_period_of_nothing_it_is_not_expected(peers):
    assert (top_down(peers, 1).spread.nothing == 0).all()


def test_totals_below_zero_have_a_spread_in_differences_and_none_that_never_were_do_not_fall_below():
    rng = np.random.default_rng(7)
    totals = np.stack([rng.normal(0, 100, 40), rng.normal(1000, 100, 40)])
    told = top_down(Panel(ids=("returns", "sales"), totals=totals, first=0), 1)
    assert told.spread.by_ratio[:, -1].tolist() == [False, True]
    low, high = told.outcome("returns").interval(0.8)
    assert low < 0 < high
    assert high - low == pytest.approx(2 * 128, rel=0.5)
    assert told.outcome("sales").quantiles[0] >= 0


def test_a_series_of_nothing_has_no_outlook():
    told = top_down(Panel.from_series({"A": (0, [0.0] * 20), "B": (0, [5.0] * 20)}), 3)
    assert told.outcome("A") is None
    assert told.outcome("B") is not None


def test_a_series_that_is_not_there_is_refused_with_the_nearest(peers):
    with pytest.raises(UnknownName, match="There is no series T99"):
        top_down(peers, 3).outcome("T99")


def test_the_forecast_of_a_node_may_be_the_sum_of_its_parts_and_has_the_spread_of_the_whole():
    rng = np.random.default_rng(9)
    shared = np.exp(rng.normal(0, 0.3, 48))
    parts = Panel(ids=("a", "b", "c"), totals=1000 * shared * np.exp(rng.normal(0, 0.01, (3, 48))), first=0)
    whole = Panel(ids=("all",), totals=parts.totals.sum(axis=0, keepdims=True), first=0)
    below = top_down(parts, 3)
    told = top_down(whole, 3, forecasts=below.forecasts.sum(axis=0, keepdims=True))
    assert told.forecasts[0, -1] == pytest.approx(below.forecasts[:, -1].sum())
    # What the parts share does not even out: as independent, the spread would be 1 / sqrt(3) of theirs.
    assert told.spread.scale[0, -1] > 0.8 * below.spread.scale[:, -1].mean()


def test_a_horizon_longer_than_the_history_says_so_little_that_no_origin_is_resolved():
    panel = noisy(3, 10, 0.2)
    told = spread(panel, np.full(panel.known.shape, 12_000.0), 12)
    assert told.origins.max() == 0
    assert np.isfinite(told.scale).all()


def test_who_is_sure_to_have_nothing_has_nothing_whatever_the_probability(peers):
    told = top_down(peers, 3)
    sure = replace(
        told.spread,
        nothing=np.ones_like(told.spread.nothing),
        by_ratio=np.full_like(told.spread.by_ratio, True),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        totals = sure.totals(told.forecasts, 0.9)
    assert set(totals[np.isfinite(told.forecasts)].tolist()) == {0.0}
