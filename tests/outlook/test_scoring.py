import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadUsage
from salesnb.outlook import Outcome, Recalibration, chance, recalibrate
from salesnb.outlook.scoring import (
    base_rates,
    brier_score,
    calibration_error,
    coverage,
    mean_scaled_error,
    reliability,
)


def test_the_brier_score_is_the_mean_squared_difference():
    # (0.3² + 0.2² + 0.9²) / 3
    assert brier_score(np.array([0.7, 0.2, 0.9]), np.array([True, False, False])) == pytest.approx(0.94 / 3)
    assert brier_score(np.array([]), np.array([], dtype=bool)) is None


def test_the_base_rate_knows_only_what_was_resolved_by_the_origin():
    hits = np.array([True, True, False, True])
    origins, resolved = np.array([0, 1, 4, 4]), np.array([3, 4, 7, 7])
    assert base_rates(hits, origins, resolved).tolist() == [0.5, 0.5, 1.0, 1.0]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(1, 4)), min_size=1, max_size=30))
def test_the_base_rate_is_that_of_a_loop(rows):
    hits, origins = np.array([hit for hit, _, _ in rows]), np.array([origin for _, origin, _ in rows])
    resolved = origins + np.array([steps for _, _, steps in rows])
    told = base_rates(hits, origins, resolved)
    for number, origin in enumerate(origins):
        known = [hit for hit, end in zip(hits, resolved) if end <= origin]
        assert told[number] == pytest.approx(sum(known) / len(known) if known else 0.5)


def test_tenths_hold_their_lower_end_and_the_last_holds_certainty():
    lines = reliability(np.array([0.0, 0.1, 0.19, 0.95, 1.0]), np.array([False, True, False, True, True]))
    assert [line.count for line in lines] == [1, 2, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (lines[1].predicted, lines[1].happened) == (pytest.approx(0.145), 0.5)
    assert (lines[2].predicted, lines[2].happened) == (None, None)


def test_the_calibration_error_weighs_tenths_by_their_counts():
    said, hits = np.array([0.05] * 8 + [0.85] * 2), np.array([False] * 8 + [True, False])
    # Eight that are 0.05 too high, two that are 0.35 too high.
    assert calibration_error(said, hits) == pytest.approx(0.8 * 0.05 + 0.2 * 0.35)
    assert calibration_error(said[:0], hits[:0]) is None


def test_the_ends_of_a_range_are_in_it():
    assert coverage(np.array([1.0, 2, 3, 4]), np.full(4, 2.0), np.full(4, 3.0)) == 0.5


def test_the_scaled_error_leaves_out_what_has_no_forecast_or_no_scale():
    totals, forecasts = np.array([10.0, 10, 10, 10]), np.array([8.0, np.nan, 5, 0])
    assert mean_scaled_error(totals, forecasts, np.array([2.0, 1, 5, np.nan])) == 1.0
    assert mean_scaled_error(totals, np.full(4, np.nan), np.ones(4)) is None


def test_recalibration_finds_what_was_wrong_and_believes_little_of_few():
    rng = np.random.default_rng(1)
    truth = rng.uniform(0.05, 0.95, 4000)
    said = 1 / (1 + ((1 - truth) / truth) ** 2)  # twice the log-odds: overconfident
    hits = rng.random(4000) < truth
    many, few = recalibrate(said, hits), recalibrate(said[:10], hits[:10])
    assert (many.intercept, many.slope) == (pytest.approx(0, abs=0.1), pytest.approx(0.5, abs=0.05))
    assert abs(few.slope - 1) < 0.5
    corrected = np.array([many.probability(one) for one in said])
    assert brier_score(corrected, hits) < brier_score(said, hits)


def test_recalibration_lies_where_the_penalised_likelihood_is_least():
    rng = np.random.default_rng(2)
    said, hits = rng.uniform(0.02, 0.98, 60), rng.random(60) < 0.4
    weights = rng.uniform(0.1, 1, 60)

    def loss(intercept, slope):
        total = 5 * (intercept**2 + (slope - 1) ** 2)
        for p, hit, weight in zip(said, hits, weights):
            odds = intercept + slope * math.log(p / (1 - p))
            total += weight * math.log1p(math.exp(-odds if hit else odds))
        return total

    found = recalibrate(said, hits, weights=weights)
    least = loss(found.intercept, found.slope)
    for step in (-0.02, 0.02):
        assert loss(found.intercept + step, found.slope) > least
        assert loss(found.intercept, found.slope + step) > least


def test_without_evidence_nothing_changes():
    assert recalibrate([], []) == Recalibration()
    assert Recalibration().probability(0.3) == pytest.approx(0.3)
    outcome = Outcome.certain(5)
    assert Recalibration().outcome(outcome) is outcome


def test_a_recalibrated_distribution_has_the_recalibrated_probabilities():
    outcome = Outcome.from_draws(np.random.default_rng(3).gamma(4, 250, 20_000))
    changed = Recalibration(intercept=0.3, slope=0.6)
    for target in (400, 900, 1500):
        expected = changed.probability(outcome.probability_at_least(target))
        assert changed.outcome(outcome).probability_at_least(target) == pytest.approx(expected, abs=0.004)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_recalibration_never_makes_a_harder_target_more_probable(rows):
    found = recalibrate([p for p, _ in rows], [hit for _, hit in rows])
    corrected = [found.probability(p) for p in (0.02, 0.3, 0.6, 0.98)]
    assert corrected == sorted(corrected)


def test_predictions_that_do_not_match_their_results_are_refused():
    with pytest.raises(BadUsage):
        recalibrate([0.5, 0.5], [True])
    with pytest.raises(BadUsage):
        recalibrate([1.5], [True])


def test_under_eight_months_there_is_a_range_and_no_probability():
    outcome = Outcome.from_draws(np.linspace(0, 100, 1001))
    told = chance(outcome, 50, origins=7)
    assert told.probability is None
    assert (told.low, told.high) == pytest.approx((10, 90), abs=0.5)
    assert told.reason.startswith("not enough history: 7 of the 8 months")


def test_with_eight_months_there_is_one_and_it_is_never_certain():
    outcome = Outcome.certain(100)
    assert chance(outcome, 50, origins=8).probability == 0.99
    assert chance(outcome, 150, origins=8).probability == 0.01
    assert chance(outcome, 50, origins=8).reason == ""


def test_where_probabilities_did_not_beat_the_base_rate_that_is_said_instead():
    told = chance(Outcome.certain(100), 50, origins=30, beaten_by_base_rate=0.62)
    assert (told.probability, told.base_rate) == (None, 0.62)
    assert "no better than" in told.reason
