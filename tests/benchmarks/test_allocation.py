"""The benchmark of allocations: both keep to the instance, and nothing that a peer finds is beyond our bound."""

import numpy as np
import pytest

from benchmarks.allocation import grid, instance, ours
from benchmarks.peers.budgets_on_a_grid import climb
from salesnb.allocation import power


@pytest.mark.parametrize("kind", ["concave", "heads"])
def test_the_climb_on_a_grid_stays_within_our_bound(kind):
    asked = instance(kind, 12, 3)
    mine, theirs = ours(asked, 1), grid(asked)
    assert sum(theirs["amounts"]) <= asked.total * (1 + 1e-9)
    assert theirs["outcome"] <= mine["bound"] * (1 + 1e-9)
    assert mine["outcome"] >= theirs["outcome"] * (1 - 1e-9)


def test_the_climb_is_that_of_equal_marginals_on_a_fine_grid():
    found = climb([power(gain=3, exponent=0.5), power(gain=4, exponent=0.5)], [0, 0], [100, 100], 100, 0.1)
    assert found["amounts"] == pytest.approx([36, 64], abs=0.2)


def test_an_instance_is_the_same_for_a_seed_and_can_be_met():
    for kind in ("concave", "sliders", "heads"):
        asked = instance(kind, 30, 5)
        assert asked == instance(kind, 30, 5)
        assert asked != instance(kind, 30, 6)
        assert sum(asked.low) <= asked.total <= sum(asked.high)
        assert np.isfinite(asked.height).all()
    assert instance("sliders", 30, 5).groups
