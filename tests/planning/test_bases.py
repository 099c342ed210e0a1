"""Bases of a cascade: mixes that sum to one, who is new, and whole heads."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput, BadUsage
from salesnb.planning import (
    NEW,
    Weighting,
    as_new,
    mixed,
    parse_basis,
    set_goal,
    split_heads,
    weigh_new,
)
from salesnb.planning.recascade import with_quotas

HISTORY = Weighting(weights={"a": 60, "b": 40}, basis="history: the year before")
POTENTIAL = Weighting(weights={"a": 1, "b": 1, "c": 2, "gone": 9}, basis="potential")


def test_a_mix_adds_the_shares_of_each_basis():
    found = mixed(
        {"history": HISTORY, "potential": POTENTIAL}, parse_basis("history:.6,potential:.4"), ["a", "b", "c"]
    )
    shares = {leaf: Fraction(weight, 10**12) for leaf, weight in found.weights.items()}
    assert shares == {"a": Fraction(46, 100), "b": Fraction(34, 100), "c": Fraction(20, 100)}
    assert found.basis == "60 % history: the year before, 40 % potential"


def test_one_basis_keeps_its_own_weights():
    found = mixed({"history": HISTORY}, parse_basis("history"), ["a", "b", "c"])
    assert (found.weights, found.basis) == ({"a": 60, "b": 40}, "history: the year before")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("history:.6,potential:.3", "sum to 0.9"),
        ("history,potential", "sum to 2"),
        ("history:.5,history:.5", "there twice"),
        ("histry", "no basis 'histry'"),
        ("history:x", "'x' is not a share"),
        ("history:1/0", "not a share"),
        ("history:2,equal:-1", "not between 0 and 1"),
    ],
)
def test_a_basis_that_cannot_be_meant_is_refused(text, said):
    with pytest.raises(BadUsage, match=said):
        parse_basis(text)


def test_a_basis_that_says_nothing_is_refused_in_a_mix():
    empty = Weighting(weights={"gone": 1}, basis="potential")
    with pytest.raises(BadInput, match="any potential"):
        mixed({"history": HISTORY, "potential": empty}, parse_basis("history:.5,potential:.5"), ["a"])


def test_who_is_new_gets_the_median_of_the_team_and_who_sold_nothing_stays_at_zero(make_tree):
    tree = make_tree(East=4, West=2)
    known = Weighting(weights={"rep:East1": 10, "rep:East2": 30, "rep:West1": 7}, basis="history")
    found = weigh_new(tree, known, {"rep:East4", "rep:East1"})
    # East3 sold nothing: zero is one of the three weights of the peers.
    assert found.weights == {**known.weights, "rep:East4": 10}
    assert found.new == {"rep:East4"}


def test_a_team_of_new_people_takes_the_median_of_the_next_node_above(make_tree):
    tree = make_tree(East=2, West=2)
    known = Weighting(weights={"rep:East1": 10, "rep:East2": 30}, basis="history")
    found = weigh_new(tree, known, {"rep:West1", "rep:West2"})
    assert (found.weights["rep:West1"], found.weights["rep:West2"]) == (20, 20)


def test_the_basis_of_a_quota_says_who_is_new_and_keeps_saying_it(make_plan, make_tree):
    tree = make_tree(East=2, West=1)
    weights = {"rep:East1": 5, "rep:East2": 5, "rep:West1": 5}
    plan = make_plan(tree=tree, weights={"won_amount": weights})
    goal = plan.goal("won_amount")
    told = with_quotas(plan, goal, as_new(plan.quotas_of(goal), {"rep:West1"}))
    later = set_goal(told, "won_amount", 400_000_00)
    for one in (told, later):
        assert [quota.id for quota in one.quotas if quota.basis == NEW] == ["rep:West1"]


WEIGHTS = st.lists(st.integers(0, 99), min_size=5, max_size=5)


@given(weights=WEIGHTS, heads=st.integers(0, 60))
def test_no_node_loses_a_head_because_there_is_one_more(make_tree, weights, heads):
    tree = make_tree(East=2, West=3)
    named = dict(zip((leaf.id for leaf in tree.leaves()), weights, strict=True))
    before, after = split_heads(tree, heads, named), split_heads(tree, heads + 1, named)
    assert all(after[node] >= before[node] for node in before)
    for node in tree.nodes:
        children = tree.children(node.id)
        assert not children or sum(after[child.id] for child in children) == after[node.id]
    assert after["company"] == heads + 1


def test_heads_of_six_territories_are_those_of_the_vector(make_tree):
    tree = make_tree(East=6)
    weights = dict(zip((leaf.id for leaf in tree.leaves()), (1500, 1500, 900, 500, 500, 200), strict=True))
    for heads, expected in ((25, [8, 8, 4, 2, 2, 1]), (26, [8, 8, 5, 2, 2, 1])):
        found = split_heads(tree, heads, weights)
        assert [found[leaf.id] for leaf in tree.leaves()] == expected
