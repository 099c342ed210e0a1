"""Capacity: what reps that are there, come and leave can sell, and how many to hire."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.planning import RAMPED, Cohort, Market, Staffing, bookings, project, steps
from salesnb.planning.hiring import hires_by_month, hires_needed, spread_hires, worth_of_hire

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "planning_capacity.json").read_text())[
    "rep_years"
]
SHARES = st.integers(0, 20).map(lambda n: n / 20)
STAFFINGS = st.builds(
    Staffing,
    ramp=st.lists(SHARES, max_size=8).map(lambda found: tuple(sorted(found))),
    attrition=SHARES,
    backfill_months=st.none() | st.integers(1, 5),
)
COHORTS = st.lists(
    st.builds(Cohort, heads=st.integers(0, 30), month=st.integers(1, 6), tenure=st.integers(0, 12)),
    min_size=1,
    max_size=5,
)


def by_head(months, staffing):
    """Follow reps in a plain loop over tables, apart from the code under test."""
    cohorts = [list(row) for row in VECTOR["cohorts"]]
    monthly = 1 - (1 - staffing["attrition"]) ** (1 / 12)
    ramp, total = staffing["ramp"], 0.0
    for month in range(1, months + 1):
        gone = 0.0
        for cohort in cohorts:
            heads, came, tenure = cohort
            if came > month:
                continue
            age = tenure + month - came
            leaving = heads * monthly
            total += (heads - leaving / 2) * (ramp[age] if age < len(ramp) else 1)
            cohort[0] = heads - leaving
            gone += leaving
        cohorts.append([gone, month + staffing["backfill_months"], 0])
    return total / 12


def vector_cohorts():
    return [Cohort(heads=heads, month=month, tenure=tenure) for heads, month, tenure in VECTOR["cohorts"]]


def vector_staffing():
    return Staffing(
        ramp=tuple(VECTOR["ramp"]),
        attrition=VECTOR["attrition"],
        backfill_months=VECTOR["backfill_months"],
    )


def test_rep_years_of_the_vector_are_found_to_three_digits():
    found = steps(vector_cohorts(), 12, vector_staffing())
    assert (found.naive, found.ramp) == (VECTOR["naive"], VECTOR["with_ramp"])
    assert round(found.attrition, 3) == VECTOR["with_attrition"]


def test_a_plain_loop_over_heads_finds_the_same():
    assert steps(vector_cohorts(), 12, vector_staffing()).attrition == pytest.approx(by_head(12, VECTOR))


def test_replacements_leave_and_are_replaced_too():
    found = project(vector_cohorts(), 12, vector_staffing())
    last = found.cohorts[-1]
    assert (last.name, last.month) == ("backfill", 12)
    # In month 9 everybody leaves at the same hazard: those there then, twice half of whom were counted.
    monthly = vector_staffing().hazard
    there = sum(row[8] for row in found.heads) / (1 - monthly / 2)
    assert last.heads == pytest.approx(there * monthly)


def test_of_leavers_and_their_replacements_no_head_is_lost():
    staffing = Staffing(attrition=0.4, backfill_months=1)
    found = project([Cohort(heads=10)], 6, staffing)
    assert found.headcount[0] == pytest.approx(10 * (1 - staffing.hazard / 2))
    # Replaced at the start of the next month, the heads of each month are the same.
    assert found.headcount == pytest.approx([found.headcount[0]] * 6)


def test_a_known_leaver_is_there_for_half_of_the_last_month_and_replaced_by_somebody_who_ramps():
    staffing = Staffing(ramp=(0, 0.5), backfill_months=2)
    found = project([Cohort(tenure=RAMPED, last=2)], 6, staffing)
    assert found.headcount == (1, 0.5, 0, 1, 1, 1)
    assert found.ramped == (1, 0.5, 0, 0, 0.5, 1)


def test_who_came_before_the_period_goes_on_ramping_in_it():
    found = project([Cohort(tenure=1)], 3, Staffing(ramp=(0, 0.25, 0.5)))
    assert found.ramped == (0.25, 0.5, 1)


@settings(max_examples=60, deadline=None)
@given(COHORTS, STAFFINGS)
def test_capacity_never_exceeds_heads_and_ramp_and_attrition_only_take(cohorts, staffing):
    found = project(cohorts, 6, staffing)
    assert all(0 <= r <= h + 1e-9 for r, h in zip(found.ramped, found.headcount, strict=True))
    taken = steps(cohorts, 6, staffing)
    assert taken.naive + 1e-9 >= taken.ramp >= taken.attrition - 1e-9


@settings(max_examples=60, deadline=None)
@given(COHORTS, STAFFINGS, st.integers(2, 5))
def test_twice_the_heads_have_twice_the_capacity_however_they_are_grouped(cohorts, staffing, times):
    once, more = project(cohorts, 6, staffing), project(cohorts * times, 6, staffing)
    assert more.ramped == pytest.approx([times * heads for heads in once.ramped])


@settings(max_examples=60, deadline=None)
@given(COHORTS, STAFFINGS)
def test_the_order_of_cohorts_does_not_matter(cohorts, staffing):
    assert project(cohorts[::-1], 6, staffing).ramped == pytest.approx(project(cohorts, 6, staffing).ramped)


@given(st.lists(st.integers(0, 100), min_size=3, max_size=3).filter(any))
def test_season_moves_bookings_between_months_and_leaves_the_whole(season):
    assert sum(bookings((4.0, 4.0, 4.0), 100, season)) == pytest.approx(1_200)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Staffing(ramp=(0, 0.5, 0.25)), "The ramp falls in month 3, from 0.5 to 0.25."),
        (lambda: Staffing(ramp=(0, 1.5)), "The ramp of month 2 is 1.5."),
        (lambda: Staffing(ramp=(-0.1,)), "The ramp of month 1 is -0.1."),
        (lambda: Staffing(ramp=(float("nan"),)), "The ramp of month 1 is nan."),
        (lambda: Staffing(attrition=1.2), "The attrition is 1.2."),
        (lambda: Staffing(attrition=-0.2), "The attrition is -0.2."),
        (lambda: Staffing(backfill_months=0), "The backfill lag is 0 months."),
        (lambda: project([Cohort(name="West", month=13)], 12, Staffing()), "of West come in month 13; "),
        (
            lambda: project([Cohort(month=0)], 12, Staffing()),
            "come in month 0; the period has the months 1 to 12",
        ),
        (lambda: project([Cohort(heads=-3)], 12, Staffing()), "The number of heads is -3."),
        (lambda: project([Cohort(name="Ann", tenure=-1)], 12, Staffing()), "The tenure of Ann is -1."),
        (lambda: bookings((1.0,), -5, (1,)), "The productivity is -5."),
        (lambda: bookings((1.0,), 5, (1, 1)), "The season has 2 months, the period 1."),
        (lambda: bookings((1.0, 1.0), 5, (2, -1)), "The season's share of month 2 is -1."),
        (lambda: bookings((1.0, 1.0), 5, (0, 0)), "are all zero"),
        (lambda: worth_of_hire(Market(monthly=1, season=(1,), staffing=Staffing()), 2), "in month 2; "),
        (
            lambda: spread_hires(1, 0, Market(monthly=1, season=(1,), staffing=Staffing()), ()),
            "months to hire in",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_value(make, said):
    with pytest.raises(BadInput) as caught:
        make()
    assert said in caught.value.what
    assert caught.value.hint


MARKETS = st.builds(
    Market,
    monthly=st.integers(1, 10_000),
    season=st.lists(st.integers(1, 9), min_size=6, max_size=6).map(tuple),
    staffing=STAFFINGS,
)


@settings(max_examples=80, deadline=None)
@given(MARKETS, COHORTS, st.integers(0, 10**6), st.lists(st.integers(1, 6), min_size=1, unique=True))
def test_hires_are_the_fewest_with_which_capacity_reaches_the_goal(market, cohorts, goal, months):
    found = spread_hires(goal, market.capacity(cohorts), market, months)
    if found.hires is None:
        assert all(market.capacity([*cohorts, Cohort(heads=10**6, month=month)]) < goal for month in months)
        return
    hired = [Cohort(heads=heads, month=month) for month, heads in found.hires]
    assert market.capacity([*cohorts, *hired]) == pytest.approx(found.capacity)
    assert found.capacity >= goal * (1 - 1e-6)
    if hired:
        fewest = min(worth_of_hire(market, month) for month, _ in found.hires)
        assert found.capacity - fewest < goal + 1e-6 * goal or len(months) > 1


@settings(max_examples=40, deadline=None)
@given(MARKETS, st.integers(1, 10**6))
def test_one_hire_fewer_in_a_month_does_not_reach_the_goal(market, goal):
    for month, found in enumerate(hires_by_month(goal, 0, market), start=1):
        if found.heads:
            fewer = market.capacity([Cohort(heads=found.heads - 1, month=month)])
            assert fewer < goal <= found.capacity * (1 + 1e-6)


def test_hires_that_cannot_ramp_in_time_are_none_and_it_is_said():
    market = Market(monthly=100, season=(1, 1, 1), staffing=Staffing(ramp=(0, 0.0, 1)))
    assert [found.heads for found in hires_by_month(1_000, 700, market)] == [3, None, None]
    assert "month 3 of 3" in hires_needed(1_000, 700, market, 3).why


def test_nobody_is_hired_where_capacity_reaches_the_goal_already():
    market = Market(monthly=100, season=(1, 1, 1), staffing=Staffing(ramp=(0, 0, 0)))
    assert [found.hires for found in hires_by_month(700, 700, market)] == [()] * 3


def test_hires_are_dealt_out_in_turns_to_earlier_months_first():
    market = Market(monthly=100, season=(1, 1, 1), staffing=Staffing())
    # A hire in month 1 is worth 300, in month 3 it is worth 100: 400 + 300 are the first to reach 700.
    assert spread_hires(700, 0, market, (3, 1)).hires == ((1, 2), (3, 1))


def test_who_is_on_leave_or_part_time_counts_for_the_part_of_the_month_that_is_worked():
    one = Cohort(tenure=RAMPED, there=(1.0, 0.5, 0.0))
    assert project([one], 3, Staffing()).ramped == (1.0, 0.5, 0.0)
    # Leave does not keep anybody from leaving for good.
    staffing = Staffing(attrition=0.5)
    always = project([Cohort(tenure=RAMPED)], 3, staffing).ramped
    assert project([one], 3, staffing).ramped == pytest.approx((always[0], always[1] / 2, 0.0))
    for there in ((1.0, 1.0), (1.0, 1.0, 1.5)):
        with pytest.raises(BadInput):
            project([replace(one, there=there)], 3, Staffing())
