"""What changes hands within a period takes its part of the quota along, by days, and no sum moves."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, UnknownName
from salesnb.planning import (
    Lock,
    OverAssignment,
    cut_across,
    hand_over,
    handovers_of,
    lock,
    lock_part,
    move_rep,
    problems,
    prorated,
    recascade,
    set_goal,
    weights_handed_over,
    with_hedges,
)

QUARTER = FiscalCalendar().period("2017-Q4")


@given(amount=st.integers(0, 10**12), day=st.integers(0, 91))
def test_days_before_and_after_add_up_to_the_whole(amount, day):
    on = date.fromordinal(QUARTER.start.toordinal() + day)
    before, after = prorated(amount, QUARTER, on)
    assert before + after == amount
    assert abs(before - Fraction(amount * day, 92)) < 1


def amounts(plan):
    return {quota.id: quota.amount for quota in plan.quotas}


def test_the_part_for_the_days_from_then_on_moves_and_all_above_follow(plan):
    before = amounts(plan)
    after = amounts(
        hand_over(plan, "won_amount", "rep:East1", "rep:West3", on=date(2017, 11, 16), share=Fraction(1, 2))
    )
    moved = before["rep:East1"] // 2 // 2  # 46 of the 92 days
    assert {node: after[node] - before[node] for node in before if after[node] != before[node]} == {
        "rep:East1": -moved,
        "East": -moved,
        "rep:West3": moved,
        "West": moved,
    }


def test_within_a_team_the_team_stays_and_the_plan_has_no_error(plan):
    after = hand_over(plan, "won_amount", "rep:West1", "rep:West2", on=QUARTER.start)
    assert amounts(after)["rep:West1"] == 0
    assert amounts(after)["West"] == amounts(plan)["West"]
    assert [problem.what for problem in problems(after) if problem.severity == "error"] == []


@pytest.mark.parametrize(
    ("giver", "taker", "options", "error", "said"),
    [
        ("rep:East9", "rep:West1", {}, UnknownName, "no quota for 'rep:East9'"),
        ("East", "rep:West1", {}, BadInput, "East has others below it"),
        ("rep:East1", "rep:West1", {"on": date(2018, 1, 1)}, BadInput, "2018-01-01 is not within 2017-Q4"),
        ("rep:East1", "rep:West1", {"share": Fraction(2)}, BadInput, "share 2 is not between"),
    ],
)
def test_what_cannot_change_hands_is_refused(plan, giver, taker, options, error, said):
    with pytest.raises(error, match=said):
        hand_over(plan, "won_amount", giver, taker, **{"on": QUARTER.start, **options})


def test_a_lock_on_the_way_is_named_with_the_amount(plan, at):
    held = lock(plan, "West", by="Ann", why="agreed", at=at)
    with pytest.raises(BadInput, match="West is locked and would get 100,000"):
        hand_over(held, "won_amount", "rep:East1", "rep:West1", on=QUARTER.start)


def test_who_has_moved_hands_over_from_what_is_carried_then(plan):
    moved = move_rep(plan, "won_amount", "rep:East1", "West", on=date(2017, 11, 16)).plan
    before = amounts(moved)
    after = amounts(hand_over(moved, "won_amount", "rep:East1", "rep:West3", on=date(2017, 12, 9)))
    carried = "rep:East1@2017-11-16"
    assert {node: after[node] - before[node] for node in before if after[node] != before[node]} == {
        carried: -(before[carried] // 2),  # 23 of the 46 days there
        "rep:West3": before[carried] // 2,
    }


@pytest.mark.parametrize("pair", [("rep:East1", "rep:West3"), ("rep:West3", "rep:East1")])
def test_what_changes_hands_before_one_of_them_moves_is_refused_with_what_to_do(plan, pair):
    moved = move_rep(plan, "won_amount", "rep:East1", "West", on=date(2017, 11, 16)).plan
    with pytest.raises(BadInput, match="East rep 1 moves to another node on 2017-11-16") as refused:
        hand_over(moved, "won_amount", *pair, on=date(2017, 11, 1))
    assert "Move the rep back" in str(refused.value.hint)


@pytest.fixture
def cut(plan):
    reps = [quota.id for quota in plan.quotas if quota.level == "rep"]
    weights = {rep: {"Core": 3 + place, "Plus": 5 - place} for place, rep in enumerate(reps)}
    return cut_across(plan, "won_amount", "product", weights, {"Core": 3, "Plus": 1}).plan


def test_the_second_cut_moves_with_it_and_nobody_elses_parts_do(cut):
    after = hand_over(cut, "won_amount", "rep:East1", "rep:West3", on=date(2017, 11, 7))
    assert [problem.what for problem in problems(after) if problem.severity == "error"] == []
    before = {quota.id: quota.parts for quota in cut.quotas}
    moved = {quota.id for quota in after.quotas if quota.parts != before[quota.id]}
    assert moved == {"rep:East1", "East", "rep:West3", "West"}


def test_a_locked_part_on_the_way_is_named(cut, at):
    held = lock_part(cut, "won_amount", "West", "Core", lock=Lock(by="Ann", why="agreed", at=at))
    with pytest.raises(BadInput, match="Core of West is locked"):
        hand_over(held, "won_amount", "rep:East1", "rep:West1", on=QUARTER.start)


def test_what_changed_hands_stays_so_in_later_cascades(plan):
    after = hand_over(
        plan, "won_amount", "rep:East1", "rep:West3", on=date(2017, 11, 16), share=Fraction(1, 2)
    )
    again = amounts(recascade(after, "won_amount"))
    assert all(abs(again[node] - amount) <= 1 for node, amount in amounts(after).items())
    doubled = amounts(set_goal(after, "won_amount", 2 * plan.goal("won_amount").target))
    assert doubled["rep:West3"] == pytest.approx(2 * amounts(after)["rep:West3"], abs=2)


def test_the_plan_keeps_what_changed_hands_and_weights_of_another_basis_follow_it(plan):
    after = hand_over(
        plan, "won_amount", "rep:East1", "rep:West3", on=date(2017, 11, 16), share=Fraction(1, 2), what="half"
    )
    (kept,) = handovers_of(after, after.goal("won_amount"))
    assert (kept.giver, kept.taker, kept.part, kept.what) == (
        "rep:East1",
        "rep:West3",
        Fraction(1, 4),
        "half",
    )
    assert weights_handed_over({"rep:East1": 40, "rep:East2": 7}, [kept]) == {
        "rep:East1": 30,
        "rep:East2": 7,
        "rep:West3": 10,
    }
    assert weights_handed_over({"rep:East2": 7}, [kept]) == {"rep:East2": 7}


def test_over_assignment_that_is_put_on_later_leaves_what_changed_hands(plan):
    after = hand_over(plan, "won_amount", "rep:East1", "rep:West3", on=QUARTER.start, share=Fraction(1, 2))
    hedge = OverAssignment(kpi="won_amount", level="rep", base="region", factor_bp=11_000, source="given")
    goal = after.goal("won_amount")
    over = amounts(recascade(with_hedges(after, goal, [hedge]), "won_amount"))
    assert over["rep:West3"] == pytest.approx(1.1 * amounts(after)["rep:West3"], abs=2)
