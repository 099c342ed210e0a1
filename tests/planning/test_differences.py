from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

from salesnb.planning import (
    Action,
    Objective,
    PlannedDrivers,
    PlannedHires,
    answer_quota,
    commit_to,
    diff,
    edited,
    hand_over,
    lock,
    plan_from_json,
    set_goal,
)

AT = datetime(2017, 9, 1, tzinfo=UTC)


def words(before, after, part=None):
    return [str(difference) for difference in diff(before, after) if part in {None, difference.part}]


def test_a_plan_does_not_differ_from_itself_or_another_revision(plan):
    assert diff(plan, plan) == ()
    assert diff(plan, replace(plan, revision=9)) == ()


def test_a_changed_goal_is_told_with_its_quotas_and_milestones(plan):
    told = words(plan, set_goal(plan, "won_amount", 320_000_00))
    assert told[0] == "Goal won_amount: 300,000 → 320,000"
    assert "Quota West, won_amount 2017-Q4: 120,000 → 128,000" in told
    assert "Milestone won_amount 2017-12: 183,333.33 → 195,555.56" in told


def test_a_lock_is_told_with_who_and_why(plan, at):
    held = lock(plan, "West", by="Ann", why="agreed", at=at)
    assert words(plan, held) == [
        "Quota West, won_amount 2017-Q4, basis: history → locked",
        "Quota West, won_amount 2017-Q4, lock: nothing → by Ann, why agreed, at 2017-09-01T09:30:00+00:00",
    ]


def test_what_is_added_or_removed_is_told(plan, at):
    action = Action(id="a1", text="Call the top ten accounts", owner="Bob", due=at.date())
    more = edited(
        plan, actions=(action,), objectives=(*plan.objectives, Objective(id="keep", text="Keep customers"))
    )
    assert words(plan, more) == [
        "Objective keep added: Keep customers",
        "Action a1 added: Call the top ten accounts",
    ]
    assert words(more, plan)[0] == "Objective keep removed: Keep customers"


def test_the_head_of_a_plan_is_told(plan):
    assert words(plan, replace(plan, status="proposed", currency="EUR")) == [
        "Status: draft → proposed",
        "Currency: USD → EUR",
    ]


def test_an_assumption_is_told(plan):
    ramped = edited(plan, assumptions=replace(plan.assumptions, ramp_bp=(0, 2500), attrition_bp=1500))
    assert words(plan, ramped) == [
        "Ramp: nothing → 0 %, 25 %",
        "Attrition a year: nothing → 15 %",
    ]


def test_weights_are_told_as_shares_of_the_whole(plan):
    after = hand_over(
        plan, "won_amount", "rep:East1", "rep:West3", on=date(2017, 11, 16), share=Fraction(1, 2), what="Acme"
    )
    told = words(plan, after)
    assert "Quota East rep 1, won_amount 2017-Q4, share of the whole by its basis: 33.33 % → 25 %" in told
    assert (
        "Handed over by East rep 1 to West rep 3 from 2017-11-16 on, won_amount 2017-Q4 added: Acme, 25 % of the quota"
        in told
    )
    assert not any("/" in line for line in told)


def test_shares_of_months_and_rates_are_told_in_per_cent(plan):
    drivers = PlannedDrivers(node="rep:East1", closed_count=3, win_rate=0.6298284, average_deal_minor=1_250)
    before = edited(plan, assumptions=replace(plan.assumptions, planned=(drivers,)))
    after = edited(
        before,
        assumptions=replace(before.assumptions, planned=(replace(drivers, win_rate=0.62001),)),
        milestones=(replace(plan.milestones[0], weight_bp=1_700), *plan.milestones[1:]),
    )
    assert words(before, after) == [
        "Milestone won_amount 2017-10, share: 16.67 % → 17 %",
        "Planned drivers of East rep 1, win rate: 62.98 % → 62 %",
    ]


def test_another_order_is_a_difference(plan):
    one, two = Objective(id="a", text="A"), Objective(id="b", text="B")
    before, after = (
        edited(plan, objectives=(plan.objectives[0], *pair)) for pair in ((one, two), (two, one))
    )
    assert words(before, after) == ["Order of objectives: grow, a, b → grow, b, a"]


def test_two_reps_of_one_name_are_told_apart(plan):
    same = replace(plan, quotas=tuple(replace(q, name="Bob") if q.level == "rep" else q for q in plan.quotas))
    told = words(same, set_goal(same, "won_amount", 320_000_00), "quotas")
    assert any(line.startswith("Quota rep:West1, won_amount 2017-Q4:") for line in told)


def test_an_allocation_is_told_by_its_amounts_limits_curves_and_what_it_is_worth():
    fixture = Path(__file__).parent / "fixtures" / "plan-v1-allocation.plan.json"
    after = plan_from_json(fixture.read_bytes())
    before = replace(after, allocation=(), limits=(), certificate=None, response_curves=())
    told = [str(one) for one in diff(before, after)]
    assert any(line.startswith("Worth of the allocation: not proved → ") for line in told)
    assert "Allocation budget to North added: 35,000" in told
    assert "Response North to budget added: hill, judgement of Ann" in told
    assert any(line.startswith("Limit of budget for Rest added") for line in told)


def test_what_people_said_and_what_is_planned_for_nodes_is_told_by_their_names(plan):
    said = commit_to(plan, "rep:East1", 100_00, goal="won_amount", by="Ann", at=AT)
    said = answer_quota(said, "rep:West1", "accepted", goal="won_amount", by="Bob", at=AT)
    hired = PlannedHires(node="East", label="2017-11", heads=2)
    drivers = PlannedDrivers(node="rep:East1", closed_count=3, win_rate=0.5, average_deal_minor=1_250)
    assumed = replace(plan.assumptions, hires=(hired,), planned=(drivers,))
    after = edited(said, assumptions=assumed)
    assert {line.partition(" added")[0] for line in words(plan, after)} == {
        "Commitment of East rep 1, won_amount 2017-Q4",
        "Answer of West rep 1, won_amount 2017-Q4",
        "Hires of East in 2017-11",
        "Planned drivers of East rep 1",
    }
    more = replace(assumed, planned=(replace(drivers, closed_count=4, average_deal_minor=1_300),))
    assert words(after, edited(after, assumptions=more)) == [
        "Planned drivers of East rep 1, deals closed: 3 → 4",
        "Planned drivers of East rep 1, average deal: 12.50 → 13",
    ]
