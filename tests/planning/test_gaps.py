"""Quota against capacity and potential at every node."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import UnknownName
from salesnb.planning import node_gaps
from salesnb.planning.gaps import summed


def test_capacity_of_reps_and_of_hires_without_a_name_adds_up_to_the_top(make_tree):
    tree = make_tree(East=2, West=1)
    quotas = {"company": 400, "East": 250, "West": 150, "rep:East1": 100}
    own = {"rep:East1": 90.0, "rep:East2": 80.0, "rep:West1": 100.0, "West": 20.0}
    found = {gap.node.id: gap for gap in node_gaps(tree, quotas, own)}
    assert {node: gap.capacity for node, gap in found.items() if not node.startswith("rep")} == {
        "company": 290,
        "East": 170,
        "West": 120,
    }
    assert (found["company"].gap, found["East"].gap, found["West"].gap) == (-110, -80, -30)
    assert (found["company"].depth, found["West"].depth, found["rep:West1"].depth) == (0, 1, 2)


def test_what_is_not_known_is_not_zero(make_tree):
    found = {gap.node.id: gap for gap in node_gaps(make_tree(East=1, West=1), {"East": 5}, {"rep:West1": 7})}
    assert (found["East"].capacity, found["East"].gap) == (None, None)
    assert (found["West"].quota, found["West"].gap, found["West"].room) == (None, None, None)


def test_a_quota_above_potential_shows_as_negative_room(make_tree):
    found = node_gaps(make_tree(East=1), {"company": 100}, {}, potential={"East": 80})
    assert (found[0].potential, found[0].room) == (80, -20)


def test_capacity_of_an_unknown_node_is_refused(make_tree):
    with pytest.raises(UnknownName, match="no node 'Wets'"):
        node_gaps(make_tree(West=1), {}, {"Wets": 1})


@given(st.dictionaries(st.sampled_from(["East", "rep:East1", "rep:East2", "rep:West1"]), st.integers(0, 99)))
def test_the_top_has_the_sum_of_all_that_is_known(make_tree, own):
    assert summed(make_tree(East=2, West=1), own)["company"] == (sum(own.values()) if own else None)
