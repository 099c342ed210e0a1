"""Concave lines solved by prices: the same as from the inside of the box, and nothing at all where that fails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.allocation import Curve, Resource, Setting, between, group, hill, interior, power, pricing
from salesnb.allocation.boxed import keeps
from salesnb.allocation.problem import pose


@st.composite
def posed(draw):
    """A problem of concave lines with ends, groups and costs, all of which have room."""
    count = draw(st.integers(2, 8))
    curves = {}
    for n in range(count):
        form = draw(st.sampled_from(["power", "exponential", "log", "hill"]))
        shape = draw(st.floats(0.2, 0.95)) if form in ("power", "hill") else 1.0
        curves[f"s{n}"] = Curve(
            form=form,
            height=draw(st.floats(1, 100)),
            scale=1.0 if form == "power" else draw(st.floats(1, 100)),
            shape=shape,
        )
    limits = [
        between(name, low=draw(st.floats(0, 5)), high=draw(st.floats(10, 200)))
        for name in curves
        if draw(st.booleans())
    ]
    if draw(st.booleans()):
        limits.append(
            group(
                list(curves)[: count // 2 + 1],
                name="g",
                low=draw(st.floats(0, 20)),
                high=draw(st.floats(40, 60)),
            )
        )
    spend = draw(st.sampled_from(["all", "what pays"]))
    resource = Resource(total=10.0 * count, spend=spend, unit_cost=draw(st.sampled_from([0.0, 0.1, 2.0])))
    return pose(curves, {"": resource}, Setting(limits=limits))


@given(posed())
def test_prices_lead_to_what_the_inside_of_the_box_leads_to(problem):
    relaxed, rows = problem.relaxed, problem.rows
    found, slow = pricing.settle(relaxed, rows), interior.solve(relaxed, rows)
    if found is None:  # Then the other one is asked.
        return
    best = float(relaxed.actual(slow.x).sum())
    assert keeps(rows, found.x)
    assert ((found.x >= relaxed.low) & (found.x <= relaxed.high)).all()
    assert float(relaxed.actual(found.x).sum()) >= best - 1e-6 * max(1.0, abs(best))


def test_curves_of_every_form_settle_in_a_few_steps():
    rng = np.random.default_rng(3)
    curves = {}
    for n, form in enumerate(["power", "exponential", "log", "hill"] * 25):
        shape = float(rng.uniform(0.3, 0.9)) if form in ("power", "hill") else 1.0
        scale = 1.0 if form == "power" else float(rng.lognormal(9, 0.7))
        height = float(rng.lognormal(5, 0.7)) / (8_000**shape if form == "power" else 1)
        curves[f"s{n}"] = Curve(form=form, height=height, scale=scale, shape=shape)
    groups = [
        group(
            [f"s{n}" for n in range(k, 100, 5)],
            name=str(k),
            low=2e5 if k == 1 else 0,
            high=1.9e5 if k == 2 else 1e6,
        )
        for k in range(5)
    ]
    for limits in ([], groups):
        problem = pose(curves, {"": Resource(total=1e6)}, Setting(limits=limits))
        found = pricing.settle(problem.relaxed, problem.rows)
        assert found is not None
        assert found.steps <= 15


@pytest.mark.parametrize(
    ("curves", "setting"),
    [
        ({"A": hill(ceiling=9, half=5, slope=3), "B": power(gain=1, exponent=0.5)}, Setting()),
        (
            {"A": power(gain=2, exponent=0.5), "B": power(gain=1, exponent=0.5)},
            Setting(today={"A": 5.0}, moving_cost={"": 0.1}),
        ),
        ({"A": power(gain=0, exponent=0.5), "B": power(gain=1, exponent=0.5)}, Setting()),
    ],
    ids=["S-shaped", "moves cost", "flat"],
)
def test_what_prices_cannot_settle_is_left_to_others(curves, setting):
    problem = pose(curves, {"": Resource(total=10.0)}, setting)
    assert pricing.settle(problem.relaxed, problem.rows) is None
