from dataclasses import replace

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, BadUsage, Infeasible, UnknownName
from salesnb.planning import (
    Goal,
    ProbabilityBand,
    approve,
    check,
    edited,
    lock,
    propose,
    recascade,
    set_goal,
    set_season,
    unlock,
)


def quotas(plan, kpi="won_amount"):
    return {q.id: q.amount for q in plan.quotas if q.kpi == kpi}


def test_a_new_plan_is_cascaded_and_spread_over_its_months(plan):
    assert quotas(plan) == {
        "company": 300_000_00,
        "East": 180_000_00,
        "rep:East1": 100_000_00,
        "rep:East2": 80_000_00,
        "West": 120_000_00,
        "rep:West1": 60_000_00,
        "rep:West2": 40_000_00,
        "rep:West3": 20_000_00,
    }
    assert [stone.to_date for stone in plan.milestones] == [5_000_000, 11_666_667, 30_000_000]


def test_quotas_name_their_owners(plan):
    owners = {q.id: q.owner for q in plan.quotas}
    assert (owners["company"], owners["East"], owners["rep:East1"]) == ("Ada", "Head of East", "East rep 1")


def test_a_count_is_a_goal_like_money_and_a_ratio_is_not_split(make_plan, plan):
    quarter = plan.period
    deals = Goal(id="deals", kpi="won_count", unit="count", target=102, period=quarter)
    rate = Goal(id="rate", kpi="win_rate", unit="ratio", target=0.35, period=quarter)
    made = make_plan(goals=[deals, rate])
    assert quotas(made, "won_count")["company"] == 102
    assert quotas(made, "won_count")["East"] == 41
    assert {q.kpi for q in made.quotas} == {"won_count"}


def test_a_kpi_without_weights_is_split_equally_among_reps(make_plan):
    made = make_plan(weights={})
    assert quotas(made)["East"] == 2 * quotas(made)["rep:West1"]
    assert {q.basis for q in made.quotas} == {"equal"}


def test_without_an_organisation_nothing_is_cascaded(make_plan):
    assert make_plan(tree=None).quotas == ()


def test_a_new_goal_moves_quotas_and_milestones(plan):
    changed = set_goal(plan, "won_amount", 330_000_00)
    assert quotas(changed)["West"] == 132_000_00
    assert changed.milestones[-1].to_date == 330_000_00
    check(changed)


def test_a_new_target_forgets_how_likely_the_old_one_was(plan, at):
    band = ProbabilityBand(low=0.4, high=0.6, as_of=at.date(), method="typed")
    likely = replace(plan, goals=(replace(plan.goals[0], probability=band),))
    assert set_goal(likely, "won_amount", 1).goals[0].probability is None


def test_a_goal_of_a_quarter_takes_its_months_out_of_the_season_of_the_year(make_plan, plan):
    season = {f"2017-{month:02d}": 1 for month in range(1, 13)}
    year = FiscalCalendar().period("2017")
    made = make_plan(period=year, goals=plan.goals, season={"won_amount": season})
    assert [stone.label for stone in made.milestones] == ["2017-10", "2017-11", "2017-12"]
    assert made.milestones[-1].to_date == 300_000_00


def test_a_season_may_be_one_of_weeks(make_plan):
    season = {f"2017-W{week}": 1 for week in range(38, 53)} | {"2018-W01": 1}
    made = make_plan(season={"won_amount": season})
    labels = [stone.label for stone in made.milestones]
    assert (labels[0], labels[-1], len(labels)) == ("2017-W39", "2017-W52", 14)


def test_a_goal_changed_and_changed_back_is_the_plan_as_it_was(plan):
    there = set_goal(plan, "won_amount", 0)
    assert set(quotas(there).values()) == {0}
    assert set_goal(there, "won_amount", 300_000_00) == plan


def test_a_locked_quota_stays_when_the_goal_changes(plan, at):
    held = lock(plan, "rep:West3", amount=50_000_00, by="Ann", why="new key account", at=at)
    changed = set_goal(held, "won_amount", 600_000_00)
    assert quotas(held)["rep:West3"] == quotas(changed)["rep:West3"] == 50_000_00
    assert next(q.lock.why for q in changed.quotas if q.id == "rep:West3") == "new key account"
    check(changed)


def test_a_lock_at_what_a_quota_is_changes_no_amount(plan, at):
    assert quotas(lock(plan, "West", by="Ann", why="agreed", at=at)) == quotas(plan)


def test_unlocking_undoes_a_lock(plan, at):
    held = lock(plan, "rep:West3", amount=50_000_00, by="Ann", why="new key account", at=at)
    assert unlock(held, "rep:West3") == plan


