"""A plan as one end of an explanation: its quotas, or what was due of them."""

import datetime as dt
from fractions import Fraction

import pytest

from salesnb.actions.planned_ends import (
    check_level,
    default_level,
    is_second_cut,
    planned_drivers,
    planned_parts,
)
from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis.drivers import Drivers
from salesnb.planning import (
    Goal,
    OrgNode,
    OrgTree,
    PastDrivers,
    Plan,
    cut_across,
    new_plan,
    plan_drivers,
)

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
    assert "plan cascade q4 --across product" in refusal(plan(), ("product",)).hint
    assert "--across" not in refusal(plan(), ("team", "rep")).hint


def refusal(made: Plan, by: tuple[str, ...]) -> BadUsage:
    with pytest.raises(BadUsage) as refused:
        check_level(made, by)
    return refused.value


def cut() -> Plan:
    """Cut 120,000 into 90,000 of Big and 30,000 of Small and of nothing."""
    sold = {"rep:a": {"Big": 3, "Small": 1}, "rep:c": {"Big": 3, "no product": 1}}
    return cut_across(plan(), "won", "product", sold, {"Big": 6, "Small": 1, "no product": 1}).plan


def test_a_plan_is_told_by_its_second_cut_too() -> None:
    assert not is_second_cut(plan(), ("product",))
    assert is_second_cut(cut(), ("product",))
    check_level(cut(), ("product",))
    assert "team, rep, product" in refusal(cut(), ("sector",)).hint


def test_a_product_s_deals_follow_from_its_own_past_and_add_up_to_the_plan_s() -> None:
    """Big ones brought 1,000 at one in two before, small ones 100 at one in five; of what has no product nothing is known."""
    (whole,) = planned_drivers(cut(), (), QUARTER, OVER, CALENDAR).values()
    past = {
        ("Big",): Drivers(closed=4, won=2, amount=2000),
        ("Small",): Drivers(closed=5, won=1, amount=100),
        ("Gone",): Drivers(closed=1, won=1, amount=7),
    }
    found = planned_parts(cut(), whole, past)
    assert {key: one.amount for key, one in found.items()} == {
        ("Big",): 90_000,
        ("Small",): 15_000,
        (None,): 15_000,
    }
    for name in ("closed", "won", "amount"):
        assert sum(getattr(one, name) for one in found.values()) == getattr(whole, name)
    big, small = found["Big",], found["Small",]
    # Ten times as large, and 6 to 1 in amount: 90 deals won to 150, of which 180 to 750 closed.
    assert big.won / small.won == Fraction(90, 150)
    assert big.closed / small.closed == Fraction(180, 750)
    nameless = found[None,]
    assert nameless.closed / nameless.won / (big.closed / big.won) == whole.closed / whole.won / 2


def test_a_plan_that_is_cut_into_nothing_has_no_parts() -> None:
    (whole,) = planned_drivers(plan(), (), QUARTER, OVER, CALENDAR).values()
    assert planned_parts(plan(), whole, {}) == {}
