"""The figures behind all reviews of a run: each query is asked once for every unit together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.actions.organisation import rep_node_id
from salesnb.calendar import FiscalCalendar, Period
from salesnb.kpis import Query, catalogue, run

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.planning import Quota

__all__ = ["Facts", "Unit", "Window"]

_MONTHS_OF_TREND = 24
_OPEN_DEALS = 12
_SEGMENT_DIMENSIONS = ("segment", "sector", "industry", "family", "country")
_MOST_SEGMENTS = 40


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
    _kept: dict[tuple[object, ...], dict[str, list[tuple[Any, ...]]]] = field(default_factory=dict, repr=False)

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
        known = {unit: self._unit(unit) for unit in self._known_ids(quotas)}
        return tuple(sorted(known.values(), key=lambda unit: (unit.parent_name, unit.name, unit.id)))

    def tables(self, unit: str, quotas: Mapping[str, "Quota"]) -> dict[str, Any]:
        """Give every table of one unit."""
        return {
            "headline": self._headline(unit),
            "by_month": _table(("month", *self.kpis), self._by_month.get(unit, [])),
            "by_rep": self._by_rep(unit, quotas),
            "by_product": self._breakdown(unit, "product"),
            "by_segment": self._breakdown(unit, self.segment_dimension),
            "stages": _table(_STAGE_COLUMNS, self._stages.get(unit, [])),
            "open_deals": _table(_DEAL_COLUMNS, self._open_deals.get(unit, [])[:_OPEN_DEALS]),
            "drivers_previous_period": self._drivers(unit, "previous"),
            "drivers_last_year": self._drivers(unit, "last_year"),
        }