def test_locks_that_exceed_a_lower_goal_are_named(plan, at):
    held = lock(plan, "West", by="Ann", why="agreed", at=at)
    with pytest.raises(
        Infeasible, match=r"West 120,000\) come to 120,000, but Acme has 100,000: 20,000 too much"
    ):
        set_goal(held, "won_amount", 100_000_00)


def test_only_a_locked_quota_can_be_unlocked(plan):
    with pytest.raises(BadInput, match="quota of West is not locked"):
        unlock(plan, "West")


def test_an_unknown_node_or_goal_is_named(plan, at):
    with pytest.raises(UnknownName, match="no quota for 'Wset'"):
        lock(plan, "Wset", by="Ann", why="", at=at)
    with pytest.raises(UnknownName, match="no goal 'won_amont'"):
        set_goal(plan, "won_amont", 1)


def test_with_several_cascades_a_lock_says_which_it_means(make_plan, plan, at):
    deals = Goal(id="deals", kpi="won_count", unit="count", target=102, period=plan.period)
    made = make_plan(goals=[*plan.goals, deals])
    with pytest.raises(BadUsage) as caught:
        lock(made, "West", by="Ann", why="", at=at)
    assert "won_amount, deals" in caught.value.hint
    held = lock(made, "West", goal="deals", amount=90, by="Ann", why="", at=at)
    assert (quotas(held, "won_count")["West"], quotas(held)) == (90, quotas(made))


@pytest.mark.parametrize("target", [-1, 0.5, float("inf"), float("nan")])
def test_a_target_that_is_not_a_whole_amount_is_refused(plan, target):
    with pytest.raises(BadInput):
        set_goal(plan, "won_amount", target)


def test_cascading_again_follows_a_changed_organisation(plan, make_tree):
    changed = recascade(
        plan, "won_amount", tree=make_tree(East=2, West=4), weights={"rep:West4": 1, "rep:East1": 1}
    )
    assert quotas(changed)["rep:West4"] == 150_000_00
    check(changed)


def test_without_new_weights_the_ones_before_hold_and_a_newcomer_weighs_nothing(plan, make_tree):
    changed = recascade(plan, "won_amount", tree=make_tree(East=2, West=4))
    assert quotas(changed) == {**quotas(plan), "rep:West4": 0}


def test_a_locked_rep_who_left_is_not_forgotten(plan, make_tree, at):
    held = lock(plan, "rep:West3", by="Ann", why="agreed", at=at)
    with pytest.raises(
        BadInput, match="West rep 3 is locked at 20,000, but is not in the organisation any more"
    ):
        recascade(held, "won_amount", tree=make_tree(East=2, West=2))


def test_cascading_equally_gives_every_rep_the_same(plan):
    changed = recascade(plan, "won_amount", basis="equal")
    assert quotas(changed)["rep:West1"] == quotas(changed)["rep:East1"] == 60_000_00


def test_a_goal_of_one_region_is_cascaded_below_it(make_plan, plan):
    made = make_plan(goals=[replace(plan.goals[0], node="West")])
    assert quotas(made) == {
        "West": 300_000_00,
        "rep:West1": 150_000_00,
        "rep:West2": 100_000_00,
        "rep:West3": 50_000_00,
    }


def test_a_typed_season_moves_the_milestones(plan):
    changed = set_season(plan, "won_amount", {"2017-10": 2000, "2017-11": 3000, "2017-12": 5000})
    assert [stone.amount for stone in changed.milestones] == [60_000_00, 90_000_00, 150_000_00]
    assert changed.assumptions.seasonality[0].basis == "given"


def test_an_approved_plan_that_is_changed_becomes_a_draft(plan, at):
    approved = approve(plan, by="Ann", at=at)
    changes = [
        set_goal(approved, "won_amount", 1),
        lock(approved, "West", by="Ann", why="", at=at),
        set_season(approved, "won_amount", {"2017-10": 1}),
        recascade(approved, "won_amount"),
        edited(approved, objectives=()),
    ]
    assert {(changed.status, changed.approval) for changed in changes} == {("draft", None)}


def test_a_proposed_plan_can_be_approved_and_an_approved_one_not_again(plan, at):
    approved = approve(propose(plan), by="Ann", at=at)
    assert approved.status == "approved"
    with pytest.raises(BadInput, match="approved already"):
        approve(approved, by="Bob", at=at)
    with pytest.raises(BadInput, match="approved already"):
        propose(approved)


def test_a_plan_with_errors_is_not_approved(plan, at):
    with pytest.raises(BadInput, match="currency"):
        approve(replace(plan, currency="usd"), by="Ann", at=at)


def test_a_target_that_cannot_be_meant_is_named_as_people_type_it(plan):
    with pytest.raises(BadInput, match=r"^-3 cannot be the target of won_amount"):
        set_goal(plan, "won_amount", -300)
    with pytest.raises(BadInput, match=r"^1\.5 cannot be the target"):
        set_goal(plan, "won_amount", 1.5)
