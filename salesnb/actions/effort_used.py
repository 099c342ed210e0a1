"""Planned and used effort of a unit, segment by segment, with what was won for it; nothing where no effort is loaded.

A unit is told of the segments that belong to it alone: those that are it or lie below it, and those that the plan defines by
one value of its dimension. The company is told of all. Only months of the period count that are over and of which effort is
known, from its start without a break; won deals are of the same months.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.actions.effort_months import is_people, known_months, used_in
from salesnb.actions.naming import COMPANY
from salesnb.calendar import Period
from salesnb.kpis import Query, run
from salesnb.kpis.deals import Deals
from salesnb.kpis.effort_data import is_money
from salesnb.kpis.effort_places import Places
from salesnb.kpis.query import CREDIT

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts
    from salesnb.actions.naming import Unit
    from salesnb.planning import Plan, Resource, Segment

__all__ = ["EffortUsed"]


@dataclass(frozen=True, kw_only=True)
class EffortUsed:
    """The effort of all units of a run, asked once for all of them."""

    plan: "Plan | None"
    facts: "Facts"

    def part(self, unit: "Unit") -> dict[str, Any]:
        """Give what an extract holds of a unit: ``months``, ``of_months`` and ``lines``; nothing where it has no effort.

        A line has ``resource``, ``segment``, ``unit`` (money or count), ``counts``, ``planned`` for these months and
        ``used`` (money in minor units), ``won_amount`` and ``won_count``, ``return`` for one of it (for money a ratio, else
        minor units) and ``cost`` of a won deal; what is not known is None.
        """
        lines = [line for segment, line in self._lines if self._is_of(segment, unit)]
        if not lines:
            return {}
        whole = len(self.facts.calendar.months(self.facts.period))
        months = [month.label for month in self._months]
        return {"effort": {"months": months, "of_months": whole, "lines": lines}}

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        data = self.facts.data
        found = data.table("effort").to_pyarrow().to_pylist() if data.has("effort") else []
        return [row for row in found if row["amount"] is not None]

    @cached_property
    def _months(self) -> tuple[Period, ...]:
        labels = {str(row["period"]) for row in self._rows}
        return known_months(self.facts.calendar, self.facts.period, labels, self.facts.as_of)

    @cached_property
    def _lines(self) -> list[tuple[str, dict[str, Any]]]:
        """Give a line each resource and segment, by name of the segment."""
        labels = {month.label for month in self._months}
        used: dict[tuple[str, str], float] = defaultdict(float)
        for row in self._rows:
            if row["period"] in labels:
                used[str(row["resource"]), str(row["segment"])] += float(row["amount"])
        return [
            (segment, self._line(resource, segment, amount))
            for (resource, segment), amount in sorted(used.items())
        ]

    def _line(self, resource: str, segment: str, amount: float) -> dict[str, Any]:
        stated = self._resource(resource)
        money = stated.unit == "money" if stated else is_money(resource)
        counts = stated.counts if stated else ""
        people = not money and is_people(resource, counts)
        total = amount * 10**self.facts.data.meta.digits if money else amount
        spent = round(used_in(total, len(self._months), people=people))
        won, count = self._won_by(segment)
        place = self._segment(segment)
        return {
            "resource": resource,
            "segment": place.name if place else segment,
            "unit": "money" if money else "count",
            "counts": counts,
            "planned": self._planned(stated, segment, people=people),
            "used": spent,
            "won_amount": won,
            "won_count": count,
            "return": won / spent if won is not None and spent > 0 else None,
            "cost": spent / count if count and spent > 0 else None,
        }

    def _planned(self, resource: "Resource | None", segment: str, *, people: bool) -> int | None:
        """Give the plan's amount for these months: heads as they are, all else by the number of months."""
        plan, place = self.plan, self._segment(segment)
        if plan is None or resource is None or place is None or plan.period != self.facts.period:
            return None
        share = 1.0 if people else len(self._months) / len(self.facts.calendar.months(plan.period))
        mine = [
            line.amount
            for line in plan.allocation
            if (line.resource, line.segment) == (resource.id, place.id)
        ]
        return round(mine[0] * share) if mine else None

    def _resource(self, name: str) -> "Resource | None":
        known = self.plan.resources if self.plan else ()
        return next((one for one in known if name in {one.id, one.name}), None)

    def _segment(self, name: str) -> "Segment | None":
        known = self.plan.segments if self.plan else ()
        return next((one for one in known if name in {one.id, one.name}), None)

    @cached_property
    def _places(self) -> Places:
        return Places(Deals(self.facts.data, self.facts.as_of))

    def _is_of(self, segment: str, unit: "Unit") -> bool:
        if self.facts.by == COMPANY:
            return True
        return self._places.of(self.facts.by, self._value(segment)[1], self.facts.as_of) == unit.id

    def _value(self, segment: str) -> tuple[str, str]:
        """Give the dimension, where it is said, and the value that a segment of the plan or the effort stands for."""
        stated = self._segment(segment)
        if stated and len(stated.conditions) == 1 and len(stated.conditions[0].values) == 1:
            return stated.conditions[0].dimension, stated.conditions[0].values[0]
        return "", segment

    def _won_by(self, segment: str) -> tuple[int | None, int | None]:
        """Give amount and number of what a segment won; none where no deals can be told to be its."""
        dimension, value = self._value(segment)
        usual = (*self.facts.data.meta.levels, "rep", "product", self.facts.segment_dimension)
        found = self._places.exactly(value, (dimension,) if dimension else usual)
        return (None, None) if found is None else self._won(found[0]).get(found[1], (0, 0))

    def _won(self, dimension: str) -> Mapping[str | None, tuple[int, int]]:
        query = Query(
            kpis=("won_amount", "won_count"),
            by=(dimension,),
            start=self._months[0].start,
            end=self._months[-1].end,
            as_of=self.facts.as_of,
            labels=False,
            credit=CREDIT,
            restated=self.facts.restated,
        )
        rows = run(query, self.facts.data, self.facts.calendar, self.facts.known).rows
        return {value: (int(amount or 0), int(count or 0)) for value, amount, count in rows}
