"""Segments scored, what turns a ranking round, and strategies as limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.allocation import allocate, power
from salesnb.allocation.segments import CRITERIA, flips, score, strategy
from salesnb.errors import BadInput, Infeasible, UnknownName

VALUES = {
    "Retail": {"size": 100.0, "growth": 0.02, "cycle": 90.0},
    "Energy": {"size": 50.0, "growth": 0.10, "cycle": 30.0},
    "Public": {"size": 0.0, "growth": 0.06, "cycle": 60.0},
}


def test_scores_are_those_worked_by_hand():
    found = score(VALUES, {"size": 2, "growth": 1, "cycle": 1})
    # Energy .5 / 1 / 1, Retail 1 / 0 / 0, Public 0 / .5 / .5; a long cycle is bad.
    assert [(item.segment, pytest.approx(item.score)) for item in found] == [
        ("Energy", 0.75),
        ("Retail", 0.5),
        ("Public", 0.25),
    ]
    assert found[0].parts == pytest.approx({"size": 0.25, "growth": 0.25, "cycle": 0.25})


def test_what_is_not_known_counts_neither_way():
    found = {
        item.segment: item
        for item in score({**VALUES, "New": {"size": 100.0, "growth": None}}, {"size": 1, "growth": 1})
    }
    assert found["New"].score == 1
    assert found["New"].unknown == ("growth",)


def test_a_weight_at_the_flip_makes_neighbours_equal():
    weights = {"size": 2.0, "growth": 1.0, "cycle": 1.0}
    (first, second) = flips(VALUES, weights)
    assert (first.above, first.below, first.criterion) == ("Energy", "Retail", "size")
    # size w, the others (1 - w) / 2 each: .5 w + (1 - w) = w at 2/3.
    assert first.weight == pytest.approx(2 / 3)
    assert second.below == "Public"


values = st.floats(0, 100)


@given(
    st.lists(st.tuples(values, values, values), min_size=2, max_size=5),
    st.tuples(st.floats(0.1, 5), st.floats(0.1, 5), st.floats(0.1, 5)),
)
def test_every_flip_is_one(rows, weights):
    names = ("size", "growth", "cycle")
    table = {f"s{k}": dict(zip(names, row, strict=True)) for k, row in enumerate(rows)}
    shares = dict(zip(names, weights, strict=True))
    for flip in flips(table, shares):
        whole = sum(value for name, value in shares.items() if name != flip.criterion)
        others = {name: value / whole * (1 - flip.weight) for name, value in shares.items()}
        changed = {**others, flip.criterion: flip.weight}
        found = {
            item.segment: item.score for item in score(table, {n: max(w, 0.0) for n, w in changed.items()})
        }
        assert found[flip.above] == pytest.approx(found[flip.below], abs=1e-6)


@given(st.lists(st.tuples(values, values), min_size=1, max_size=6))
def test_scores_lie_between_0_and_1_and_are_the_sum_of_their_parts(rows):
    table = {f"s{k}": {"size": a, "cost to serve": b} for k, (a, b) in enumerate(rows)}
    for item in score(table, {"size": 3, "cost to serve": 1}):
        assert -1e-12 <= item.score <= 1 + 1e-12
        assert sum(item.parts.values()) == pytest.approx(item.score)


def test_weights_that_say_nothing_are_refused():
    with pytest.raises(BadInput, match="one above 0"):
        score(VALUES, dict.fromkeys(CRITERIA, 0.0))
    with pytest.raises(BadInput, match="one above 0"):
        score(VALUES, {"size": -1.0, "growth": 3.0})
    with pytest.raises(UnknownName, match="win rate"):
        score(VALUES, {"win rat": 1.0})


def test_strategies_are_limits_of_an_allocation():
    curves = {name: power(gain=gain, exponent=0.5) for name, gain in (("A", 5), ("B", 2), ("C", 1), ("D", 3))}
    today = {"A": 20.0, "B": 30.0, "C": 25.0, "D": 0.0}
    limits = [
        strategy("A", "grow", today=20),
        strategy("B", "hold", today=30),
        strategy("C", "leave", today=25),
        strategy("D", "enter", today=0, least=10),
    ]
    best = allocate(curves, sum(today.values()), limits)
    assert best.amounts["B"] == pytest.approx(30)
    assert best.amounts["C"] == 0
    assert best.amounts["A"] >= 20
    assert best.amounts["D"] >= 10
    with pytest.raises(Infeasible, match="off by"):
        allocate(curves, 5, limits)


def test_strategies_that_cannot_be_meant_are_refused():
    with pytest.raises(BadInput, match="entered with 5"):
        strategy("A", "enter", today=10, least=5)
    with pytest.raises(UnknownName, match="grow"):
        strategy("A", "grwo", today=10)
