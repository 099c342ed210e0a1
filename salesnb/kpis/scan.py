"""The opportunities that a question is about: those of a time basis, or every one once; and what they group by."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

from salesnb.calendar import FiscalCalendar
from salesnb.crm.ahead import Answer, later
from salesnb.errors import UnknownName, nearest
from salesnb.kpis.deals import Deals, Dimension
from salesnb.kpis.kpi import AT_START, CLOSED, CREATED, Kpi
from salesnb.kpis.quantiles import Places, apart, together
from salesnb.kpis.query import OVERLAY, OWNER, WINDOW
from salesnb.kpis.spans import FIRST_DAY, LAST_DAY, Axis, Span, day_before
from salesnb.kpis.splitting import of_chosen_rows

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "TOLD_ON",
    "Filter",
    "Rows",
    "Scan",
    "Span",
    "bases_of",
    "day_before",
    "filters",
    "matches",
]

# Waits for rows, and gives them.
Rows: TypeAlias = Callable[[], list[dict[str, Any]]]

# Of open deals: the day as of which they are told. Unlike ``place_on`` it stays the same whose organisation counts.
TOLD_ON = "told_on"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A dimension has one of some values; None among them stands for rows without one."""

    dimension: Dimension
    values: tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What all queries of one question share.

    Attributes
    ----------
    dimensions, grain
        What is grouped by.
    spans
        Every bucket, or one for all days.
    filters
        What must hold.
    credit
        Whose a deal is: its owner's, that of all who share in it, or an overlay's.
    restated
        Whether the organisation of the as-of day counts, whatever it was then.
    """

    deals: Deals
    calendar: FiscalCalendar
    as_of: date
    dimensions: tuple[str, ...]
    grain: str | None
    spans: tuple[Span, ...]
    filters: tuple[Filter, ...] = field(default=())
    credit: str = OWNER
    restated: bool = False

    def rows(
        self, basis: str, measures: Sequence[Kpi], more_keys: tuple[str, ...] = ()
    ) -> list[dict[str, Any]]:
        """Compute measures of one basis.

        Returns
        -------
        list of dict
            ``bucket`` (label or None), ``dimensions`` (ids), the columns of ``more_keys``, and each measure.
        """
        return self.asked(basis, measures, more_keys)()

    def asked(
        self,
        basis: str,
        measures: Sequence[Kpi],
        more_keys: tuple[str, ...] = (),
        *,
        read_only: bool = False,
        ask: Callable[[Any], Answer] = later,
    ) -> Rows:
        """Ask for measures of one basis, and give what waits for the rows.

        Parameters
        ----------
        read_only
            Whether groups of which measures read no row may be left out.
        ask
            How an engine is asked.
        """
        waiting = []
        for reads, some in self.by_reads(measures):
            grouped, places = self._grouped(basis, some, reads, more_keys, read_only=read_only)
            if grouped is not None:
                waiting.append((ask(grouped), places, some))
        return lambda: [
            self._row(row, some, more_keys)
            for answer, places, some in waiting
            for row in apart(answer().to_pylist(), places)
        ]

    def by_reads(self, measures: Sequence[Kpi]) -> Iterable[tuple[tuple[str, ...], list[Kpi]]]:
        """Put measures together that can share one scan.

        Joining a dimension multiplies no row. But by credit a deal whose team a measure reads stands there once a team,
        which the other measures must not see.
        """
        if self.credit == OWNER:
            return [(tuple(dict.fromkeys(name for kpi in measures for name in kpi.reads)), list(measures))]
        found: dict[tuple[str, ...], list[Kpi]] = {}
        for kpi in measures:
            found.setdefault(kpi.reads, []).append(kpi)
        return found.items()

    def _grouped(
        self,
        basis: str,
        measures: Sequence[Kpi],
        reads: tuple[str, ...],
        more_keys: tuple[str, ...],
        *,
        read_only: bool,
    ) -> tuple[Any, Places]:
        """Give the question, and where in its answer quantiles are; None where there can be nothing."""
        table = self.opportunities(basis, reads)
        if table is None:
            return None, {}
        values = {kpi.name: kpi.function(table) for kpi in measures}
        if read_only:
            table, values = of_chosen_rows(table, values)
        # Other engines sort once by themselves, or have no list of quantiles.
        values, places = together(values) if self.deals.of_duckdb else (values, {})
        keys = [*(f"dim_{name}" for name in self.dimensions), *(["bucket"] if self.grain else []), *more_keys]
        return table.group_by(keys).aggregate(**values) if keys else table.aggregate(**values), places

    def opportunities(self, basis: str, reads: tuple[str, ...] = ()) -> Any:
        """Select the opportunities of a basis with their dimensions and bucket; None where there can be none.

        ``reads`` are further dimensions that measures read.
        By credit or overlay there is a row for each group that has a share of a deal, with its part of the amounts.
        """
        by_day = self._in_windows if self.grain == WINDOW else self._by_day
        table = by_day(basis) if basis in {CLOSED, CREATED} else self._open_on_days(basis)
        return None if table is None else self.of_whom(table, reads)

    def created_or_undated(self) -> Any:
        """Select the opportunities created within the spans, and those of which nobody knows when.

        Returns
        -------
        Ibis table or None
            As `opportunities`, with a null bucket where there is no date; None where no overlay has a share of any.
        """
        import ibis

        table, as_of = self.deals.known, ibis.date(self.as_of)
        first, last, created = self.spans[0].start, self.spans[-1].end, table.created_on
        inside = (created >= ibis.date(first)) & (created < ibis.date(last)) & (created <= as_of)
        table = table.filter(created.isnull() | inside)
        table = table.mutate(place_on=table.closed_on.fill_null(as_of))
        return self.of_whom(table.mutate(bucket=self._bucket(table.created_on)) if self.grain else table)

    def of_whom(self, table: Any, reads: tuple[str, ...] = ()) -> Any:
        """Add the dimensions; by credit or overlay give each group its part."""
        import ibis

        if self.restated and "place_on" in table.columns:
            table = table.mutate(place_on=ibis.date(self.as_of))
        if self.credit == OWNER:
            return self._placed(table, reads)
        parts = self.deals.parts(self.credit)
        return None if parts is None else self._shared(table, parts, reads)

    def _placed(self, table: Any, reads: tuple[str, ...]) -> Any:
        """Add the dimensions, and keep what the filters ask for."""
        names = [*self.dimensions, *reads, *(found.dimension.name for found in self.filters)]
        table = self.deals.with_dimensions(table, names, "place_on")
        for found in self.filters:
            table = table.filter(matches(table[f"dim_{found.dimension.name}"], found.values))
        return table

    def _shared(self, table: Any, parts: Any, reads: tuple[str, ...]) -> Any:
        """Give every group its part of the deals that are shared, and by credit the others as they are."""
        dimensions = tuple(dict.fromkeys((*self.dimensions, *reads)))
        columns = [*table.columns, *(f"dim_{name}" for name in dimensions)]
        parts = parts.rename(
            part_of="opportunity_id", sharer="rep_id", part="amount", expected="expected_amount"
        )
        joined = table.inner_join(parts, table.opportunity_id == parts.part_of)
        placed = self._placed(
            joined.mutate(
                owner=joined.rep_id,
                rep_id=joined.sharer,
                amount=joined.part,
                expected_amount=joined.expected,
            ),
            reads,
        )
        # Several who share in a deal may be of one group, for which it is one deal.
        keys = ["opportunity_id", *({"bucket"} & set(columns))]
        keys += [f"dim_{name}" for name in dimensions if self.deals.readable(name).of_reps]
        sums = {name: placed[name].sum().cast("int64") for name in ("amount", "expected_amount")}
        # All else is the same in every row of a deal, and engines leave out what no KPI reads. Not every engine has
        # a function that takes any value; the largest is one.
        same = {name: placed[name].max() for name in columns if name not in {*keys, *sums, "rep_id"}}
        shared = placed.group_by(keys).aggregate(**sums, **same, rep_id=placed.owner.max())
        shared = shared.select(columns)
        if self.credit == OVERLAY:
            return shared
        whole = self._placed(table.anti_join(parts, table.opportunity_id == parts.part_of), reads)
        return whole.select(columns).union(shared)

    def _by_day(self, basis: str) -> Any:
        """Take those closed or created within the spans; the organisation is that of closing, else of the as-of day."""
        import ibis

        first, last = self.spans[0].start, self.spans[-1].end
        table = self._happened(basis)
        table = table.filter(table[basis] >= ibis.date(first), table[basis] < ibis.date(last))
        return table.mutate(bucket=self._axis.inside(table[basis])) if self.grain else table

    def _in_windows(self, basis: str) -> Any:
        """Take those closed or created within each window; one that lies in several counts in each."""
        table, windows = self._happened(basis), self._windows(range(len(self.spans)))
        inside = (table[basis] >= windows.period_start) & (table[basis] < windows.period_end)
        return table.inner_join(windows.drop("place_on", TOLD_ON), inside)

    def _happened(self, basis: str) -> Any:
        """Take those closed or created by the as-of day, with the day whose organisation counts."""
        import ibis

        table, as_of = self.deals.known, ibis.date(self.as_of)
        table = table.filter(table[basis].notnull(), table[basis] <= as_of)
        return table.mutate(place_on=table.closed_on.fill_null(as_of))

    def _open_on_days(self, basis: str) -> Any:
        """Take those open on a day of each span; a span after the as-of day has none."""
        import ibis

        places = [place for place, span in enumerate(self.spans) if span.start <= self.as_of]
        if not places:
            return None
        table = self.deals.known
        table = table.mutate(
            open_from=table.created_on.fill_null(ibis.date(FIRST_DAY)),
            open_to=table.closed_on.fill_null(ibis.date(LAST_DAY)),
        )
        spans = self._windows(places, at_start=basis == AT_START)
        joined = table.inner_join(
            spans, (table.open_from <= spans.place_on) & (table.open_to > spans.place_on)
        )
        return joined.drop("open_from", "open_to")

    def _windows(self, places: Iterable[int], *, at_start: bool = False) -> Any:
        """Give a table of spans: number, bounds, and the day as of which open deals are told."""
        import ibis

        spans = [(place, self.spans[place]) for place in places]
        days = [day_before(span.start) if at_start else span.told_on(self.as_of) for _, span in spans]
        rows = [
            {
                "bucket": place,
                "place_on": day,
                TOLD_ON: day,
                "period_start": span.start,
                "period_end": span.end,
            }
            for (place, span), day in zip(spans, days, strict=True)
        ]
        dates = ("place_on", TOLD_ON, "period_start", "period_end")
        return ibis.memtable(rows, schema={"bucket": "int64", **dict.fromkeys(dates, "date")})

    def _row(
        self, row: dict[str, Any], measures: Iterable[Kpi], more_keys: tuple[str, ...]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {kpi.name: _plain_number(row[kpi.name]) for kpi in measures}
        found |= {key: row[key] for key in more_keys}
        found["dimensions"] = tuple(row[f"dim_{name}"] for name in self.dimensions)
        found["bucket"] = self.label(int(row["bucket"])) if self.grain else None
        return found

    def label(self, bucket: int) -> str | None:
        """Name the bucket that the engine numbers so."""
        return self.spans[bucket].label

    def _bucket(self, day: Any) -> Any:
        """Number the bucket of a day by its place; a day that is not known has none."""
        return self._axis.numbered(day, None)

    @cached_property
    def _axis(self) -> Axis:
        """The days of the buckets, which lie side by side."""
        days = [day for span in self.spans for day in (span.start, span.end)]
        return Axis.of(days, self.grain, self.calendar, of_duckdb=self.deals.of_duckdb)


def bases_of(measures: Iterable[Kpi]) -> dict[str, list[Kpi]]:
    """Group measures by basis, in a stable order."""
    found: dict[str, list[Kpi]] = {}
    for kpi in measures:
        found.setdefault(kpi.basis, []).append(kpi)
    return found


def filters(deals: Deals, where: Iterable[tuple[str, str | tuple[str, ...]]]) -> tuple[Filter, ...]:
    """Turn filters as typed, by name or id, into ids.

    Raises
    ------
    UnknownName
        When a dimension or a value is not known.
    """
    return tuple(_filter(deals, deals.dimension(name), wanted) for name, wanted in where)


def _filter(deals: Deals, dimension: Dimension, wanted: str | tuple[str, ...]) -> Filter:
    values = (wanted,) if isinstance(wanted, str) else wanted
    found = (key for value in values for key in _meant_by(deals, dimension, value))
    return Filter(dimension=dimension, values=tuple(dict.fromkeys(found)))


def _meant_by(deals: Deals, dimension: Dimension, value: str) -> list[str | None]:
    if value == "":
        return [None]
    names = deals.labels(dimension)
    known = deals.values(dimension)
    ids = sorted({str(key) for key in known if value in {key, names.get(str(key))}} | _named(names, value))
    if not ids:
        shown = [names.get(str(key), str(key)) for key in known]
        raise UnknownName(f"There is no {dimension.name} {value!r}.", hint=nearest(value, shown))
    return [*ids]


def _named(names: dict[str, str], value: str) -> set[str]:
    return {key for key, name in names.items() if name in {value, f"{value} ({key})"}}


def matches(column: Any, values: tuple[str | None, ...]) -> Any:
    """Tell whether a column has one of a filter's values; None stands for rows without one."""
    given = [value for value in values if value is not None]
    if None not in values:
        return column.isin(given)
    return column.isnull() | column.isin(given) if given else column.isnull()


def _plain_number(value: Any) -> float | int | None:
    return int(value) if isinstance(value, Decimal) else value
