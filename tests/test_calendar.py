"""The fiscal calendar: names, half-open bounds, neighbours."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.calendar import GRAINS, FiscalCalendar, years_before
from salesnb.errors import BadInput, UnknownName

CALENDARS = st.builds(FiscalCalendar, st.integers(1, 12), st.sampled_from(["monday", "sunday"]))
DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("year_start", "label", "start", "end"),
    [
        (1, "2017", date(2017, 1, 1), date(2018, 1, 1)),
        (1, "2017-Q4", date(2017, 10, 1), date(2018, 1, 1)),
        (4, "2017", date(2016, 4, 1), date(2017, 4, 1)),
        (4, "2017-Q1", date(2016, 4, 1), date(2016, 7, 1)),
        (4, "2017-Q4", date(2017, 1, 1), date(2017, 4, 1)),
        (10, "2018-Q1", date(2017, 10, 1), date(2018, 1, 1)),
        (4, "2017-11", date(2017, 11, 1), date(2017, 12, 1)),
        (1, "2017-W45", date(2017, 11, 6), date(2017, 11, 13)),
        (1, "2020-W53", date(2020, 12, 28), date(2021, 1, 4)),
    ],
)
def test_a_fiscal_year_is_named_by_the_year_in_which_it_ends(
    year_start: int, label: str, start: date, end: date
) -> None:
    period = FiscalCalendar(year_start).period(label)
    assert (period.label, period.start, period.end) == (label, start, end)


@pytest.mark.parametrize(
    "label", ["", "2017-Q5", "2017-13", "2017-W54", "2019-W53", "17", "Q4", "2017-Q4x", "0000-01"]
)
def test_a_period_that_the_calendar_does_not_know_is_refused(label: str) -> None:
    with pytest.raises(UnknownName, match="calendar knows no period"):
        FiscalCalendar().period(label)


@pytest.mark.parametrize("label", ["2017-P07", "2017 4-4-5", "2017-445"])
def test_retail_calendars_are_refused_by_name(label: str) -> None:
    with pytest.raises(UnknownName, match="4-4-5"):
        FiscalCalendar().period(label)


@given(calendar=CALENDARS, day=DAYS, grain=st.sampled_from(GRAINS))
def test_a_bucket_contains_its_day_and_its_label_finds_it_again(
    calendar: FiscalCalendar, day: date, grain: str
) -> None:
    period = calendar.containing(day, grain)
    assert period.contains(day)
    assert calendar.period(period.label) == period
    assert calendar.grain(period) == grain


@given(calendar=CALENDARS, day=DAYS, days=st.integers(1, 900), grain=st.sampled_from(GRAINS))
def test_buckets_cover_a_stretch_without_gap_or_overlap(
    calendar: FiscalCalendar, day: date, days: int, grain: str
) -> None:
    buckets = calendar.buckets(day, day + timedelta(days=days), grain)
    assert buckets[0].contains(day)
    assert buckets[-1].contains(day + timedelta(days=days - 1))
    assert all(before.end == after.start for before, after in zip(buckets, buckets[1:], strict=False))


@given(calendar=CALENDARS, day=DAYS, grain=st.sampled_from(GRAINS))
def test_previous_and_next_undo_each_other(calendar: FiscalCalendar, day: date, grain: str) -> None:
    period = calendar.containing(day, grain)
    assert calendar.next(calendar.previous(period)) == period
    assert calendar.previous(period).end == period.start


@given(calendar=CALENDARS, day=DAYS, grain=st.sampled_from(["month", "quarter", "year"]))
def test_the_year_before_starts_on_the_same_day_of_the_year(
    calendar: FiscalCalendar, day: date, grain: str
) -> None:
    period = calendar.containing(day, grain)
    before = calendar.year_before(period)
    assert (before.start.month, before.start.day, before.start.year + 1) == (
        period.start.month,
        period.start.day,
        period.start.year,
    )


@pytest.mark.parametrize(("year_start", "week_start"), [(0, "monday"), (13, "monday"), (1, "friday")])
def test_a_calendar_that_does_not_exist_is_refused(year_start: int, week_start: str) -> None:
    with pytest.raises(BadInput):
        FiscalCalendar(year_start, week_start)


def test_a_leap_day_has_a_day_the_year_before() -> None:
    assert years_before(date(2016, 2, 29), 1) == date(2015, 2, 28)
    assert years_before(date(2016, 2, 29), 4) == date(2012, 2, 29)
