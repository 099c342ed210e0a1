"""The stretches of days that a review compares."""

from datetime import date, timedelta

from salesnb.calendar import FiscalCalendar, Period

__all__ = ["compared_windows", "elapsed_days"]


def elapsed_days(period: Period, as_of: date) -> int:
    """Count the days of a period up to the as-of day; 0 when it has not begun."""
    return max(0, min(period.days, (as_of - period.start).days + 1))


def compared_windows(calendar: FiscalCalendar, period: Period, as_of: date) -> tuple[Period, ...]:
    """Give the period so far, and as many days of the periods that it is compared with, then those whole.

    Returns
    -------
    tuple of Period
        ``period``, ``previous``, ``last_year``, ``previous_full``, ``last_year_full``; the first three are left out
        when the period has not begun.
    """
    previous, last_year = calendar.previous(period), calendar.year_before(period)
    whole = (_named("previous_full", previous), _named("last_year_full", last_year))
    days = elapsed_days(period, as_of)
    if not days:
        return whole
    so_far = (("period", period), ("previous", previous), ("last_year", last_year))
    return (*(_so_far(name, found, days, whole=days == period.days) for name, found in so_far), *whole)


def _so_far(name: str, period: Period, days: int, *, whole: bool) -> Period:
    end = period.end if whole else min(period.end, period.start + timedelta(days=days))
    return Period(label=name, start=period.start, end=end)


def _named(name: str, period: Period) -> Period:
    return Period(label=name, start=period.start, end=period.end)
