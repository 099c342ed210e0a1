"""What can stand beside a figure: the same KPI of other times, and its target; and totals under the figures.

All of it is asked of the engine as stretches of days of their own, so that it is right for ratios, quantiles and what is
open as of a day: nothing is ever added up from figures.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from salesnb.calendar import FiscalCalendar, Period, years_before
from salesnb.errors import BadUsage, UnknownName, nearest

__all__ = ["COMPARED", "LAST_YEAR", "PREVIOUS", "Beside", "Times"]

PREVIOUS, LAST_YEAR = COMPARED = ("previous", "last_year")
_MOST = 120


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is wanted beside each figure.

    Attributes
    ----------
    compare
        Of ``COMPARED``: the period before, the same period a year before. The present period, while it is not over, is
        compared with as many days of the earlier one.
    rolling
        Over how many buckets a rolling figure reaches, the bucket itself the last; 0 means none.
    year_to_date
        Whether the figure from the start of the fiscal year to the end of the bucket is wanted.
    targets
        Whether the target of the KPI, where a plan has one, is wanted.
    totals
        Whether subtotals and a total are wanted: over the last column, the last two, and so on.
    """

    compare: tuple[str, ...] = ()
    rolling: int = 0
    year_to_date: bool = False
    targets: bool = False
    totals: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name in self.compare:
            if name not in COMPARED:
                raise UnknownName(f"Nothing can be compared with {name!r}.", hint=nearest(name, COMPARED))
        if len(set(self.compare)) < len(self.compare):
            raise BadUsage("A comparison is asked for twice.", hint="Name each once.")
        if self.rolling < 0 or self.rolling == 1 or self.rolling > _MOST:
            raise BadUsage(f"Figures cannot roll over {self.rolling} buckets.", hint=f"Use 2 to {_MOST}.")

    def __bool__(self) -> bool:
        """Whether anything is wanted at all."""
        return bool(self.times or self.targets or self.totals)

    @property
    def times(self) -> tuple[str, ...]:
        """The times that are wanted, by the names that their columns end in."""
        rolling = (f"rolling_{self.rolling}",) if self.rolling else ()
        return (*self.compare, *rolling, *(("year_to_date",) if self.year_to_date else ()))


@dataclass(frozen=True, kw_only=True)
class Times:
    """Which days stand beside a bucket.

    Attributes
    ----------
    grain
        Of the buckets, alone or several together; None for one stretch of days.
    as_of
        The last day that is known.
    """

    calendar: FiscalCalendar
    grain: str | None
    as_of: date

    def of(self, name: str, start: date, end: date) -> tuple[date, date]:
        """Give the days, half-open, of one of ``Beside.times`` for the bucket ``[start, end)``."""
        if name in COMPARED:
            return self._earlier(name, start, end)
        if name == "year_to_date":
            return self.calendar.containing(end - timedelta(days=1), "year").start, end
        first = self.calendar.containing(start, str(self.grain))
        for _ in range(int(name.removeprefix("rolling_")) - 1):
            first = self.calendar.previous(first)
        return first.start, end

    def is_partial(self, start: date, end: date) -> bool:
        """Tell whether a bucket has begun and is not over."""
        return start <= self.as_of < end - timedelta(days=1)

    def _earlier(self, name: str, start: date, end: date) -> tuple[date, date]:
        """Give as many days of the earlier period as the bucket has, from the same day of it on.

        Several buckets together, of which one wants a total, are compared with as many before them, or with the same a
        year before; of the last one counts as much as is known of it.
        """
        known = self.as_of + timedelta(days=1) if self.is_partial(start, end) else end
        unit = self._unit(start, end)
        if unit is None:
            if name == LAST_YEAR:
                return years_before(start, 1), years_before(known, 1)
            return start - (end - start), start - (end - known)
        buckets = self.calendar.buckets(start, known, unit)
        first, last = buckets[0], buckets[-1]
        before = [self._before(name, one, len(buckets)) for one in (first, last)]
        begin = min(before[0].start + (start - first.start), before[0].last_day)
        if known == last.end and (start == first.start or len(buckets) > 1):
            return begin, before[1].end
        days = known - start if len(buckets) == 1 else known - last.start
        return begin, min(before[1].end, (begin if len(buckets) == 1 else before[1].start) + days)

    def _before(self, name: str, period: Period, count: int) -> Period:
        if name == LAST_YEAR:
            return self.calendar.year_before(period)
        for _ in range(count):
            period = self.calendar.previous(period)
        return period

    def _unit(self, start: date, end: date) -> str | None:
        """Find what days are counted in: the grain; else the period that they are, or whole months; else single days."""
        if self.grain:
            return self.grain
        for grain in ("month", "quarter", "year", "week"):
            period = self.calendar.containing(start, grain)
            if (period.start, period.end) == (start, end):
                return grain
        return "month" if start.day == end.day == 1 else None
