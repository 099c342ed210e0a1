"""Several resources that sell together, periods of a plan, and segments that are lent the effort of others."""

import numpy as np
import pytest

from salesnb.allocation import ADVERTISING, SELLING, History, curves_over, fit, fit_together
from salesnb.allocation.lending import lend
from salesnb.allocation.several import alike
from salesnb.errors import BadInput

NAMES = ("North", "South", "East", "West")


def history(effort, sales):
    return History(segments=NAMES, effort=effort, sales=sales)


def efforts(together, seed=3, periods=36):
    """Two efforts around 100, of which ``together`` (0..1) of the second's logarithm is the first's."""
    rng = np.random.default_rng(seed)
    first, own = rng.normal(0, 0.5, (2, 4, periods))
    return 100 * np.exp(first), 100 * np.exp(together * first + (1 - together) * own)


@pytest.mark.slow
def test_what_one_resource_sold_is_not_told_of_another_that_moved_with_it():
    first, second = efforts(0.6)
    sales = 1000 * (first / 100) ** 0.4 * np.random.default_rng(4).lognormal(0, 0.05, first.shape)
    both = {"visits": history(first, sales), "calls": history(second, sales)}
    found = fit_together(both, dict.fromkeys(both, SELLING), draws=40)
    alone = fit(both["calls"], draws=40)
    for name in NAMES:
        beside, by_itself = found["calls"].fitted[name].elasticity[0], alone.fitted[name].elasticity[0]
        assert beside < by_itself
        assert found["visits"].fitted[name].elasticity[0] == pytest.approx(0.4, abs=0.12)


def test_resources_that_rise_and_fall_together_are_named():
    sales = np.full((4, 36), 10.0)
    for together, expected in ((0.95, [("visits", "calls")]), (0.1, [])):
        first, second = efforts(together)
        assert alike({"visits": history(first, sales), "calls": history(second, sales)}) == expected


def test_resources_of_other_segments_are_refused():
    effort, sales = np.ones((4, 6)), np.ones((4, 6))
    other = History(segments=("a", "b", "c", "d"), effort=effort, sales=sales)
    with pytest.raises(BadInput, match="different segments"):
        fit_together({"a": history(effort, sales), "b": other}, {"a": SELLING, "b": ADVERTISING})


def test_a_segment_without_effort_is_lent_as_much_for_its_sales_as_the_others_have():
    effort, sales = np.full((4, 12), 50.0), np.full((4, 12), 1000.0)
    effort[3], sales[3] = np.nan, 400.0
    full, lent = lend(history(effort, sales))
    assert lent == {"West"}
    assert full.effort[3].tolist() == [20.0] * 12
    # One that is known to have had none is nobody's debtor.
    effort[3] = 0
    assert lend(history(effort, sales))[1] == frozenset()


def test_curves_over_months_sell_their_sum_for_effort_that_is_spent_evenly():
    first, _ = efforts(0.0, periods=24)
    season = np.where(np.arange(24) % 12 == 2, 2.0, 1.0)
    sales = 1000 * season * (first / 100) ** 0.3
    fitted = fit(history(first, sales), draws=40)
    curves, shares = curves_over(fitted, [1, 2, 3])
    assert sum(shares["North"]) == pytest.approx(1)
    # The third month after the history is the place in the season that sells double.
    assert shares["North"][2] == pytest.approx(0.5, abs=0.03)
    quarter = np.mean([curve.at(300) for curve in curves["North"]])
    assert quarter == pytest.approx(4000, rel=0.08)
    with pytest.raises(BadInput, match="over no period"):
        curves_over(fitted, [])
