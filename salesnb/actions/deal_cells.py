"""The deals of a workspace by all that they can be filtered by, in memory: every figure under any filter at once.

Deals are fetched once, in two statements, a row a crossing of all dimensions; a filter is then a comparison of whole
numbers, and a figure a sum. That takes milliseconds for thousands of deals and tenths of seconds for a million.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from salesnb.calendar import years_before
from salesnb.counting import counted
from salesnb.errors import UnknownName
from salesnb.kpis import Query
from salesnb.kpis.aging import tells_outcome
from salesnb.kpis.crossing import Crossed, cross
from salesnb.kpis.deals import Deals, Dimension
from salesnb.kpis.scan import filters
from salesnb.planning import Condition, Segment

if TYPE_CHECKING:
    from salesnb.actions.sessions import KpiSession

__all__ = ["Column", "DealCells", "Figures", "Filters", "read_cells"]

# What is crossed: each further dimension makes rows longer and every answer slower.
_MOST_DIMENSIONS = 16
# From so many deals on, dimensions of so many values are left out, so that a row stands for more than a deal.
_LARGE, _MANY = 1_000_000, 1_000
# A dimension of which so many values are one deal's each is a key.
_FEW, _SHARE = 50, 0.5
_CLOSED = ("won_amount", "won_count", "closed_count")
_OPEN = ("open_amount", "open_count")

# Codes of values that are wanted, by dimension; a dimension that is not named lets all through.
Filters = Mapping[str, frozenset[int]]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What deals come to: won in the twelve months to the data's day and in those before, and open on that day.

    Amounts are minor units; ``closed`` counts deals won and lost.
    """

    won: int = 0
    deals: int = 0
    closed: int = 0
    before: int = 0
    open: int = 0
    open_deals: int = 0


@dataclass(frozen=True, kw_only=True)
class Column:
    """A dimension.

    Attributes
    ----------
    names
        Of its values by code, as people read them; None for deals without one.
    keys
        The same as the data has them.
    codes
        (n,) of each row.
    """

    name: str
    names: tuple[str | None, ...]
    keys: tuple[str | None, ...]
    codes: NDArray[np.int32]


