"""Curves that are known only as draws: bad outcomes, leeway, and gains over simpler allocations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.allocation import (
    Resource,
    Setting,
    allocate,
    equal,
    gain_over,
    hill,
    in_proportion,
    leeway,
    lock,
    power,
)
from salesnb.allocation.hedging import cvar
from salesnb.errors import BadInput

SAFE = power(gain=10, exponent=0.5)
# Brings 30 in three of four years and nothing in the fourth.
RISKY = [power(gain=gain, exponent=0.5) for gain in (0, 16, 16, 16)]


def test_cvar_is_the_mean_of_the_worst_share():
    outcomes = np.array([5.0, 1.0, 2.0, 9.0])
    assert cvar(outcomes, np.full(4, 0.25), 0.25) == 1
    assert cvar(outcomes, np.full(4, 0.25), 0.5) == 1.5
    # A share that takes in half of a draw.
    assert cvar(outcomes, np.full(4, 0.25), 0.375) == pytest.approx((0.25 * 1 + 0.125 * 2) / 0.375)
    assert cvar(outcomes, np.array([0.1, 0.2, 0.3, 0.4]), 1) == pytest.approx(outcomes @ [0.1, 0.2, 0.3, 0.4])


def test_the_mean_goes_for_the_risk_and_the_worst_quarter_does_not():
    curves = {"Safe": SAFE, "Risky": RISKY}
    mean = allocate(curves, 100)
    # 10 and 12 on average: 100 to 144.
    assert mean.amounts["Risky"] == pytest.approx(100 * 144 / 244, rel=1e-4)
    worst = allocate(curves, 100, setting=Setting(worst=0.25))
    assert worst.amounts["Safe"] == pytest.approx(100, rel=1e-3)
    assert worst.aim == pytest.approx(100, rel=1e-3)
    assert mean.outcome > worst.outcome


@given(st.lists(st.floats(0.1, 20), min_size=3, max_size=6), st.floats(0.2, 0.9), st.integers(0, 100))
def test_cvar_is_as_good_as_on_a_fine_grid(gains, share, seed):
    rng = np.random.default_rng(seed)
    curves = {
        name: [power(gain=gain * factor, exponent=0.5) for gain, factor in zip(gains, rng.lognormal(0, 0.8, len(gains)), strict=True)]
        for name in ("A", "B")
    }  # fmt: skip
    best = allocate(curves, 100, setting=Setting(worst=share))
    weights = np.full(len(gains), 1 / len(gains))
    tried = []
    for a in np.linspace(0, 100, 501):
        outcomes = np.array(
            [one.at(a) + two.at(100 - a) for one, two in zip(curves["A"], curves["B"], strict=True)]
        )
        tried.append(cvar(outcomes, weights, share))
    assert max(tried) <= best.bound * (1 + 1e-9)
    assert best.aim >= max(tried) * (1 - 1e-6)
    assert best.gap <= 1e-4
    assert best.aim == pytest.approx(cvar(best.outcomes, weights, share))


def test_whole_heads_are_hedged_too():
    curves = {"Safe": SAFE, "Risky": RISKY}
    best = allocate(curves, Resource(total=5, step=1), setting=Setting(worst=0.25))
    assert best.amounts == {"Safe": 5, "Risky": 0}


@pytest.mark.parametrize("worst", [0, -1, 1.5, float("nan")])
def test_a_share_of_draws_that_is_none_is_refused(worst):
    with pytest.raises(BadInput, match="draws"):
        allocate({"A": RISKY}, 10, setting=Setting(worst=worst))


def test_at_the_ends_of_the_leeway_the_share_is_lost():
    curves = {name: power(gain=gain, exponent=0.5) for name, gain in (("A", 3), ("B", 4), ("C", 5))}
    best = allocate(curves, 100)
    for name, found in leeway(best, share=0.01).items():
        assert found.low < found.amount < found.high
        for end in (found.low, found.high):
            held = allocate(curves, 100, [lock(name, end)])
            assert 0.985 * best.outcome <= held.outcome <= 0.9955 * best.outcome
            assert held.outcome >= 0.99 * best.outcome * (1 - 1e-9)


def test_leeway_of_heads_is_whole_and_tells_how_far_it_is():
    curves = {
        name: hill(ceiling=ceiling, half=4, slope=2) for name, ceiling in (("A", 40), ("B", 50), ("C", 45))
    }
    best = allocate(curves, Resource(total=18, step=1))
    told = []
    found = leeway(best, share=0.05, progress=told.append)
    assert told == [1, 2, 3]
    for item in found.values():
        assert item.low == round(item.low)
        assert item.low <= item.amount <= item.high


def test_the_gain_is_measured_draw_by_draw():
    curves = {"Safe": SAFE, "Risky": RISKY}
    best = allocate(curves, 100)
    gain = gain_over(curves, best, equal(curves, {"": 100}))
    a, b = best.amounts["Safe"], best.amounts["Risky"]
    by_draw = [10 * a**0.5 + g * b**0.5 - (10 + g) * 50**0.5 for g in (0, 16, 16, 16)]
    assert gain.mean == pytest.approx(np.mean(by_draw))
    assert gain.share_better == 0.75
    assert gain.low < 0 < gain.high


def test_shares_in_proportion_are_by_resource():
    weights = {("hours", "N"): 1, ("hours", "S"): 3, ("money", "N"): 2}
    shares = in_proportion(weights, {"hours": 8, "money": 10})
    assert shares == {("hours", "N"): 2, ("hours", "S"): 6, ("money", "N"): 10}
    with pytest.raises(BadInput, match="above 0"):
        in_proportion({"N": 0, "S": 0}, {"": 8})


def test_other_segments_cannot_be_compared():
    curves = {"Safe": SAFE, "Risky": RISKY}
    with pytest.raises(BadInput, match="South"):
        gain_over(curves, allocate(curves, 100), {"Safe": 50, "South": 50})
