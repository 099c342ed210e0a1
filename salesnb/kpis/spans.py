"""Stretches of days: those that are told of, and the cuts by which an engine tells one from the other."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from salesnb.calendar import GRAINS, FiscalCalendar

__all__ = ["FIRST_DAY", "LAST_DAY", "Axis", "Span", "day_before"]

FIRST_DAY, LAST_DAY = date(1, 1, 1), date(9999, 12, 31)
_ONE_DAY = timedelta(days=1)
# A Monday and a Sunday long before any sale; weeks are counted from them.
_EPOCH = {"monday": date(1900, 1, 1), "sunday": date(1899, 12, 31)}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
# So many cuts an engine tries one by one (in halves) as fast as it counts months.
_FEW = 16


@dataclass(frozen=True, kw_only=True)
class Span:
    """The days of one bucket, half-open; ``label`` is None where time is not asked for."""

    label: str | None
    start: date
    end: date

    def told_on(self, as_of: date) -> date:
        """Give the day as of which open deals are told: its last, or the as-of day if that is earlier."""
        return min(self.end - _ONE_DAY, as_of)


def day_before(day: date) -> date:
    """Give the day before; the first of all days has none and is its own."""
    return day if day == FIRST_DAY else day - _ONE_DAY


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Days cut into stretches, which are numbered from 0.

    Attributes
    ----------
    cuts
        In order; stretch n reaches from cut n to before the next.
    grain
        Where every cut but the first and the last starts a month or such, an engine counts these; else None.
    of_duckdb
        Whether DuckDB counts, which has a function for months that is thrice as fast.
    """

    cuts: tuple[date, ...]
    grain: str | None
    calendar: FiscalCalendar
    of_duckdb: bool = False

    @classmethod
    def of(
        cls, days: Iterable[date], grain: str | None, calendar: FiscalCalendar, *, of_duckdb: bool = False
    ) -> "Axis":
        """Cut at some days; buckets of a grain have no gap between them."""
        cuts = tuple(sorted(set(days)))
        made = cls(
            cuts=cuts, grain=grain if grain in GRAINS else None, calendar=calendar, of_duckdb=of_duckdb
        )
        if made.grain is None and len(cuts) > _FEW:
            for coarse in ("month", "week"):
                finer = [bucket.start for bucket in calendar.buckets(cuts[0], cuts[-1], coarse)][1:]
                if set(cuts[1:-1]) <= set(finer):
                    return replace(made, cuts=(cuts[0], *finer, cuts[-1]), grain=coarse)
        return made

    @property
    def after(self) -> int:
        """The number of all days from the last cut on; those before the first have -1."""
        return len(self.cuts) - 1

    def number(self, day: date) -> int:
        """Number the stretch of a day."""
        return bisect_right(self.cuts, day) - 1

    def numbered(self, day: Any, missing: int | None) -> Any:
        """Number the stretch of a date column in whole numbers, which every engine divides alike.

        Parameters
        ----------
        missing
            The number of rows without that date.
        """
        import ibis

        cases, inside = [(day.isnull(), missing)], self._inside(day)
        if self._is_counted_by_duckdb and self.cuts[0].day == 1:
            # Months before the first are negative, and a condition more for each row costs a twentieth of a scan.
            inside = ibis.greatest(inside, -1)
        elif self.cuts[0] > FIRST_DAY:
            cases.append((day < ibis.date(self.cuts[0]), -1))
        cases.append((day >= ibis.date(self.cuts[-1]), self.after))
        return ibis.cases(*cases, else_=inside).cast("int64")

    def inside(self, day: Any) -> Any:
        """Number the stretch of a date column of which no row is missing or lies before the first cut or after the last."""
        import ibis

        found = self._inside(day)
        return ibis.literal(found, "int64") if isinstance(found, int) else found.cast("int64")

    @property
    def _is_counted_by_duckdb(self) -> bool:
        return self.of_duckdb and self.grain == "month" and self.after > 1

    def _inside(self, day: Any) -> Any:
        if self.after == 1:
            return 0
        if self.grain is None:
            return _searched(day, self.cuts, 1, self.after)
        if self._is_counted_by_duckdb:
            import ibis

            return day.delta(ibis.date(self.cuts[0]), unit="month")
        return self._counted(day) - self._count(self.cuts[0])

    def _counted(self, day: Any) -> Any:
        """Number the bucket of a date column, from long ago."""
        import ibis

        if self.grain == "week":
            return day.delta(ibis.date(_EPOCH[self.calendar.week_start]), unit="day") // 7
        months = day.year() * 12 + day.month() - self.calendar.year_start
        return months if self.grain == "month" else months // _MONTHS[str(self.grain)]

    def _count(self, day: date) -> int:
        if self.grain == "week":
            return (day - _EPOCH[self.calendar.week_start]).days // 7
        return (day.year * 12 + day.month - self.calendar.year_start) // _MONTHS[str(self.grain)]


def _searched(day: Any, cuts: Sequence[date], low: int, high: int) -> Any:
    """Number a day that is not before cut low - 1 and before cut high, by halves."""
    import ibis

    if low == high:
        return ibis.literal(low - 1)
    middle = (low + high) // 2
    return (day < ibis.date(cuts[middle])).ifelse(
        _searched(day, cuts, low, middle), _searched(day, cuts, middle + 1, high)
    )
