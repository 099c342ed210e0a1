"""Effective quotas: what is left of a full quota for who ramps, comes, leaves, works part time or moves."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput
from salesnb.planning import Stay, active_shares, attainment, effective_quota, months_since

CALENDAR = FiscalCalendar()
QUARTER = CALENDAR.months(CALENDAR.period("2017-Q1"))
DAYS = st.dates(date(2016, 12, 1), date(2017, 5, 1))


def test_who_is_there_all_the_time_has_the_full_quota():
    found = effective_quota(90_001, QUARTER)
    assert (found.full, found.effective, found.by_node) == (90_001, 90_001, {"": 90_001})


def test_ramp_and_season_weigh_each_month():
    # .5/.3/.2 of the quota by season, of which 0, a half and all: 0 + 150 + 200.
    found = effective_quota(1_000, QUARTER, season=(5_000, 3_000, 2_000), ramp=(0, Fraction(1, 2), 1))
    assert found.effective == 350


def test_part_time_leave_and_days_are_pro_rated():
    half = (Stay(share=Fraction(1, 2)),)
    assert effective_quota(900, QUARTER, half, season=(1, 1, 1)).effective == 450
    leave = (Stay(end=date(2017, 2, 1)), Stay(start=date(2017, 3, 1)))
    assert effective_quota(900, QUARTER, leave, season=(1, 1, 1)).effective == 600
    leaver = (Stay(end=date(2017, 2, 15)),)
    assert effective_quota(900, QUARTER, leaver, season=(1, 1, 1)).effective == 450


def test_days_count_where_no_season_is_given():
    assert effective_quota(90, QUARTER, (Stay(start=date(2017, 2, 1)),)).effective == 59


def test_a_move_within_the_period_divides_the_quota_between_both_places():
    stays = (Stay(node="West", end=date(2017, 2, 15)), Stay(node="East", start=date(2017, 2, 15)))
    found = effective_quota(901, QUARTER, stays, season=(1, 1, 1))
    assert (found.effective, found.by_node) == (901, {"East": 451, "West": 450})


def test_who_was_never_there_has_no_quota_and_no_attainment():
    found = effective_quota(900, QUARTER, (Stay(node="West", start=date(2018, 1, 1)),))
    assert (found.effective, found.by_node) == (0, {"West": 0})
    assert attainment(10, found.effective) is None


def test_attainment_divides_by_what_is_left_of_the_quota():
    found = effective_quota(900, QUARTER, (Stay(start=date(2017, 2, 1)),), season=(1, 1, 1))
    assert attainment(600, found.effective) == 1.0


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**12), DAYS, st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any))
def test_a_move_on_any_day_leaves_the_whole(full, day, season):
    stays = (Stay(node="a", end=day), Stay(node="b", start=day))
    found = effective_quota(full, QUARTER, stays, season=season)
    assert found.effective == full == sum(found.by_node.values())


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**9), DAYS, DAYS, st.fractions(0, 1))
def test_effective_is_never_above_full_and_longer_stays_have_no_less(full, start, end, share):
    short = effective_quota(full, QUARTER, (Stay(start=start, end=end, share=share),)).effective
    longer = effective_quota(full, QUARTER, (Stay(start=start, share=share),)).effective
    assert 0 <= short <= longer <= full


def test_active_shares_are_days_of_each_month():
    found = active_shares(QUARTER, (Stay(node="w", start=date(2017, 1, 11), end=date(2017, 2, 15)),))
    assert found == {"w": (Fraction(21, 31), Fraction(14, 28), Fraction(0))}


def test_months_since_hire_count_calendar_months():
    assert [months_since(date(2017, 1, 31), date(2017, month, 1)) for month in (1, 2, 12)] == [0, 1, 11]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"stays": (Stay(node="a"), Stay(node="b", start=date(2017, 2, 3)))},
            "On 2017-02-03 the stays add up to 2",
        ),
        ({"stays": (Stay(share=Fraction(3, 2)),)}, "The share of a stay is 1.5."),
        ({"ramp": (0, 2, 1)}, "A ramp is 2."),
        ({"ramp": (0, 1)}, "The ramp has 2 months, the period 3."),
        ({"season": (1, -1, 1)}, "negative or all zero"),
        ({"season": (0, 0, 0)}, "negative or all zero"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_value(options, said):
    with pytest.raises(BadInput) as caught:
        effective_quota(900, QUARTER, **options)
    assert said in caught.value.what


def test_stays_may_add_up_to_a_whole_job_in_several_places():
    stays = (Stay(node="a", share=Fraction(1, 3)), Stay(node="b", share=Fraction(2, 3)))
    assert effective_quota(900, QUARTER, stays).by_node == {"a": 300, "b": 600}
