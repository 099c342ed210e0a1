"""A plan as one end of an explanation: its quotas, or what was due of them."""

import datetime as dt

import pytest

from salesnb.actions.planned_ends import check_level, default_level, planned_drivers
from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, BadUsage
from salesnb.planning import Goal, OrgNode, OrgTree, PastDrivers, Plan, new_plan, plan_drivers

CALENDAR = FiscalCalendar()
QUARTER = CALENDAR.period("2017-Q4")
OVER = QUARTER.last_day
NODES = (("company", None, "company"), ("East", "company", "team"), ("West", "company", "team")) + tuple(
    (f"rep:{rep}", team, "rep") for rep, team in (("a", "East"), ("b", "East"), ("c", "West"))
)
PAST = {
    "rep:a": PastDrivers(closed=4, won=2, amount=2000),
    "rep:c": PastDrivers(closed=9, won=3, amount=1500),
}
SEASON = {"2017-10": 1, "2017-11": 1, "2017-12": 2}


def plan() -> Plan:
    tree = OrgTree(tuple(OrgNode(id=i, name=i, parent=parent, level=level) for i, parent, level in NODES))
    goal = Goal(id="won", kpi="won_amount", unit="money", target=120_000, period=QUARTER)
    made = new_plan(
        name="q4",
        period=QUARTER,
        currency="USD",
        goals=[goal],
        tree=tree,
        weights={"won_amount": {"rep:a": 2, "rep:b": 0, "rep:c": 1}},
        season={"won_amount": SEASON},
    )
    return plan_drivers(made, PAST)


def test_of_a_period_that_is_over_each_node_has_its_quota() -> None:
    teams = planned_drivers(plan(), ("team",), QUARTER, OVER, CALENDAR)
    assert {key: drivers.amount for key, drivers in teams.items()} == {("East",): 80_000, ("West",): 40_000}
    east = teams["East",]
    assert (east.closed, east.won) == (160, 80)


def test_a_node_without_a_quota_is_not_planned() -> None:
    reps = planned_drivers(plan(), ("rep",), QUARTER, OVER, CALENDAR)
    assert reps.keys() == {("a",), ("c",)}


def test_of_a_period_that_is_not_over_each_node_has_what_its_season_had_due() -> None:
    """By the end of November half of the quarter is due, and of December alone the other half."""
    november = dt.date(2017, 11, 30)
    teams = planned_drivers(plan(), ("team",), QUARTER, november, CALENDAR)
    assert {key: drivers.amount for key, drivers in teams.items()} == {("East",): 40_000, ("West",): 20_000}
    assert teams["East",].closed == 80
    december = planned_drivers(plan(), (), CALENDAR.period("2017-12"), OVER, CALENDAR)
    assert december[()].amount == 60_000


def test_a_period_outside_the_plan_is_refused() -> None:
    with pytest.raises(BadInput, match="2018-Q1 is not within 2017-Q4"):
        planned_drivers(plan(), ("team",), CALENDAR.period("2018-Q1"), OVER, CALENDAR)


def test_a_plan_is_told_by_its_own_levels() -> None:
    assert default_level(plan()) == ("team",)
    check_level(plan(), ("rep",))
    for by in (("product",), ("team", "rep")):
        with pytest.raises(BadUsage, match="no quotas by") as refused:
            check_level(plan(), by)
        assert "team, rep" in refused.value.hint
