"""Where quotas are carried within a period: a rep who changes team has a part of it at each.

A plan in which the rep was moved says how much; else it is by the days and the season of the memberships in the data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesnb.actions.organisation import REP_PREFIX, places_of, rep_node_id
from salesnb.planning import Quota, Stay, effective_quota, span_of

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts

__all__ = ["Carried", "Place"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A node at which a rep carries a part of the quota, from a day on (inclusive) to another."""

    node: str
    name: str
    first: date
    last: date
    amount: int


@dataclass(frozen=True, kw_only=True)
class Carried:
    """The quotas of a period by where they are carried.

    Attributes
    ----------
    facts
        Whose organisation and period.
    quotas
        Those of the reviewed period, by id.
    season
        A weight for each month of the goal; without one for each month of the period, days count.
    moved
        The parts of reps who were moved in the plan, in the order of their days, by the id of the rep's quota.
    """

    facts: "Facts"
    quotas: Mapping[str, Quota]
    season: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, Sequence[Quota]] = field(default_factory=dict)

    def places(self, rep: str) -> tuple[Place, ...]:
        """List where a rep carries the quota, in order; empty where it is one place all the time, or has no quota."""
        if planned := self.moved.get(rep_node_id(rep)):
            return self._planned(planned)
        quota = self.quotas.get(rep_node_id(rep))
        spells = self._spells.get(rep, ())
        if quota is None or len(spells) < 2 or self.facts.restated:
            return ()
        months = self.facts.calendar.months(self.facts.period)
        if (months[0].start, months[-1].end) != (self.facts.period.start, self.facts.period.end):
            return ()
        own = {month.label: month.amount for month in quota.months}
        shape = own if any(own.values()) else self.season
        season = [shape.get(month.label, 0) for month in months]
        season = season if any(season) else [month.days for month in months]
        stays = [Stay(node=str(place), start=first, end=end) for place, (_, first, end) in enumerate(spells)]
        parts = effective_quota(quota.amount, months, stays, season=season).by_node
        return tuple(
            Place(
                node=node,
                name=self._names.get(node, node),
                first=first,
                last=end - timedelta(days=1),
                amount=parts[str(place)],
            )
            for place, (node, first, end) in enumerate(spells)
        )

    def _planned(self, stays: Sequence[Quota]) -> tuple[Place, ...]:
        """List the places of the plan that are within the reviewed period, where these are several."""
        period, found = self.facts.period, []
        for at, stay in enumerate(stays):
            first, end = span_of(stays, at, period)
            first, end, node = max(first, period.start), min(end, period.end), stay.parent or ""
            if first < end:
                name, last = self._names.get(node, node), end - timedelta(days=1)
                found.append(Place(node=node, name=name, first=first, last=last, amount=stay.amount))
        return tuple(found) if len(found) > 1 else ()

    def amounts(self, unit: str) -> dict[str, int]:
        """Give the quotas that a unit's reps carry in it, by rep."""
        found = {
            quota.id.removeprefix(REP_PREFIX): quota.amount
            for quota in self.quotas.values()
            if quota.level == "rep" and unit in places_of(quota, self.quotas)
        }
        for rep in self._movers:
            if places := self.places(rep):
                here = [place.amount for place in places if unit in self._above(place.node)]
                found.pop(rep, None)
                if here:
                    found[rep] = sum(here)
        return found

    def right_at(self, unit: str) -> set[str]:
        """Name the reps right below a node, those who come to it within the period among them."""
        found = {
            quota.id.removeprefix(REP_PREFIX)
            for quota in self.quotas.values()
            if quota.level == "rep" and quota.parent == unit
        }
        return found | {rep for rep in self._movers if any(place.node == unit for place in self.places(rep))}

    def moves(self, rep: str, unit: str) -> str:
        """Say in a few words where a rep comes from or goes to; empty where it stays, or all is within the unit."""
        places = self.places(rep)
        inside = [unit in self._above(place.node) for place in places]
        if not places or all(inside):
            return ""
        if inside[-1]:
            place = places[inside.index(True)]
            return f"from {place.first.isoformat()}"
        last = (
            max(place.last for place, here in zip(places, inside, strict=True) if here)
            if any(inside)
            else None
        )
        return f"to {last.isoformat()}" if last else ""

    def elsewhere(self, unit: str) -> list[dict[str, str]]:
        """List whom the plan has in a unit and the data outside it on the same days up to now, or the other way round.

        Their deals count where the data says, their quotas where the plan says.
        """
        found = []
        for rep in () if self.facts.restated else self.moved:
            for place in self.places(rep.removeprefix(REP_PREFIX)):
                there = self._in_data(rep, place.first)
                apart = (unit in self._above(place.node)) != (
                    there is not None and unit in self._above(there)
                )
                if there is not None and place.first <= self.facts.as_of and apart:
                    whose, names = self.quotas.get(rep), self._names
                    found.append(
                        {
                            "name": whose.name if whose else rep.removeprefix(REP_PREFIX),
                            "planned": place.name,
                            "known": names.get(there, there),
                            "on": place.first.isoformat(),
                        }
                    )
        return found

    def _in_data(self, rep: str, on: date) -> str | None:
        """Name the node where the data has a rep on a day."""
        rows = (
            str(row["node"])
            for row in self._rows("rep_nodes")
            if rep_node_id(str(row["rep_id"])) == rep
            and row["node"] is not None
            and row["valid_from"] <= on < row["valid_to"]
        )
        return next(rows, None)

    @cached_property
    def _movers(self) -> frozenset[str]:
        return frozenset(self._spells) | {node.removeprefix(REP_PREFIX) for node in self.moved}

    @cached_property
    def _spells(self) -> dict[str, tuple[tuple[str, date, date], ...]]:
        """List the stretches of the period by rep of those who change place within it, in order."""
        period = self.facts.period
        found: dict[str, list[tuple[str, date, date]]] = {}
        for row in self._rows("rep_nodes"):
            first, end = max(row["valid_from"], period.start), min(row["valid_to"], period.end)
            if row["node"] is not None and first < end:
                found.setdefault(str(row["rep_id"]), []).append((str(row["node"]), first, end))
        return {
            rep: tuple(sorted(spells, key=lambda spell: spell[1]))
            for rep, spells in found.items()
            if len({node for node, _, _ in spells}) > 1
        }

    @cached_property
    def _nodes(self) -> dict[str, dict[str, Any]]:
        return {str(row["node"]): row for row in self._rows("org")}

    @cached_property
    def _names(self) -> dict[str, str]:
        return {node: str(row["name"]) for node, row in self._nodes.items()}

    def _above(self, node: str) -> set[str]:
        """List a node and all above it."""
        found: set[str] = set()
        place: str | None = node
        while place is not None and place not in found:
            found.add(place)
            parent = self._nodes.get(place, {}).get("parent")
            place = None if parent is None else str(parent)
        return found

    def _rows(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.facts.data.table(table).to_pyarrow().to_pylist()
        return rows
