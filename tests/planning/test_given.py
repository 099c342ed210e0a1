import pytest

from salesnb.errors import BadInput, Infeasible, UnknownName
from salesnb.planning import check, keep_quotas, problems, set_goal


@pytest.fixture
def bare(make_plan):
    return make_plan(tree=None)


@pytest.fixture
def tree(make_tree):
    return make_tree(East=2, West=3)


def quotas(plan):
    return {q.id: q.amount for q in plan.quotas}


FULL = {"rep:East1": 100, "rep:East2": 90, "rep:West1": 50, "rep:West2": 40, "rep:West3": 30}


def test_quotas_of_all_reps_add_up_to_nodes_whatever_the_goal_is(bare, tree):
    kept = keep_quotas(bare, "won_amount", tree, FULL)
    assert quotas(kept) == {**FULL, "company": 310, "East": 190, "West": 120}
    assert {q.basis for q in kept.quotas} == {"given"}
    check(kept)


def test_quotas_that_come_to_more_than_the_goal_are_a_warning(bare, tree):
    many = {rep: amount * 1_100_00 for rep, amount in FULL.items()}
    whats = [p.what for p in problems(keep_quotas(bare, "won_amount", tree, many)) if p.severity == "warning"]
    assert whats == ["The quotas come to 341,000, the goal is 300,000 (+13.7%)."]


def test_a_node_shares_its_quota_among_those_without_one(bare, tree):
    kept = keep_quotas(bare, "won_amount", tree, {"East": 100, "West": 60, "rep:West1": 40})
    assert quotas(kept) == {
        "company": 160,
        "East": 100,
        "rep:East1": 50,
        "rep:East2": 50,
        "West": 60,
        "rep:West1": 40,
        "rep:West2": 10,
        "rep:West3": 10,
    }
    assert {q.id: q.basis for q in kept.quotas}["rep:East1"] == "equal"


def test_where_quotas_are_missing_they_get_the_rest_of_the_goal_by_weight(bare, tree):
    weights = {"rep:West1": 2, "rep:West2": 1, "rep:West3": 1}
    kept = keep_quotas(bare, "won_amount", tree, {"East": 100_000_00}, weights=weights)
    assert quotas(kept)["company"] == 300_000_00
    assert quotas(kept)["rep:West1"] == 100_000_00
    assert {q.id: q.basis for q in kept.quotas}["rep:West1"] == "history"


def test_a_quota_of_zero_is_a_quota(bare, tree):
    kept = keep_quotas(bare, "won_amount", tree, {**FULL, "rep:West3": 0})
    assert (quotas(kept)["rep:West3"], quotas(kept)["company"]) == (0, 280)


def test_a_node_and_its_reps_that_do_not_fit_are_named(bare, tree):
    with pytest.raises(
        Infeasible, match=r"The quotas below West \(.*\) come to 1.20, but West has 1: 0.20 too much"
    ) as caught:
        keep_quotas(bare, "won_amount", tree, {**FULL, "West": 100})
    assert "lock" not in str(caught.value).lower()


def test_quotas_above_the_goal_leave_nothing_for_those_without_one(bare, tree):
    kept = keep_quotas(bare, "won_amount", tree, {"East": 400_000_00})
    assert (quotas(kept)["company"], quotas(kept)["West"]) == (400_000_00, 0)
    assert ["+33.3%" in p.what for p in problems(kept) if p.severity == "warning"] == [True]


@pytest.mark.parametrize(
    ("amounts", "error", "said"),
    [
        ({"Wset": 1}, UnknownName, "no node 'Wset'"),
        ({"West": -1}, BadInput, "quota of West is negative"),
        ({}, BadInput, "No quotas are given"),
    ],
)
def test_bad_quotas_are_refused_by_name(bare, tree, amounts, error, said):
    with pytest.raises(error, match=said):
        keep_quotas(bare, "won_amount", tree, amounts)


def test_given_quotas_keep_their_proportions_to_each_other_and_to_the_goal(bare, tree):
    given = {rep: amount * 100_000 for rep, amount in FULL.items()}
    doubled = set_goal(keep_quotas(bare, "won_amount", tree, given), "won_amount", 600_000_00)
    assert quotas(doubled)["rep:West3"] == 2 * 30 * 100_000
    assert quotas(doubled)["company"] == 2 * 310 * 100_000
    assert {q.basis for q in doubled.quotas} == {"given"}
