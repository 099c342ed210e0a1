"""The figures behind all reviews of a run: each query is asked once for every unit together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from salesnb.actions.organisation import rep_node_id
from salesnb.actions.pipeline import (
    OpenDeal,
    deal_rows,
    open_deals,
    pipeline_summary,
    stage_rows,
    usual_cycle,
)
from salesnb.calendar import FiscalCalendar, Period
from salesnb.kpis import Query, catalogue, dimension_names, run
from salesnb.kpis.drivers import Drivers, decompose

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.planning import Quota

__all__ = ["COMPANY", "Facts", "Unit", "Window"]

COMPANY = "company"
_MONTHS_OF_TREND = 24
_SEGMENT_DIMENSIONS = ("segment", "sector", "industry", "family", "country")
_MOST_SEGMENTS = 40
_STAGE_COLUMNS = ("stage", "open_count", "open_amount", "weighted_amount", "median_age_days")
_DEAL_COLUMNS = (
    "opportunity_id", "name", "account", "rep", "stage", "expected_amount", "created_on", "age_days",
    "expected_close_on", "url",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Window:
    """A stretch of days that is compared; ``as_of`` is the day as of which open deals are told."""

    name: str
    start: date
    end: date

    @property
    def as_of(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What a review is about: a node, a rep or a value of a dimension."""

    id: str
    name: str
    level: str
    parent_name: str = ""
    manager: str = ""

    @property
    def quota_id(self) -> str:
        """Under which id the plan keeps its quota."""
        return rep_node_id(self.id) if self.level == "rep" else self.id


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Figures by unit.

    Attributes
    ----------
    data, calendar
        Where they come from.
    by
        The dimension whose values get a review each: a level such as ``team``, ``rep`` or another dimension.
    period
        What is reviewed.
    as_of
        The day up to which things are known.
    """

    data: "Dataset"
    calendar: FiscalCalendar
    by: str
    period: Period
    as_of: date
    company: str = "Company"
    record_url: str = ""
    _kept: dict[tuple[object, ...], dict[str, list[tuple[Any, ...]]]] = field(
        default_factory=dict, init=False, repr=False
    )

    @cached_property
    def kpis(self) -> tuple[str, ...]:
        """Every KPI of the catalogue that needs no target."""
        return tuple(name for name, kpi in catalogue().items() if not kpi.needs_target)

    @property
    def elapsed_days(self) -> int:
        """Days of the period up to the as-of date; 0 when it has not begun."""
        return max(0, min(self.period.days, (self.as_of - self.period.start).days + 1))

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The period so far, and as many days of the periods that it is compared with, then those whole."""
        previous = self.calendar.previous(self.period)
        last_year = self.calendar.year_before(self.period)
        return (
            self._so_far("period", self.period),
            self._so_far("previous", previous),
            self._so_far("last_year", last_year),
            Window(name="previous_full", start=previous.start, end=previous.end),
            Window(name="last_year_full", start=last_year.start, end=last_year.end),
        )

    def _so_far(self, name: str, period: Period) -> Window:
        done = self.elapsed_days == self.period.days
        end = period.end if done else min(period.end, period.start + timedelta(days=self.elapsed_days))
        return Window(name=name, start=period.start, end=end)

    def units(self, quotas: Mapping[str, "Quota"]) -> tuple[Unit, ...]:
        """List what gets a review: every unit with figures in the data, or with a quota, in reading order."""
        found = [self._unit(unit) for unit in self._known_ids(quotas)]
        return tuple(sorted(found, key=lambda unit: (unit.parent_name, unit.name, unit.id)))

    def tables(self, unit: str, quotas: Mapping[str, "Quota"]) -> dict[str, Any]:
        """Give every table of one unit."""
        return {
            "headline": _table(("window", *self.kpis), self._headline(unit)),
            "by_month": _table(("month", *self.kpis), self.by_month.get(unit, [])),
            "by_rep": _table(("rep_id", "rep", "quota", *self.kpis), self._by_rep(unit, quotas)),
            "by_product": self._breakdown(unit, "product"),
            "by_segment": self._breakdown(unit, self.segment_dimension),
            "by_product_month": _table(
                ("value", "month", "won_amount"), self._monthly("product").get(unit, [])
            ),
            "by_segment_month": _table(
                ("value", "month", "won_amount"), self._monthly(self.segment_dimension).get(unit, [])
            ),
            "stages": _table(_STAGE_COLUMNS, stage_rows(self.deals.get(unit, ()), self, unit)),
            "open_deals": _table(_DEAL_COLUMNS, deal_rows(self.deals.get(unit, ()), self.as_of)),
            "drivers_previous_period": self._drivers(unit, "previous"),
            "drivers_last_year": self._drivers(unit, "last_year"),
        }

    @cached_property
    def period_sums(self) -> dict[str, dict[str, Any]]:
        """Give the KPIs of the period so far by unit."""
        rows = self._rows((self.by,), self.windows[0])
        return {str(row[0]): dict(zip(self.kpis, row[1:], strict=True)) for row in rows if row[0] is not None}

    @cached_property
    def reps_with_figures(self) -> dict[str, frozenset[str]]:
        """List, by unit, the reps that closed something in the period so far."""
        if self.by == "rep":
            return {unit: frozenset({unit}) for unit in self.period_sums}
        closed = self.kpis.index("closed_count")
        found: dict[str, set[str]] = {}
        for unit, rep, *values in self._rows((self.by, "rep"), self.windows[0]):
            if values[closed] and unit is not None and rep is not None:
                found.setdefault(str(unit), set()).add(str(rep))
        return {unit: frozenset(reps) for unit, reps in found.items()}

    @cached_property
    def by_month(self) -> dict[str, list[tuple[Any, ...]]]:
        """List, by unit, the KPIs of each month up to the as-of date."""
        last = self.calendar.containing(min(self.as_of, self.period.last_day), "month")
        first = last.start.replace(year=last.start.year - _MONTHS_OF_TREND // 12)
        return _by_unit(self._query((self.by,), first, last.end, self.as_of, grain="month"))

    @cached_property
    def segment_dimension(self) -> str:
        """Pick the dimension that segments a business best: the first usual one that the data fills."""
        for name in _SEGMENT_DIMENSIONS:
            if (
                name in dimension_names(self.data, self.as_of)
                and 1 < len(self._values_of(name)) <= _MOST_SEGMENTS
            ):
                return name
        return "product"

    def set_aside(self) -> dict[str, int]:
        """Count the opportunities that the import rejected, repaired and warned of."""
        report = self.data.table("import_report").to_pyarrow().to_pylist()
        row = next((row for row in report if row["table_name"] == "opportunities"), {})
        return {key: int(row.get(key, 0)) for key in ("rejected", "repaired", "warned")}

    @cached_property
    def deals(self) -> dict[str, tuple[OpenDeal, ...]]:
        """List the open deals of every unit, the largest first."""
        return open_deals(self)

    @cached_property
    def usual_cycle_days(self) -> float | None:
        """Days that nine of ten won deals of the company did not exceed."""
        return usual_cycle(self)

    def pipeline(self, unit: str) -> dict[str, Any]:
        """Tell of all open deals of a unit together."""
        return pipeline_summary(self.deals.get(unit, ()), self)

    @cached_property
    def weighted_by_stage(self) -> dict[tuple[str, str | None], int]:
        """Give the weighted pipeline by unit and stage."""
        window = self.windows[0]
        rows = self._query(
            (self.by, "stage"), window.start, window.end, self.as_of, kpis=("weighted_amount",)
        )
        return {(str(unit), stage): amount for unit, stage, amount in rows if unit is not None}

    @cached_property
    def account_names(self) -> dict[str, str]:
        """Map accounts' ids to their names."""
        rows = self.data.table("accounts").select("account_id", "name").to_pyarrow().to_pylist()
        return {row["account_id"]: row["name"] or row["account_id"] for row in rows}

    def deal_url(self, opportunity_id: str) -> str:
        """Give the link to a deal in the CRM; empty where the workspace has none."""
        if "{opportunity_id}" not in self.record_url:
            return ""
        return self.record_url.replace("{opportunity_id}", quote(opportunity_id, safe=""))

    def _monthly(self, dimension: str) -> dict[str, list[tuple[Any, ...]]]:
        """List what each value of a dimension won by month, by unit."""
        key = (dimension, "month")
        if key not in self._kept:
            last = self.calendar.containing(min(self.as_of, self.period.last_day), "month")
            first = last.start.replace(year=last.start.year - _MONTHS_OF_TREND // 12)
            rows = self._query(
                (self.by, dimension), first, last.end, self.as_of, grain="month", kpis=("won_amount",)
            )
            self._kept[key] = _by_unit(rows)
        return self._kept[key]

    def _drivers(self, unit: str, window: str) -> dict[str, Any]:
        """Say why won amount changed from a window to the period so far, by product."""
        after = self._driver_values(unit, "period")
        before = self._driver_values(unit, window)
        effects = decompose(before, after) if before else ()
        return _table(("effect", "amount"), [(effect.name, effect.amount) for effect in effects])

    def _driver_values(self, unit: str, window: str) -> dict[str, Drivers]:
        places = [1 + self.kpis.index(name) for name in ("closed_count", "won_count", "won_amount")]
        return {
            str(row[0]): Drivers(closed=row[places[0]], won=row[places[1]], amount=row[places[2]])
            for row in self._by_value("product", window).get(unit, [])
            if row[places[0]]
        }

    def _values_of(self, name: str) -> list[Any]:
        query = Query(kpis=("closed_count",), by=(name,), as_of=self.as_of)
        return [row[0] for row in run(query, self.data, self.calendar).rows if row[0] is not None and row[1]]

    def _known_ids(self, quotas: Mapping[str, "Quota"]) -> set[str]:
        """Collect units that closed or hold something around the period, or that have a quota."""
        with_figures = {
            unit for unit, row in self.period_sums.items() if row["closed_count"] or row["open_count"]
        }
        prefix = rep_node_id("")
        wanted = {
            quota.id.removeprefix(prefix) if self.by == "rep" else quota.id
            for quota in quotas.values()
            if quota.level == self.by
        }
        return with_figures | wanted

    def _unit(self, unit: str) -> Unit:
        if self.by == "rep":
            return Unit(
                id=unit, name=self.rep_names.get(unit, unit), level="rep", parent_name=self._team_of(unit)
            )
        node = self._nodes.get(unit) if self.by in (COMPANY, *self.data.meta.levels) else None
        if node is None:
            return Unit(id=unit, name=unit, level=self.by)
        parent = self._nodes.get(node["parent"] or "", {})
        inner = parent.get("level") not in {None, "company"}
        return Unit(
            id=unit,
            name=self.company if unit == COMPANY else node["name"],
            level=self.by,
            parent_name=parent["name"] if inner else "",
            manager=node["manager"] or "",
        )

    @cached_property
    def _nodes(self) -> dict[str, dict[str, Any]]:
        return {row["node"]: row for row in self.data.table("org").to_pyarrow().to_pylist()}

    @cached_property
    def rep_names(self) -> dict[str, str]:
        """Map reps' ids to their names."""
        return {
            row["rep_id"]: row["name"] or row["rep_id"]
            for row in self.data.table("reps").to_pyarrow().to_pylist()
        }

    @cached_property
    def _rep_nodes(self) -> dict[str, str]:
        rows = self.data.table("rep_nodes").to_pyarrow().to_pylist()
        return {
            row["rep_id"]: row["node"] for row in rows if row["valid_from"] <= self.as_of < row["valid_to"]
        }

    def _team_of(self, rep: str) -> str:
        node = self._nodes.get(self._rep_nodes.get(rep, ""), {})
        return str(node.get("name", ""))

    def _headline(self, unit: str) -> list[tuple[Any, ...]]:
        empty = (None,) * len(self.kpis)
        return [(window.name, *self._by_window[window.name].get(unit, empty)) for window in self.windows]

    @cached_property
    def _by_window(self) -> dict[str, dict[str, tuple[Any, ...]]]:
        return {
            window.name: {str(row[0]): tuple(row[1:]) for row in self._rows((self.by,), window)}
            for window in self.windows
        }

    def _by_rep(self, unit: str, quotas: Mapping[str, "Quota"]) -> list[tuple[Any, ...]]:
        """List the reps with figures in the unit, and those of its quotas that sold nothing."""
        rows = {row[0]: row[1:] for row in self._by_rep_of.get(unit, [])}
        below = {
            q.id.removeprefix(rep_node_id(""))
            for q in quotas.values()
            if q.parent == unit and q.level == "rep"
        }
        amounts = {q.id: q.amount for q in quotas.values()}
        empty = (None,) * len(self.kpis)
        found = [
            (rep, self.rep_names.get(rep, rep), amounts.get(rep_node_id(rep)), *rows.get(rep, empty))
            for rep in {*rows, *below}
            if rep is not None and (rep in below or self._has_figures(rows[rep]))
        ]
        return sorted(found, key=lambda row: (row[1], row[0]))

    def _has_figures(self, values: Sequence[Any]) -> bool:
        return any(values[self.kpis.index(name)] for name in ("closed_count", "open_count"))

    @cached_property
    def _by_rep_of(self) -> dict[str, list[tuple[Any, ...]]]:
        return {} if self.by == "rep" else _by_unit(self._rows((self.by, "rep"), self.windows[0]))

    def _breakdown(self, unit: str, dimension: str) -> dict[str, Any]:
        """Give a dimension's values in the period so far, with what each won in as many days a year before."""
        now, before = self._by_value(dimension, "period"), self._by_value(dimension, "last_year")
        won = self.kpis.index("won_amount")
        last_year = {row[0]: row[1 + won] for row in before.get(unit, [])}
        rows = {row[0]: row[1:] for row in now.get(unit, [])}
        empty = tuple(0 if kpi.endswith(("_count", "_amount")) else None for kpi in self.kpis)
        found = [
            (value, *rows.get(value, empty), last_year.get(value))
            for value in sorted({*rows, *last_year}, key=lambda value: (value is not None, value or ""))
            if (value in rows and self._has_figures(rows[value])) or last_year.get(value)
        ]
        return _table(("value", *self.kpis, "last_year_won_amount"), found)

    def _by_value(self, dimension: str, window: str) -> dict[str, list[tuple[Any, ...]]]:
        key = (dimension, window)
        if key not in self._kept:
            chosen = next(found for found in self.windows if found.name == window)
            self._kept[key] = _by_unit(self._rows((self.by, dimension), chosen))
        return self._kept[key]

    def _rows(self, by: tuple[str, ...], window: Window) -> tuple[tuple[Any, ...], ...]:
        """Ask for every KPI in a window; a window without a day gives no rows."""
        if window.end <= window.start:
            return ()
        return self._query(by, window.start, window.end, min(window.as_of, self.as_of))

    def _query(
        self,
        by: tuple[str, ...],
        start: date,
        end: date,
        as_of: date,
        *,
        grain: str | None = None,
        kpis: tuple[str, ...] | None = None,
    ) -> tuple[tuple[Any, ...], ...]:
        whole = by[0] == COMPANY
        query = Query(
            kpis=kpis or self.kpis,
            by=by[1:] if whole else by,
            grain=grain,
            start=start,
            end=end,
            as_of=as_of,
            labels=False,
        )
        rows: tuple[tuple[Any, ...], ...] = run(query, self.data, self.calendar).rows
        return tuple((COMPANY, *row) for row in rows) if whole else rows


def _by_unit(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    """Cut rows by their first column; rows of nobody are left to the company's page."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for unit, *rest in rows:
        if unit is not None:
            found.setdefault(str(unit), []).append(tuple(rest))
    return found


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    return {"columns": list(columns), "rows": [list(row) for row in rows]}
