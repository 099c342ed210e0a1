import numpy as np
import pytest

from salesnb.outlook.sizes import fit_sizes

LONG = 1e12


def test_ratios_are_amount_through_expected_with_the_mean_kept(deals_of):
    deals = deals_of(("r", 1, 9, "won", 90, 100), ("r", 1, 9, "won", 120, 100), ("r", 1, 9, "won", 50, 0))
    found = fit_sizes(deals, 9, half_life_days=LONG)
    assert np.unique(found.ratios).tolist() == pytest.approx([0.9, 1.2])
    assert found.ratios.mean() == pytest.approx(1.05)
    assert found.every.mean() == pytest.approx((90 + 120 + 50) / 3)


def test_a_reps_own_deals_count_by_how_many_there_are(deals_of):
    rows = [("Ada", 1, 9, "won", 1_000, 1)] * 20 + [("Bo", 1, 9, "won", 100, 1)] * 5
    found = fit_sizes(deals_of(*rows, teams={"Ada": "t", "Bo": "t", "Cy": "t"}), 9, half_life_days=LONG)
    every = (20 * 1_000 + 5 * 100) / 25
    assert found.own.tolist() == [0.5, 0.2, 0]
    assert found.mean == pytest.approx([0.5 * 1_000 + 0.5 * every, 0.2 * 100 + 0.8 * every, every])


def test_old_deals_weigh_less_in_the_mean_and_in_their_number(deals_of):
    found = fit_sizes(
        deals_of(("r", 1, 10, "won", 100, 1), ("r", 1, 20, "won", 400, 1)), 20, half_life_days=10
    )
    # Weights 0.5 and 1: (0.5 x 100 + 400) / 1.5, and 1.5^2 / 1.25 deals.
    assert found.mean == pytest.approx([300])
    assert found.own == pytest.approx([1.8 / 21.8])


def test_draws_have_the_mean_and_square_that_are_told(deals_of):
    rng = np.random.default_rng(3)
    rows = [
        (rep, 1, 9, "won", float(amount), 1) for rep in ("Ada", "Bo") for amount in rng.lognormal(5, 1, 40)
    ]
    found = fit_sizes(deals_of(*rows), 9, half_life_days=LONG)
    for rep in (0, 1):
        drawn = found.draw(rep, 200_000, rng)
        assert drawn.mean() == pytest.approx(found.mean[rep], rel=0.02)
        assert (drawn**2).mean() == pytest.approx(found.square[rep], rel=0.06)


def test_a_rep_without_deals_draws_those_of_all_and_nobody_draws_nothing(deals_of):
    deals = deals_of(("Ada", 1, 9, "won", 700, 1), teams={"Ada": "t", "Bo": "t"})
    rng = np.random.default_rng(0)
    assert fit_sizes(deals, 9, half_life_days=LONG).draw(1, 3, rng).tolist() == [700] * 3
    assert fit_sizes(deals, 8, half_life_days=LONG).draw(0, 2, rng).tolist() == [0, 0]


def test_larger_deals_are_larger_by_the_factor_throughout(deals_of):
    found = fit_sizes(
        deals_of(*[("r", 1, 9, "won", 700 + k, 1_000) for k in range(9)]), 9, half_life_days=LONG
    )
    twice = found.times(2.0)
    first, second = (one.draw(0, 50, np.random.default_rng(1)) for one in (found, twice))
    assert second.tolist() == (2 * first).tolist()
    assert (twice.mean / found.mean).tolist() == [2]
    assert (twice.square / found.square).tolist() == [4]
    assert (twice.ratios / found.ratios).tolist() == [2] * len(found.ratios)
