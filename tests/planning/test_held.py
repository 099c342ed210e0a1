"""Goals that are not split: each node is held to the target, or to one of its own, and no sums are asked for."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from salesnb.errors import BadInput
from salesnb.planning import (
    Plan,
    check,
    held_to,
    hold,
    let_go,
    plan_from_json,
    plan_to_json,
    problems,
    recascade,
    set_goal,
)


def held(make_plan: Callable[..., Plan], below: str, unit: str = "money", target: float = 2_000_00) -> Plan:
    usual = make_plan().goals[0]
    goal = replace(
        usual, id="average_deal", kpi="average_deal", unit=unit, target=target, baseline=None, below=below
    )
    return make_plan(goals=[usual, goal])


def test_a_goal_that_does_not_add_up_has_no_quotas_no_milestones_and_no_error(
    make_plan: Callable[..., Plan],
) -> None:
    plan = check(held(make_plan, "same"))
    goal = plan.goal("average_deal")
    assert plan.quotas_of(goal) == ()
    assert {stone.goal for stone in plan.milestones} == {"won_amount"}
    assert not [one for one in problems(plan) if one.severity == "error"]
    with pytest.raises(BadInput, match="average_deal is not split"):
        recascade(plan, "average_deal")


@pytest.mark.parametrize(("below", "east"), [("same", 2_000_00), ("none", None)])
def test_nodes_are_held_to_the_goal_only_where_it_is_the_same_for_all(
    make_plan: Callable[..., Plan], below: str, east: int | None
) -> None:
    plan = held(make_plan, below)
    goal = plan.goal("average_deal")
    assert held_to(plan, goal, "company") == 2_000_00
    assert held_to(plan, goal, "East") == east
    own = hold(plan, goal, "East", 3_000_00)
    assert held_to(own, goal, "East") == 3_000_00
    assert held_to(own, goal, "West") == east
    assert held_to(let_go(own, goal, "East"), goal, "East") == east


def test_a_target_of_a_node_outlives_another_goal_and_the_file(make_plan: Callable[..., Plan]) -> None:
    plan = held(make_plan, "same")
    own = hold(hold(plan, plan.goal("average_deal"), "East", 1), plan.goal("average_deal"), "East", 3_000_00)
    read = plan_from_json(plan_to_json(set_goal(own, "average_deal", 2_500_00)))
    goal = read.goal("average_deal")
    assert goal.below == "same"
    assert [held_to(read, goal, node) for node in ("company", "West", "East")] == [
        2_500_00,
        2_500_00,
        3_000_00,
    ]


def test_rates_of_earlier_plans_are_the_same_for_all(make_plan: Callable[..., Plan]) -> None:
    plan = held(make_plan, "split", unit="ratio", target=0.3)
    assert held_to(plan, plan.goal("average_deal"), "rep:East1") == 0.3


def test_the_node_of_the_goal_and_nodes_without_a_target_are_refused(make_plan: Callable[..., Plan]) -> None:
    plan = held(make_plan, "same")
    goal = plan.goal("average_deal")
    with pytest.raises(BadInput, match="has the goal itself"):
        hold(plan, goal, "company", 1)
    with pytest.raises(BadInput, match="East has no target of its own for average_deal"):
        let_go(plan, goal, "East")
