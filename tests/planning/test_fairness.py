"""Fairness: bands of attainment, ratios of sums, slopes with their interval, ratchets."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.planning.fairness import (
    HEALTHY,
    RepResult,
    Rise,
    attainment_bands,
    potential_slope,
    ratchet,
    share_at_quota,
    team_attainment,
)
from salesnb.planning.slope import line_slope, student_quantile

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "planning_capacity.json").read_text())
VECTOR = VECTORS["attainment"]
RESULTS = st.lists(
    st.builds(RepResult, rep=st.just("r"), credited=st.integers(0, 300), quota=st.integers(0, 200)),
    max_size=12,
)


def reps(*attained, quota=100):
    return [RepResult(rep=str(n), credited=credited, quota=quota) for n, credited in enumerate(attained)]


def test_the_share_at_quota_is_not_what_the_mean_suggests():
    results = reps(*VECTOR["attained"])
    assert sum(float(r.attainment) for r in results) / 6 == pytest.approx(VECTOR["mean"])
    assert share_at_quota(results) == VECTOR["at_quota"]
    assert [band.reps for band in attainment_bands(results)] == VECTOR["bands"]


def test_bands_are_half_open_and_exact_at_their_edges():
    # 80 of 100 is 0.8, which binary fractions miss.
    found = attainment_bands(reps(49, 50, 79, 80, 99, 100, 119, 120))
    assert [band.reps for band in found] == [1, 2, 2, 2, 1]
    assert [band.label for band in found][:2] == ["below 50 %", "50 % to below 80 %"]
    assert found[-1].label == "120 % and more"


@given(RESULTS)
def test_every_rep_with_a_quota_is_in_one_band(results):
    found = attainment_bands(results)
    carrying = [result for result in results if result.quota]
    assert sum(band.reps for band in found) == len(carrying)
    assert sum(band.share for band in found) == pytest.approx(1 if carrying else 0)


@given(RESULTS, RESULTS)
def test_team_attainment_is_the_ratio_of_sums_however_reps_are_grouped(one, other):
    whole = team_attainment([*one, *other])
    quotas = [sum(result.quota for result in group) for group in (one, other)]
    parts = [team_attainment(group) or 0 for group in (one, other)]
    unasked = [
        sum(result.credited for result in group) if not quota else 0
        for group, quota in zip((one, other), quotas, strict=True)
    ]
    if whole is not None:
        added = sum(p * q for p, q in zip(parts, quotas, strict=True)) + sum(unasked)
        assert whole == pytest.approx(added / sum(quotas))


def test_without_quotas_nothing_is_said():
    assert (team_attainment(reps(5, quota=0)), share_at_quota(reps(5, quota=0))) == (None, None)


@pytest.mark.parametrize("edges", [(), (0.5, 0.5), (0.8, 0.5), (0, 1)])
def test_edges_that_do_not_rise_are_refused(edges):
    with pytest.raises(BadInput, match="do not rise"):
        attainment_bands(reps(1), edges)


def test_what_is_healthy_names_its_source():
    assert [HEALTHY.verdict(share) for share in (0.54, 0.55, 0.65, 0.66)] == [
        "below",
        "within",
        "within",
        "above",
    ]
    assert "Cortado" in HEALTHY.source


@pytest.mark.parametrize(("probability", "freedom", "quantile"), VECTORS["student"]["quantiles"])
def test_quantiles_of_student_are_those_of_the_tables(probability, freedom, quantile):
    assert round(student_quantile(probability, freedom), 3) == quantile


@given(st.floats(0.01, 0.99), st.integers(1, 300))
def test_quantiles_of_student_are_symmetric_and_near_normal_for_many(probability, freedom):
    assert student_quantile(probability, freedom) == pytest.approx(
        -student_quantile(1 - probability, freedom), abs=1e-9
    )


def test_the_normal_distribution_takes_over_without_a_step():
    assert student_quantile(0.975, 10_000) == pytest.approx(student_quantile(0.975, 10_001), abs=3e-4)


def test_an_interval_is_that_worked_by_hand():
    """Sxx = 10, Sxy = 8, residuals 3.6 over 3 degrees of freedom: 0.8 and 3.182 times the root of 0.12."""
    found = line_slope([(1, 1), (2, 3), (3, 2), (4, 5), (5, 4)], fewest=5)
    assert (found.slope, found.high - 0.8) == pytest.approx((0.8, 3.1824 * 0.12**0.5), abs=1e-4)
    assert 0.8 - found.low == pytest.approx(found.high - 0.8)


def test_an_interval_of_95_per_cent_holds_the_slope_in_95_of_100_cases():
    random, held = Random(3), 0
    for _ in range(1_000):
        points = [(x, 1 + 0.5 * x + random.gauss(0, 1)) for x in range(10)]
        found = line_slope(points)
        held += found.low <= 0.5 <= found.high
    assert 930 <= held <= 970


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=8, max_size=20))
def test_a_slope_scales_with_its_units(points):
    found, scaled = line_slope(points), line_slope([(10 * x, 100 * y) for x, y in points])
    if found.slope is None:
        assert scaled.slope is None
    else:
        assert [scaled.slope, scaled.low, scaled.high] == pytest.approx(
            [10 * found.slope, 10 * found.low, 10 * found.high], abs=1e-6
        )


def test_too_few_points_have_no_slope_and_it_is_said():
    found = line_slope([(n, n) for n in range(7)])
    assert (found.slope, found.found, found.why) == (
        None,
        False,
        "There are 7 points; below 8 a slope says nothing.",
    )
    assert "same x" in line_slope([(1, n) for n in range(9)]).why


def with_potential(attained):
    return [
        RepResult(rep=str(n), credited=round(attained(n)), quota=1_000, potential=100 + 20 * n)
        for n in range(11)
    ]


def test_attainment_that_follows_the_territory_is_found_per_mean_potential():
    # Potentials are 100 to 300 with a mean of 200; attainment rises by 2 % a step, that is 20 % a mean.
    found = potential_slope(with_potential(lambda n: 800 + 20 * n + n % 2))
    assert found.slope == pytest.approx(0.2, abs=0.002)
    assert (found.found, found.points) == (True, 11)


def test_attainment_apart_from_the_territory_is_not_found():
    assert not potential_slope(with_potential(lambda n: 900 + 50 * (n % 3))).found


def test_reps_without_potential_or_quota_are_left_out():
    some = [
        *with_potential(lambda n: 800 + n),
        RepResult(rep="x", credited=5, quota=0, potential=3.0),
        *reps(7),
    ]
    assert potential_slope(some).points == 11
    assert potential_slope(reps(*range(20))).points == 0


def test_a_ratchet_shows_where_beating_a_quota_raises_the_next_and_missing_does_not():
    rises = [
        Rise(rep=str(n), attained=0.6 + n / 20, growth=max(n / 20 - 0.4, 0) * 0.5 + n % 2 / 1_000)
        for n in range(24)
    ]
    every, beat, missed = ratchet(rises)
    assert beat.slope == pytest.approx(0.5, abs=0.01)
    assert missed.slope == pytest.approx(0, abs=0.01)
    assert (every.points, beat.points, missed.points) == (24, 16, 8)
    assert (beat.found, missed.found) == (True, False)
