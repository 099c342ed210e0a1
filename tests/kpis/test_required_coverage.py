"""The pipeline that a goal needs: published figures, exact ones by listing every outcome, and a simulation."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.kpis.required_coverage import Odds, hit_probability, required_coverage, required_for_sizes

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "win_curves.json").read_text(encoding="utf-8"))
PUBLISHED = VECTORS["required_coverage"]

odds = st.builds(Odds, amount=st.integers(0, 40), probability=st.floats(0, 1))


def by_listing(deals: list[Odds], missing: int) -> float:
    """Add up the probabilities of every outcome that reaches the goal."""
    total = 0.0
    for won in product([False, True], repeat=len(deals)):
        chance = 1.0
        for deal, is_won in zip(deals, won, strict=True):
            chance *= deal.probability if is_won else 1 - deal.probability
        if sum(deal.amount for deal, is_won in zip(deals, won, strict=True) if is_won) >= missing:
            total += chance
    return total


@pytest.mark.parametrize(("goal", "confidence", "published"), PUBLISHED["rows"])
def test_coverage_is_what_is_published_for_log_normal_sizes(
    goal: int, confidence: float, published: float
) -> None:
    found = required_for_sizes(PUBLISHED["win_rate"], PUBLISHED["sigma"], goal, confidence)
    assert found is not None
    # 70 deals for 10 lie so near to 90 % that a simulation may say 71: 7.0 and 7.1.
    assert found.coverage == pytest.approx(published, abs=0.1001)
    assert found.least_deals <= found.deals <= found.most_deals <= found.least_deals + 1  # type: ignore[operator]


@pytest.mark.parametrize(("goal", "confidence"), [(4, 0.8), (10, 0.9), (25, 0.8)])
def test_a_simulation_with_so_many_deals_reaches_the_confidence_and_with_two_fewer_does_not(
    goal: int, confidence: float
) -> None:
    found = required_for_sizes(0.25, 1.0, goal, confidence)
    assert found is not None
    chance, runs = np.random.default_rng(20_261), 100_000
    reached = {}
    for deals in (found.deals - 2, found.deals + 1):
        wins = chance.binomial(deals, 0.25, size=runs)
        sizes = chance.lognormal(-0.5, 1.0, size=(runs, int(wins.max())))
        sums = np.where(np.arange(sizes.shape[1]) < wins[:, None], sizes, 0).sum(axis=1)
        reached[deals] = float((sums >= goal).mean())
    assert reached[found.deals - 2] < confidence < reached[found.deals + 1]


def test_one_over_the_win_rate_is_less_than_an_even_chance() -> None:
    low, high = PUBLISHED["hit_at_four_times"]
    for goal in (10, 25):
        even = required_for_sizes(0.25, 1.0, goal, 0.5)
        at_most, at_least = (required_for_sizes(0.25, 1.0, goal, share) for share in (low, high + 0.005))
        assert at_most.coverage <= 4 <= at_least.coverage < even.coverage  # type: ignore[union-attr]


@given(st.lists(odds, max_size=7), st.integers(1, 120))
def test_a_chance_is_exact_where_amounts_have_a_common_unit(deals: list[Odds], missing: int) -> None:
    found = hit_probability(deals, missing)
    assert found.probability == pytest.approx(by_listing(deals, missing), abs=1e-12)
    assert found.low == found.probability == found.high


@given(st.lists(odds, max_size=7), st.integers(1, 120), st.integers(1, 999))
def test_bounds_hold_where_amounts_do_not(deals: list[Odds], missing: int, cents: int) -> None:
    # Amounts a million times as large, each with its own odd cents.
    apart = [
        Odds(amount=d.amount * 10**6 + cents * (n + 1), probability=d.probability)
        for n, d in enumerate(deals)
    ]
    goal = missing * 10**6 + 7
    found, exact = hit_probability(apart, goal), by_listing(apart, goal)
    assert found.low - 1e-12 <= exact <= found.high + 1e-12
    assert found.low - 1e-12 <= found.probability <= found.high + 1e-12


def test_many_unlike_deals_agree_with_a_simulation() -> None:
    chance = np.random.default_rng(4)
    amounts, shares = chance.lognormal(13, 1, 300).astype(int), chance.uniform(0, 0.4, 300)
    deals = [Odds(amount=int(a), probability=float(p)) for a, p in zip(amounts, shares, strict=True)]
    goal = int((amounts * shares).sum() * 1.1)
    won = chance.random((100_000, 300)) < shares
    simulated = float((won @ amounts >= goal).mean())
    found = hit_probability(deals, goal)
    assert found.probability == pytest.approx(simulated, abs=0.005)
    assert found.low - 0.005 < simulated < found.high + 0.005
    assert found.high - found.low < 0.04


def test_the_order_of_deals_does_not_matter() -> None:
    deals = [Odds(amount=100 * n, probability=n / 10) for n in range(1, 9)]
    ways = {round(hit_probability(some, 1100).probability, 12) for some in (deals, deals[::-1])}
    assert len(ways) == 1


def test_required_coverage_is_the_least_that_does() -> None:
    # Deals of 300, each won with 0.3; two wins are needed for 500. P(at least 2 of 9) = 0.804, of 8 = 0.745.
    found = required_coverage([Odds(amount=300, probability=0.3)], 500, 0.8)
    assert found is not None
    assert (found.deals, found.coverage) == (9, pytest.approx(9 * 300 / 500))
    more = [Odds(amount=300, probability=0.3)]
    assert hit_probability(more * 9, 500).probability >= 0.8 > hit_probability(more * 8, 500).probability


def test_a_goal_of_thousands_of_deals_needs_little_more_than_one_over_the_win_rate() -> None:
    deals = [Odds(amount=amount, probability=0.1) for amount in (100_001, 250_013, 400_009)]
    found = required_coverage(deals, 1_000_000_007, 0.9)
    assert found is not None
    # Normal: N deals bring 0.1 N m with a variance of N (0.1 E[a^2] - 0.01 m^2); 1.2816 deviations above the goal.
    mean, square = 250_007.67, (100_001**2 + 250_013**2 + 400_009**2) / 3
    deviation = (found.deals * (0.1 * square - (0.1 * mean) ** 2)) ** 0.5
    assert (0.1 * mean * found.deals - 1_000_000_007) / deviation == pytest.approx(1.2816, abs=0.03)
    assert found.least_deals < found.deals < found.most_deals  # type: ignore[operator]


def test_both_ways_to_add_up_deals_agree_where_they_meet() -> None:
    # 199 and 201 average wins: the one by convolution, the other by the normal distribution.
    deals = [Odds(amount=amount, probability=0.1) for amount in (100_001, 250_013, 400_009)]
    found = [required_coverage(deals, 250_007 * wins + 11, 0.8) for wins in (199, 201)]
    needed = [one.deals for one in found if one]
    assert needed[1] - needed[0] == pytest.approx(20.8, abs=1.5)


def test_deals_that_are_seldom_won_count_as_pipeline_too() -> None:
    live, dead = Odds(amount=100, probability=0.5), Odds(amount=100, probability=0.0)
    alone = required_coverage([live], 1000, 0.8)
    mixed = required_coverage([live, dead], 1000, 0.8)
    assert alone is not None
    assert mixed is not None
    assert mixed.coverage == pytest.approx(2 * alone.coverage, rel=0.15)


@given(
    st.lists(
        st.builds(Odds, amount=st.integers(1, 40), probability=st.floats(0.1, 1)), min_size=1, max_size=6
    )
)
def test_more_confidence_needs_no_less_and_the_currency_does_not_matter(deals: list[Odds]) -> None:
    found = [required_coverage(deals, 100, share) for share in (0.5, 0.8, 0.9)]
    needed = [one.deals for one in found if one]
    assert needed == sorted(needed)
    in_cents = [Odds(amount=deal.amount * 100, probability=deal.probability) for deal in deals]
    assert required_coverage(in_cents, 100 * 100, 0.8) == found[1]


def test_nothing_missing_needs_nothing_and_nothing_won_cannot_do() -> None:
    some, none = Odds(amount=5, probability=0.5), Odds(amount=5, probability=0.0)
    assert hit_probability([], 0).probability == 1
    assert hit_probability([], 1).probability == 0
    assert required_coverage([some], 0, 0.8).coverage == 0  # type: ignore[union-attr]
    assert required_coverage([none], 10, 0.8) is None
    assert required_coverage([], 10, 0.8) is None
    assert required_coverage([Odds(amount=1, probability=1e-9)], 10, 0.8) is None
    assert required_for_sizes(0.0, 1.0, 4, 0.8) is None


@pytest.mark.parametrize(
    ("deal", "confidence", "told"),
    [
        (Odds(amount=-1, probability=0.5), 0.8, "amount -1"),
        (Odds(amount=1, probability=1.5), 0.8, "probability is 1.5"),
        (Odds(amount=1, probability=float("nan")), 0.8, "probability is nan"),
        (Odds(amount=1, probability=0.5), 1.0, "confidence is 1.0"),
    ],
)
def test_what_cannot_be_is_refused(deal: Odds, confidence: float, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        required_coverage([deal], 10, confidence)
