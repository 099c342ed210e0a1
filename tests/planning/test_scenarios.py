"""Scenarios of a plan are named, copied, taken away, and made the plan."""

from dataclasses import replace

import pytest

from salesnb.errors import BadInput, UnknownName
from salesnb.planning import (
    DealFate,
    DriverMove,
    Resource,
    Scenario,
    ScenarioTarget,
    adopt_scenario,
    aim_scenario,
    copy_scenario,
    diff,
    edited,
    keep_scenario,
    plan_from_json,
    plan_to_json,
    problems,
    remove_scenario,
    rename_scenario,
    scenario_of,
    set_goal,
)
from salesnb.planning.resources import ScenarioResource
from salesnb.planning.scenarios import free_scenario_name

HARD = Scenario(
    id="Hard",
    name="Hard times",
    moves=(DriverMove(driver="win rate", by=-0.1), DriverMove(driver="hires", by=1)),
    fates=(DealFate(deal="OPP-1", name="Acme", fate="lost"),),
)


def test_what_a_scenario_supposes_is_kept_and_told(plan):
    kept = keep_scenario(plan, HARD)
    assert plan_from_json(plan_to_json(kept)).scenarios == (HARD,)
    assert '"moves"' not in plan_to_json(keep_scenario(plan, Scenario(id="s", name="S")))
    softer = keep_scenario(kept, replace(HARD, moves=(), fates=(replace(HARD.fates[0], fate="won"),)))
    assert [str(one) for one in diff(kept, softer)] == [
        "Scenario Hard, drivers: win rate -10 %, hires 1 month later → nothing",
        "Scenario Hard, deals: Acme lost → Acme won",
    ]


def test_two_suppositions_of_one_thing_are_refused(plan):
    twice = replace(HARD, moves=(*HARD.moves, DriverMove(driver="hires", by=3)), fates=HARD.fates * 2)
    told = [one.what for one in problems(keep_scenario(plan, twice)) if one.severity == "error"]
    assert told == [
        "It supposes two things of the driver 'hires'.",
        "It supposes two things of the deal 'OPP-1'.",
    ]


def test_a_scenario_is_renamed_copied_and_taken_away(plan):
    kept = keep_scenario(plan, HARD)
    named = rename_scenario(kept, "Hard times", "  Winter ")
    assert [(one.id, one.name) for one in named.scenarios] == [("Hard", "Winter")]
    copied = copy_scenario(copy_scenario(named, "Hard"), "Winter")
    assert [one.name for one in copied.scenarios] == ["Winter", "Winter (copy)", "Winter (copy) 2"]
    assert copied.scenarios[2].fates == HARD.fates
    with pytest.raises(BadInput, match="Another scenario is called 'Winter'"):
        rename_scenario(copied, "Winter (copy)", "Winter")
    with pytest.raises(BadInput, match="needs a name"):
        rename_scenario(copied, "Winter", "   ")
    assert remove_scenario(copied, "Winter (copy)").scenarios == (copied.scenarios[0], copied.scenarios[2])
    with pytest.raises(UnknownName, match="no scenario 'Summer'"):
        remove_scenario(copied, "Summer")
    assert free_scenario_name(copied, "Summer") == "Summer"


def test_what_a_scenario_demands_becomes_the_plan_and_what_it_supposes_does_not(plan):
    budget = Resource(id="budget", name="Budget", unit="money", total=100)
    demands = replace(
        HARD,
        targets=(ScenarioTarget(goal="won_amount", unit="money", target=320_000_00),),
        resources=(ScenarioResource(resource="budget", unit="money", total=50),),
    )
    kept = keep_scenario(edited(plan, resources=(budget,)), demands)
    adopted = adopt_scenario(kept, "Hard times")
    assert adopted.goal("won_amount").target == 320_000_00
    assert adopted.quotas[0].amount == 320_000_00
    assert adopted.resources == (replace(budget, total=50),)
    assert adopted.scenarios == kept.scenarios
    assert adopt_scenario(adopted, "Hard") == adopted
    with pytest.raises(BadInput, match="Hard times demands nothing of the plan"):
        adopt_scenario(keep_scenario(plan, HARD), "Hard")


def test_the_plan_as_it_is_is_kept_and_gone_back_to(plan):
    budget = Resource(id="budget", name="Budget", unit="money", total=100)
    before = edited(plan, resources=(budget,))
    kept = keep_scenario(before, scenario_of(before, "Before"))
    moved = edited(set_goal(kept, "won_amount", 330_000_00), resources=(replace(budget, total=70),))
    back = adopt_scenario(moved, "Before")
    assert (back.goals, back.quotas, back.resources) == (before.goals, before.quotas, before.resources)


def test_a_scenario_is_given_another_target_and_the_plans_own_takes_it_off(plan):
    kept = aim_scenario(keep_scenario(plan, HARD), "Hard times", "won_amount", 310_000_00)
    assert kept.scenarios[0].targets == (ScenarioTarget(goal="won_amount", unit="money", target=310_000_00),)
    assert kept.goal("won_amount") == plan.goal("won_amount")
    again = aim_scenario(kept, "Hard", "won_amount", 312_000_00)
    assert [one.target for one in again.scenarios[0].targets] == [312_000_00]
    assert aim_scenario(again, "Hard", "won_amount", 300_000_00).scenarios == (HARD,)
    with pytest.raises(BadInput, match="zero or more"):
        aim_scenario(kept, "Hard", "won_amount", -1)
