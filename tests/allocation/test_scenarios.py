"""Scenarios on the same draws, and what is left of the best one's lead."""

import numpy as np
import pytest

from salesnb.allocation.scenarios import compare, overstated
from salesnb.errors import BadInput


def test_differences_are_paired():
    luck = np.array([-30.0, 0.0, 30.0, 60.0])
    plain, better = compare({"Plain": 100 + luck, "Better": np.array([5.0, 5.0, 5.0, -1.0]) + 100 + luck})
    assert plain.difference == 0
    assert better.difference == 3.5
    assert better.share_better == 0.75
    assert (plain.share_best, better.share_best) == (0.25, 0.75)


@pytest.mark.parametrize(("count", "sd"), [(3, 0.85), (5, 1.16), (10, 1.54)])
def test_the_best_of_several_is_overstated_by_what_smith_and_winkler_say(count, sd):
    rng = np.random.default_rng(count)
    raw, kept = [], []
    for _ in range(400):
        # All are worth 100; each is known with an error of 1, of which its draws tell.
        guesses = 100 + rng.normal(size=count)
        found = compare({str(k): guess + rng.normal(size=200) for k, guess in enumerate(guesses)})
        best = max(found, key=lambda item: item.mean)
        raw.append(best.mean - 100)
        kept.append(best.shrunk - 100)
    assert np.mean(raw) == pytest.approx(sd, abs=0.12)
    assert np.mean(kept) < 0.5 * np.mean(raw)


def test_a_lead_far_beyond_the_error_is_believed():
    rng = np.random.default_rng(1)
    found = compare(
        {name: worth + rng.normal(size=500) for name, worth in (("A", 100), ("B", 150), ("C", 130))}
    )
    best = max(found, key=lambda item: item.mean)
    assert best.name == "B"
    assert best.shrunk == pytest.approx(150, abs=0.5)
    assert overstated(found) < 0.5


def test_one_scenario_is_shrunk_to_nothing_else():
    (only,) = compare({"Only": np.array([1.0, 3.0])})
    assert only.shrunk == only.mean == 2
    assert overstated((only,)) == 0


def test_scenarios_of_other_draws_are_refused():
    with pytest.raises(BadInput, match="different numbers"):
        compare({"A": np.ones(3), "B": np.ones(4)})
    with pytest.raises(BadInput, match="no scenario"):
        compare({})
