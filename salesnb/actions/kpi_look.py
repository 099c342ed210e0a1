"""How a KPI looks while it is picked: its last period, its trend, by a dimension, beside another, and what it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb.charts.scale import plottable, ticks
from salesnb.errors import BadUsage
from salesnb.kpis import Query
from salesnb.kpis.lineage import lineage
from salesnb.workbooks.findings_words import period_name
from salesnb.workbooks.kpi_preview import change_of, compared_rows, lineage_rows, value_of

if TYPE_CHECKING:
    from salesnb.actions.live import Live

__all__ = ["GRAINS", "Aspect", "Head", "Look", "Mark", "Row", "Table", "Trend", "look_at", "table_of"]

# By grain: how many buckets of the trend are shown, and before that what a year before needs.
GRAINS = {"month": 25, "quarter": 13, "week": 57}
_MOST_ROWS = 12
_MISSING = "(none)"
_TICKS = 3


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """From which side a KPI is looked at.

    Attributes
    ----------
    grain
        One of ``GRAINS``.
    by
        A dimension; empty for none.
    beside
        Another KPI; empty for none.
    """

    grain: str = "month"
    by: str = ""
    beside: str = ""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A point of a trend: its number, or None for nothing, and in words; ``open`` where its period is not over."""

    label: str
    value: float | None
    words: str
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A KPI over time: points, and the ends of a scale that holds them, with its words."""

    title: str
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, kw_only=True)
class Head:
    """The figure of the last period that was over, and what it was before.

    Attributes
    ----------
    before
        ``(period, value, change)`` in words, of the period before and the year before where they are known.
    """

    title: str
    period: str
    value: str
    before: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A value of a dimension: its figure in words and as a share of the largest, then what it was and what is beside."""

    name: str
    value: str
    share: float
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is shown of a KPI.

    Attributes
    ----------
    heads, trends
        Of the KPI, then of the one beside it.
    reads
        What it is made of: depth, name, what it is, of which deals, what it reads, and its status.
    notices
        What the reader should know, a sentence each.
    """

    heads: tuple[Head, ...]
    trends: tuple[Trend, ...]
    reads: tuple[tuple[int, str, str, str, str, str], ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A KPI by a dimension in the last period that was over: heads of columns, rows, and what is left out in words."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: str


def look_at(live: "Live", aspect: Aspect) -> Look:
    """Compute what is shown of a definition at once, which is a single question: everything is told by its buckets.

    Raises
    ------
    MissingFile
        When nothing has been imported.
    BadInput
        When it cannot be compiled.
    UnknownName, BadUsage
        When the other KPI or the grain is not known.
    """
    return _Looking(live, aspect).look()


def table_of(live: "Live", aspect: Aspect) -> Table:
    """Compute a definition by the dimension of an aspect, the largest first.

    Raises
    ------
    UnknownName
        When the dimension is not known; else as `look_at`.
    """
    return _Looking(live, aspect).table()


class _Looking:
    """What the parts of a look share."""

    def __init__(self, live: "Live", aspect: Aspect) -> None:
        if aspect.grain not in GRAINS:
            raise BadUsage(f"There is no grain {aspect.grain[:40]!r}.")
        self._live, self._aspect = live, aspect
        beside = aspect.beside if aspect.beside != live.definition.name else ""
        self._kpis = tuple(
            live.known.get(name) for name in (live.definition.name, *([beside] if beside else []))
        )
        self._names = tuple(kpi.name for kpi in self._kpis)
        settings = live.workspace.settings
        self._fmt, self._start = settings.formatter, settings.fiscal_year_start
        self._calendar = live.workspace.calendar
        self._period = live.last_complete(aspect.grain)

    def look(self) -> Look:
        series = self._series()
        return Look(
            heads=tuple(self._head(n, series) for n in range(len(self._kpis))),
            trends=tuple(self._trend(n, series) for n in range(len(self._kpis))),
            reads=tuple(lineage_rows(lineage(self._kpis[0], self._live.known, self._live.data))),
            notices=self._notices,
        )

    def table(self) -> Table:
        by = self._aspect.by
        found = self._live.ask(Query(kpis=self._names, by=(by,), windows=self._live.windows(self._period)))
        groups: dict[str, dict[str, Sequence[Any]]] = {}
        for name, window, *values in found:
            groups.setdefault(_MISSING if name is None else str(name), {})[window] = values
        ranked = compared_rows(
            self._fmt,
            self._kpis[0].unit,
            [
                (name, *(found.get(window, (None,))[0] for window in ("now", "previous", "last_year")))
                for name, found in groups.items()
            ],
        )
        largest = max((abs(row[1]) for row in ranked if row[1] is not None), default=0)
        rows = tuple(
            Row(
                name=name,
                value=self._words(0, now) if now is not None else "nothing",
                share=abs(float(now)) / float(largest) if now and largest else 0.0,
                cells=(
                    before,
                    change or "",
                    *(self._words(1, groups[name]["now"][1]) for _ in self._kpis[1:]),
                ),
            )
            for name, now, before, change, *_ in ranked[:_MOST_ROWS]
        )
        earlier = self._called(self._calendar.previous(self._period).label)
        heads = (by.replace("_", " ").capitalize(), self._called(self._period.label), earlier, "Change")
        left = len(ranked) - _MOST_ROWS
        return Table(
            names=(*heads, *(kpi.label for kpi in self._kpis[1:])),
            rows=rows,
            left_out=f"The largest {_MOST_ROWS} of {len(ranked)} are shown." if left > 0 else "",
        )

    def _series(self) -> dict[str, tuple[Any, ...]]:
        """Ask for the buckets of the trend, the year before among them."""
        now = self._calendar.containing(self._live.as_of, self._aspect.grain)
        first = now
        for _ in range(GRAINS[self._aspect.grain] - 1):
            first = self._calendar.previous(first)
        start = max(first.start, self._calendar.containing(self._live.first_month, self._aspect.grain).start)
        asked = Query(kpis=self._names, grain=self._aspect.grain, start=start, end=now.end)
        found = self._live.ask(asked)
        self._notices = found.notices
        return {str(label): tuple(values) for label, *values in found}

    def _head(self, n: int, series: Mapping[str, tuple[Any, ...]]) -> Head:
        kpi, period = self._kpis[n], self._period
        value = series.get(period.label, (None, None))[n]
        earlier = (self._calendar.previous(period), self._calendar.year_before(period))
        before = [(one, series[one.label][n]) for one in dict.fromkeys(earlier) if one.label in series]
        return Head(
            title=kpi.label,
            period=self._called(period.label),
            value=self._words(n, value) if value is not None else "nothing",
            before=tuple(
                (
                    self._called(one.label),
                    self._words(n, then),
                    change_of(self._fmt, kpi.unit, then, value) or "",
                )
                for one, then in before
            ),
        )

    def _trend(self, n: int, series: Mapping[str, tuple[Any, ...]]) -> Trend:
        open_ = self._calendar.next(self._period).label
        marks = tuple(
            Mark(
                label=self._called(label),
                value=plottable(values[n]),
                words=self._words(n, values[n]) if values[n] is not None else "nothing",
                open=label == open_,
            )
            for label, values in series.items()
        )
        drawn = [mark.value for mark in marks if mark.value is not None]
        unit = self._kpis[n].unit
        ends = ticks(min(0.0, *drawn), max(drawn), _TICKS, whole=unit == "count") if drawn[1:] else ()
        return Trend(
            title=f"{self._kpis[n].label} by {self._aspect.grain}",
            marks=marks,
            ticks=tuple((one, self._fmt.short(one, unit)) for one in ends),
        )

    def _words(self, n: int, value: Any) -> str:
        return value_of(self._fmt, self._kpis[n].unit, value)

    def _called(self, label: str) -> str:
        return period_name(label, self._fmt, self._start)
