"""One scan for all sums: rows grouped into cells by dimensions, time of creation and time of closing, then folded.

A cell holds the sums over the opportunities of one group that were created in one stretch of days and closed in
another. Folded over the days of closing they are what was created, folded over those of creation what was closed, and
what was open on a day is what was created by then less what was closed by then. Folding is part of the same statement,
so that an engine reads the opportunities once and hands over results only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.calendar import GRAINS
from salesnb.kpis.kpi import AS_OF, AT_START, CLOSED, CREATED, Kpi
from salesnb.kpis.lives import lives, stays
from salesnb.kpis.scan import Scan
from salesnb.kpis.spans import FIRST_DAY, LAST_DAY, Axis, Span
from salesnb.kpis.splitting import STATUS, Summand, decided, summand

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BY_STAGE", "DEALS", "PERIOD", "STOCKS", "Cells", "Fold", "dated"]

STOCKS = frozenset({AS_OF, AT_START})
BY_STAGE = ("probability", "stage")
PERIOD = frozenset({"period_start", "period_end"})
# How many opportunities stand behind a row of the answer.
DEALS = "deals behind"
_ENTRY, _EXIT, _WITHIN = "place entered", "place left", "place within"
# Where nobody knows the day; of creation it counts as before all.
_UNKNOWN = -2


class Fold(IntEnum):
    """By what a row of the answer adds up cells."""

    ENTERED = 0
    CLOSED = 1
    LEFT = 2
    WITHIN = 3
    ENTERED_BY_STAGE = 4
    LEFT_BY_STAGE = 5


def dated(name: str) -> str:
    """Name the column of a measure with what lies within the period by its date; its own has what is undated."""
    return f"{name} dated"


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Measures that one scan answers.

    Attributes
    ----------
    measures
        Sums and weighted sums.
    columns
        What they read of the opportunities.
    reads
        Dimensions that they read, besides those that are grouped by.
    moving
        Whether open deals stand at more than one place in their time; then these are measures of what is open.
    wide
        Whether there are so many groups that cells would hardly be fewer than rows. Then rows are folded without
        cells, which takes more time and less memory.
    """

    scan: Scan
    measures: tuple[Kpi, ...]
    columns: frozenset[str]
    reads: tuple[str, ...] = ()
    moving: bool = False
    wide: bool = False

    def rows(self) -> "pa.Table | None":
        """Ask the engine; None where there can be nothing.

        Returns
        -------
        pyarrow.Table or None
            ``fold``, ``place`` on the axis (-1: before it), ``dim_NAME``, with a weighted measure ``probability`` and
            ``stage``, `DEALS`, and every measure.
        """
        table = self._placed()
        if table is None:
            return None
        folded, sums = self._by_row(table) if self.wide else self._by_cell(table)
        keys = [*self._dimensions, "fold", "place", *self.by_stage]
        return folded.group_by(keys).aggregate(**sums).to_pyarrow()

    @cached_property
    def known_spans(self) -> tuple[Span, ...]:
        """The spans of which anything is known."""
        return tuple(span for span in self.scan.spans if span.start <= self.scan.as_of)

    @cached_property
    def axis(self) -> Axis:
        """The days at which spans start and end, as far as they are known."""
        days = [day for span in self.known_spans for day in (span.start, min(span.end, self._until))]
        return self._axis_of(days)

    def _axis_of(self, days: list[date]) -> Axis:
        return Axis.of(days, self.scan.grain, self.scan.calendar, of_duckdb=self.scan.deals.of_duckdb)

    def stretches(self, span: Span) -> tuple[int, int]:
        """Give the first stretch of a span, and the one after its last."""
        return self.axis.number(span.start), self.axis.number(min(span.end, self._until))

    @property
    def _until(self) -> Any:
        return min(self.scan.as_of, LAST_DAY - timedelta(days=1)) + timedelta(days=1)

    @cached_property
    def folds(self) -> tuple[Fold, ...]:
        """What is needed to tell every measure."""
        bases = {kpi.basis for kpi in self.measures if kpi.kind != "weighted"}
        needed = {
            Fold.ENTERED: CREATED in bases or bool(bases & STOCKS),
            Fold.CLOSED: CLOSED in bases,
            Fold.LEFT: bool(bases & STOCKS),
            Fold.WITHIN: self._within is not None,
            Fold.ENTERED_BY_STAGE: bool(self.by_stage),
            Fold.LEFT_BY_STAGE: bool(self.by_stage),
        }
        return tuple(fold for fold, asked in needed.items() if asked)

    @property
    def _dimensions(self) -> list[str]:
        return [f"dim_{name}" for name in self.scan.dimensions]

    @property
    def by_stage(self) -> tuple[str, ...]:
        """What deals are told apart by besides, so that they can be weighted."""
        return BY_STAGE if any(kpi.kind == "weighted" for kpi in self.measures) else ()

    @property
    def _within(self) -> str | None:
        """The date that must lie within the period, where there are several periods."""
        if self.scan.grain not in GRAINS:
            return None
        return next((kpi.within for kpi in self.measures if kpi.within), None)

    def _placed(self) -> Any:
        """Number for each opportunity the stretches in which it was created and closed; None where there is none."""
        import ibis

        if not self.known_spans:
            return None
        wanted = {*self.columns, *self.by_stage, *filter(None, (self._within,))} - PERIOD
        of_deals = [name for name in sorted(wanted) if not name.startswith("dim_")]
        table = self._deals(tuple(of_deals))
        if table is None:
            return None
        asked = tuple(self._tells(table))
        table = table.filter(*asked) if asked else table
        numbers = {_EXIT: self.axis.numbered(table[self._left], self.axis.after)}
        if self.folds != (Fold.CLOSED,):
            numbers[_ENTRY] = self.axis.numbered(table[self._entered], _UNKNOWN)
        if self._within:
            numbers[_WITHIN] = self._spans_axis.numbered(table[self._within], _UNKNOWN)
        if self.columns & PERIOD:
            whole = self.scan.spans[0]
            # Of several periods none takes a deal by its date here; those that do are told apart in `_values`.
            start, end = (whole.start, whole.end) if self.scan.grain is None else (LAST_DAY, FIRST_DAY)
            numbers |= {"period_start": ibis.date(start), "period_end": ibis.date(end)}
        return table.select([*dict.fromkeys((*self._dimensions, *sorted(wanted)))], **numbers)

    def _deals(self, columns: tuple[str, ...]) -> Any:
        """Select the opportunities; the expression is written once for all questions that want the same of them."""
        scan, select = self.scan, stays if self.moving else lives
        asked = (scan.as_of, scan.dimensions, scan.filters, scan.credit, scan.restated)
        key = (select.__name__, asked, self.reads, columns)
        return scan.deals.kept(key, lambda: select(scan, self.reads, columns))

    def _tells(self, table: Any) -> Iterator[Any]:
        """Leave out what was all before the spans, where that is much: what is left costs more than asking."""
        import ibis

        first, last = (ibis.date(self.axis.cuts[place]) for place in (0, -1))
        if self.folds == (Fold.CLOSED,):
            yield from (table[self._left] >= first, table[self._left] < last)
        elif self.scan.deals.book.is_late(self.axis.cuts[0]):
            yield table[self._left].isnull() | (table[self._left] >= first) | (table[self._entered] >= first)

    @property
    def _entered(self) -> str:
        return "entered" if self.moving else "created_on"

    @property
    def _left(self) -> str:
        return "left" if self.moving else "closed_on"

    @property
    def _spans_axis(self) -> Axis:
        """The spans of which something is known, with their days to come."""
        return self._axis_of([day for span in self.known_spans for day in (span.start, span.end)])

    def _values(self, table: Any) -> dict[str, Any]:
        """Give each measure as an aggregation of a table."""
        values = {kpi.name: kpi.function(table) for kpi in self.measures}
        for kpi in self.measures:
            if kpi.within and self._within:
                whole = values[kpi.name]
                values[kpi.name] = decided(whole, kpi.within, inside=False)
                values[dated(kpi.name)] = decided(whole, kpi.within, inside=True)
        return values

    def _by_row(self, table: Any) -> tuple[Any, dict[str, Any]]:
        folded = self._folded(table)
        sums = {name: value.fill_null(0).cast("int64") for name, value in self._values(folded).items()}
        return folded, {**sums, DEALS: folded.count()}

    def _by_cell(self, table: Any) -> tuple[Any, dict[str, Any]]:
        known = not self.moving and self.folds != (Fold.CLOSED,)
        missing = {"created_on": (_ENTRY, _UNKNOWN)} if known else {}
        if self._within:
            missing[self._within] = (_WITHIN, _UNKNOWN)
        summands = {name: summand(value, missing) for name, value in self._values(table).items()}
        columns: dict[Any, str] = {}
        for part in summands.values():
            columns.setdefault(part.rows.op(), f"sum {len(columns)}")
        folded = self._folded(self._grouped(table, summands, columns))
        sums = {name: part.of(folded, columns[part.rows.op()]) for name, part in summands.items()}
        return folded, {**sums, DEALS: folded[DEALS].sum().cast("int64")}

    def _grouped(self, table: Any, summands: dict[str, Summand], columns: dict[Any, str]) -> Any:
        keys: list[Any] = [*self._dimensions, *self.by_stage, _EXIT]
        if self.folds != (Fold.CLOSED,):
            keys.append(_ENTRY)
        if self._within:
            keys.append(_WITHIN)
        if any(part.is_by_status for part in summands.values()):
            keys.append(STATUS)
        sums = {column: found.to_expr() for found, column in columns.items()}
        return table.group_by(keys).aggregate(**sums, **{DEALS: table.count()})

    def _folded(self, cells: Any) -> Any:
        """Give every cell once for each fold, with the stretch at which that counts it."""
        import ibis

        if len(self.folds) == 1:
            cells = cells.mutate(fold=int(self.folds[0]))
        else:
            cells = cells.mutate(fold=ibis.array([int(fold) for fold in self.folds]).unnest())
        cases = [(cells.fold == int(fold), self._place(cells, fold)) for fold in self.folds]
        place = ibis.cases(*cases, else_=self.axis.after)
        more = {"place": place}
        if self.by_stage:
            apart = cells.fold >= int(Fold.ENTERED_BY_STAGE)
            more["probability"] = apart.ifelse(cells.probability, ibis.null("float64"))
            more["stage"] = apart.ifelse(cells.stage, ibis.null("string"))
        return cells.mutate(**more)

    def _place(self, cells: Any, fold: Fold) -> Any:
        import ibis

        if fold in {Fold.ENTERED, Fold.ENTERED_BY_STAGE}:
            return ibis.greatest(cells[_ENTRY], -1)
        if fold == Fold.CLOSED:
            return cells[_EXIT]
        # A deal that closed before it was created was never open.
        left = ibis.greatest(cells[_ENTRY], cells[_EXIT])
        if fold == Fold.WITHIN:
            place = cells[_WITHIN]
            return ((place >= 0) & (cells[_ENTRY] <= place) & (left > place)).ifelse(place, self.axis.after)
        return left
