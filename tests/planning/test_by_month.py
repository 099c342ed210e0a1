"""Quotas that were given by month keep their own months, in every node and through every change."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.planning import (
    NOT_GIVEN,
    GivenMonths,
    check,
    diff,
    edited,
    keep_quotas,
    lock,
    plan_from_json,
    plan_to_json,
    problems,
    recascade,
    roadmap,
    set_goal,
    set_season,
    spread_period,
    unlock,
)

MONTHS = ("2017-10", "2017-11", "2017-12")
SEASON = dict(zip(MONTHS, (15, 20, 55), strict=True))
GIVEN = {
    "rep:East1": (0, 0, 100),
    "rep:East2": (30, 30, 31),
    "rep:West1": (50, 0, 1),
    "rep:West2": (7, 11, 13),
    "rep:West3": (1, 1, 1),
}


@pytest.fixture
def bare(make_plan):
    return make_plan(tree=None, target=276)


@pytest.fixture
def tree(make_tree):
    return make_tree(East=2, West=3)


def by_label(amounts):
    return {node: dict(zip(MONTHS, months, strict=True)) for node, months in amounts.items()}


def kept(plan, tree, amounts, **totals):
    months = GivenMonths(amounts=by_label(amounts), season=SEASON)
    whole = {node: sum(own) for node, own in amounts.items()} | totals
    return keep_quotas(plan, "won_amount", tree, whole, months=months)


def months_of(plan):
    return {quota.id: tuple(month.amount for month in quota.months) for quota in plan.quotas}


def errors(plan):
    return [problem.what for problem in problems(plan) if problem.severity == "error"]


def test_months_stay_as_given_and_nodes_have_their_sums(bare, tree):
    plan = kept(bare, tree, GIVEN)
    assert months_of(plan) == {
        **GIVEN,
        "East": (30, 30, 131),
        "West": (58, 12, 15),
        "company": (88, 42, 146),
    }
    check(plan)


def test_milestones_and_season_of_the_goal_are_the_months_of_all(bare, tree):
    plan = kept(bare, tree, GIVEN)
    assert [stone.amount for stone in plan.milestones] == [88, 42, 146]
    (season,) = plan.assumptions.seasonality
    assert season.basis == "the quotas given by month"


def test_a_roadmap_has_the_own_months_of_each_quota(bare, tree):
    plan = kept(bare, tree, GIVEN)
    (goal,) = plan.goals
    assert [stone.to_date for stone in roadmap(plan, goal).milestones["rep:East1"]] == [0, 0, 100]
    assert [stone.weight_bp for stone in roadmap(plan, goal).milestones["rep:East1"]] == [0, 0, 10_000]
    assert roadmap(plan, goal, ("2017-10",)).quotas["rep:West1"].amount == 50
    assert roadmap(plan, goal, ("2017-11", "2017-12")).quotas["East"].amount == 161


def test_who_is_given_none_has_what_the_node_above_has_left_in_each_month(bare, tree):
    plan = kept(bare, tree, {"West": (30, 60, 10), "rep:West1": (10, 20, 10), "East": (1, 2, 3)})
    assert months_of(plan)["rep:West2"] == (10, 20, 0)
    assert months_of(plan)["rep:West3"] == (10, 20, 0)


def test_reps_that_have_more_than_their_node_in_a_month_keep_it(bare, tree):
    plan = kept(bare, tree, {"West": (10, 30, 0), "rep:West1": (20, 5, 0), "East": (1, 2, 3)})
    assert months_of(plan)["rep:West1"] == (20, 5, 0)
    assert months_of(plan)["West"] == (20, 20, 0)
    assert errors(plan) == []


def test_the_rest_of_a_goal_follows_the_season(make_plan, tree):
    plan = kept(make_plan(tree=None, target=1_000), tree, {"East": (50, 30, 20)})
    assert months_of(plan)["West"] == (150, 200, 550)
    assert months_of(plan)["East"] == (50, 30, 20)


def test_who_is_given_nothing_is_not_said_to_have_a_quota(bare, tree):
    some = {rep: months for rep, months in GIVEN.items() if rep.startswith("rep:East")}
    shared = {quota.id: quota.basis for quota in kept(bare, tree, some).quotas}
    assert (shared["West"], shared["East"]) == ("equal", "given")
    plan = kept(set_goal(bare, "won_amount", 100), tree, some)
    for step in (plan, set_goal(plan, "won_amount", 300)):
        bases = {quota.id: quota.basis for quota in step.quotas}
        assert (bases["West"], bases["rep:West1"]) == (NOT_GIVEN, NOT_GIVEN)
        assert (bases["East"], bases["company"]) == ("given", "given")


@pytest.mark.slow
@settings(max_examples=40)
@given(
    amounts=st.dictionaries(
        st.sampled_from((*GIVEN, "East", "West", "company")),
        st.tuples(*[st.integers(0, 10**9)] * 3),
        min_size=1,
    ),
    target=st.integers(0, 10**10),
    after=st.integers(0, 10**10),
)
def test_months_add_up_in_every_node_and_month_through_every_change(
    make_plan, make_tree, at, amounts, target, after
):
    tree = make_tree(East=2, West=3)
    for node in ("East", "West", "company"):
        below = [leaf.id for leaf in tree.leaves(node) if leaf.id != node]
        if node in amounts and any(key in amounts for key in (*below, "East", "West") if key != node):
            del amounts[node]
    if not amounts:
        return
    plan = kept(make_plan(tree=None, target=target), tree, amounts)
    for node, months in amounts.items():
        assert months_of(plan)[node] == months
    changed = set_goal(plan, "won_amount", after)
    held = lock(changed, "rep:East1", by="Ann", why="agreed", at=at)
    for step in (plan, changed, held, unlock(held, "rep:East1"), recascade(plan, "won_amount")):
        assert errors(step) == []
        assert all(len(months) == len(MONTHS) for months in months_of(step).values())


def test_another_goal_changes_months_in_proportion(bare, tree):
    doubled = set_goal(kept(bare, tree, GIVEN), "won_amount", 2 * 276)
    assert months_of(doubled)["rep:East2"] == (60, 60, 62)
    assert [stone.amount for stone in doubled.milestones] == [176, 84, 292]


def test_a_lock_leaves_the_months_of_others_in_proportion_and_milestones_follow(bare, tree, at):
    held = lock(kept(bare, tree, GIVEN), "East", amount=200, by="Ann", why="agreed", at=at)
    assert sum(months_of(held)["East"]) == 200
    assert errors(held) == []
    assert [stone.amount for stone in held.milestones] == list(months_of(held)["company"])


def test_a_new_season_is_that_of_every_quota(bare, tree):
    plan = set_season(kept(bare, tree, GIVEN), "won_amount", SEASON)
    assert set(months_of(plan).values()) == {()}
    assert [stone.amount for stone in plan.milestones] == [46, 61, 169]


def test_a_cascade_by_other_weights_gives_the_months_up(bare, tree):
    weights = dict.fromkeys(GIVEN, 1)
    plan = recascade(kept(bare, tree, GIVEN), "won_amount", tree=tree, weights=weights, basis="equal")
    assert set(months_of(plan).values()) == {()}


def test_months_that_do_not_add_up_are_errors(bare, tree):
    document = json.loads(plan_to_json(kept(bare, tree, GIVEN)))
    quota = next(quota for quota in document["quotas"] if quota["id"] == "rep:East2")
    quota["months"][0]["amount_minor"] += 1
    assert errors(plan_from_json(json.dumps(document))) == [
        "In 2017-10 the quotas below East do not add up to what it has.",
        "The months of East rep 2 do not add up to its quota.",
    ]


def test_months_are_written_only_where_there_are_some_and_read_again(bare, tree, plan):
    monthly = kept(bare, tree, GIVEN)
    assert plan_from_json(plan_to_json(monthly)) == monthly
    assert '"months"' not in plan_to_json(plan)


def test_only_the_months_that_changed_are_told_in_a_line(bare, tree):
    other = {**GIVEN, "rep:East2": (30, 29, 32)}
    told = [str(difference) for difference in diff(kept(bare, tree, GIVEN), kept(bare, tree, other))]
    assert (
        "Quota East rep 2, won_amount 2017-Q4, months: 2017-11 0.30, 2017-12 0.31 → 2017-11 0.29, 2017-12 0.32"
        in told
    )


def test_a_slip_in_a_month_is_named_and_poisons_nobody_else(make_plan, tree):
    months = {**GIVEN, "rep:East2": (30, 30, 3100)}
    plan = kept(make_plan(tree=None, target=sum(map(sum, months.values()))), tree, months)
    assert months_of(plan)["rep:West2"] == (7, 11, 13)
    assert [problem.what for problem in problems(plan) if problem.rule == "slips"] == [
        "East rep 2 has 31 for 2017-12, 103 times the neighbours.",
        "West rep 1 has 0.50 for 2017-10, 50 times the neighbours.",
    ]


def test_months_without_weight_are_equal():
    assert spread_period(10, dict.fromkeys(MONTHS, 0)) == {"2017-10": 4, "2017-11": 3, "2017-12": 3}


def test_a_plan_that_lost_its_months_is_named_with_what_to_do(bare, tree):
    plan = kept(bare, tree, GIVEN)
    assert [problem.what for problem in problems(plan) if problem.rule == "slips"][0].startswith("West rep 1")
    older = edited(plan, quotas=tuple(replace(quota, months=()) for quota in plan.quotas))
    (found,) = [problem for problem in problems(older) if problem.rule == "slips"]
    assert "were given by month, but the plan holds their sums alone" in found.what
    assert "Make the plan again" in found.hint
