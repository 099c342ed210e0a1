"""Numbering days: an engine gives the number that the calendar has."""

import datetime as dt
from itertools import pairwise

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.kpis.spans import FIRST_DAY, Axis

DAYS = st.dates(dt.date(2023, 11, 1), dt.date(2026, 3, 31))
CALENDARS = st.builds(FiscalCalendar, st.sampled_from((1, 4, 10)), st.sampled_from(("monday", "sunday")))


def numbers(axis: Axis, days: list[dt.date | None]) -> list[int | None]:
    table = ibis.memtable({"at": range(len(days)), "day": days}, schema={"at": "int64", "day": "date"})
    found = ibis.duckdb.connect().to_pyarrow(
        table.select("at", number=axis.numbered(table.day, -7)).order_by("at")
    )
    return found.column("number").to_pylist()


@settings(max_examples=25)
@given(
    first=DAYS | DAYS.map(lambda day: day.replace(day=1)),
    length=st.integers(1, 400),
    days=st.lists(DAYS, min_size=1, max_size=20),
    calendar=CALENDARS,
)
@pytest.mark.parametrize("of_duckdb", [False, True])
@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_buckets_that_days_cut_are_numbered_in_order(
    grain: str, of_duckdb: bool, first: dt.date, length: int, days: list[dt.date], calendar: FiscalCalendar
) -> None:
    last = first + dt.timedelta(days=length)
    starts = [max(bucket.start, first) for bucket in calendar.buckets(first, last, grain)]
    axis = Axis.of([*starts, last], grain, calendar, of_duckdb=of_duckdb)
    assert numbers(axis, [*days, None, first, last]) == [*map(axis.number, days), -7, 0, axis.after]
    assert axis.after == len(starts)


@settings(max_examples=25)
@given(cuts=st.sets(DAYS, min_size=2, max_size=60), days=st.lists(DAYS, min_size=1, max_size=20))
def test_any_days_may_cut(cuts: set[dt.date], days: list[dt.date]) -> None:
    axis = Axis.of(cuts, "window", FiscalCalendar())
    assert numbers(axis, days) == [axis.number(day) for day in days]
    assert all(axis.number(cut) == place for place, cut in enumerate(axis.cuts))


@pytest.mark.parametrize(("step", "grain"), [(28, "week"), (7, "week")])
def test_many_cuts_that_start_months_or_weeks_are_counted_by_these(step: int, grain: str) -> None:
    monday = dt.date(2024, 1, 1)
    cuts = [monday + dt.timedelta(days=step * place) for place in range(30)]
    axis = Axis.of(cuts, "window", FiscalCalendar())
    assert axis.grain == grain
    assert set(cuts) <= set(axis.cuts)
    months = Axis.of(
        [dt.date(2024 + place // 12, place % 12 + 1, 1) for place in range(0, 60, 3)],
        "window",
        FiscalCalendar(),
    )
    assert months.grain == "month"
    assert all((after - before).days <= 31 for before, after in pairwise(months.cuts))


def test_the_first_of_all_days_has_nothing_before_it() -> None:
    axis = Axis.of([FIRST_DAY, dt.date(2026, 1, 1)], None, FiscalCalendar())
    assert numbers(axis, [FIRST_DAY, dt.date(2025, 12, 31), dt.date(2026, 1, 1)]) == [0, 0, 1]
