"""Amounts in whole cents, hours or heads: sums and limits hold to the last unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.allocation import allocate, between, group, lock, power
from salesnb.allocation.whole_units import WholeLimit, whole_units
from salesnb.errors import Infeasible

NAMES = "ABCDEFGH"


@st.composite
def nested(draw):
    """Amounts with a total, bounds and nested groups that they keep to, whose ends are whole."""
    names = NAMES[: draw(st.integers(2, len(NAMES)))]
    exact = {name: draw(st.floats(0, 1e9)) for name in names}
    whole = round(sum(exact.values()))
    factor = whole / sum(exact.values()) if whole else 0.0
    exact = {name: amount * factor for name, amount in exact.items()}
    limits = [WholeLimit(weights=dict.fromkeys(names, 1), low=whole, high=whole, why="total")]
    half = names[: draw(st.integers(1, len(names)))]
    for part in (half, half[: max(1, len(half) // 2)], names[-1:]):
        come = sum(exact[name] for name in part)
        low, high = int(come), int(come) + 1
        limits.append(WholeLimit(weights=dict.fromkeys(part, 1), low=low, high=high, why=part))
    return exact, limits


@given(nested())
def test_whole_amounts_keep_total_groups_and_bounds_exactly(case):
    exact, limits = case
    found = whole_units(exact, limits)
    for limit in limits:
        come = sum(found[name] for name in limit.weights)
        assert limit.missing(come) == 0, limit.why
    assert all(abs(found[name] - exact[name]) < 2 for name in exact)


@given(st.integers(10_000, 10**12), st.lists(st.floats(0.5, 50), min_size=3, max_size=8))
def test_an_allocation_of_cents_comes_to_its_total_and_keeps_its_limits(cents, gains):
    names = NAMES[: len(gains)]
    curves = {name: power(gain=gain, exponent=0.5) for name, gain in zip(names, gains, strict=True)}
    fixed, low, top = cents // 7, cents // 9, cents // 3
    best = allocate(
        curves,
        cents / 100,
        [lock("A", fixed / 100), between("B", low=low / 100), group("AC", name="G", high=top / 100)],
    )
    limits = [
        WholeLimit(weights=dict.fromkeys(names, 1), low=cents, high=cents, why="total"),
        WholeLimit(weights={"A": 1}, low=fixed, high=fixed, why="lock"),
        WholeLimit(weights={"B": 1}, low=low, high=None, why="low"),
        WholeLimit(weights={"A": 1, "C": 1}, low=None, high=top, why="group"),
    ]
    found = whole_units({name: amount * 100 for name, amount in best.amounts.items()}, limits)
    assert sum(found.values()) == cents
    assert found["A"] == fixed
    assert found["B"] >= low
    assert found["A"] + found["C"] <= top


def test_steps_are_kept():
    total = WholeLimit(weights={"A": 1, "B": 1}, low=70, high=70, why="total")
    assert whole_units({"A": 40.000001, "B": 29.999999}, [total], {"A": 10, "B": 10}) == {"A": 40, "B": 30}


def test_limits_that_no_whole_amounts_keep_are_named():
    odd = [WholeLimit(weights=dict.fromkeys(pair, 1), low=1, high=1, why=pair) for pair in ("AB", "BC", "AC")]
    with pytest.raises(Infeasible, match="No whole amounts keep"):
        whole_units({"A": 0.5, "B": 0.5, "C": 0.5}, odd)
