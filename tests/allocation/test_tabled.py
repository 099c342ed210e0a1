"""Tables of curves: off by no more than they say from the mean of all draws, whatever the curves."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.allocation import Curve, exponential, hill, power
from salesnb.allocation.responses import Responses
from salesnb.allocation.tabled import Table, tabulate

VECTORS = Path(__file__).parents[1] / "vectors" / "responding.json"
TOP = 1000.0
# Ten times what a grid is chosen by: between the places that are looked at, and for draws that it is not chosen by.
OFF = 1e-4


def curves() -> st.SearchStrategy[list[Curve]]:
    """Draws of one form: answers that start vertically, that saturate early or hardly at all, and S-shaped ones."""
    shapes = {"power": (0.05, 1.0), "exponential": (1.0, 1.0), "log": (1.0, 1.0), "hill": (0.05, 8.0)}

    def drawn(form: str) -> st.SearchStrategy[list[Curve]]:
        low, high = shapes[form]
        one = st.builds(
            Curve,
            form=st.just(form),
            height=st.floats(0.1, 10),
            scale=st.floats(1, 5 * TOP),
            shape=st.floats(low, high),
            base=st.floats(-5, 5),
        )
        return st.lists(one, min_size=1, max_size=30)

    return st.sampled_from(sorted(shapes)).flatmap(drawn)


def mean(draws: list[Curve], amounts: np.ndarray) -> np.ndarray:
    return np.mean([curve.over(amounts) for curve in draws], axis=0)


@settings(max_examples=30, deadline=None)
@given(draws=curves())
def test_a_table_is_near_the_mean_of_its_draws_everywhere(draws):
    amounts = TOP * np.concatenate([[0.0], np.geomspace(1e-9, 1, 400), np.linspace(0.001, 1, 400)])
    table, exact = tabulate(draws, TOP), mean(draws, amounts)
    assert np.abs(table.at(amounts) - exact).max() <= OFF * max(np.ptp(exact), 1e-6)


@settings(max_examples=30, deadline=None)
@given(draws=curves(), share=st.floats(0, 1.5))
def test_its_slope_is_that_of_what_it_tells_and_never_infinite(draws, share):
    table, at = tabulate(draws, TOP), share * TOP
    slope = table.slope(np.array([at]))[0]
    assert np.isfinite(slope)
    if 1e-3 <= share <= 0.999 or share >= 1.001:
        near = at * np.array([1 - 1e-6, 1 + 1e-6])
        low, high = table.at(near)
        height = np.ptp(table.values)
        assert slope == pytest.approx((high - low) / np.ptp(near), rel=1e-3, abs=1e-4 * height / at + 1e-8)


@pytest.mark.parametrize("case", json.loads(VECTORS.read_text())["cases"])
def test_it_tells_what_is_known_of_single_curves(case):
    table = tabulate([Curve(**case["curve"])], 3 * case["amount"])
    height = np.ptp(table.values)
    at = np.array([case["amount"]])
    # Some rise so little that the last digits of their height are all that there is.
    last = 1e-13 * case["curve"]["height"]
    assert table.at(at)[0] == pytest.approx(case["expected"], abs=OFF * height + last)
    assert table.slope(at)[0] == pytest.approx(
        case["marginal"], rel=0.01, abs=(0.01 * height + last) / table.top
    )


def test_easy_curves_have_few_nodes():
    assert len(tabulate([power(gain=3, exponent=0.5)], TOP).values) == 33
    assert len(tabulate([power(gain=3, exponent=0.2)], TOP).values) == 33
    assert len(tabulate([hill(ceiling=90, half=400)], TOP).values) == 33


def test_before_the_first_node_it_is_the_power_that_the_curve_is():
    table = tabulate([power(gain=3, exponent=0.3)], TOP)
    amount = TOP * (0.5 / (len(table.values) - 1)) ** table.bend
    assert table.at(np.array([amount]))[0] == pytest.approx(3 * amount**0.3, rel=1e-6)


def test_curves_that_start_vertically_are_told_a_slope_a_little_above_nothing():
    table = tabulate([power(gain=3, exponent=0.5)], TOP)
    least = 1.5 / np.sqrt(TOP * 1e-4)
    assert table.slope(np.array([0.0, TOP * 1e-5]))[:2] == pytest.approx([least, least])


def test_behind_its_top_it_goes_on_straight():
    table = tabulate([exponential(ceiling=5, scale=400)], TOP)
    slope = table.slope(np.array([TOP]))[0]
    assert table.at(np.array([TOP + 200.0]))[0] == pytest.approx(table.values[-1] + 200 * slope)


def test_eight_of_ten_draws_lie_in_its_band():
    draws = [hill(ceiling=ceiling, half=300) for ceiling in range(1, 102)]
    table: Table = tabulate(draws, TOP)
    nodes = TOP * (np.arange(len(table.values)) / (len(table.values) - 1)) ** table.bend
    drawn = Responses.of([draws]).height[:, 0, None] * nodes / (nodes + 300)
    assert table.low == pytest.approx(np.percentile(drawn, 10, axis=0))
    assert table.high == pytest.approx(np.percentile(drawn, 90, axis=0))
    assert tabulate(draws[:1], TOP).low.size == 0
