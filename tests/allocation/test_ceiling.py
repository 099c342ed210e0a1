"""The bound by the mean curve: no allocation exceeds it, and with it S-shaped curves in draws are solved at once."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.allocation import Limit, Resource, Setting, allocate, hill
from salesnb.allocation.ceiling import Ceiling
from salesnb.allocation.judgement import Judgement
from salesnb.allocation.limits import line_of
from salesnb.allocation.problem import pose


def drawn(seed, lines, draws):
    rng = np.random.default_rng(seed)
    return {
        f"s{line}": [
            hill(ceiling=rng.uniform(1, 9), half=rng.uniform(0.5, 6), slope=rng.choice([0.7, 1, 1.6, 3, 6]))
            for _ in range(draws)
        ]
        for line in range(lines)
    }


def problem_of(curves, total, step, seed):
    rng = np.random.default_rng(seed)
    setting = Setting(
        limits=[Limit(weights={line_of("s0"): 1, line_of("s1"): 1}, low=1, high=total / 2, why="both")],
        today={name: float(rng.uniform(0, 3)) for name in curves},
        moving_cost={"": 0.1},
    )
    return pose(
        curves, {"": Resource(total=total, spend=str(rng.choice(["all", "what pays"])), step=step)}, setting
    )


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), step=st.sampled_from([0.0, 1.0]), price=st.floats(-1, 3))
def test_no_allocation_exceeds_the_bound_whatever_the_prices(seed, step, price):
    problem = problem_of(drawn(seed, 4, 5), 12.0, step, seed)
    bound, _ = Ceiling(problem).bound(np.full(len(problem.why), price))
    rng = np.random.default_rng(seed)
    tried = rng.dirichlet(np.full(4, 0.5), 3000) * 12
    tried = np.round(tried) if step else tried
    come = tried @ problem.rows.matrix.T
    feasible = np.all((come >= problem.rows.low - 1e-9) & (come <= problem.rows.high + 1e-9), axis=1)
    for x in tried[feasible][:500]:
        assert problem.relaxed.actual(x).sum() <= bound + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_whole_heads_in_draws_agree_with_brute_force(seed):
    curves = drawn(seed, 4, 6)
    best = allocate(curves, Resource(total=9, step=1))
    brute = max(
        sum(np.mean([c.at(x) for c in draws]) for x, draws in zip(split, curves.values(), strict=True))
        for split in itertools.product(range(10), repeat=4)
        if sum(split) == 9
    )
    assert best.aim <= brute + 1e-9 <= best.bound + 2e-9
    assert best.aim >= brute * (1 - 1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("step", [0.0, 1.0])
def test_a_hundred_s_shaped_segments_in_draws_need_few_boxes(step):
    rng = np.random.default_rng(1)
    curves = {}
    for place in range(100):
        now = rng.uniform(50, 500)
        judged = Judgement(
            none=now / 4, now=now, saturated=now * 2, effort=float(rng.integers(2, 9)), slope=2.5
        )
        curves[f"s{place}"] = judged.doubted(0.2, 20, np.random.default_rng([1, place]))
    best = allocate(curves, Resource(total=400, step=step), seconds=60)
    assert best.in_time
    assert best.gap <= 1e-3
    # Boxes of the mean of relaxed draws alone take hundreds.
    assert best.boxes < 60