class DealCells:
    """All deals that were won or lost in two years, and those that are open.

    Parameters
    ----------
    closed, open_
        By all dimensions.
    deals
        Where names and conditions are looked up.
    left_out
        Sentences about dimensions that are not among them.
    """

    def __init__(self, closed: Crossed, open_: Crossed, deals: Deals, left_out: tuple[str, ...] = ()) -> None:
        self.deals, self.left_out = deals, left_out
        self.as_of = deals.as_of
        self.start = years_before(self.as_of + timedelta(days=1), 1)
        days = np.asarray(closed.days)
        rows = len(days)
        self.columns = {name: _column(deals, name, (closed, open_)) for name in closed.codes}
        nothing = np.zeros(len(next(iter(open_.measures.values()))), dtype=np.int64)
        self.days = np.concatenate([days, np.full(len(nothing), np.datetime64("NaT", "D"))])
        self.measures = {name: np.concatenate([closed.measures[name], nothing]) for name in _CLOSED}
        self.measures |= {
            name: np.concatenate([np.zeros(rows, dtype=np.int64), open_.measures[name]]) for name in _OPEN
        }
        now = self.days >= np.datetime64(self.start, "D")
        before = ~now & (self.days >= np.datetime64(years_before(self.start, 1), "D"))
        won = self.measures["won_amount"]
        self._told = {
            "won": won * now,
            "deals": self.measures["won_count"] * now,
            "closed": self.measures["closed_count"] * now,
            "before": won * before,
            "open": self.measures["open_amount"],
            "open_deals": self.measures["open_count"],
        }

    def total(self, rows: Mask | None = None) -> Figures:
        """Add up rows; all of them where none are given."""
        return Figures(
            **{
                name: int(values[rows if rows is not None else slice(None)].sum())
                for name, values in self._told.items()
            }
        )

    def told(self, name: str) -> NDArray[np.int64]:
        """Give one of the figures of each row, by its name in `Figures`."""
        return self._told[name]

    @cached_property
    def all(self) -> Figures:
        """Everything."""
        return self.total()

    @cached_property
    def unfiltered(self) -> dict[str, list[Figures]]:
        """Give figures of every value of every dimension, of all deals."""
        return self.crossfiltered({})

    def rows(self, wanted: Filters) -> Mask:
        """Tell which rows pass all filters."""
        passing: Mask = self._failing(wanted)[1] == 0
        return passing

    def crossfiltered(self, wanted: Filters) -> dict[str, list[Figures]]:
        """Give figures of every value of every dimension, under the filters of all other dimensions.

        Returns
        -------
        dict
            By dimension, a figure a code.
        """
        fails, count = self._failing(wanted)
        passing = np.flatnonzero(count == 0)
        shared = {name: values[passing] for name, values in self._told.items()}
        found = {}
        for name, column in self.columns.items():
            if name in fails:
                mine = np.flatnonzero(count == fails[name])
                found[name] = _by_code(column, mine, {k: values[mine] for k, values in self._told.items()})
            else:
                found[name] = _by_code(column, passing, shared)
        return found

    def by_value(self, rows: Mask) -> dict[str, list[Figures]]:
        """Give figures of every value of every dimension, over some rows."""
        places = np.flatnonzero(rows)
        told = {name: values[places] for name, values in self._told.items()}
        return {name: _by_code(column, places, told) for name, column in self.columns.items()}

    def by_span(self, rows: Mask, days: Sequence[date]) -> list[int]:
        """Sum what was won between each day and the next, half-open: one fewer than there are days."""
        edges = np.array(days, dtype="datetime64[D]")
        chosen = rows & (self.days >= edges[0]) & (self.days < edges[-1])
        places = np.searchsorted(edges, self.days[chosen], side="right") - 1
        out = np.zeros(len(days) - 1, dtype=np.int64)
        np.add.at(out, places, self.measures["won_amount"][chosen])
        return [int(value) for value in out]

    def filters_of(self, conditions: Sequence[Condition]) -> dict[str, frozenset[int]]:
        """Turn conditions, by names or ids as queries take them, into filters; an empty value means that there is none.

        Raises
        ------
        UnknownName
            When a dimension or a value is not known.
        """
        found: dict[str, frozenset[int]] = {}
        for condition in conditions:
            (wanted,) = filters(self.deals, ((condition.dimension, condition.values),))
            places = self._places[condition.dimension]
            codes = frozenset(places[key] for key in wanted.values if key in places)
            found[condition.dimension] = codes & found.get(condition.dimension, codes)
        return found

    def segment_rows(self, segment: Segment) -> Mask:
        """Tell which rows are of a segment; none of one without conditions, or which the data does not know."""
        try:
            wanted = self.filters_of(segment.conditions)
        except UnknownName:
            wanted = {}
        return self.rows(wanted) if wanted else np.zeros(len(self.days), dtype=bool)

    def conditions_of(self, wanted: Filters) -> tuple[Condition, ...]:
        """Turn filters into conditions by name."""
        return tuple(
            Condition(
                dimension=name, values=tuple(self.columns[name].names[code] or "" for code in sorted(codes))
            )
            for name, codes in wanted.items()
            if codes
        )

    @cached_property
    def _places(self) -> "dict[str, dict[str | None, int]]":
        places = {name: {key: n for n, key in enumerate(one.keys)} for name, one in self.columns.items()}
        return defaultdict(dict, places)

    def _failing(self, wanted: Filters) -> tuple[dict[str, Mask], NDArray[np.int8]]:
        """Tell which filters each row fails, and how many."""
        count = np.zeros(len(self.days), dtype=np.int8)
        fails = {}
        for name, codes in wanted.items():
            column = self.columns[name]
            refused = np.ones(len(column.names), dtype=bool)
            refused[list(codes)] = False
            fails[name] = refused[column.codes]
            count += fails[name]
        return fails, count


