from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar, Period
from salesnb.planning import Past, shape_of

CALENDAR = FiscalCalendar()


def past_of(daily, first, last):
    """Sum what was won by day over months and weeks from one month to another."""

    def summed(period):
        return sum(daily(day) for day in _days(max(period.start, start), min(period.end, end)))

    start, end = CALENDAR.period(first).start, CALENDAR.period(last).end
    months, weeks = (CALENDAR.buckets(start, end, grain) for grain in ("month", "week"))
    return Past(
        months=tuple((month, summed(month)) for month in months),
        weeks=tuple((week, summed(week)) for week in weeks),
    )


def _days(start, end):
    return (start + timedelta(days=n) for n in range((end - start).days))


def shape(daily, quarters=("2017-Q1", "2017-Q2", "2017-Q3"), period="2017-Q4"):
    found = CALENDAR.period(period)
    past = past_of(daily, CALENDAR.months(CALENDAR.period(quarters[0]))[0].label, "2017-09")
    return shape_of(
        CALENDAR.months(found),
        CALENDAR.buckets(found.start, found.end, "week"),
        past,
        [CALENDAR.months(CALENDAR.period(quarter)) for quarter in quarters],
    )


def test_even_days_make_even_weeks():
    """October 2017 begins on a Sunday: its first week ends after one day of 31."""
    weeks = {week.label: (week.month, week.within_bp) for week in shape(lambda _day: 7).weeks}
    assert weeks["2017-W39"] == ("2017-10", 323)
    assert abs(weeks["2017-W43"][1] - round(29 / 31 * 10_000)) <= 1
    assert weeks["2017-W52"] == ("2017-12", 10_000)


def test_a_month_that_ends_strongly_has_its_weeks_late():
    """Nothing before the 21st of a month: a week that ends on the 15th has nothing, one that ends on the 29th most."""
    weeks = {week.label: week.within_bp for week in shape(lambda day: 10 * (day.day > 20)).weeks}
    assert weeks["2017-W41"] == 0
    assert 7000 < weeks["2017-W43"] < 9500


def test_quarters_that_are_alike_have_no_spread_and_unlike_ones_have():
    """By the end of a quarter's first month: 10, 20 and 60 of 100; the tenth part of the way from 10 to 20 is 12."""
    first = {1: 10, 4: 20, 7: 60}

    def daily(day):
        opens = day.month in first
        return (first[day.month] if opens else (100 - first[day.month - 1]) if day.month % 3 == 2 else 0) * (
            day.day == 28
        )

    reach = {found.label: (found.low_bp, found.high_bp) for found in shape(daily).reach}
    assert reach["2017-10"] == (1200, 5200)
    assert reach["2017-11"] == (10_000, 10_000)
    assert "2017-12" not in reach


def test_two_past_periods_are_too_few_for_a_spread():
    found = shape(lambda _day: 7, quarters=("2017-Q2", "2017-Q3"))
    assert not found.reach
    assert found.weeks


def test_where_nothing_was_the_days_count():
    weeks = {week.label: week.within_bp for week in shape(lambda _day: 0).weeks}
    assert weeks["2017-W40"] == round(8 / 31 * 10_000)
    assert not shape(lambda _day: 0).reach


def test_nothing_known_has_no_shape():
    quarter = CALENDAR.period("2017-Q4")
    found = shape_of(CALENDAR.months(quarter), (), Past(months=(), weeks=()), [])
    assert (found.weeks, found.reach) == ((), ())


@given(st.lists(st.integers(-50, 400), min_size=31, max_size=31))
def test_weeks_never_fall_within_a_month_even_with_returns(amounts):
    found = shape(lambda day: max(amounts[day.day - 1], 0))
    for before, after in zip(found.weeks, found.weeks[1:], strict=False):
        assert 0 <= after.within_bp <= 10_000
        assert before.month != after.month or before.within_bp <= after.within_bp
    assert all(0 <= reach.low_bp <= reach.high_bp <= 10_000 for reach in found.reach)


def test_returns_keep_shares_between_nothing_and_all():
    found = shape(lambda day: -5 if day.day < 10 else 30)
    assert all(0 <= week.within_bp <= 10_000 for week in found.weeks)


def test_a_period_is_told_by_its_own_weeks():
    weeks = shape(lambda _day: 7).weeks
    quarter = CALENDAR.period("2017-Q4")
    assert [week.label for week in weeks] == [
        week.label for week in CALENDAR.buckets(quarter.start, quarter.end, "week")
    ]
    assert Period(label="x", start=date(2017, 10, 1), end=date(2018, 1, 1)).days == 92
