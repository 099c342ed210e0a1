"""Fiscal calendar: periods are half-open, ``[start, end)``, and named as people write them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from salesnb.errors import BadInput, UnknownName

__all__ = ["GRAINS", "FiscalCalendar", "Period", "months_before", "years_before"]

GRAINS = ("week", "month", "quarter", "year")

_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-?Q([1-9]\d*)", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.IGNORECASE)
_RETAIL = re.compile(r"\d{4}.*(4-?4-?5|4-?5-?4|5-?4-?4|P\d{1,2})", re.IGNORECASE)
_EXAMPLES = (
    "Write a fiscal year 2017, a fiscal quarter 2017-Q4, a calendar month 2017-11 or an ISO week 2017-W45."
)


def years_before(day: date, years: int) -> date:
    """Give the same day some years before; of 29 February the 28th where there is no other.

    Examples
    --------
    >>> years_before(date(2016, 2, 29), 1)
    datetime.date(2015, 2, 28)
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def months_before(day: date, months: int) -> date:
    """Give the same day some months before; where a month has no such day, its last.

    Examples
    --------
    >>> months_before(date(2016, 3, 31), 1), months_before(date(2016, 1, 1), 2)
    (datetime.date(2016, 2, 29), datetime.date(2015, 11, 1))
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


@dataclass(frozen=True, kw_only=True)
class Period:
    """A stretch of days with a name.

    Attributes
    ----------
    label
        ``2017``, ``2017-Q4``, ``2017-11`` or ``2017-W45``.
    start, end
        First day, and the day after the last.
    """

    label: str
    start: date
    end: date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.end - timedelta(days=1)

    def contains(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.start <= day < self.end


@dataclass(frozen=True)
class FiscalCalendar:
    """The workspace's calendar.

    A fiscal year is named by the calendar year in which it ends; months are always calendar months and
    weeks are ISO weeks (Monday to Sunday) unless ``week_start`` is ``"sunday"``.

    Examples
    --------
    >>> FiscalCalendar(year_start=4).period("2017-Q4")
    Period(label='2017-Q4', start=datetime.date(2017, 1, 1), end=datetime.date(2017, 4, 1))
    >>> FiscalCalendar().bucket(date(2017, 11, 5), "quarter")
    '2017-Q4'
    """

    year_start: int = 1
    week_start: str = "monday"

    def __post_init__(self) -> None:
        """Refuse a calendar that does not exist."""
        if not 1 <= self.year_start <= 12:
            raise BadInput(
                f"fiscal_year_start is {self.year_start}; it must be a month from 01 to 12.",
                hint="4-4-5 calendars are not supported: months are calendar months.",
            )
        if self.week_start not in {"monday", "sunday"}:
            raise BadInput(f"week_start is {self.week_start!r}.", hint="Write monday or sunday.")

    def period(self, label: str) -> Period:
        """Find the period of that name.

        Raises
        ------
        UnknownName
            When the calendar knows no such period; 4-4-5 calendars are refused by name.
        """
        text = label.strip()
        for pattern, make in self._forms():
            match = pattern.fullmatch(text)
            if match:
                found = make(*(int(part) for part in match.groups()))
                if found is not None:
                    return found
        if _RETAIL.fullmatch(text):
            raise UnknownName(
                f"{label!r} names a period of a 4-4-5 calendar, which is not supported.", hint=_EXAMPLES
            )
        raise UnknownName(f"The calendar knows no period {label!r}.", hint=_EXAMPLES)

    def bucket(self, day: date, grain: str) -> str:
        """Name the period of that grain in which a day lies."""
        return self.containing(day, grain).label

    def containing(self, day: date, grain: str) -> Period:
        """Find the period of that grain in which a day lies.

        Raises
        ------
        UnknownName
            When the grain is not one of ``GRAINS``.
        """
        if grain == "month":
            return self._month_of(day.year, day.month)
        if grain == "week":
            return self._week_of(day)
        index = day.year * 12 + day.month - 1 - (self.year_start - 1)
        if grain == "quarter":
            return self._quarter_at(index // 3)
        if grain == "year":
            return self._year_at(index // 12)
        raise UnknownName(f"There is no time grain {grain!r}.", hint=f"Known: {', '.join(GRAINS)}.")

    def buckets(self, start: date, end: date, grain: str) -> tuple[Period, ...]:
        """List every period of that grain that has a day in ``[start, end)``, in order."""
        found = []
        day = start
        while day < end:
            period = self.containing(day, grain)
            found.append(period)
            day = period.end
        return tuple(found)

    def months(self, period: Period) -> tuple[Period, ...]:
        """List the calendar months of a period."""
        return self.buckets(period.start, period.end, "month")

    def grain(self, period: Period) -> str:
        """Tell which grain a period has.

        Raises
        ------
        BadInput
            When its dates are not those of a period of the calendar.
        """
        for grain in GRAINS:
            if self.containing(period.start, grain) == period:
                return grain
        raise BadInput(f"{period.label!r} is not a period of the calendar.", hint=_EXAMPLES)

    def previous(self, period: Period) -> Period:
        """Give the period of the same grain just before."""
        return self.containing(period.start - timedelta(days=1), self.grain(period))

    def next(self, period: Period) -> Period:
        """Give the period of the same grain just after."""
        return self.containing(period.end, self.grain(period))

    def year_before(self, period: Period) -> Period:
        """Give the same period a year before; for a week, the one 52 weeks before."""
        if self.grain(period) == "week":
            return self._week_of(period.start - timedelta(weeks=52))
        return self.containing(period.start.replace(year=period.start.year - 1), self.grain(period))

    def _forms(self) -> tuple[tuple[re.Pattern[str], Callable[..., Period | None]], ...]:
        return (
            (_YEAR, self._named_year),
            (_QUARTER, self._named_quarter),
            (_MONTH, self._named_month),
            (_WEEK, self._named_week),
        )

    def _named_year(self, year: int) -> Period | None:
        return self._year_at(year - self._shift) if 1900 <= year <= 2999 else None

    def _named_quarter(self, year: int, quarter: int) -> Period | None:
        known = 1900 <= year <= 2999 and 1 <= quarter <= 4
        return self._quarter_at((year - self._shift) * 4 + quarter - 1) if known else None

    def _named_month(self, year: int, month: int) -> Period | None:
        return self._month_of(year, month) if 1900 <= year <= 2999 and 1 <= month <= 12 else None

    def _named_week(self, year: int, week: int) -> Period | None:
        try:
            start = date.fromisocalendar(year, week, 1) if 1900 <= year <= 2999 else None
        except ValueError:
            return None
        return self._week_of(start) if start else None

    @property
    def _shift(self) -> int:
        """1 when a fiscal year ends in the calendar year after the one it starts in."""
        return 0 if self.year_start == 1 else 1

    def _first_of_month(self, index: int) -> date:
        """First day of the month that lies ``index`` fiscal months after year 0's start."""
        calendar = index + self.year_start - 1
        return date(calendar // 12, calendar % 12 + 1, 1)

    def _month_of(self, year: int, month: int) -> Period:
        after = date(year + month // 12, month % 12 + 1, 1)
        return Period(label=f"{year}-{month:02d}", start=date(year, month, 1), end=after)

    def _quarter_at(self, index: int) -> Period:
        label = f"{index // 4 + self._shift}-Q{index % 4 + 1}"
        return Period(
            label=label, start=self._first_of_month(index * 3), end=self._first_of_month(index * 3 + 3)
        )

    def _year_at(self, index: int) -> Period:
        start, end = self._first_of_month(index * 12), self._first_of_month(index * 12 + 12)
        return Period(label=str(index + self._shift), start=start, end=end)

    def _week_of(self, day: date) -> Period:
        """Weeks that start on Sunday bear the number of the ISO week of their Monday."""
        offset = day.weekday() if self.week_start == "monday" else (day.weekday() + 1) % 7
        start = day - timedelta(days=offset)
        year, week, _ = (start if self.week_start == "monday" else start + timedelta(days=1)).isocalendar()
        return Period(label=f"{year}-W{week:02d}", start=start, end=start + timedelta(days=7))
