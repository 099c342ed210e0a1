"""The figures behind all reviews of a run: each query is asked once for every unit together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.actions.naming import COMPANY, Names, Unit
from salesnb.actions.needed import UnitCurves
from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.peers import Everybody, everybody_of
from salesnb.actions.pipeline import (
    OpenDeal,
    open_deals,
    pipeline_summary,
    stage_order,
    usual_cycle,
)
from salesnb.actions.since import Earlier, earlier_of
from salesnb.actions.windows import compared_windows, elapsed_days
from salesnb.calendar import FiscalCalendar, Period
from salesnb.crm.guessing.names import folded
from salesnb.kpis import Query, catalogue, dimension_names, run
from salesnb.kpis.activity_data import has_activities
from salesnb.kpis.effort_data import has_spend
from salesnb.kpis.kpi import ACTIVITY, EFFORT
from salesnb.kpis.query import CREDIT

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.planning import Quota
    from salesnb.registry import Registry

__all__ = ["BREAKDOWN", "LAST_YEAR", "NOW", "PREVIOUS", "Breakdown", "Facts", "Row"]

NOW, PREVIOUS, LAST_YEAR = "period", "previous", "last_year"
_YEARS_OF_TREND = 2
# What segments a business best comes first; whatever their capitals, blanks and underscores.
_SEGMENT_DIMENSIONS = (
    "segment", "sector", "industry", "family", "country", "channel", "salechannel", "leadsource", "source", "type",
    "opportunitytype", "dealtype", "territory", "region",
)  # fmt: skip
_MOST_SEGMENTS = 40
# What a breakdown by rep, product or segment shows; the headline and the months have every KPI.
BREAKDOWN = (
    "won_amount", "won_count", "lost_count", "closed_count", "win_rate", "win_rate_value", "average_deal",
    "created_count", "open_count", "open_amount",
)  # fmt: skip

Row = tuple[Any, ...]
Breakdown = dict[tuple[str, str], dict[str | None, Row]]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Figures by unit.

    Attributes
    ----------
    data, calendar
        Where they come from.
    names
        What everything is called.
    by
        The dimension whose values get a review each: a level such as ``team``, ``rep``, another dimension, or
        ``company``.
    period
        What is reviewed.
    as_of
        The day up to which things are known.
    restated
        Whether deals count for where their rep is on that day, whatever it was then.
    caution
        What is wrong with the data and was accepted; empty when nothing is.
    known
        The KPIs; by default the catalogue.

    Shared deals count by credit, because a unit is held against its quota.
    """

    data: "Dataset"
    calendar: FiscalCalendar
    names: Names
    by: str
    period: Period
    as_of: date
    restated: bool = False
    caution: str = ""
    known: "Registry[Kpi]" = field(default_factory=catalogue)

    @cached_property
    def kpis(self) -> tuple[str, ...]:
        """Every KPI of the catalogue that needs no target; those of activities and of spending where some are loaded."""
        left = set() if has_activities(self.data) else {ACTIVITY}
        left |= set() if has_spend(self.data) else {EFFORT}
        return tuple(
            name
            for name, kpi in self.known.items()
            if not kpi.needs_target and not kpi.hidden and kpi.kind not in left
        )

    @property
    def elapsed_days(self) -> int:
        """Days of the period up to the as-of date; 0 when it has not begun."""
        return elapsed_days(self.period, self.as_of)

    @cached_property
    def windows(self) -> tuple[Period, ...]:
        """The stretches of days that are compared."""
        return compared_windows(self.calendar, self.period, self.as_of)

    @cached_property
    def segment_dimension(self) -> str:
        """Pick the dimension that segments a business best: the first usual one that the data fills.

        A level of the organisation is none where units are of the organisation themselves: each is in one.
        """
        levels = self.data.meta.levels
        same = {*levels, self.by} if self.by in {*levels, "rep", COMPANY} else {self.by}
        names = [name for name in dimension_names(self.data, self.as_of) if name not in same]
        known = {folded(name): name for name in reversed(names)}
        for usual in _SEGMENT_DIMENSIONS:
            if usual in known and 1 < len(self._filled(known[usual])) <= _MOST_SEGMENTS:
                return known[usual]
        return "product"

    @cached_property
    def deals(self) -> dict[str, tuple[OpenDeal, ...]]:
        """List the open deals of every unit, the largest first."""
        return open_deals(self)

    @cached_property
    def curves(self) -> UnitCurves:
        """Give the win curves of every unit."""
        return UnitCurves(self)

    @cached_property
    def earlier(self) -> Earlier | None:
        """What was known at the import before, of an earlier day; None where there is none."""
        return earlier_of(self)

    @cached_property
    def stage_order(self) -> dict[str | None, float]:
        """Tell how far along each stage is."""
        return stage_order(self)

    @cached_property
    def usual_cycle_days(self) -> float | None:
        """Days that nine of ten won deals of the company did not exceed."""
        return usual_cycle(self)

    @cached_property
    def weighted_by_stage(self) -> dict[tuple[str, str | None], int]:
        """Give the weighted pipeline by unit and stage."""
        rows = self._ask(("stage",), ("weighted_amount",))
        return {(unit, stage): amount for unit, stage, amount in rows}

    @cached_property
    def period_sums(self) -> dict[str, dict[str, Any]]:
        """Give the KPIs of the period so far by unit."""
        found = ((unit, values) for (unit, window), values in self.headlines.items() if window == NOW)
        return {unit: dict(zip(self.kpis, values, strict=True)) for unit, values in found}

    @cached_property
    def reps_with_figures(self) -> dict[str, frozenset[str]]:
        """List, by unit, the reps that closed something in the period so far."""
        if self.by == "rep":
            return {unit: frozenset({unit}) for unit in self.period_sums}
        closed = BREAKDOWN.index("closed_count")
        return {
            unit: frozenset(rep for rep, values in rows.items() if rep is not None and values[closed])
            for (unit, window), rows in self.by_rep.items()
            if window == NOW
        }

    @cached_property
    def everybody(self) -> Everybody:
        """All units together, from which a page takes its own."""
        return everybody_of(self.period_sums, self.reps_with_figures)

    def units(self, quotas: Mapping[str, "Quota"]) -> tuple[Unit, ...]:
        """List what gets a review: every unit with figures in the data, or with a quota, in reading order."""
        with_figures = {u for u, row in self.period_sums.items() if row["closed_count"] or row["open_count"]}
        with_quota = {
            quota.id.removeprefix(REP_PREFIX) for quota in quotas.values() if quota.level == self.by
        }
        found = [self.names.unit(unit, self.by) for unit in with_figures | with_quota]
        return tuple(sorted(found, key=lambda unit: (unit.parent_name, unit.name, unit.id)))

    def pipeline(self, unit: str) -> dict[str, Any]:
        """Tell of all open deals of a unit together."""
        return pipeline_summary(self.deals.get(unit, ()), self)

    def set_aside(self) -> dict[str, int]:
        """Count the opportunities that the import rejected, repaired and warned of."""
        report = self.data.table("import_report").to_pyarrow().to_pylist()
        row: dict[str, Any] = next((row for row in report if row["table_name"] == "opportunities"), {})
        return {key: int(row.get(key, 0)) for key in ("rejected", "repaired", "warned")}

    @cached_property
    def first_known(self) -> date:
        """Find the start of the month in which the first deal closed: before it nothing is known of closing."""
        table = self.data.table("opportunities")
        day: date | None = table.aggregate(first=table.closed_on.min()).to_pyarrow().to_pylist()[0]["first"]
        return (day or self.as_of).replace(day=1)

    @cached_property
    def headlines(self) -> dict[tuple[str, str], Row]:
        """Every KPI by unit and window."""
        rows = self._ask((), self.kpis, windows=self.windows)
        return {(unit, window): tuple(values) for unit, window, *values in rows}

    @cached_property
    def months(self) -> dict[str, list[Row]]:
        """Every KPI by unit and month."""
        return self._by_month((), self.kpis, self._trend_start)

    def best_months(self, kpi: str) -> dict[str, tuple[str, int | float]]:
        """Give the best whole month of a KPI by unit, of all that is loaded; of equal ones the latest."""
        end = self._last_month.end if self.as_of >= self._last_month.last_day else self._last_month.start
        found: dict[str, tuple[str, int | float]] = {}
        for unit, rows in self._by_month((), (kpi,), min(self.first_known, self._trend_start)).items():
            known = [(value, str(month)) for month, value in rows if value]
            whole = [one for one in known if self.calendar.period(one[1]).end <= end]
            if whole:
                value, month = max(whole)
                found[unit] = (month, value)
        return found

    @cached_property
    def by_rep(self) -> Breakdown:
        """The period so far by unit and rep."""
        return {} if self.by == "rep" else self._breakdown("rep", (NOW,))

    @cached_property
    def by_product(self) -> Breakdown:
        """The period so far, the one before and the year before, by unit and product."""
        return self._breakdown("product", (NOW, PREVIOUS, LAST_YEAR))

    @cached_property
    def by_segment(self) -> Breakdown:
        """The period so far and the year before, by unit and segment."""
        same = self.segment_dimension == "product"
        return self.by_product if same else self._breakdown(self.segment_dimension, (NOW, LAST_YEAR))

    @cached_property
    def product_months(self) -> dict[str, list[Row]]:
        """Won amount by unit, product and month."""
        return self._by_month(("product",), ("won_amount",), max(self._trend_start, self.first_known))

    @cached_property
    def segment_months(self) -> dict[str, list[Row]]:
        """Won amount by unit, segment and month."""
        if self.segment_dimension == "product":
            return self.product_months
        return self._by_month(
            (self.segment_dimension,), ("won_amount",), max(self._trend_start, self.first_known)
        )

    @property
    def _last_month(self) -> Period:
        return self.calendar.containing(min(self.as_of, self.period.last_day), "month")

    @property
    def _trend_start(self) -> date:
        return self._last_month.start.replace(year=self._last_month.start.year - _YEARS_OF_TREND)

    def _filled(self, name: str) -> list[Any]:
        rows = run(
            Query(kpis=("closed_count",), by=(name,), as_of=self.as_of), self.data, self.calendar, self.known
        ).rows
        return [value for value, count in rows if value is not None and count]

    def _breakdown(self, dimension: str, windows: Sequence[str]) -> Breakdown:
        """Ask for a dimension's values in some windows; those that begin before anything is known are left out."""
        wanted = tuple(w for w in self.windows if w.label in windows and w.start >= self.first_known)
        found: Breakdown = {}
        for unit, value, window, *figures in (
            self._ask((dimension,), BREAKDOWN, windows=wanted) if wanted else ()
        ):
            found.setdefault((unit, window), {})[value] = tuple(figures)
        return found

    def _by_month(self, more: tuple[str, ...], kpis: tuple[str, ...], start: date) -> dict[str, list[Row]]:
        """Ask for months up to the as-of date, by unit."""
        if start >= self._last_month.end:
            return {}
        found: dict[str, list[Row]] = {}
        for unit, *rest in self._ask(more, kpis, grain="month", start=start, end=self._last_month.end):
            found.setdefault(unit, []).append(tuple(rest))
        return found

    def _ask(self, more: tuple[str, ...], kpis: tuple[str, ...], **span: Any) -> list[Row]:
        """Ask by unit and further dimensions, by ids; rows of nobody are left to the company's page."""
        whole = self.by == COMPANY
        asked = tuple(name for name in more if name != self.by)
        query = Query(
            kpis=kpis,
            by=asked if whole else (self.by, *asked),
            as_of=self.as_of,
            labels=False,
            credit=CREDIT,
            restated=self.restated,
            **span,
        )
        rows = run(query, self.data, self.calendar, self.known).rows
        if whole:
            return [(COMPANY, *row) for row in rows]
        found = [row for row in rows if row[0] is not None]
        # A review of one sector has that sector alone in its breakdown by sector.
        return [(row[0], *row) for row in found] if len(asked) < len(more) else found
