import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadUsage
from salesnb.outlook import PROBABILITIES, Outcome, mix, shown_probability

AMOUNTS = st.floats(-1e9, 1e12, allow_nan=False)
DRAWS = st.lists(st.one_of(AMOUNTS, st.just(0.0)), min_size=1, max_size=40)
OUTCOMES = DRAWS.map(Outcome.from_draws)


@given(OUTCOMES, AMOUNTS, AMOUNTS)
def test_probability_falls_with_the_target_and_stays_within_0_and_1(outcome, one, other):
    easy, hard = sorted((one, other))
    assert 0 <= outcome.probability_at_least(hard) <= outcome.probability_at_least(easy) <= 1


@given(OUTCOMES, st.floats(0, 1), st.floats(0, 1))
def test_quantiles_never_fall(outcome, one, other):
    low, high = sorted((one, other))
    assert outcome.quantile(low) <= outcome.quantile(high)


@given(OUTCOMES, st.floats(0.01, 0.99))
def test_a_reachable_target_is_attained_with_at_least_its_probability(outcome, probability):
    assert outcome.probability_at_least(outcome.reachable(probability)) >= probability - 1e-6


@given(st.floats(0.01, 0.99), st.floats(-1e6, 1e6), st.floats(1, 1e6))
def test_quantile_and_probability_undo_each_other(probability, low, width):
    outcome = Outcome(quantiles=low + width * PROBABILITIES**2)
    back = outcome.probability_at_least(outcome.quantile(probability))
    assert back == pytest.approx(1 - probability, abs=1e-6)


@given(OUTCOMES, st.lists(st.floats(0.01, 100), min_size=2, max_size=4))
def test_a_mix_of_equal_outcomes_is_that_outcome(outcome, weights):
    mixed = mix([(weight, outcome) for weight in weights])
    scale = np.abs(outcome.quantiles).max() + 1
    assert np.allclose(mixed.quantiles, outcome.quantiles, rtol=0, atol=1e-6 * scale)


@given(OUTCOMES, OUTCOMES, st.floats(0.05, 0.95), AMOUNTS)
def test_a_mix_has_the_weighted_mean_of_the_probabilities(one, other, weight, target):
    # A quantile on a grid of 500 holds a probability to within one step, at an amount that is neither's own end.
    mixed = mix([(weight, one), (1 - weight, other)])
    just_above = np.nextafter(target, np.inf) + abs(target) * 1e-12
    expected = [
        weight * one.probability_at_least(at) + (1 - weight) * other.probability_at_least(at)
        for at in (target, just_above)
    ]
    assert expected[1] - 0.003 <= mixed.probability_at_least(target) <= expected[0] + 0.003


@given(DRAWS, st.floats(0.01, 1000), AMOUNTS)
def test_changing_the_unit_changes_no_probability(draws, factor, target):
    outcome = Outcome.from_draws(draws)
    target = round(target)
    near = [
        outcome.probability_at_least(target + slack)
        for slack in (1e-6 * (1 + abs(target)), -1e-6 * (1 + abs(target)))
    ]
    assert near[0] - 1e-9 <= outcome.times(factor).probability_at_least(target * factor) <= near[1] + 1e-9


def test_quantiles_are_those_of_the_normal_distribution_of_which_the_draws_are():
    # 1.2816 and 0.6745 are in every table of the normal distribution.
    outcome = Outcome.from_draws(np.random.default_rng(1).normal(1000, 100, 200_000))
    assert outcome.interval(0.8) == pytest.approx((1000 - 128.16, 1000 + 128.16), abs=1.5)
    assert outcome.interval(0.5) == pytest.approx((1000 - 67.45, 1000 + 67.45), abs=1.5)
    assert outcome.mean == pytest.approx(1000, abs=1)
    assert outcome.reachable(0.9) == pytest.approx(1000 - 128.16, abs=1.5)


def test_a_total_with_a_probability_of_its_own_counts_as_attained():
    outcome = Outcome.from_draws([0.0] * 30 + [100.0] * 70)
    assert outcome.probability_at_least(0) == 1
    assert outcome.probability_at_least(50) == pytest.approx(0.7, abs=0.01)
    assert outcome.probability_at_least(100) == pytest.approx(0.7, abs=0.01)
    assert outcome.probability_at_least(100.01) == 0


def test_a_certain_total_is_attained_or_not():
    known = Outcome.certain(500)
    assert [known.probability_at_least(target) for target in (499, 500, 501)] == [1, 1, 0]
    assert known.mean == 500


def test_what_is_certain_is_added_and_a_floor_holds_what_lay_below_it():
    outcome = Outcome.from_draws(np.linspace(-100, 100, 10_001))
    assert outcome.plus(50).quantile(0.5) == pytest.approx(50, abs=0.5)
    floored = outcome.floored(0)
    assert floored.quantile(0.3) == 0
    assert floored.probability_at_least(0) == 1
    assert floored.probability_at_least(1) == pytest.approx(0.495, abs=0.003)


def test_equal_outcomes_are_equal_and_cannot_be_written_to():
    one, same = Outcome.certain(1), Outcome.certain(1)
    assert (one, hash(one)) == (same, hash(same))
    assert one != Outcome.certain(2)
    with pytest.raises(ValueError, match="read-only"):
        one.quantiles[0] = 5


def test_a_part_without_weight_is_not_there():
    assert mix([(0, Outcome.certain(1)), (2, Outcome.certain(7))]) == Outcome.certain(7)


def test_people_see_no_certainty():
    assert [shown_probability(p) for p in (0, 0.004, 0.5, 0.997, 1)] == [0.01, 0.01, 0.5, 0.99, 0.99]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Outcome.from_draws([]),
        lambda: Outcome.from_draws([1, float("nan")]),
        lambda: Outcome(quantiles=np.arange(500)[::-1]),
        lambda: Outcome(quantiles=np.arange(5)),
        lambda: Outcome.certain(1).quantile(1.2),
        lambda: Outcome.certain(1).times(-1),
        lambda: mix([]),
        lambda: mix([(-1, Outcome.certain(1)), (2, Outcome.certain(1))]),
        lambda: mix([(0, Outcome.certain(1))]),
    ],
)
def test_what_is_no_distribution_is_refused(ask):
    with pytest.raises(BadUsage):
        ask()
