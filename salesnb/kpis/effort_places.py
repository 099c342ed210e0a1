"""Where a segment of the effort belongs: the value of a dimension whose id or name it has, or that lies above it."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesnb.kpis.deals import Deals, Dimension

__all__ = ["Places"]


class Places:
    """Finds values of dimensions by the names that people give segments.

    Parameters
    ----------
    deals
        The dimensions, with their values and names.
    """

    def __init__(self, deals: "Deals") -> None:
        self._deals = deals
        self._known: dict[tuple[str, str, date], str | None] = {}

    def of(self, dimension: str, segment: str, day: date) -> str | None:
        """Give the value (an id where there is one) that a segment belongs to on a day; None where to no one or to several."""
        key = dimension, segment, day
        if key not in self._known:
            self._known[key] = self._found(self._deals.dimension(dimension), segment, day)
        return self._known[key]

    def exactly(self, segment: str, names: Iterable[str]) -> tuple[str, str] | None:
        """Find the first of some dimensions of which a segment is a value, and that value (an id where there is one)."""
        for name in names:
            value = _only(self._called(self._deals.dimension(name), segment))
            if value is not None:
                return name, value
        return None

    def _found(self, dimension: "Dimension", segment: str, day: date) -> str | None:
        if dimension.table == "org_levels":
            return self._above(dimension.name, segment, day)
        return _only(self._called(dimension, segment))

    def _called(self, dimension: "Dimension", segment: str) -> set[str]:
        """List the values of an id or a name; an id comes first."""
        values, names = self._values(dimension.name)
        return {segment} if segment in values else names.get(segment, set())

    def _values(self, name: str) -> tuple[set[str], Mapping[str, set[str]]]:
        return self._deals.kept(("segments of", name), lambda: self._asked(name))

    def _asked(self, name: str) -> tuple[set[str], Mapping[str, set[str]]]:
        dimension = self._deals.dimension(name)
        values = {str(value) for value in self._deals.values(dimension)}
        names: dict[str, set[str]] = {}
        if dimension.label_table:
            table = self._deals.data.table(dimension.label_table)
            wanted = table.select(key=dimension.label_key, label=dimension.label_column)
            for row in _records(wanted):
                if row["key"] not in values:
                    continue
                names.setdefault(str(row["label"]), set()).add(str(row["key"]))
        return values, names

    def _above(self, level: str, segment: str, day: date) -> str | None:
        """Find the node of a level at or above a segment that is a node or a rep."""
        nodes = {segment} if segment in self._levels else self._node_names.get(segment, set())
        at_level = {node for node in nodes if self._levels[node][level] == node}
        if nodes:
            return _only(at_level or {self._levels[node][level] for node in nodes})
        rep = _only(self._called(self._deals.dimension("rep"), segment))
        node = self._node_of(rep, day)
        return self._levels[node][level] if node is not None and node in self._levels else None

    @cached_property
    def _levels(self) -> Mapping[str, dict[str, Any]]:
        return self._deals.kept("levels of nodes", self._asked_levels)

    def _asked_levels(self) -> Mapping[str, dict[str, Any]]:
        return {row["node"]: row for row in _records(self._deals.data.table("org_levels"))}

    @cached_property
    def _node_names(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in _records(self._deals.data.table("org").select("node", "name")):
            if row["node"] in self._levels:
                found.setdefault(str(row["name"]), set()).add(row["node"])
        return found

    def _node_of(self, rep: str | None, day: date) -> str | None:
        spells = self._deals.kept("spells", lambda: _records(self._deals.data.table("rep_nodes")))
        here = [row for row in spells if row["rep_id"] == rep and row["valid_from"] <= day < row["valid_to"]]
        return here[0]["node"] if here else None


def _only(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def _records(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows
