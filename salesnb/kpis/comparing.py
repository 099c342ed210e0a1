"""Figures with others beside them: periods before, rolling windows, year to date, targets; and totals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import BadUsage
from salesnb.kpis.beside import COMPARED, Beside, Times
from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import Kpi
from salesnb.kpis.query import CREDIT, Query
from salesnb.kpis.result import TOTAL, Column, Result, sort_key
from salesnb.kpis.scan import FIRST_DAY, LAST_DAY, Span, day_before
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["compared"]

_NOW = "now"
_BETWEEN = "\x1f"
# A rate has no growth rate of its own: 20 % after 10 % are ten points more.
_GROWS = {"money", "count", "days", "money_per_day"}


def compared(query: Query, data: "Dataset", calendar: FiscalCalendar, known: Registry[Kpi]) -> Result:
    """Compute KPIs with what is wanted beside them.

    Returns
    -------
    Result
        For each KPI its own column, then ``NAME_previous``, ``NAME_previous_change`` (now minus then) and
        ``NAME_previous_growth`` (change / then; not for ratios; null where then is zero or nothing), the same with
        ``last_year``; ``NAME_rolling_N``, ``NAME_year_to_date``; ``NAME_target`` and ``NAME_target_change``. A time
        that starts before the first month of the data has nothing to tell and is null. With totals a column ``total_over``
        after the dimensions names what a row adds up over; it is null in the other rows.

    Raises
    ------
    BadUsage
        When figures should roll and no time grain is asked for, or a column would stand there twice.
    UnknownName
        As ``salesnb.kpis.run``.
    """
    return _Compared(query, data, calendar, known).result()


class _Compared:
    def __init__(self, query: Query, data: "Dataset", calendar: FiscalCalendar, known: Registry[Kpi]) -> None:
        self.query = query
        self.beside = query.beside or Beside()
        # A quota is attained by credit.
        credit = query.credit or (CREDIT if self.beside.targets else None)
        self.plain = replace(query, beside=None, credit=credit)
        self.data, self.calendar, self.known = data, calendar, known
        self.run = Run(self.plain, data, calendar, known)
        if self.beside.rolling and not query.time_grain:
            raise BadUsage(
                "Figures roll over time, and no time grain is asked for.", hint="Add month to --by."
            )

    def result(self) -> Result:
        """Compute it, level by level of the totals."""
        columns = self._columns()
        rows: list[tuple[Any, ...]] = []
        notices: dict[str, None] = {}
        for kept in self._levels():
            level = _Level(self, kept)
            rows += level.rows()
            notices |= dict.fromkeys(level.notices)
        rows.sort(key=self._order)
        return Result(columns=columns, rows=tuple(rows), notices=tuple(notices))

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The buckets asked for; or all the days, as far as they are given."""
        return self.run.spans

    @cached_property
    def history(self) -> date:
        """The start of the first month of the data: there is nothing to compare with before it."""
        return self.calendar.containing(self.run.first_day(), "month").start

    def _levels(self) -> Iterator[tuple[str, ...]]:
        columns = self.query.columns
        last = 0 if self.beside.totals else len(columns)
        return (columns[:length] for length in range(len(columns), last - 1, -1))

    def _columns(self) -> tuple[Column, ...]:
        columns = self.run.key_columns()
        if self.beside.totals:
            columns.append(Column(name=TOTAL, role="dimension"))
        for kpi in self.run.kpis:
            columns += [Column(name=kpi.name, role="kpi", unit=kpi.unit), *self._beside(kpi)]
        names = [column.name for column in columns]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise BadUsage(f"Two columns would be called {twice!r}.", hint="Ask for one of them alone.")
        return tuple(columns)

    def _beside(self, kpi: Kpi) -> Iterator[Column]:
        for time in (*self.beside.times, *(("target",) if self.beside.targets else ())):
            name = f"{kpi.name}_{time}"
            yield Column(name=name, role="beside", unit=kpi.unit)
            if time in {*COMPARED, "target"}:
                unit = "points" if kpi.unit == "ratio" else kpi.unit
                yield Column(name=f"{name}_change", role="beside", unit=unit)
            if time in COMPARED and kpi.unit in _GROWS:
                yield Column(name=f"{name}_growth", role="beside", unit="ratio")

    def _order(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Put each total under the rows that it is of."""
        width = len(self.query.columns)
        over = str(row[width]).count(",") + 1 if self.beside.totals and row[width] else 0
        kept = width - over
        return (*((0, key) for key in sort_key(row[:kept])), *(((1, (True, "")),) * over))


@dataclass(frozen=True)
class _Level:
    """The rows that are told apart by the same columns.

    Attributes
    ----------
    kept
        The columns that tell them apart; over the others they are totals.
    """

    whole: _Compared
    kept: tuple[str, ...]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Compute the rows of the level, in no particular order."""
        width = len(self.run.query.dimensions)
        names = [kpi.name for kpi in self.run.kpis]
        found: dict[tuple[str, tuple[Any, ...]], dict[str, Any]] = {}
        groups: dict[tuple[Any, ...], None] = {}
        for row in self._answer.rows:
            found[row[width], row[:width]] = dict(zip(names, row[width + 1 :], strict=True))
            groups[row[:width]] = None
        for number, span in enumerate(self.spans):
            for group in groups:
                values = {
                    time: found.get((f"{time}{_BETWEEN}{number}", group), {}) for time in (_NOW, *self._times)
                }
                yield (*self._keys(group, span), *self._cells(group, span, values))

    @property
    def notices(self) -> Iterator[str]:
        """What the reader should know."""
        yield from self._answer.notices
        if self.whole.beside.targets:
            yield from self.run.told_of_targets()
        times = self._calendar_times
        partial = next((span for span in self.spans if times.is_partial(span.start, span.end)), None)
        if partial and partial.label and self.whole.beside.compare:
            days = (self.whole.run.as_of - partial.start).days + 1
            yield (
                f"{partial.label} is not over: it is compared with the first {days} days of the earlier period."
                if days > 1
                else f"{partial.label} has just begun: it is compared with the first day of the earlier period."
            )
        if not self._grain and self.whole.beside.compare:
            yield self._told_of_days(self.spans[0])

    def _told_of_days(self, span: Span) -> str:
        """Say with which days a stretch of days is compared, which no label tells."""
        what = "The total" if self.whole.query.time_grain else "What is asked for"
        if span.start == FIRST_DAY or span.end == LAST_DAY:
            return f"{what} has nothing to be compared with: say its first and its last day."
        known = min(span.end, self.whole.run.as_of + timedelta(days=1))
        earlier = [self._days(name, span) for name in self.whole.beside.compare]
        said = " and ".join(f"{_worded(days)}" for days in earlier if days)
        if not said:
            return f"{what} of {_worded((span.start, known))} has nothing to be compared with in the data."
        return f"{what} of {_worded((span.start, known))} is compared with {said}."

    @cached_property
    def run(self) -> Run:
        whole = self.whole
        dimensions = tuple(name for name in self.kept if name != whole.query.time_grain)
        asked = replace(
            whole.plain, by=dimensions, grain=None, start=None, end=None, windows=self._windows, labels=False
        )
        return Run(asked, whole.data, whole.calendar, whole.known)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        spans = self.whole.spans
        if self._grain or not self.whole.query.time_grain:
            return spans
        return (Span(label=None, start=spans[0].start, end=spans[-1].end),)

    @cached_property
    def _answer(self) -> Result:
        return self.run.result()

    @property
    def _grain(self) -> str | None:
        grain = self.whole.query.time_grain
        return grain if grain in self.kept else None

    @property
    def _times(self) -> tuple[str, ...]:
        """The times to ask for; what is summed over buckets has none that rolls."""
        return tuple(
            name for name in self.whole.beside.times if self._grain or not name.startswith("rolling_")
        )

    @cached_property
    def _calendar_times(self) -> Times:
        return Times(
            calendar=self.whole.calendar, grain=self.whole.query.time_grain, as_of=self.whole.run.as_of
        )

    @cached_property
    def _windows(self) -> tuple[Period, ...]:
        return tuple(self._all_windows())

    def _all_windows(self) -> Iterator[Period]:
        for number, span in enumerate(self.spans):
            yield Period(label=f"{_NOW}{_BETWEEN}{number}", start=span.start, end=span.end)
            for name in self._times:
                days = self._days(name, span)
                if days:
                    yield Period(label=f"{name}{_BETWEEN}{number}", start=days[0], end=days[1])

    def _days(self, name: str, span: Span) -> tuple[date, date] | None:
        """Give the days of a time; None where the data do not reach back so far."""
        if span.start == FIRST_DAY or (span.end == LAST_DAY and name in COMPARED):
            return None
        end = min(span.end, self.whole.run.as_of + timedelta(days=1)) if span.end == LAST_DAY else span.end
        days = self._calendar_times.of(name, span.start, end)
        reaches = name == "year_to_date" or days[0] >= self.whole.history
        return days if reaches and days[0] < days[1] else None

    def _keys(self, group: Sequence[Any], span: Span) -> Iterator[Any]:
        places = zip(self.run.query.dimensions, group, strict=True)
        named = {name: self.whole.run.label(name, value) for name, value in places}
        named |= {str(self._grain): span.label}
        columns = self.whole.query.columns
        yield from (named.get(name) if name in self.kept else None for name in columns)
        if self.whole.beside.totals:
            yield ",".join(columns[len(self.kept) :]) or None

    def _cells(
        self, group: tuple[Any, ...], span: Span, values: Mapping[str, Mapping[str, Any]]
    ) -> Iterator[Any]:
        for kpi in self.run.kpis:
            now = values[_NOW].get(kpi.name)
            yield now
            for time in self.whole.beside.times:
                then = values.get(time, {}).get(kpi.name)
                yield then
                if time in COMPARED:
                    yield from _changes(kpi, now, then)
            if self.whole.beside.targets:
                target = self.run.target_of(kpi, group, span)
                yield target
                yield _change(now, target)


def _worded(days: tuple[date, date]) -> str:
    return f"{days[0]} to {day_before(days[1])}"


def _changes(kpi: Kpi, now: Any, then: Any) -> Iterable[Any]:
    change = _change(now, then)
    if kpi.unit not in _GROWS:
        return (change,)
    growth = None if change is None or not then else float(Fraction(change) / abs(Fraction(then)))
    return (change, growth)


def _change(now: Any, then: Any) -> Any:
    if now is None or then is None:
        return None
    exact = Fraction(now) - Fraction(then)
    return int(exact) if exact.denominator == 1 and not isinstance(now, float) else float(exact)
