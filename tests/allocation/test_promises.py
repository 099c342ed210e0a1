"""What holds of every allocation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.allocation import (
    Resource,
    Setting,
    allocate,
    between,
    exponential,
    group,
    hill,
    logarithmic,
    power,
)
from salesnb.errors import SalesnbError

amounts = st.floats(0.1, 1_000)


@st.composite
def curve(draw, *, steep=True):
    height, scale = draw(amounts), draw(amounts)
    form = draw(st.sampled_from(["power", "exponential", "log", "hill"]))
    if form == "power":
        return power(gain=height, exponent=draw(st.floats(0.1, 0.95)))
    if form == "exponential":
        return exponential(ceiling=height, scale=scale, base=draw(st.floats(0, 10)))
    if form == "log":
        return logarithmic(gain=height, scale=scale)
    return hill(ceiling=height, half=scale, slope=draw(st.floats(0.4, 5 if steep else 1)))


@st.composite
def case(draw, *, steep=True, most=6):
    """Curves, a total, limits, and amounts that keep to them."""
    names = [f"s{k}" for k in range(draw(st.integers(1, most)))]
    curves = {name: draw(curve(steep=steep)) for name in names}
    kept = {name: draw(st.floats(0, 100)) for name in names}
    total = sum(kept.values())
    if total < 1:
        kept[names[0]] += 1
        total = sum(kept.values())
    limits = []
    for name in names:
        if draw(st.booleans()):
            limits.append(
                between(
                    name, low=kept[name] * draw(st.floats(0, 1)), high=kept[name] * draw(st.floats(1, 3)) + 1
                )
            )
    for number in range(draw(st.integers(0, 3))):
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
        held = sum(kept[name] for name in chosen)
        low, high = draw(st.floats(0, 1)), draw(st.floats(1, 2))
        limits.append(group(chosen, name=f"g{number}", low=held * low, high=held * high + 0.5))
    return curves, total, limits, kept


def brings(curves, amounts):
    return sum(curve.at(amounts[name]) for name, curve in curves.items())


def keeps(amounts, total, limits):
    size = 1e-7 * max(1.0, total)
    assert math.isclose(sum(amounts.values()), total, abs_tol=size)
    for limit in limits:
        come = sum(weight * amounts[line.segment] for line, weight in limit.weights.items())
        assert limit.low - size <= come <= limit.high + size
    assert min(amounts.values()) >= -1e-12


@given(case())
def test_an_allocation_keeps_to_its_limits_and_nothing_beats_its_bound(drawn):
    curves, total, limits, kept = drawn
    best = allocate(curves, total, limits, seconds=5)
    keeps(best.amounts, total, limits)
    assert best.outcome == pytest.approx(brings(curves, best.amounts), rel=1e-9, abs=1e-9)
    assert best.in_time
    assert 0 <= best.gap <= 1e-3
    assert brings(curves, kept) <= best.bound * (1 + 1e-9) + 1e-9


@given(case(steep=False))
def test_concave_curves_are_solved_to_a_millionth(drawn):
    curves, total, limits, _ = drawn
    best = allocate(curves, total, limits)
    assert best.gap <= 1e-6
    assert best.boxes <= 2


@given(case(steep=False))
def test_segments_that_are_free_have_equal_marginals(drawn):
    curves, total, _, _ = drawn
    best = allocate(curves, total)
    worth = best.prices[0].worth
    for name, amount in best.amounts.items():
        if amount > 1e-3 * total:
            step = 1e-5 * amount
            marginal = (curves[name].at(amount + step) - curves[name].at(amount - step)) / (2 * step)
            assert marginal == pytest.approx(worth, rel=0.02, abs=1e-6 * best.outcome / total)


@given(case(), st.floats(1.01, 3))
def test_more_budget_never_brings_less(drawn, factor):
    curves, total, _, _ = drawn
    some, more = (allocate(curves, Resource(total=total * by, spend="what pays")) for by in (1.0, factor))
    assert some.outcome <= more.bound * (1 + 1e-9)
    assert some.bound <= more.bound * (1 + 2e-3)


@given(case(steep=False), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_neither_units_nor_the_order_of_segments_matter(drawn, unit, currency):
    curves, total, _, _ = drawn
    best = allocate(curves, total)
    turned = {
        name: type(item)(**{**vars(item), "height": item.height * currency / (unit**item.shape if item.form == "power" else 1),
                            "scale": item.scale if item.form == "power" else item.scale * unit, "base": item.base * currency})
        for name, item in reversed(curves.items())
    }  # fmt: skip
    other = allocate(turned, total * unit)
    assert other.outcome == pytest.approx(best.outcome * currency, rel=2e-6)


@given(st.data())
def test_whole_heads_agree_with_trying_everything(data):
    names = ["A", "B", "C"]
    curves = {name: data.draw(curve()) for name in names}
    heads = data.draw(st.integers(1, 9))
    most = data.draw(st.integers(heads // 2 + 1, 9))
    best = allocate(
        curves, Resource(total=heads, step=1), [between("A", high=most), group(["A", "B"], name="AB", low=1)]
    )
    tried = [
        brings(curves, {"A": a, "B": b, "C": heads - a - b})
        for a in range(min(heads, most) + 1)
        for b in range(heads - a + 1)
        if a + b >= 1
    ]
    assert all(float(amount).is_integer() for amount in best.amounts.values())
    assert best.outcome <= max(tried) + 1e-9
    assert max(tried) <= best.bound * (1 + 1e-9) + 1e-9
    assert best.outcome >= max(tried) * (1 - 1e-3) - 1e-9


@given(case(), st.floats(0, 5))
def test_staying_is_never_better_than_the_bound_when_moves_cost(drawn, cost):
    curves, total, limits, kept = drawn
    best = allocate(curves, total, limits, setting=Setting(today=kept, moving_cost={"": cost}))
    assert brings(curves, kept) <= best.bound * (1 + 1e-9) + 1e-9
    assert best.net >= brings(curves, kept) - 2e-3 * abs(best.bound) - 1e-9
    assert best.cost == pytest.approx(
        sum(cost * abs(best.amounts[name] - kept[name]) for name in kept), abs=1e-6
    )


@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=4),
    st.floats(0.5, 100),
    st.floats(0, 100),
)
def test_no_limits_lead_to_a_number_that_is_none(ends, total, group_low):
    names = [f"s{k}" for k in range(len(ends))]
    limits = [between(name, low=min(pair), high=max(pair)) for name, pair in zip(names, ends, strict=True)]
    if len(names) > 1:
        limits.append(group(names[:2], name="pair", low=group_low))
    curves = {name: hill(ceiling=10, half=5, slope=2) for name in names}
    possible = sum(min(pair) for pair in ends) <= total <= sum(max(pair) for pair in ends) and (
        len(names) < 2 or _pair_fits(ends, total, group_low)
    )
    try:
        best = allocate(curves, total, limits)
    except SalesnbError as error:
        assert not possible or _barely(ends, total, group_low)
        assert "nan" not in str(error)
        return
    assert np.isfinite([best.outcome, best.bound, *best.amounts.values()]).all()
    keeps(best.amounts, total, limits)


def _pair_fits(ends, total, low):
    rest = sum(min(pair) for pair in ends[2:])
    return low <= min(sum(max(pair) for pair in ends[:2]), total - rest)


def _barely(ends, total, low):
    """Whether the limits leave less than a millionth of room."""
    least, most = sum(min(pair) for pair in ends), sum(max(pair) for pair in ends)
    rest = sum(min(pair) for pair in ends[2:])
    pair_most = min(sum(max(pair) for pair in ends[:2]), total - rest)
    return min(total - least, most - total, pair_most - low) < 1e-5
