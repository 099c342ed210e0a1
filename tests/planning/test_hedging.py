"""Over-assignment in the cascade: each level comes to so many times the one above it, exactly, around what is locked."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.errors import BadInput, Infeasible
from salesnb.planning import (
    LockedAmount,
    OrgNode,
    OrgTree,
    OverAssignment,
    assigned_levels,
    cascade,
    factors_of,
    hand_over,
    lock,
    problems,
    recascade,
    set_goal,
    with_hedges,
)
from salesnb.planning.hedging import comes_to, needs
from salesnb.planning.model import Lock, QuotaPart

AT = datetime(2017, 9, 1, tzinfo=UTC)
LOCK = Lock(by="ann", why="agreed", at=AT)
factors = st.integers(min_value=10_000, max_value=30_000).map(lambda points: Fraction(points, 10_000))


def hedge(level="rep", points=10_500, base="above"):
    return OverAssignment(kpi="won_amount", level=level, factor_bp=points, base=base, source="given")


def hedged(plan, *hedges):
    return recascade(with_hedges(plan, plan.goals[0], hedges), "won_amount")


def sums_below(quotas):
    return {
        quota.id: sum(other.amount for other in quotas if other.parent == quota.id)
        for quota in quotas
        if any(other.parent == quota.id for other in quotas)
    }


@given(st.integers(min_value=0, max_value=10**12), factors)
def test_what_a_node_needs_is_the_smallest_amount_that_comes_to_as_much(below, factor):
    amount = needs(below, factor)
    assert comes_to(amount, factor) >= below
    assert amount == 0 or comes_to(amount - 1, factor) < below


@given(
    st.integers(min_value=0, max_value=10**9),
    st.lists(st.integers(min_value=0, max_value=1_000), min_size=12, max_size=12),
    factors,
    factors,
)
def test_each_level_comes_to_its_factor_times_the_one_above(total, weights, team, rep):
    nodes = [OrgNode(id="company", name="Company", parent=None, level="company")]
    nodes += [OrgNode(id=f"t{n}", name=f"T{n}", parent="company", level="team") for n in range(3)]
    nodes += [OrgNode(id=f"r{n:02}", name=f"R{n}", parent=f"t{n % 3}", level="rep") for n in range(12)]
    given_weights = {f"r{n:02}": weight for n, weight in enumerate(weights)}
    quotas = cascade(
        OrgTree(tuple(nodes)), "won_amount", "2017-Q4", total, given_weights, over={"team": team, "rep": rep}
    )
    amounts = {quota.id: quota.amount for quota in quotas}
    for node, below in sums_below(quotas).items():
        assert below == comes_to(amounts[node], team if node == "company" else rep)


def test_hedges_multiply():
    levels = ["company", "area", "region", "district", "team", "rep"]
    nodes = [
        OrgNode(id=level, name=level, parent=levels[place - 1] if place else None, level=level)
        for place, level in enumerate(levels)
    ]
    over = dict.fromkeys(levels[1:], Fraction("1.05"))
    quotas = cascade(OrgTree(tuple(nodes)), "won_amount", "2017-Q4", 10_000_000, {"rep": 1}, over=over)
    assert quotas[-1].amount == 12_762_816  # 10,000,000 * 1.05^5 = 12,762,815.6


def test_a_plan_is_over_assigned_and_shows_it_by_level(plan):
    found = hedged(plan, hedge(), hedge("region", 11_000))
    assert not [problem for problem in problems(found) if problem.rule == "cascade"]
    levels = {level.level: level.factor for level in assigned_levels(found, found.goals[0])}
    assert levels["company"] == 1
    assert levels["region"] == Fraction("1.1")
    assert float(levels["rep"]) == pytest.approx(1.155, abs=1e-6)
    assert hedged(found, hedge(points=10_000), hedge("region", 10_000)).quotas == plan.quotas


def test_what_follows_a_goal_or_a_lock_keeps_the_hedge(plan):
    found = set_goal(hedged(plan, hedge()), "won_amount", 400_000_00)
    assert sum(quota.amount for quota in found.quotas if quota.level == "rep") == pytest.approx(
        420_000_00, abs=5
    )
    locked = lock(found, "rep:East1", amount=100_000_00, by="ann", why="agreed", at=AT)
    amounts = {quota.id: quota.amount for quota in locked.quotas}
    assert amounts["rep:East1"] == 100_000_00
    assert amounts["company"] == 400_000_00
    assert not [problem for problem in problems(locked) if problem.severity == "error"]


def test_where_everything_below_is_locked_the_node_is_what_that_needs():
    nodes = [OrgNode(id="company", name="Company", parent=None, level="company")]
    nodes += [OrgNode(id=f"t{n}", name=f"T{n}", parent="company", level="team") for n in range(2)]
    nodes += [OrgNode(id=f"r{n}", name=f"R{n}", parent=f"t{n}", level="rep") for n in range(2)]
    tree = OrgTree(tuple(nodes))
    # Ten come to 10.5 ≈ 11 with five per cent, eleven to 12; so 11 needs ten.
    locks = {"r0": LockedAmount(amount=11, lock=LOCK)}
    quotas = cascade(tree, "won_amount", "2017-Q4", 100, {"r1": 1}, locks, over={"rep": Fraction("1.05")})
    assert {quota.id: quota.amount for quota in quotas} == {
        "company": 100, "t0": 10, "r0": 11, "t1": 90, "r1": 95,
    }  # fmt: skip
    both = locks | {"r1": LockedAmount(amount=50, lock=LOCK)}
    with pytest.raises(Infeasible, match="too little"):
        cascade(tree, "won_amount", "2017-Q4", 100, {}, both, over={"rep": Fraction("1.05")})


def test_a_hedge_on_the_goal_is_told_on_the_level_above(plan):
    both = with_hedges(plan, plan.goals[0], [hedge("team", 10_500), hedge("rep", 11_550, "goal")])
    assert factors_of(both, both.goals[0], ["company", "team", "rep"]) == {
        "team": Fraction("1.05"),
        "rep": Fraction("1.1"),
    }


def test_quotas_that_do_not_have_their_hedge_yet_are_a_warning_and_wrong_sums_an_error(plan):
    behind = with_hedges(plan, plan.goals[0], [hedge()])
    assert [
        (problem.severity, problem.rule) for problem in problems(behind) if problem.rule == "cascade"
    ] == [("warning", "cascade")]
    found = hedged(plan, hedge())
    wrong = replace(
        found,
        quotas=tuple(
            replace(quota, amount=quota.amount + 2) if quota.id == "rep:East1" else quota
            for quota in found.quotas
        ),
    )
    assert "add up to" in problems(wrong)[0].what


def test_quotas_that_are_cut_a_second_time_are_not_over_assigned(plan):
    part = QuotaPart(label="Core", unit="money", amount=plan.quotas[0].amount)
    cut = replace(plan, quotas=(replace(plan.quotas[0], parts=(part,)), *plan.quotas[1:]))
    with pytest.raises(BadInput, match="cut a second time"):
        with_hedges(cut, cut.goals[0], [hedge()])


def test_levels_side_by_side_that_are_over_assigned_differently_are_refused():
    nodes = (
        OrgNode(id="company", name="Company", parent=None, level="company"),
        OrgNode(id="t", name="T", parent="company", level="team"),
        OrgNode(id="r", name="R", parent="company", level="rep"),
    )
    with pytest.raises(BadInput, match="Right below Company are the levels"):
        cascade(OrgTree(nodes), "won_amount", "2017-Q4", 100, {"t": 1, "r": 1}, over={"rep": Fraction("1.1")})


def test_what_changes_hands_stays_within_a_node_of_over_assigned_quotas(plan):
    found = hedged(plan, hedge())
    east = [quota.id for quota in found.quotas if quota.parent == "East"]
    west = next(quota.id for quota in found.quotas if quota.parent == "West")
    moved = hand_over(found, "won_amount", east[0], east[1], on=date(2017, 11, 1))
    assert not [problem for problem in problems(moved) if problem.severity == "error"]
    with pytest.raises(BadInput, match="under different nodes"):
        hand_over(found, "won_amount", east[0], west, on=date(2017, 11, 1))


def test_what_is_locked_may_come_to_a_little_less_than_the_factor_says():
    nodes = [OrgNode(id="company", name="Company", parent=None, level="company")]
    nodes += [OrgNode(id=f"t{n}", name=f"T{n}", parent="company", level="team") for n in range(2)]
    nodes += [OrgNode(id=f"r{n}", name=f"R{n}", parent=f"t{n}", level="rep") for n in range(2)]
    # One and a half times two are three, times three are five: nothing comes to just four.
    locks = {"r0": LockedAmount(amount=4, lock=LOCK)}
    quotas = cascade(
        OrgTree(tuple(nodes)), "won_amount", "2017-Q4", 100, {"r1": 1}, locks, over={"rep": Fraction(3, 2)}
    )
    assert {quota.id: quota.amount for quota in quotas}["t0"] == 3
    assert {quota.id: quota.amount for quota in quotas}["r0"] == 4
