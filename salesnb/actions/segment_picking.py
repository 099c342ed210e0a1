"""Choosing segments of a plan: a filter over all dimensions at once, with what each value would leave of it.

The model behind `salesnb.widgets.SegmentPicker`; it knows nothing of a browser. Values are told by their codes, so that
what a source wrote in them, however odd, is only ever shown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from salesnb.actions.deal_cells import Column, DealCells, Figures, read_cells
from salesnb.actions.desk_file import lay, lies
from salesnb.actions.plan_segments import named_segments, segment_of_value, segments_of
from salesnb.actions.segment_scores import scoring_year
from salesnb.calendar import months_before, years_before
from salesnb.counting import counted
from salesnb.errors import BadInput, UnknownName, nearest
from salesnb.planning import (
    Condition,
    Plan,
    Segment,
    add_segment,
    find_segment,
    keep_segments,
    remove_segment,
    rename_segment,
)

if TYPE_CHECKING:
    from salesnb.actions.plan_session import PlanSession

__all__ = ["NONE", "Panel", "SegmentPicking", "Value", "condition_words", "name_of", "values_words"]

# What stands for deals that have no value of a dimension.
NONE = "(none)"
# Values that are shown of a dimension at first, and when all are asked for.
_SHOWN, _MOST_SHOWN = 8, 100
# A segment for each value is wanted of dimensions that people can still tell apart.
_MOST_EACH = 60
_NAMED, _LONG = 3, 60
# Where the filter lies on a desk.
_DESK = "filter"


@dataclass(frozen=True, kw_only=True)
class Value:
    """A value of a dimension, under the filters of the others; ``code`` tells it from values of the same name."""

    code: int
    name: str
    wanted: bool
    figures: Figures


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A dimension as it is shown.

    Attributes
    ----------
    values
        Those shown: the ones that are wanted, and of the others the largest.
    size, found
        How many values there are in all, and how many have the text that is searched for.
    largest
        The largest amount won of a value, minor units, to draw bars by.
    """

    dimension: str
    values: tuple[Value, ...]
    size: int
    found: int
    largest: int
    search: str
    is_open: bool
    is_filtered: bool


