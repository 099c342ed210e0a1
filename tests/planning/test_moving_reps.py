"""A rep who changes node within a period takes the rest of the quota along, and every sum holds."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, UnknownName
from salesnb.planning import (
    Goal,
    Lock,
    OrgNode,
    OrgTree,
    OverAssignment,
    PastDrivers,
    Plan,
    Shape,
    Stay,
    answer_quota,
    assigned_levels,
    commit_to,
    cut_across,
    dues,
    effective_quota,
    lock,
    lock_part,
    move_rep,
    new_plan,
    plan_drivers,
    plan_from_json,
    plan_to_json,
    problems,
    recascade,
    roadmap,
    set_goal,
    set_season,
    standings,
    weights_by_stay,
    whole_dues,
    whole_reps,
    with_hedges,
)
from salesnb.planning.by_month import spread_given
from salesnb.planning.means import SeasonReach, SeasonWeek
from salesnb.planning.recascade import with_quotas

QUARTER = FiscalCalendar().period("2017-Q4")
MIDDLE = date(2017, 11, 16)  # 46 of the 92 days are over
TEAMS = ("East/A", "East/B", "West/C", "West/D")
SEASON = {"2017-10": 15, "2017-11": 20, "2017-12": 55}
MONTHS = {"2017-10": 3, "2017-11": 1, "2017-12": 2}


def organisation(reps: int = 3) -> OrgTree:
    nodes = [OrgNode(id="company", name="Acme", parent=None, level="company")]
    nodes += [OrgNode(id=name, name=name, parent="company", level="region") for name in ("East", "West")]
    nodes += [OrgNode(id=team, name=team, parent=team[:4], level="team") for team in TEAMS]
    nodes += [
        OrgNode(id=f"rep:{team[-1]}{place}", name=f"{team[-1]}{place}", parent=team, level="rep")
        for team in TEAMS
        for place in range(reps)
    ]
    return OrgTree(tuple(nodes))


def make(target: int, weights: list[int], season: dict[str, int] = SEASON) -> Plan:
    kpi = "won_amount"
    leaves = [leaf.id for leaf in organisation().leaves()]
    return new_plan(
        name="q4",
        period=QUARTER,
        currency="USD",
        goals=[Goal(id="goal", kpi=kpi, unit="money", target=target, period=QUARTER)],
        tree=organisation(),
        weights={kpi: dict(zip(leaves, weights, strict=False))},
        season={kpi: season} if season else {},
    )


def hedged(plan: Plan, *levels: tuple[str, int]) -> Plan:
    kpi = plan.goals[0].kpi
    items = [
        OverAssignment(kpi=kpi, level=level, factor_bp=points, base="above", source="given")
        for level, points in levels
    ]
    return recascade(with_hedges(plan, plan.goals[0], items), "goal")


def by_month(plan: Plan) -> Plan:
    quotas = spread_given(plan.quotas, {}, MONTHS)
    return with_quotas(plan, plan.goals[0], quotas)


def cut(plan: Plan) -> Plan:
    reps = [quota.id for quota in plan.quotas if quota.level == "rep"]
    weights = {rep: {"Core": 3 + place, "Plus": 5} for place, rep in enumerate(reps)}
    return cut_across(plan, "goal", "product", weights, {"Core": 3, "Plus": 1}).plan


def amounts(plan: Plan) -> dict[str, int]:
    return {quota.id: quota.amount for quota in plan.quotas}


def errors(plan: Plan) -> list[str]:
    return [problem.what for problem in problems(plan) if problem.severity == "error"]


plans = st.builds(
    make,
    st.integers(0, 10**12),
    st.lists(st.integers(0, 1_000), min_size=12, max_size=12),
)
shapes = st.sampled_from([lambda plan: plan, by_month, cut])
# From one per cent on, or none: what is less may fit no part near that by days.
factors = st.tuples(*[st.just(10_000) | st.integers(10_100, 20_000)] * 2)
reps = st.sampled_from([leaf.id for leaf in organisation().leaves()])
days = st.integers(1, 91).map(lambda after: QUARTER.start + timedelta(days=after))


def levels_of(plan: Plan) -> list[int]:
    return [level.quotas for level in assigned_levels(plan, plan.goals[0])]


@settings(max_examples=30, deadline=None)
@given(plans, shapes, reps, st.sampled_from(TEAMS), days)
def test_sums_hold_at_every_level_and_moving_back_restores(plan, shape, rep, to, on):
    plan = shape(plan)
    before = {quota.id: quota for quota in plan.quotas}
    assume(before[rep].parent != to)
    done = move_rep(plan, "goal", rep, to, on=on)
    after = done.plan
    assert errors(after) == []
    assert levels_of(after) == levels_of(plan)
    assert after.quotas[0] == plan.quotas[0]
    parts = [quota for quota in after.quotas if quota.whose == rep]
    assert [quota.parent for quota in sorted(parts, key=lambda one: one.since or date.min)] == [
        before[rep].parent,
        to,
    ]
    assert sum(quota.amount for quota in parts) == before[rep].amount == done.whole
    changed = amounts(after)
    assert before[str(before[rep].parent)].amount - changed[str(before[rep].parent)] == done.moved
    assert changed[to] - before[to].amount == done.moved
    back = move_rep(after, "goal", rep, str(before[rep].parent), on=on).plan
    assert back.quotas == plan.quotas


@settings(max_examples=60, deadline=None)
@given(plans, factors, reps, st.sampled_from(TEAMS), days)
def test_over_assigned_quotas_hold_their_factors_and_moving_back_restores(plan, points, rep, to, on):
    plan = hedged(plan, ("team", points[0]), ("rep", points[1]))
    before = {quota.id: quota for quota in plan.quotas}
    assume(before[rep].parent != to)
    done = move_rep(plan, "goal", rep, to, on=on)
    assert errors(done.plan) == []
    assert levels_of(done.plan) == levels_of(plan)
    assert done.plan.quotas[0] == plan.quotas[0]
    assert abs(done.moved - before[rep].amount * part_of(on)) <= 1_001
    back = move_rep(done.plan, "goal", rep, str(before[rep].parent), on=on).plan
    assert back.quotas == plan.quotas


@settings(max_examples=40, deadline=None)
@given(plans, reps, st.lists(st.tuples(st.sampled_from(TEAMS), days), min_size=2, max_size=5))
def test_any_number_of_moves_keeps_what_the_rep_and_the_company_have(plan, rep, moves):
    whole, known = amounts(plan)[rep], plan
    for to, on in moves:
        try:
            plan = move_rep(plan, "goal", rep, to, on=on).plan
        except BadInput as error:
            assert "already" in error.what
        assert errors(plan) == []
        assert levels_of(plan) == levels_of(known)
        assert amounts(whole_reps(plan))[rep] == whole
    spans = sorted(quota.since or QUARTER.start for quota in plan.quotas if quota.whose == rep)
    assert len(spans) == len(set(spans))


def by_hand() -> Plan:
    """Every rep has 2,000, and no season is known, so that days alone count."""
    return make(24_000, [2] * 12, season={})


def part_of(on: date, season: dict[str, int] = SEASON) -> Fraction:
    """Work out what of a season falls into the days from one on, a day at a time."""
    days = [QUARTER.start + timedelta(days=place) for place in range(QUARTER.days)]
    lengths = {"2017-10": 31, "2017-11": 30, "2017-12": 31}
    each = {day: Fraction(season[f"{day:%Y-%m}"], lengths[f"{day:%Y-%m}"]) for day in days}
    return sum((each[day] for day in days if day >= on), Fraction()) / sum(each.values())


def test_the_part_by_days_goes_along_with_the_rep():
    done = move_rep(by_hand(), "goal", "rep:A0", "West/C", on=MIDDLE)
    after = amounts(done.plan)
    assert (done.whole, done.moved) == (2_000, 1_000)
    assert (after["rep:A0"], after["rep:A0@2017-11-16"]) == (1_000, 1_000)
    assert (after["East/A"], after["East"], after["West/C"], after["West"]) == (5_000, 11_000, 7_000, 13_000)
    names = {quota.id: quota.name for quota in done.plan.quotas}
    assert names["rep:A0@2017-11-16"] == "A0 from 2017-11-16"


def test_a_season_counts_beside_the_days():
    plan = make(108_000, [2] * 12)  # 9,000 each: 1,500, 2,000 and 5,500 by month
    done = move_rep(plan, "goal", "rep:A0", "West/C", on=MIDDLE)
    assert (done.whole, done.moved) == (9_000, 6_500)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), days)
def test_the_part_is_the_one_that_reviews_tell_of_who_moves_in_the_data(target, on):
    plan = make(target, [1] * 12)
    done = move_rep(plan, "goal", "rep:A0", "West/C", on=on)
    stays = (Stay(node="1 before", end=on), Stay(node="2 then", start=on))
    months = FiscalCalendar().months(QUARTER)
    found = effective_quota(done.whole, months, stays, season=list(SEASON.values()))
    assert found.by_node["2 then"] == done.moved


def test_in_each_month_is_due_what_falls_into_the_days_at_each_place():
    plan = move_rep(make(108_000, [2] * 12), "goal", "rep:A0", "West/C", on=MIDDLE).plan
    stones = roadmap(plan, plan.goals[0]).milestones
    told = {node: [stone.amount for stone in found] for node, found in stones.items()}
    assert told["rep:A0"] == [1_500, 1_000, 0]
    assert told["rep:A0@2017-11-16"] == [0, 1_000, 5_500]
    assert told["East/A"] == [4_500, 5_000, 11_000]
    assert told["West"] == [9_000, 13_000, 38_500]
    assert told["company"] == [18_000, 24_000, 66_000]


def test_no_spread_of_the_past_is_told_of_a_team_that_had_the_rep_for_some_days_only():
    plan = make(108_000, [2] * 12)
    reach = (SeasonReach(label="2017-10", low_bp=1_000, high_bp=2_000),)
    weeks = (SeasonWeek(label="2017-W40", month="2017-10", within_bp=2_500),)
    shape = Shape(weeks=weeks, reach=reach)
    plan = set_season(plan, "won_amount", SEASON, shape=shape, past="3 quarters")
    plan = move_rep(plan, "goal", "rep:A0", "West/C", on=MIDDLE).plan
    goal, months = plan.goals[0], FiscalCalendar().months(QUARTER)
    told = whole_dues(plan, goal, dues(plan, goal, months))
    without = {"East/A", "East", "West/C", "West"}
    assert {node for node, found in told.items() if found[0].low is None} == without
    assert (told["rep:A0"][0].amount, told["rep:A0"][0].low, told["rep:A0"][0].high) == (1_500, 900, 1_800)


@settings(max_examples=60, deadline=None)
@given(
    plans,
    reps,
    st.lists(st.tuples(st.sampled_from(TEAMS), days), min_size=1, max_size=3),
    st.integers(1, 10**12),
)
def test_what_is_due_adds_up_in_each_month_and_over_the_months(plan, rep, moves, target):
    for to, on in moves:
        with suppress(BadInput):
            plan = move_rep(plan, "goal", rep, to, on=on).plan
    plan = set_goal(plan, "goal", target)
    told = {
        node: [stone.amount for stone in found]
        for node, found in roadmap(plan, plan.goals[0]).milestones.items()
    }
    assert all(amount >= 0 for months in told.values() for amount in months)
    for quota in plan.quotas:
        assert sum(told[quota.id]) == quota.amount
        below = [told[one.id] for one in plan.quotas if one.parent == quota.id]
        assert not below or [sum(column) for column in zip(*below, strict=True)] == told[quota.id]


def test_a_second_move_splits_the_days_that_are_left():
    plan = move_rep(by_hand(), "goal", "rep:A0", "West/C", on=MIDDLE).plan
    plan = move_rep(plan, "goal", "rep:A0", "West/D", on=date(2017, 12, 9)).plan  # 23 of 46 days
    found = amounts(plan)
    assert (found["rep:A0"], found["rep:A0@2017-11-16"], found["rep:A0@2017-12-09"]) == (1_000, 500, 500)


def test_from_the_first_day_on_all_of_it_goes_and_nothing_is_split():
    plan = by_hand()
    after = move_rep(plan, "goal", "rep:A0", "West/C", on=QUARTER.start).plan
    assert {quota.id: quota.parent for quota in after.quotas}["rep:A0"] == "West/C"
    assert len(after.quotas) == len(plan.quotas)
    assert move_rep(after, "goal", "rep:A0", "East/A", on=QUARTER.start).plan.quotas == plan.quotas


def test_quotas_by_month_keep_the_months_that_are_over():
    plan = by_month(make(36_000, [2] * 12))  # 1,500, 500 and 1,000 of each rep
    after = {quota.id: quota for quota in move_rep(plan, "goal", "rep:A0", "West/C", on=MIDDLE).plan.quotas}
    assert [month.amount for month in after["rep:A0"].months] == [1_500, 250, 0]
    assert [month.amount for month in after["rep:A0@2017-11-16"].months] == [0, 250, 1_000]


def test_what_is_cascaded_later_leaves_the_move_as_it_is():
    plan = move_rep(by_hand(), "goal", "rep:A0", "West/C", on=MIDDLE).plan
    twice = set_goal(plan, "goal", 48_000)
    assert {node: 2 * amount for node, amount in amounts(plan).items()} == amounts(twice)
    moved = next(quota for quota in twice.quotas if quota.rep)
    assert (moved.rep, moved.since) == ("rep:A0", MIDDLE)


def test_a_plan_with_a_move_is_written_and_read_as_it_is():
    plan = move_rep(by_hand(), "goal", "rep:A0", "West/C", on=MIDDLE).plan
    assert plan_from_json(plan_to_json(plan)) == plan


def test_the_weight_of_a_rep_is_shared_among_the_places_as_the_quota_is():
    plan = move_rep(by_hand(), "goal", "rep:A0", "West/C", on=date(2017, 12, 9)).plan
    found = weights_by_stay(plan.quotas, {"rep:A0": 8, "rep:A1": 5})
    assert found == {"rep:A0": 6, "rep:A0@2017-12-09": 2, "rep:A1": 5}


def test_people_are_looked_at_with_one_quota_at_the_place_of_the_day():
    plan = move_rep(by_hand(), "goal", "rep:A0", "West/C", on=MIDDLE).plan
    before, after = (
        {quota.id: quota for quota in whole_reps(plan, day).quotas}
        for day in (MIDDLE - timedelta(days=1), MIDDLE)
    )
    assert (before["rep:A0"].amount, before["rep:A0"].parent) == (2_000, "East/A")
    assert (after["rep:A0"].amount, after["rep:A0"].parent) == (2_000, "West/C")
    assert len(after) == len(by_hand().quotas)


def test_a_commitment_is_split_with_the_quota_and_comes_together_again(at):
    plan = commit_to(by_hand(), "rep:A0", 1_501, goal="goal", by="A0", at=at)
    plan = answer_quota(plan, "rep:A0", "accepted", goal="goal", by="A0", at=at)
    after = move_rep(plan, "goal", "rep:A0", "West/C", on=MIDDLE).plan
    told = {one.quota.id: one for one in standings(after, after.goals[0])}
    assert [told[node].committed for node in ("rep:A0", "rep:A0@2017-11-16")] == [751, 750]
    assert told["rep:A0"].outdated is not None
    assert {one.node: one.amount for one in whole_reps(after).commitments} == {"rep:A0": 1_501}
    back = move_rep(after, "goal", "rep:A0", "East/A", on=MIDDLE).plan
    assert (back.commitments, back.answers) == (plan.commitments, plan.answers)


def test_planned_deals_follow_the_rep():
    plan = plan_drivers(by_hand(), {"rep:A0": PastDrivers(closed=40, won=20, amount=2_000)})
    after = move_rep(plan, "goal", "rep:A0", "West/C", on=MIDDLE).plan
    found = {item.node: item for item in after.assumptions.planned}
    assert (found["rep:A0@2017-11-16"].closed_count, found["rep:A0"].closed_count) == (20, 20)
    back = move_rep(after, "goal", "rep:A0", "East/A", on=MIDDLE).plan
    assert back.assumptions.planned == plan.assumptions.planned


@pytest.mark.parametrize(
    ("rep", "to", "on", "error", "said"),
    [
        ("rep:Z9", "West/C", MIDDLE, UnknownName, "no quota for 'rep:Z9'"),
        ("rep:A0", "West/Z", MIDDLE, UnknownName, "no quota for 'West/Z'"),
        ("East/A", "West/C", MIDDLE, BadInput, "East/A has others below it"),
        ("rep:A0", "rep:C1", MIDDLE, BadInput, "C1 has nobody below it"),
        ("rep:A0", "East/A", MIDDLE, BadInput, "A0 is at East/A on 2017-11-16 already"),
        ("rep:A0", "West/C", QUARTER.end, BadInput, "2018-01-01 is not within 2017-Q4"),
    ],
)
def test_a_move_that_cannot_be_meant_is_refused(rep, to, on, error, said):
    with pytest.raises(error, match=said):
        move_rep(by_hand(), "goal", rep, to, on=on)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ("East/A", "East/A is locked and would lose 10"),
        ("West", "West is locked and would get 10"),
        ("rep:A0", "A0 is locked and would lose 10"),
    ],
)
def test_a_lock_on_the_way_is_named_with_the_amount(node, said, at):
    held = lock(by_hand(), node, by="Ann", why="agreed", at=at)
    with pytest.raises(BadInput, match=said):
        move_rep(held, "goal", "rep:A0", "West/C", on=MIDDLE)


@pytest.mark.parametrize("node", ["rep:A0", "West/C"])
def test_a_locked_part_on_the_way_is_named(node, at):
    held = lock_part(cut(by_hand()), "goal", node, "Core", lock=Lock(by="Ann", why="agreed", at=at))
    with pytest.raises(BadInput, match="Core of .* is locked"):
        move_rep(held, "goal", "rep:A0", "West/C", on=MIDDLE)


def test_typed_weights_below_a_team_are_refused_with_what_to_do():
    typed = recascade(by_hand(), "goal", given={"rep:C0": 2, "rep:C1": 1, "rep:C2": 1})
    with pytest.raises(BadInput, match="West/C are split by typed weights") as refused:
        move_rep(typed, "goal", "rep:A0", "West/C", on=MIDDLE)
    assert "--basis history" in str(refused.value.hint)


def test_an_over_assignment_that_was_not_cascaded_yet_is_refused_with_what_to_do():
    item = OverAssignment(kpi="won_amount", level="rep", factor_bp=11_000, base="above", source="given")
    plan = by_hand()
    with pytest.raises(BadInput, match="do not come to what it has") as refused:
        move_rep(with_hedges(plan, plan.goals[0], [item]), "goal", "rep:A0", "West/C", on=MIDDLE)
    assert "plan cascade" in str(refused.value.hint)


def test_a_team_of_another_depth_gets_what_the_other_gives_over_assigned_or_not():
    nodes = [OrgNode(id="company", name="Acme", parent=None, level="company")]
    nodes += [OrgNode(id="East", name="East", parent="company", level="region")]
    nodes += [
        OrgNode(id=team, name=team, parent=above, level="team")
        for team, above in (("A", "East"), ("B", "company"))
    ]
    nodes += [
        OrgNode(id=f"rep:{team}{n}", name=f"{team}{n}", parent=team, level="rep")
        for team in "AB"
        for n in range(3)
    ]
    goal = Goal(id="goal", kpi="won_amount", unit="money", target=100_003, period=QUARTER)
    plan = new_plan(name="q4", period=QUARTER, currency="USD", goals=[goal], tree=OrgTree(tuple(nodes)))
    for known in (plan, hedged(plan, ("rep", 11_300))):
        for day in range(1, 92):
            done = move_rep(known, "goal", "rep:A1", "B", on=QUARTER.start + timedelta(days=day))
            change = {
                node: amount - amounts(known).get(node, 0) for node, amount in amounts(done.plan).items()
            }
            assert change["A"] == change["East"] == -change["B"]
            assert change["company"] == 0
            assert errors(done.plan) == []


def test_all_of_a_quota_that_does_not_fit_the_over_assignment_is_refused_with_what_to_do():
    # On the first day nothing is left to choose: all of the 19 cents go, one and a half of each cent of a team.
    plan = hedged(make(1_000, [place + 1 for place in range(12)]), ("rep", 15_000))
    with pytest.raises(BadInput, match="no part of .* fits all levels") as refused:
        move_rep(plan, "goal", "rep:A0", "West/C", on=QUARTER.start)
    assert "take the over-assignment off" in str(refused.value.hint)
    assert errors(move_rep(plan, "goal", "rep:A0", "West/C", on=MIDDLE).plan) == []


def test_a_part_without_its_day_or_its_rep_is_an_error():
    plan = move_rep(by_hand(), "goal", "rep:A0", "West/C", on=MIDDLE).plan
    for wrong in ({"since": None}, {"since": QUARTER.end}, {"rep": "rep:Z9"}):
        quotas = tuple(replace(one, **wrong) if one.rep else one for one in plan.quotas)
        assert any("A0 from 2017-11-16" in said for said in errors(replace(plan, quotas=quotas)))
