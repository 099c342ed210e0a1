from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput
from salesnb.planning import (
    Past,
    check,
    dues,
    plan_from_json,
    plan_to_json,
    season_weights,
    set_goal,
    set_season,
    shape_of,
    typed_weights,
)

CALENDAR = FiscalCalendar()
QUARTER = CALENDAR.period("2017-Q4")
MONTHS = CALENDAR.months(QUARTER)
WEEKS = CALENDAR.buckets(QUARTER.start, QUARTER.end, "week")


def with_shape(plan, shares=(10, 30, 60)):
    """Give a plan the weeks and spread of three years that brought these shares on the last days of their months."""
    known = [
        (month, shares[month.start.month - 10] if month.start.month > 9 else 0)
        for year in (2014, 2015, 2016)
        for month in CALENDAR.months(CALENDAR.period(str(year)))
    ]
    shape = shape_of(
        MONTHS,
        WEEKS,
        Past(months=tuple(known), weeks=()),
        [CALENDAR.months(CALENDAR.period(f"{year}-Q4")) for year in (2014, 2015, 2016)],
    )
    weights = {month.label: share for month, share in zip(MONTHS, shares, strict=True)}
    return set_season(
        plan, "won_amount", weights, basis="history", shape=shape, past="the same quarter of 3 years"
    )


def test_months_come_out_to_the_cent(plan):
    """300,000 by 15, 20 and 55 of 90 are 50,000, 66,666.67 and 183,333.33: no basis point is lost."""
    told = dues(plan, plan.goals[0], MONTHS)["company"]
    assert [due.amount for due in told] == [50_000_00, 66_666_67, 183_333_33]
    assert [str(due.last_day) for due in told] == ["2017-10-31", "2017-11-30", "2017-12-31"]


def test_weights_that_are_no_basis_points_stay_exact_in_the_document(plan):
    changed = set_season(plan, "won_amount", {m.label: Fraction(1, 3) for m in MONTHS})
    read = plan_from_json(plan_to_json(changed))
    assert read == changed
    assert set(season_weights(read.assumptions.seasonality[0]).values()) == {Fraction(1, 3)}
    # Months follow the exact thirds when the goal changes, too.
    assert [s.amount for s in set_goal(read, "won_amount", 900_00).milestones] == [300_00] * 3


def test_weeks_reach_what_their_months_do(plan):
    changed = with_shape(plan)
    by_month, by_week = (dues(changed, changed.goals[0], MONTHS, weeks) for weeks in ((), WEEKS))
    for node, weeks in by_week.items():
        assert weeks[-1].to_date == by_month[node][-1].to_date
        reached = {week.last_day: week.to_date for week in weeks}
        # The week of 29 October ends before the month does, that of 5 November after it.
        assert reached[WEEKS[4].last_day] <= by_month[node][0].to_date <= reached[WEEKS[5].last_day]


def test_the_spread_is_that_of_past_periods_and_none_at_the_end(plan):
    told = dues(with_shape(plan), plan.goals[0], MONTHS)["company"]
    assert [(due.low, due.high) for due in told] == [
        (30_000_00, 30_000_00),
        (120_000_00, 120_000_00),
        (None, None),
    ]


def test_typed_weights_keep_the_weeks_and_lose_the_spread(plan):
    changed = set_season(
        with_shape(plan), "won_amount", typed_weights([m.label for m in MONTHS], [".2", ".2", ".6"])
    )
    season = changed.assumptions.seasonality[0]
    assert season.weeks
    assert not season.reach
    assert [due.amount for due in dues(changed, changed.goals[0], MONTHS)["company"]] == [
        60_000_00,
        60_000_00,
        180_000_00,
    ]


@settings(max_examples=60)
@given(target=st.integers(0, 10**7), shares=st.tuples(*[st.integers(0, 50)] * 3).filter(any))
def test_weeks_add_up_at_every_node_and_never_fall(make_plan, target, shares):
    plan = with_shape(make_plan(target=target), shares)
    (goal,) = plan.goals
    told = dues(plan, goal, MONTHS, WEEKS)
    quotas = plan.quotas_of(goal)
    for quota in quotas:
        own = told[quota.id]
        assert own[-1].to_date == quota.amount
        assert all(due.amount >= 0 for due in own)
        below = [told[child.id] for child in quotas if child.parent == quota.id]
        if below:
            sums = [sum(due.to_date for due in dues_) for dues_ in zip(*below, strict=True)]
            assert sums == [due.to_date for due in own]


def test_without_milestones_nothing_is_due(make_plan):
    plan = make_plan(season={})
    assert dues(plan, plan.goals[0], MONTHS, WEEKS) == {}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([".3", ".3", ".39"], "come to 0.99 instead of 1: 0.01 is missing"),
        ([".4", ".4", ".4"], "come to 1.2 instead of 1: 0.2 is too much"),
        (["1/3", "1/3", "1/4"], "come to 11/12 instead of 1: 1/12 is missing"),
        (["50%", "50%"], "2 weights are given for 3 months"),
        (["a", ".5", ".5"], "weight 'a' of 2017-10 is not a number"),
        (["-.5", "1", ".5"], "weight of 2017-10 is negative"),
        (["1/0", "1", ".5"], "is not a number"),
    ],
)
def test_typed_weights_that_cannot_be_are_refused_with_the_amount(texts, said):
    with pytest.raises(BadInput, match=said):
        typed_weights([month.label for month in MONTHS], texts)


def test_thirds_are_one_exactly():
    assert sum(typed_weights(["a", "b", "c"], ["1/3", "1/3", "1/3"]).values()) == 1


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=14).filter(any))
def test_exact_shares_are_accepted_and_one_more_is_refused(parts):
    whole, labels = sum(parts), [str(n) for n in range(len(parts))]
    texts = [f"{part}/{whole}" for part in parts]
    assert sum(typed_weights(labels, texts).values()) == 1
    with pytest.raises(BadInput, match="too much"):
        typed_weights(labels, [f"{parts[0] + 1}/{whole}", *texts[1:]])


def test_a_shape_that_does_not_fit_is_an_error(plan):
    season = with_shape(plan).assumptions.seasonality[0]
    wrong = {
        "not those of the exact weights": {"weights": tuple(_other(weight) for weight in season.weights)},
        "has less by the end of": {"weeks": tuple(reversed(season.weeks))},
        "ends below where it begins": {"reach": tuple(_turned(found) for found in season.reach)},
    }
    for said, parts in wrong.items():
        with pytest.raises(BadInput, match=said):
            check(_with_season(plan, season, **parts))


def _other(weight):
    from dataclasses import replace

    return replace(weight, weight=1 if weight.label == "2017-10" else 2)


def _turned(found):
    from dataclasses import replace

    return replace(found, low_bp=found.high_bp + 1)


def _with_season(plan, season, **parts):
    from dataclasses import replace

    return replace(plan, assumptions=replace(plan.assumptions, seasonality=(replace(season, **parts),)))