def read_cells(
    session: "KpiSession", wanted: Sequence[str] = (), needed: Sequence[str] = (), since: date | None = None
) -> DealCells:
    """Fetch the deals.

    Parameters
    ----------
    wanted
        Dimensions; where none are named, all that tell deals apart, but keys and what says how a deal ended.
    needed
        Dimensions that must be among them, such as those of a plan's segments; unknown ones are left out.
    since
        From which day on deals that were won or lost are wanted, where two years are not enough.

    Raises
    ------
    MissingFile
        When nothing has been imported.
    UnknownName
        When there is no such dimension.
    """
    data = session.data
    deals = Deals(data, session.as_of)
    for name in wanted:
        deals.dimension(name)
    must = tuple(dict.fromkeys([*wanted, *(name for name in needed if name in deals.dimensions)]))
    names, left_out = (must, ()) if wanted else _chosen(deals, must)
    end = session.as_of + timedelta(days=1)
    start = min(years_before(end, 2), since or end)
    known, calendar = session.workspace.catalogue(data), session.workspace.calendar
    closed = cross(Query(kpis=_CLOSED, by=names, start=start, end=end), data, calendar, known)
    return DealCells(closed, cross(Query(kpis=_OPEN, by=names), data, calendar, known), deals, left_out)


def _chosen(deals: Deals, must: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Choose dimensions, the organisation first and those of many values last, and say which are left out."""
    asked = [one for name, one in deals.dimensions.items() if "." not in name and not tells_outcome(name)]
    sizes = {one.name: len(deals.values(one)) for one in asked}
    keys = {name for name, size in sizes.items() if size > _FEW and size > deals.book.count * _SHARE}
    keys |= {name for name, size in sizes.items() if deals.book.count >= _LARGE and size > _MANY}
    first = deals.data.meta.levels
    telling = sorted(
        (one for one in asked if (sizes[one.name] > 1 and one.name not in keys) or one.name in must),
        key=lambda one: (one.name not in first, sizes[one.name] > _FEW, _order(one)),
    )
    names = [one.name for one in telling]
    most = max(_MOST_DIMENSIONS, len(must))
    kept_names = [name for n, name in enumerate(names) if name in must or n < most - len(must)]
    told = []
    fine = sorted(keys - set(must))
    if fine:
        told.append(f"Not shown, because nearly every deal has its own: {', '.join(fine)}.")
    rest = [name for name in names if name not in kept_names]
    if rest:
        told.append(
            f"{counted(len(rest), 'further dimension is', 'further dimensions are')} not shown: {', '.join(rest)}."
        )
    return (*kept_names, *(name for name in must if name not in kept_names)), tuple(told)


def _order(one: Dimension) -> int:
    """People and customers by name come after what they have in common."""
    tables = ("org_levels", "opportunities", "products", "accounts", "reps")
    return len(tables) if one.label_table and one.table == "opportunities" else tables.index(one.table)


def _column(deals: Deals, name: str, parts: Sequence[Crossed]) -> Column:
    """Put the codes of both parts on one list of values: by name, those without one last."""
    dimension = deals.dimension(name)
    labels = deals.labels(dimension)
    keys = {key for part in parts for key in part.values[name]}

    def shown(key: str | None) -> str:
        return labels.get(str(key), str(key))

    ordered = sorted(keys, key=lambda key: (key is None, shown(key).casefold(), str(key)))
    places = {key: n for n, key in enumerate(ordered)}
    codes = [
        np.array([places[key] for key in part.values[name]], dtype=np.int32)[part.codes[name]]
        for part in parts
        if len(part.values[name])
    ]
    return Column(
        name=name,
        names=tuple(None if key is None else shown(key) for key in ordered),
        keys=tuple(ordered),
        codes=np.concatenate(codes) if codes else np.zeros(0, dtype=np.int32),
    )


def _by_code(
    column: Column, rows: NDArray[np.intp], values: Mapping[str, NDArray[np.int64]]
) -> list[Figures]:
    """Add rows up by code. Sums are of floating point numbers, which are exact up to 2^53 minor units."""
    codes, size = column.codes[rows], len(column.names)
    sums = {name: np.bincount(codes, weights=told, minlength=size) for name, told in values.items()}
    return [Figures(**{name: int(sums[name][code]) for name in sums}) for code in range(size)]
