"""Running a query: measures are computed in the engine, in one scan where they can be, all else after aggregation."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, partial
from itertools import product
from typing import TYPE_CHECKING, Any, cast

from salesnb.calendar import FiscalCalendar
from salesnb.crm.ahead import Ahead
from salesnb.errors import BadInput
from salesnb.kpis.activity_data import ActivityData, has_activities
from salesnb.kpis.book import kept
from salesnb.kpis.cells import BY_STAGE
from salesnb.kpis.cohorts import RETENTION, Cohorts
from salesnb.kpis.deals import Deals
from salesnb.kpis.effort_data import Spending
from salesnb.kpis.folding import Folded, Key, Sums, put
from salesnb.kpis.kpi import ACTIVITY, AS_OF, CLOSED, CREATED, EFFORT, TARGET_INPUTS, Kpi, computed_from
from salesnb.kpis.order_sales import deals_of_sales
from salesnb.kpis.planning import plan
from salesnb.kpis.query import COMPANY, CREDIT, OWNER, Query, Target
from salesnb.kpis.quota_notices import QUOTA_KPI, TakenTargets
from salesnb.kpis.result import Column, Result, sort_key
from salesnb.kpis.run_notices import told_of_credits, told_of_undated
from salesnb.kpis.scan import Filter, Scan, filters
from salesnb.kpis.spans import FIRST_DAY, LAST_DAY, Span, day_before
from salesnb.kpis.stages_then import blank_stage, told_of_stages
from salesnb.kpis.weighting import Probabilities, weigh
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["Run"]

_UNDATED = "open_undated_count"


class Run:
    """One query on one dataset.

    Parameters
    ----------
    query
        What is asked.
    data, calendar
        Of what, and how its time is cut.
    catalogue
        Where the KPIs are.
    """

    def __init__(
        self, query: Query, data: "Dataset", calendar: FiscalCalendar, catalogue: Registry[Kpi]
    ) -> None:
        self.query, self.data = query, data
        self.calendar, self.catalogue = calendar, catalogue
        self.as_of = query.as_of or data.meta.as_of
        self.deals = Deals(data, self.as_of)
        self._ahead = Ahead(data.backend)
        self._taken = TakenTargets(query, calendar)
        self._notices: list[str] = []
        self._without_cohort: set[Span] = set()

    def result(self) -> Result:
        """Compute it."""
        self.measures  # noqa: B018 -- unknown names are told before anything runs
        columns = (*self.key_columns(), *(Column(name=k.name, role="kpi", unit=k.unit) for k in self.kpis))
        with self._ahead:
            sums = {credit: self._sums(credit) for credit in dict.fromkeys(self._credits.values())}
        rows = [(*self._shown(key), *self._values(key, sums)) for key in self._keys(sums.values())]
        by_credit = [name for name, credit in self._credits.items() if credit == CREDIT]
        self._notices += told_of_credits(by_credit, len(self.kpis))
        rows.sort(key=lambda row: sort_key(row[: len(self.query.columns)]))
        told = (*self._notices, *self.told_of_targets(), *told_of_stages(columns, rows, self.as_of))
        return Result(columns=columns, rows=tuple(rows), notices=told)

    @cached_property
    def kpis(self) -> tuple[Kpi, ...]:
        """The KPIs asked for."""
        return tuple(self.catalogue.get(name) for name in self.query.kpis)

    @cached_property
    def measures(self) -> tuple[Kpi, ...]:
        """Every measure that they need, each once.

        Raises
        ------
        BadInput
            When a KPI needs itself.
        """
        return self._measures_of(self.kpis)

    def credit_of(self, kpi: Kpi) -> str:
        """Tell by what a KPI counts deals: as asked, else quotas by credit and all others by owner.

        Where nobody shares in a deal, or no reps are asked for, credit is the same as owner, and that is what is told.
        """
        asked = self.query.credit or (CREDIT if self._is_about_quota(kpi) else OWNER)
        return OWNER if asked == CREDIT and not self._has_shares_of(kpi) else asked

    @cached_property
    def _credits(self) -> dict[str, str]:
        return {kpi.name: self.credit_of(kpi) for kpi in self.kpis}

    @cached_property
    def _needs_quotas(self) -> bool:
        return any(self._is_about_quota(kpi) for kpi in self.kpis)

    @property
    def measures_shown(self) -> tuple[Kpi, ...]:
        """The measures that the KPIs asked for are computed from, without those that only warn of something."""
        return tuple(kpi for kpi in self.measures if kpi.name != _UNDATED or _UNDATED in self.query.kpis)

    def told_of_targets(self) -> tuple[str, ...]:
        """Say what should be known of the targets that were taken."""
        return self._taken.sentences(needs_quota=any(map(self._is_about_quota, self.kpis)))

    def told_on(self, basis: str, bucket: int | None = None) -> date:
        """Give the day as of which open deals are listed, of the last bucket or that of a number."""
        span = self.spans[-1 if bucket is None else bucket]
        return span.told_on(self.as_of) if basis == AS_OF else day_before(span.start)

    def label(self, dimension: str, value: str | None) -> str | None:
        """Give the name of a dimension's value, or its id where names are not wanted."""
        return (
            self._labels[dimension].get(str(value), value)
            if value is not None and self.query.labels
            else value
        )

    def scan(self, credit: str) -> Scan:
        """Give what the queries to the engine share."""
        for name in self.query.dimensions:
            self.deals.dimension(name)
        return Scan(
            deals=self.deals,
            calendar=self.calendar,
            as_of=self.as_of,
            dimensions=self.query.dimensions,
            grain=self.query.time_grain,
            spans=self.spans,
            filters=self.filters,
            credit=credit,
            restated=self.query.restated,
        )

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """The filters, checked."""
        return filters(self.deals, self.query.where)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Every bucket from first to last, or the windows; one span where time is not asked for."""
        if self.query.windows:
            return tuple(
                Span(label=found.label, start=found.start, end=found.end) for found in self.query.windows
            )
        start, end = self.query.start or FIRST_DAY, self.query.end or LAST_DAY
        if not self.query.time_grain:
            return (Span(label=None, start=start, end=end),)
        first = self.query.start or self.first_day()
        last = self.query.end or self.as_of + timedelta(days=1)
        buckets = self.calendar.buckets(first, max(last, first + timedelta(days=1)), self.query.time_grain)
        return tuple(Span(label=b.label, start=max(b.start, start), end=min(b.end, end)) for b in buckets)

    @cached_property
    def _span_of(self) -> dict[str | None, Span]:
        return {span.label: span for span in self.spans}

    def _has_shares_of(self, kpi: Kpi) -> bool:
        """Whether some deals are shared, among reps or teams that are asked for or that the KPI reads."""
        asked = [*map(self.deals.dimension, self.query.dimensions), *(f.dimension for f in self.filters)]
        asked += [self.deals.readable(name) for part in self._measures_of((kpi,)) for name in part.reads]
        return any(found.of_reps for found in asked) and self.deals.parts(CREDIT) is not None

    def _is_about_quota(self, kpi: Kpi) -> bool:
        inputs = (self.catalogue.get(name) for name in kpi.needs if name not in TARGET_INPUTS)
        return kpi.needs_target or any(self._is_about_quota(found) for found in inputs)

    def _measures_of(self, kpis: Iterable[Kpi]) -> tuple[Kpi, ...]:
        found: dict[str, Kpi] = {}
        for kpi in kpis:
            self._collect(kpi, found, ())
        if "closable_amount" in found:
            found[_UNDATED] = self.catalogue.get(_UNDATED)
        return tuple(found.values())

    def _collect(self, kpi: Kpi, found: dict[str, Kpi], path: tuple[str, ...]) -> None:
        if kpi.name in path:
            raise BadInput(
                f"The KPI {kpi.name} is computed from itself: {' needs '.join((*path, kpi.name))}.",
                hint="Define one of them by measures.",
            )
        if kpi.kind != "derived":
            found[kpi.name] = kpi
            return
        for name in kpi.needs:
            if name not in TARGET_INPUTS:
                self._collect(self.catalogue.get(name), found, (*path, kpi.name))

    def first_day(self) -> date:
        """Find the first day on which anything happened by the bases asked for."""
        columns = {kpi.basis for kpi in self.measures} & {CLOSED, CREATED} or {CLOSED, CREATED}
        days = [kept(self.data, ("first day", column), partial(self._first, column)) for column in columns]
        sales = deals_of_sales(self.deals) if any(kpi.kind == RETENTION for kpi in self.measures) else None
        days += [sales.book.first_known(self.as_of)] if sales else []
        return min([day for day in days if day is not None], default=self.as_of)

    def _first(self, column: str) -> date | None:
        table = self.data.table("opportunities")
        found: date | None = table.aggregate(day=table[column].min()).to_pyarrow().to_pylist()[0]["day"]
        return found

    def _sums(self, credit: str) -> Sums:
        """Compute every measure that counts by the same credit, for every group that has rows."""
        found: Sums = {}
        scan = self.scan(credit)
        needed = self._measures_of(kpi for kpi in self.kpis if self.credit_of(kpi) == credit)
        scanned = [kpi for kpi in needed if kpi.kind not in {RETENTION, ACTIVITY, EFFORT}]
        if scanned:
            self.deals.book.ask_ahead(self._ahead)
            for reads, together in scan.by_reads(scanned):
                self._add(scan, tuple(together), reads, found)
        self._add_retained([kpi for kpi in needed if kpi.kind == RETENTION], scan, found)
        self._add_activities([kpi for kpi in needed if kpi.kind == ACTIVITY], found)
        self._add_spending([kpi for kpi in needed if kpi.kind == EFFORT], scan, found)
        self._tell_undated(scan, found)
        return found

    def _add(self, scan: Scan, measures: tuple[Kpi, ...], reads: tuple[str, ...], found: Sums) -> None:
        planned = plan(scan, measures, reads)
        alone = planned.asked_alone(scan, self._ahead)
        for cells in planned.cells:
            if (rows := cells.rows()) is None:
                continue
            folded = Folded(cells, rows)
            for key, values in folded.figures().items():
                found.setdefault(key, {}).update(values)
            for kpi in cells.measures:
                if kpi.kind == "weighted":
                    self._add_weighted(kpi, folded.by_stage(kpi), found)
        for some, answer in alone:
            put(answer(), some, found)
        for kpi in planned.alone:
            if kpi.kind == "weighted":
                self._add_weighted(kpi, scan.rows(kpi.basis, (kpi,), BY_STAGE), found)

    def _add_retained(self, kpis: list[Kpi], scan: Scan, found: Sums) -> None:
        if not kpis:
            return
        cohorts = Cohorts(scan, self.catalogue.get("won_amount"))
        for key, values in cohorts.sums(kpis).items():
            found.setdefault(key, {}).update(values)
        self._without_cohort = {span for span in self.spans if not cohorts.tells(span)}
        self._notices += cohorts.notices()

    def _add_activities(self, kpis: list[Kpi], found: Sums) -> None:
        """Ask the same of activities, which stand in the place of deals and are their owner's alone."""
        if kpis and has_activities(self.data):
            query = replace(self.query, kpis=tuple(kpi.name for kpi in kpis), credit=OWNER, targets=())
            asked = Run(query, cast("Dataset", ActivityData(self.data)), self.calendar, self.catalogue)
            put(asked.scan(OWNER).rows(CLOSED, kpis), kpis, found)

    def _add_spending(self, kpis: list[Kpi], scan: Scan, found: Sums) -> None:
        """Set spending beside what was won in the same months."""
        if kpis:
            spending = Spending(scan)
            won = spending.of_what_was_won(self.query)
            rows = Run(won, self.data, self.calendar, self.catalogue).result().rows if won else ()
            for key, months in spending.groups(rows).items():
                found.setdefault(key, {}).update((kpi.name, kpi.function(months)) for kpi in kpis)
            self._notices += spending.notices()

    def _add_weighted(self, kpi: Kpi, rows: Iterable[dict[str, Any]], found: Sums) -> None:
        probabilities = Probabilities(self.deals, self.data)
        days = {span.label: span.told_on(self.as_of) for span in self.spans}
        for key, value in weigh(rows, kpi.name, probabilities, days).items():
            found.setdefault(key, {})[kpi.name] = value
        if probabilities.estimated:
            self._notices.append(
                f"{kpi.name} is estimated: where a deal has no probability, {probabilities.basis} is taken."
            )

    def _tell_undated(self, scan: Scan, found: Sums) -> None:
        last = self.spans[-1].label
        if scan.credit != OWNER and any(_UNDATED in row for row in found.values()):
            # Several groups may have a share of one deal; without groups it is counted once.
            once = replace(scan, dimensions=()).rows(AS_OF, (self.catalogue.get(_UNDATED),))
            found = {(row["bucket"], row["dimensions"]): row for row in once}
        undated = sum(row.get(_UNDATED) or 0 for (bucket, _), row in found.items() if bucket == last)
        self._notices += told_of_undated(undated)

    def _keys(self, sums: Iterable[Sums]) -> list[Key]:
        """List the groups: one dimension with all its known values, crossings that have rows; and every bucket."""
        with_rows = {dimensions for found in sums for _, dimensions in found}
        if len(self.query.dimensions) == 1 and not self.query.where:
            dimension = self.deals.dimension(self.query.dimensions[0])
            with_rows |= {(value,) for value in self.deals.values(dimension)}
        if not self.query.dimensions:
            with_rows = {()}
        return list(product((span.label for span in self.spans), with_rows))

    def _values(self, key: Key, sums: Mapping[str, Sums]) -> list[Any]:
        span = self._span_of[key[0]]
        nothing = self._nothing_in[span]
        if self._needs_quotas:
            nothing = nothing | self._quotas(key[1], span)
        known = {credit: nothing | found.get(key, {}) for credit, found in sums.items()}
        for values in known.values():
            for kpi in self._computed:
                values[kpi.name] = self.deals.book.computed(kpi, values)
        return [known[self._credits[kpi.name]][kpi.name] for kpi in self.kpis]

    @cached_property
    def _computed(self) -> tuple[Kpi, ...]:
        return computed_from(self.kpis, self.catalogue)

    @cached_property
    def _nothing_in(self) -> dict[Span, dict[str, Any]]:
        """What every measure is in a span without any deals."""
        return {
            span: {measure.name: self._nothing(measure, span) for measure in self.measures}
            for span in self.spans
        }

    def _nothing(self, kpi: Kpi, span: Span) -> int | None:
        """A sum of no rows is zero; a quantile of none, and what is open on a day to come, is nothing."""
        blank = kpi.kind == ACTIVITY and not has_activities(self.data)
        if blank or (kpi.kind == RETENTION and span in self._without_cohort):
            return None
        unknown = kpi.basis not in {"closed_on", "created_on"} and span.start > self.as_of
        return None if unknown else kpi.of_no_rows

    def target_of(self, kpi: Kpi, dimensions: tuple[str | None, ...], span: Span) -> float | None:
        """Give the target of a group (ids) in a span: its part of a quota, or the level of a KPI that does not add up."""
        target = self._target(kpi.name, dimensions, span)
        if target is None or not kpi.additive_over_time:
            return target.amount if target else None
        part = target.due_by(span.end, self.calendar) - target.due_by(span.start, self.calendar)
        return int(part) if part.denominator == 1 else float(part)

    def _quotas(self, dimensions: tuple[str | None, ...], span: Span) -> dict[str, Fraction | None]:
        """Find the quota of a group and what of it is due by the as-of day."""
        target = self._target(QUOTA_KPI, dimensions, span)
        if target is None:
            return dict.fromkeys(TARGET_INPUTS)
        before = target.due_by(span.start, self.calendar)
        due = target.due_by(min(span.end, self.as_of + timedelta(days=1)), self.calendar)
        return {
            "quota": target.due_by(span.end, self.calendar) - before,
            "quota_due": max(due - before, Fraction()),
        }

    def _target(self, kpi: str, dimensions: tuple[str | None, ...], span: Span) -> Target | None:
        """Pick the one target of a KPI that fits the group: of its dimension, or of the one value that is filtered for."""
        places = list(zip(self.query.dimensions, dimensions, strict=True))
        places += [(f.dimension.name, f.values[0]) for f in self.filters]
        if len(places) > 1 or any(len(f.values) > 1 for f in self.filters):
            return None
        name, value = places[0] if places else (COMPANY, None)
        fitting = self._taken.fitting(kpi, name, value, span)
        self._taken.note(
            span,
            fitting,
            is_quota=kpi == QUOTA_KPI,
            has_parts=self.catalogue.get(kpi).additive_over_time,
        )
        return fitting[0] if fitting else None

    def key_columns(self) -> list[Column]:
        """Give the columns of the dimensions and the bucket."""
        grain, latest = self.query.time_grain, self.data.meta.as_of
        return [
            Column(
                name=name,
                role="bucket" if name == grain else "dimension",
                blank=blank_stage(name, self.as_of, latest),
            )
            for name in self.query.columns
        ]

    def _shown(self, key: Key) -> tuple[str | None, ...]:
        bucket, dimensions = key
        if dimensions not in self._named:
            named = zip(self.query.dimensions, dimensions, strict=True)
            self._named[dimensions] = {name: self.label(name, value) for name, value in named}
        named_here, grain = self._named[dimensions], self.query.time_grain
        return tuple(bucket if name == grain else named_here[name] for name in self.query.columns)

    @cached_property
    def _named(self) -> dict[tuple[str | None, ...], dict[str, str | None]]:
        return {}

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        return {name: self.deals.labels(self.deals.dimension(name)) for name in self.query.dimensions}
