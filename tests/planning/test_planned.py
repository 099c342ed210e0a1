"""Planned drivers: deals follow the quotas, at the win rates and deal sizes of the past."""

import datetime as dt
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.planning import (
    Goal,
    OrgNode,
    OrgTree,
    PastDrivers,
    Plan,
    PlannedDrivers,
    lock,
    new_plan,
    plan_drivers,
    plan_from_json,
    plan_to_json,
    planned_deals,
    set_goal,
)

QUARTER = FiscalCalendar().period("2017-Q4")
NODES = (("company", None, "company"), ("East", "company", "team"), ("West", "company", "team")) + tuple(
    (f"rep:{rep}", team, "rep") for rep, team in (("a", "East"), ("b", "East"), ("c", "West"))
)
TREE = OrgTree(tuple(OrgNode(id=i, name=i, parent=parent, level=level) for i, parent, level in NODES))
PAST = {
    "rep:a": PastDrivers(closed=40, won=20, amount=200_000),
    "rep:b": PastDrivers(closed=10, won=8, amount=40_000),
}
WEIGHTS = {"rep:a": 3, "rep:b": 1, "rep:c": 2}


def plan(target: int = 600_000) -> Plan:
    goal = Goal(id="won", kpi="won_amount", unit="money", target=target, period=QUARTER)
    return new_plan(
        name="q4", period=QUARTER, currency="USD", goals=[goal], tree=TREE, weights={"won_amount": WEIGHTS}
    )


def planned(found: Plan) -> dict[str, PlannedDrivers]:
    return {item.node: item for item in found.assumptions.planned}


def test_a_rep_is_planned_at_the_rate_and_size_of_the_past_and_the_quota_says_how_many_deals() -> None:
    found = planned(plan_drivers(plan(), PAST))
    assert found["rep:a"] == PlannedDrivers(
        node="rep:a", closed_count=60, win_rate=0.5, average_deal_minor=10_000
    )
    assert found["rep:b"] == PlannedDrivers(
        node="rep:b", closed_count=25, win_rate=0.8, average_deal_minor=5_000
    )


def test_who_has_no_past_takes_that_of_the_nearest_node_above() -> None:
    """Nobody of West has sold: the company's 28 of 50 won, at 240,000 / 28."""
    found = planned(plan_drivers(plan(), PAST))["rep:c"]
    assert (found.win_rate, found.average_deal_minor) == (28 / 50, round(240_000 / 28))


def test_a_team_is_planned_as_its_reps_together() -> None:
    """60 and 25 deals, 30 and 20 won, for 300,000 and 100,000."""
    found = planned(plan_drivers(plan(), PAST))["East"]
    assert found == PlannedDrivers(node="East", closed_count=85, win_rate=50 / 85, average_deal_minor=8_000)


@given(target=st.integers(10_000, 10**10))
def test_the_planned_drivers_of_every_node_make_its_quota(target: int) -> None:
    found = plan_drivers(plan(target), PAST)
    for quota in found.quotas:
        item = planned(found)[quota.id]
        deals = planned_deals(quota, item)
        assert deals is not None
        assert deals * Fraction(item.win_rate) * item.average_deal_minor == quota.amount


def test_deals_follow_when_quotas_move_and_rates_stay() -> None:
    before = plan_drivers(plan(), PAST)
    after = set_goal(before, "won", 1_200_000)
    assert planned(after)["rep:a"].closed_count == 120
    at = dt.datetime(2017, 9, 1, tzinfo=dt.UTC)
    locked = lock(before, "rep:a", amount=100_000, by="Ann", why="ramp", at=at)
    assert planned(locked)["rep:a"].closed_count == 20
    for found in (after, locked):
        assert planned(found)["rep:a"].win_rate == 0.5
        assert all(planned_deals(quota, planned(found)[quota.id]) is not None for quota in found.quotas)


def test_a_plan_with_planned_drivers_is_read_back_as_it_was_written() -> None:
    found = plan_drivers(plan(), PAST)
    assert plan_from_json(plan_to_json(found)) == found


def test_without_any_past_nothing_is_planned() -> None:
    assert plan_drivers(plan(), {}) == plan()
    assert plan_drivers(plan(), {"rep:a": PastDrivers(closed=3, won=0, amount=0)}) == plan()


def test_planned_drivers_that_do_not_make_the_quota_are_told() -> None:
    found = plan_drivers(plan(), PAST)
    quota = next(quota for quota in found.quotas if quota.id == "rep:a")
    for item in (
        PlannedDrivers(node="rep:a", closed_count=30, win_rate=0.5, average_deal_minor=10_000),
        PlannedDrivers(node="rep:a", closed_count=60, win_rate=0.0, average_deal_minor=10_000),
    ):
        assert planned_deals(quota, item) is None
