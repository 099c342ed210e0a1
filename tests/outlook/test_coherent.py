"""Forecasts of a tree add up, and are the least-squares ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.outlook.coherent import REST, coherent, coherent_views
from salesnb.outlook.panel import Panel
from salesnb.outlook.top_down import top_down

CHILDREN = {"all": ["x", "y"], "x": ["a", "b", "c"], "y": ["d", "e"]}
LEAVES = ["a", "b", "c", "d", "e"]
NODES = ["all", "x", "y", *LEAVES]
positive = st.floats(min_value=0.01, max_value=100)


def sums(leaves):
    """Which leaves each node sums, shape (nodes, leaves)."""
    below = {leaf: {leaf} for leaf in leaves}
    below |= {node: set(CHILDREN[node]) for node in ("x", "y")}
    below["all"] = below["x"] | below["y"]
    return np.array([[leaf in below[node] for leaf in leaves] for node in NODES], dtype=float)


@given(
    st.lists(positive, min_size=len(NODES), max_size=len(NODES)),
    st.lists(positive, min_size=len(NODES), max_size=len(NODES)),
)
def test_they_are_those_of_generalised_least_squares(said, variances):
    summing, weight = sums(LEAVES), np.diag(1 / np.array(variances))
    leaves = np.linalg.solve(summing.T @ weight @ summing, summing.T @ weight @ np.array(said))
    expected = summing @ leaves
    found = coherent(
        {node: np.array([value]) for node, value in zip(NODES, said, strict=True)},
        {node: np.array([value]) for node, value in zip(NODES, variances, strict=True)},
        CHILDREN,
    )
    assert [found[node][0] for node in NODES] == pytest.approx(expected.tolist(), rel=1e-6, abs=1e-6)


def test_a_node_without_a_forecast_is_the_sum_and_a_leaf_without_one_is_left_out():
    said = {node: np.array([10.0, 10.0]) for node in NODES}
    said["x"][0] = np.nan
    said["c"][0] = np.nan
    found = coherent(said, dict.fromkeys(NODES, np.ones(2)), CHILDREN)
    assert np.isnan(found["c"][0])
    assert found["x"][0] == pytest.approx(found["a"][0] + found["b"][0])
    assert found["all"] == pytest.approx(found["x"] + found["y"])


def test_forecasts_that_add_up_already_stay():
    said = {node: np.array([1.0]) for node in LEAVES} | {"x": np.array([3.0]), "y": np.array([2.0])}
    said["all"] = np.array([5.0])
    found = coherent(said, {node: np.array([len(node)]) for node in said}, CHILDREN)
    assert {node: value[0] for node, value in found.items()} == pytest.approx(
        {node: value[0] for node, value in said.items()}
    )


def panels(seed, *, gone=0.0, months=36):
    rng = np.random.default_rng(seed)
    own = {leaf: rng.gamma(4, 25 * (1 + place), months) for place, leaf in enumerate(LEAVES)}
    left = np.where(np.arange(months) < months - 2, gone, 0.0)
    mid = {node: sum(own[leaf] for leaf in CHILDREN[node]) for node in ("x", "y")}
    mid["x"] = mid["x"] + left
    whole = {"all": mid["x"] + mid["y"]}
    return [
        Panel.from_series({name: (24_000, totals.tolist()) for name, totals in level.items()})
        for level in (whole, mid, own)
    ]


@pytest.mark.parametrize("gone", [0.0, 400.0])
def test_levels_add_up_at_every_origin_with_what_those_who_left_had_as_a_part_of_its_own(gone):
    views = [top_down(panel, 1) for panel in panels(3, gone=gone)]
    whole, mid, own = coherent_views(views, CHILDREN)
    known = np.isfinite(own.forecasts).all(axis=0)
    assert whole.forecasts[0][known] == pytest.approx(mid.forecasts[:, known].sum(axis=0))
    assert mid.forecasts[1][known] == pytest.approx(own.forecasts[3:, known].sum(axis=0))
    rest = mid.forecasts[0][known] - own.forecasts[:3, known].sum(axis=0)
    assert rest[:-2] == pytest.approx(gone, abs=1)
    # What those who left had fades once it is no more.
    assert -1 < rest[-1] < max(gone / 4, 1)
    assert REST + "x" not in whole.panel.ids
    # Each node keeps a spread of its own misses.
    assert (mid.spread.scale[:, -1] > 0).all()


def test_what_comes_later_moves_nothing_of_what_was_said_before():
    before = [top_down(panel, 1) for panel in panels(5, gone=400.0, months=36)]
    after = [
        top_down(Panel(ids=view.panel.ids, totals=np.hstack([view.panel.totals, 9 * view.panel.totals[:, -3:]]), first=view.panel.first), 1)
        for view in before
    ]  # fmt: skip
    for one, other in zip(coherent_views(before, CHILDREN), coherent_views(after, CHILDREN), strict=True):
        width = one.forecasts.shape[1]
        assert np.allclose(one.forecasts, other.forecasts[:, :width], equal_nan=True)


def test_no_part_falls_to_less_than_a_tenth_of_what_was_said_of_it():
    views = [top_down(panel, 1) for panel in panels(8)]
    low = top_down(views[0].panel, 1, forecasts=views[0].forecasts / 50)
    whole, _mid, own = coherent_views([low, *views[1:]], CHILDREN)
    known = np.isfinite(own.forecasts)
    assert (own.forecasts[known] >= 0.1 * views[2].forecasts[known] - 1e-9).all()
    assert whole.forecasts[0][-1] == pytest.approx(own.forecasts[:, -1].sum())
