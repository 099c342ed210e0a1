"""Objectives and goals are stated, moved and taken out, and nothing of the plan is left hanging."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, UnknownName
from salesnb.planning import (
    Goal,
    OrgTree,
    Plan,
    Scenario,
    ScenarioTarget,
    add_goal,
    change_goal,
    check,
    commit_to,
    drop_objective,
    hold,
    lock,
    move_goal,
    of_nobody,
    remove_goal,
    set_goal,
    state_objective,
)
from tests.planning.conftest import AT

CALENDAR = FiscalCalendar()


def goal(kpi: str, label: str = "2017-Q4", *, target: float = 90, unit: str = "count") -> Goal:
    return Goal(id="", kpi=kpi, unit=unit, target=target, period=CALENDAR.period(label))


def texts(plan: Plan) -> list[str]:
    return [one.text for one in plan.objectives]


def test_objectives_are_stated_said_otherwise_and_dropped(plan: Plan) -> None:
    stated = state_objective(plan, "  Win   back lost customers ", owner="Bea")
    assert texts(stated) == ["Grow in the West", "Win back lost customers"]
    assert stated.objectives[1].id == "objective-1"
    assert texts(state_objective(stated, "Third")) == ["Grow in the West", "Win back lost customers", "Third"]
    changed = state_objective(stated, "Grow in the East", owner="Cy", id="grow")
    assert [(one.id, one.text, one.owner) for one in changed.objectives][0] == (
        "grow",
        "Grow in the East",
        "Cy",
    )
    assert state_objective(stated, "Grow in the West", owner="Ada", id="grow") is stated
    dropped = drop_objective(changed, "grow")
    assert dropped.goals[0].objective is None
    assert texts(dropped) == ["Win back lost customers"]
    for refused in (
        lambda: state_objective(plan, "  "),
        lambda: state_objective(plan, "Grow in the West"),
        lambda: drop_objective(plan, "objective-7"),
    ):
        with pytest.raises((BadInput, UnknownName)):
            refused()


def test_a_goal_that_is_added_is_cascaded_and_has_the_months_of_its_kpi(
    plan: Plan, make_tree: Callable[..., OrgTree]
) -> None:
    tree = make_tree(East=2, West=3)
    counted = add_goal(plan, goal("won_count", target=10), tree=tree)
    found = counted.quotas_of(counted.goal("won_count"))
    assert [quota.amount for quota in found if quota.level == "rep"] == [2, 2, 2, 2, 2]
    assert found[0].amount == 10
    again = add_goal(counted, goal("won_amount", "2017-10", target=500_00, unit="money"), tree=tree)
    assert again.goals[-1].id == "won_amount-2"
    stones = [stone for stone in again.milestones if stone.goal == "won_amount-2"]
    assert [(stone.label, stone.amount) for stone in stones] == [("2017-10", 500_00)]
    assert check(again).status == "draft"
    rate = add_goal(again, goal("win_rate", target=0.3, unit="ratio"), tree=tree)
    assert rate.quotas == again.quotas


@pytest.mark.parametrize(
    ("label", "kpi", "target", "words"),
    [
        ("2017-Q4", "won_amount", 1, "has a goal for won_amount in 2017-Q4 already"),
        ("2018-Q1", "won_count", 1, "2018-Q1 is not within the plan's period, 2017-Q4"),
        ("2017-11", "won_count", -1, "below zero"),
    ],
)
def test_what_does_not_fit_the_plan_is_refused(
    plan: Plan, label: str, kpi: str, target: int, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        add_goal(plan, goal(kpi, label, target=target))


def test_a_goal_that_is_removed_takes_what_hangs_on_it_along(
    plan: Plan, make_tree: Callable[..., OrgTree]
) -> None:
    more = add_goal(plan, goal("win_rate", target=0.3, unit="ratio"))
    more = hold(more, more.goal("win_rate"), "West", 0.4)
    more = commit_to(more, "West", 5, goal="won_amount", by="Cy", at=AT)
    scenario = Scenario(
        id="s", name="S", targets=(ScenarioTarget(goal="won_amount", unit="money", target=1),)
    )
    more = replace(more, scenarios=(scenario,))
    left = check(remove_goal(more, "won_amount"))
    assert [one.id for one in left.goals] == ["win_rate"]
    assert (left.quotas, left.milestones, left.assumptions.seasonality) == ((), (), ())
    assert left.scenarios[0].targets == ()
    assert [one.node for one in left.kpi_targets] == ["West"]
    assert [one.node for one in of_nobody(left)] == ["West"]
    assert remove_goal(left, "win_rate").kpi_targets == ()


def test_a_goal_that_is_moved_keeps_its_quotas_and_locks_and_gets_the_months_of_the_period(
    plan: Plan,
) -> None:
    locked = lock(plan, "West", amount=100_000_00, by="Ann", why="agreed", at=AT)
    moved = check(move_goal(locked, "won_amount", CALENDAR.period("2017-11")))
    amounts = {quota.id: (quota.amount, quota.lock) for quota in moved.quotas}
    assert amounts == {quota.id: (quota.amount, quota.lock) for quota in locked.quotas}
    assert {quota.period for quota in moved.quotas} == {"2017-11"}
    assert [stone.label for stone in moved.milestones] == ["2017-11"]
    assert moved.goals[0].baseline is None
    assert move_goal(moved, "won_amount", CALENDAR.period("2017-11")) is moved


def test_what_stands_beside_a_goal_is_changed_and_an_objective_must_be_there(plan: Plan) -> None:
    assert change_goal(plan, "won_amount", owner="Bea").goals[0].owner == "Bea"
    assert change_goal(plan, "won_amount", owner="Ada") is plan
    with pytest.raises(UnknownName, match="no objective 'nothing'"):
        change_goal(plan, "won_amount", objective="nothing")


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "move", "target", "state", "drop"]),
        st.integers(0, 3),
        st.integers(0, 400),
    ),
    max_size=8,
)


@given(MOVES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_plan_stays_whole_whatever_is_done_to_its_goals(
    plan: Plan, make_tree: Callable[..., OrgTree], moves: list[tuple[str, int, int]]
) -> None:
    tree, labels = make_tree(East=2, West=3), ("2017-Q4", "2017-10", "2017-11", "2017-12")
    for move, place, number in moves:
        some = plan.goals[number % len(plan.goals)].id if plan.goals else ""
        aim = plan.objectives[number % len(plan.objectives)].id if plan.objectives else ""
        steps: dict[str, Callable[[Plan], Plan]] = {
            "add": lambda plan, place=place, number=number: add_goal(
                plan, goal(("won_count", "win_rate")[number % 2], labels[place], target=number), tree=tree
            ),
            "remove": lambda plan, some=some: remove_goal(plan, some),
            "move": lambda plan, some=some, place=place: move_goal(
                plan, some, CALENDAR.period(labels[place])
            ),
            "target": lambda plan, some=some, number=number: set_goal(plan, some, number),
            "state": lambda plan, number=number: state_objective(plan, f"Aim {number}"),
            "drop": lambda plan, aim=aim: drop_objective(plan, aim),
        }
        try:
            plan = steps[move](plan)
        except (BadInput, UnknownName):
            continue
        check(plan)
        for one in plan.goals:
            quotas = plan.quotas_of(one)
            parents = {quota.parent for quota in quotas}
            for quota in quotas:
                below = [other.amount for other in quotas if other.parent == quota.id]
                assert quota.id not in parents or sum(below) == quota.amount
            assert not quotas or quotas[0].amount == one.target