class SegmentPicking:
    """A filter over a workspace's deals, and the segments of a plan that come of it.

    Parameters
    ----------
    session
        The plan that is worked on.
    by
        Dimensions to filter by; where none are named, all that tell deals apart.

    Attributes
    ----------
    filters
        Codes of the values that are wanted, by dimension.
    chosen
        Ids of the segments that are picked out in the table or the chart.
    saves
        How often the filter was named as a segment.
    """

    def __init__(self, session: "PlanSession", by: Sequence[str] = ()) -> None:
        self.session, self.by = session, tuple(by)
        self.filters: dict[str, frozenset[int]] = {}
        self.chosen: frozenset[str] = frozenset()
        self.saves = 0
        self._searched: dict[str, str] = {}
        self._open: frozenset[str] = frozenset()
        self._cells: tuple[object, DealCells] | None = None
        self._panels: tuple[object, tuple[Panel, ...]] | None = None
        self._watchers: list[Callable[[], None]] = []

    def watch(self, told: Callable[[], None]) -> None:
        """Have a function called whenever the filter or the choice has changed."""
        self._watchers.append(told)

    def unwatch(self, told: Callable[[], None]) -> None:
        """Call a function no more."""
        self._watchers = [one for one in self._watchers if one != told]

    @property
    def cells(self) -> DealCells:
        """The deals; fetched again when an import has taken their place, or a segment has a dimension that they lack.

        Raises
        ------
        MissingFile
            When nothing has been imported.
        """
        data, plan = self.session.kpis.data, self.session.plan
        needed = {one.dimension for segment in segments_of(plan) for one in segment.conditions}
        if self._cells is not None and self._cells[0] is data:
            cells = self._cells[1]
            if not (needed & set(cells.deals.dimensions)) - set(cells.columns):
                return cells
        conditions = self._cells[1].conditions_of(self.filters) if self._cells else self._kept()
        since = years_before(scoring_year(plan, self.session.kpis.as_of).start, 1)
        cells = read_cells(self.session.kpis, self.by, sorted(needed), since)
        self._cells = (data, cells)
        self.filters = _still_there(cells, conditions)
        return cells

    def span_words(self) -> str:
        """Say of which days the figures are."""
        fmt, cells = self.session.workspace.settings.formatter, self.cells
        last = fmt.date(cells.as_of)
        return f"Won from {fmt.date(cells.start)} to {last}; open on {last}."

    def total(self) -> Figures:
        """Give what passes the filter."""
        return self.cells.total(self.cells.rows(self.filters))

    def panels(self) -> tuple[Panel, ...]:
        """Give the dimensions with their values; each value's figures are under the filters of the other dimensions."""
        cells = self.cells
        key = (cells, tuple(self.filters.items()), tuple(self._searched.items()), self._open)
        if self._panels is None or self._panels[0] != key:
            whole = cells.unfiltered
            found = cells.crossfiltered(self.filters) if self.filters else whole
            panels = [self._panel(one, found[name], whole[name]) for name, one in cells.columns.items()]
            self._panels = (key, tuple(panels))
        return self._panels[1]

    def toggle(self, dimension: str, code: int) -> None:
        """Want a value, or want it no more."""
        wanted = self.filters.get(dimension, frozenset())
        self.choose(dimension, wanted ^ {code})

    def choose(self, dimension: str, codes: Iterable[int]) -> None:
        """Want these values of a dimension and no others; without any, all.

        Raises
        ------
        UnknownName
            When there is no such dimension or value.
        """
        column, wanted = self._column(dimension), frozenset(codes)
        if not all(isinstance(code, int) and 0 <= code < len(column.names) for code in wanted):
            raise UnknownName(f"The dimension {dimension} has no such value.")
        others = {name: values for name, values in self.filters.items() if name != dimension}
        self._filter(others | {dimension: wanted} if wanted else others)

    def clear(self, dimension: str = "") -> None:
        """Filter by a dimension no more, or by none at all."""
        self._filter(
            {name: values for name, values in self.filters.items() if dimension and name != dimension}
        )

    def _filter(self, filters: Mapping[str, frozenset[int]]) -> None:
        self.filters = dict(filters)
        lay(self.session, _DESK, [[one.dimension, list(one.values)] for one in self.conditions()])
        self._tell()

    def _kept(self) -> tuple[Condition, ...]:
        """What the same person filtered by before this process began."""
        try:
            return tuple(
                Condition(dimension=str(dimension), values=tuple(map(str, values)))
                for dimension, values in lies(self.session, _DESK) or ()
            )
        except (TypeError, ValueError):
            return ()

    def search(self, dimension: str, text: str) -> None:
        """Show the values of a dimension that have a text in their name."""
        self._column(dimension)
        self._searched[dimension] = text

    def open(self, dimension: str, *, wide: bool) -> None:
        """Show many values of a dimension, or the first few."""
        self._column(dimension)
        self._open = self._open | {dimension} if wide else self._open - {dimension}

    def conditions(self) -> tuple[Condition, ...]:
        """Give the filter as conditions of a segment."""
        return self.cells.conditions_of(self.filters)

    def words(self) -> str:
        """Say what is filtered; empty where nothing is."""
        return condition_words(self.conditions())

    def suggested_name(self) -> str:
        """Give a name for the filter that is not taken; empty where nothing is filtered."""
        parts = [values_words(one.values) for one in self.conditions()]
        return ", ".join(parts)[:_LONG]

    def save(self, name: str) -> None:
        """Name the filter as a segment of the plan.

        Raises
        ------
        BadInput
            When nothing is filtered, or the name is empty or taken.
        """
        conditions = self.conditions()
        self.session.change(lambda plan: add_segment(plan, name, conditions), f"Segment {name.strip()} named")
        self.saves += 1

    def each(self, dimension: str) -> None:
        """Name a segment for each value of a dimension that has deals; those that are there stay.

        Raises
        ------
        BadInput
            When there are too many.
        """
        names = [name for name in self._column(dimension).names if name is not None]
        if len(names) > _MOST_EACH:
            raise BadInput(
                f"{dimension} has {counted(len(names), 'value', 'values')}; segments are for {_MOST_EACH} at most.",
                hint="Choose some of them, and save those as segments.",
            )
        made = [segment_of_value(dimension, name) for name in names]
        self.session.change(lambda plan: keep_segments(plan, made), f"Segments named by {dimension}")

    def rename(self, key: str, name: str) -> None:
        """Call a segment otherwise."""
        self.session.change(
            lambda plan: rename_segment(named_segments(plan), key, name),
            f"Segment {key} renamed {name.strip()}",
        )

    def remove(self, key: str) -> None:
        """Forget a segment.

        Raises
        ------
        BadUsage
            When the allocation, a limit or something else of the plan uses it.
        """
        name = self.segment(key).name
        self.session.change(lambda plan: remove_segment(named_segments(plan), key), f"Segment {name} removed")

    def filter_like(self, key: str) -> None:
        """Filter as a segment does.

        Raises
        ------
        BadInput
            When no deal can be told to be of it.
        UnknownName
            When the data does not know its dimensions or values.
        """
        segment = self.segment(key)
        if not segment.conditions:
            raise BadInput(f"{segment.name} is a market without deals yet.")
        self.filter_by(segment.conditions)

    def filter_by(self, conditions: Sequence[Condition]) -> None:
        """Filter by conditions and by nothing else.

        Raises
        ------
        UnknownName
            When the data does not know a dimension or a value.
        """
        for one in conditions:
            self._column(one.dimension)
        self._filter({name: codes for name, codes in self.cells.filters_of(conditions).items() if codes})

    def pick(self, keys: Iterable[str]) -> None:
        """Pick segments out; those that are not there are left out."""
        self.chosen = frozenset(keys) & {segment.id for segment in self.segments}
        self._tell()

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The plan's segments; where it names none, its teams."""
        return segments_of(self.session.plan)

    def segment(self, key: str) -> Segment:
        """Find a segment by id or name."""
        return find_segment(named_segments(self.session.plan), key)

    def months(self, plan: Plan) -> list[date]:
        """Give the bounds of the months that segments are scored by: 13 days."""
        end = scoring_year(plan, self.cells.as_of).end
        return [months_before(end, back) for back in range(12, -1, -1)]

    def _panel(self, column: Column, figures: Sequence[Figures], whole: Sequence[Figures]) -> Panel:
        wanted, text = self.filters.get(column.name, frozenset()), self._searched.get(column.name, "")
        folded = text.strip().casefold()
        codes = [n for n, name in enumerate(column.names) if folded in name_of(name).casefold()]
        is_open = column.name in self._open or bool(folded)
        room = _MOST_SHOWN if is_open else _SHOWN
        # Where all have room they keep their places, so that none moves away under the pointer.
        by = whole if len(column.names) <= room else figures
        codes.sort(key=lambda n: (-by[n].won - by[n].open, -whole[n].won, n))
        shown = [n for place, n in enumerate(codes) if place < room or n in wanted]
        return Panel(
            dimension=column.name,
            values=tuple(
                Value(code=n, name=name_of(column.names[n]), wanted=n in wanted, figures=figures[n])
                for n in shown
            ),
            size=len(column.names),
            found=len(codes),
            largest=max((figures[n].won for n in range(len(figures))), default=0),
            search=text,
            is_open=is_open,
            is_filtered=bool(wanted),
        )

    def _column(self, dimension: str) -> Column:
        columns = self.cells.columns
        if dimension not in columns:
            raise UnknownName(f"There is no dimension {dimension!r} here.", hint=nearest(dimension, columns))
        return columns[dimension]

    def _tell(self) -> None:
        for told in tuple(self._watchers):
            told()


def name_of(value: str | None) -> str:
    """Call a value as people see it."""
    return NONE if value is None else value


def condition_words(conditions: Sequence[Condition]) -> str:
    """Say what a segment filters: ``region is Europe or Asia; sector is energy``."""
    return "; ".join(f"{one.dimension} is {values_words(one.values)}" for one in conditions)


def values_words(values: Sequence[str]) -> str:
    """Name the first few values and say how many more there are."""
    names = [_cut(value or NONE) for value in values[:_NAMED]]
    left = len(values) - len(names)
    return " or ".join([*names, *([f"{left} others"] if left > 1 else ["1 other"] if left else [])])


def _cut(name: str) -> str:
    plain = " ".join(name.split())
    return plain if len(plain) <= _LONG else f"{plain[: _LONG - 1]}…"


def _still_there(cells: DealCells, conditions: Sequence[Condition]) -> dict[str, frozenset[int]]:
    """Filter as before by what the data still knows."""
    found: Mapping[str, frozenset[int]] = {}
    for one in conditions:
        try:
            found = {**found, **cells.filters_of([one])}
        except UnknownName:
            continue
    return {name: codes for name, codes in found.items() if codes and name in cells.columns}
