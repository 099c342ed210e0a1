"""From folded cells to figures: what happened in each span, and what was open at its end or start, in whole numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salesnb.kpis.cells import BY_STAGE, DEALS, STOCKS, Cells, Fold, dated
from salesnb.kpis.kpi import AT_START, CLOSED, Kpi

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = np.ndarray[Any, np.dtype[np.int64]]
    # By name, whole numbers and all else alike.
    Columns = Mapping[str, np.ndarray[Any, Any]]

__all__ = ["Folded", "Key", "Sums", "put"]

Key = tuple[str | None, tuple[str | None, ...]]
Sums = dict[Key, dict[str, Any]]


def put(rows: Iterable[dict[str, Any]], kpis: Sequence[Kpi], found: Sums) -> None:
    """Put the rows of a scan among the sums, each under its bucket and dimensions."""
    for row in rows:
        values = {kpi.name: row[kpi.name] for kpi in kpis if kpi.name in row}
        found.setdefault((row["bucket"], row["dimensions"]), {}).update(values)


class Folded:
    """The answer of an engine about cells.

    Parameters
    ----------
    cells
        What was asked.
    rows
        What `Cells.rows` gave.
    """

    def __init__(self, cells: Cells, rows: "pa.Table") -> None:
        self._cells = cells
        found = {name: _column(rows.column(name)) for name in rows.column_names}
        # What happens after the last span is in none.
        self._rows = _where(found, found["place"] < cells.axis.after)
        # Before which stretch each span starts, and before which it is over; all before the axis is a stretch too.
        bounds = [cells.stretches(span) for span in cells.known_spans]
        self._starts, self._ends = [start + 1 for start, _ in bounds], [end + 1 for _, end in bounds]

    def figures(self) -> Sums:
        """Tell every sum, of each span and group that has rows."""
        sums = [kpi for kpi in self._cells.measures if kpi.kind != "weighted"]
        groups = _Groups(self._cells, self._rows)
        found: Sums = {}
        for basis in dict.fromkeys(kpi.basis for kpi in sums):
            names = [kpi.name for kpi in sums if kpi.basis == basis]
            values = [self._told(groups, kpi).tolist() for kpi in sums if kpi.basis == basis]
            for place, span, group in self._with_deals(groups, basis):
                row = found.setdefault((self._cells.known_spans[span].label, group), {})
                row.update(zip(names, [one[place][span] for one in values], strict=True))
        return found

    def by_stage(self, kpi: Kpi) -> list[dict[str, Any]]:
        """Give what was open in each span of one group, probability and stage, to be weighted."""
        groups = _Groups(self._cells, self._rows, by_stage=True)
        values = self._of_spans(groups, kpi.basis, kpi.name).tolist()
        return [
            {
                "bucket": self._cells.known_spans[span].label,
                "dimensions": group[: -len(BY_STAGE)],
                **dict(zip(BY_STAGE, group[-len(BY_STAGE) :], strict=True)),
                kpi.name: values[place][span],
            }
            for place, span, group in self._with_deals(groups, kpi.basis)
        ]

    def _with_deals(self, groups: "_Groups", basis: str) -> Iterator[tuple[int, int, Any]]:
        """List the groups and spans that have deals."""
        counts = self._of_spans(groups, basis, DEALS)
        for place, span in zip(*(found.tolist() for found in counts.nonzero()), strict=True):
            yield place, span, groups.keys[place]

    def _told(self, groups: "_Groups", kpi: Kpi) -> "Numbers":
        values = self._of_spans(groups, kpi.basis, kpi.name)
        if kpi.within and Fold.WITHIN in self._cells.folds:
            values = values + groups.column(Fold.WITHIN, dated(kpi.name))[:, self._starts]
        return values

    def _of_spans(self, groups: "_Groups", basis: str, name: str) -> "Numbers":
        """Give a column of each group and span: what happened in it, or what was open when it is told."""
        if basis in STOCKS:
            entered, left = groups.stocks
            standing = groups.until(entered, name) - groups.until(left, name)
            return standing[:, self._starts if basis == AT_START else self._ends]
        until = groups.until(Fold.CLOSED if basis == CLOSED else Fold.ENTERED, name)
        return until[:, self._ends] - until[:, self._starts]


class _Groups:
    """The rows of each group, by fold, stretch and column.

    Attributes
    ----------
    keys
        The values of the dimensions, and of probability and stage where these tell groups apart.
    stocks
        The folds of what entered, and of what left.
    """

    def __init__(self, cells: Cells, rows: "Columns", *, by_stage: bool = False) -> None:
        folds = rows["fold"]
        mine = folds >= Fold.ENTERED_BY_STAGE if by_stage else folds < Fold.ENTERED_BY_STAGE
        self.stocks = (Fold.ENTERED_BY_STAGE, Fold.LEFT_BY_STAGE) if by_stage else (Fold.ENTERED, Fold.LEFT)
        self._rows = _where(rows, mine)
        self._folds = folds[mine]
        self._stretches = self._rows["place"] + 1
        self._width = cells.axis.after + 1
        names = [f"dim_{name}" for name in cells.scan.dimensions]
        self.keys, self._places = self._grouped([*names, *BY_STAGE] if by_stage else names)

    def _grouped(self, names: Sequence[str]) -> tuple[list[tuple[Any, ...]], "Numbers"]:
        import numpy as np

        columns = [self._rows[name].tolist() for name in names]
        known: dict[tuple[Any, ...], int] = {}
        keys = zip(*columns, strict=True) if columns else [()] * len(self._folds)
        places = [known.setdefault(key, len(known)) for key in keys]
        return list(known), np.array(places, dtype=np.int64)

    def column(self, fold: Fold, name: str) -> "Numbers":
        """Give a column by group and stretch, the first for all days before the axis; it has the sums of a fold."""
        import numpy as np

        found = np.zeros((len(self.keys), self._width), dtype=np.int64)
        mine = self._folds == fold
        found[self._places[mine], self._stretches[mine]] = self._rows[name][mine]
        return found

    def until(self, fold: Fold, name: str) -> "Numbers":
        """Add up what came before each stretch, from the first of all on."""
        import numpy as np

        found = np.zeros((len(self.keys), self._width + 1), dtype=np.int64)
        np.cumsum(self.column(fold, name), axis=1, out=found[:, 1:])
        return found


def _column(column: "pa.ChunkedArray") -> Any:
    """Give a column to numpy; on the way that Arrow offers itself it would import pandas, which takes long."""
    import numpy as np

    if str(column.type).startswith("int"):
        return np.concatenate([np.empty(0, np.int64), *map(np.from_dlpack, column.chunks)])
    found = np.empty(len(column), dtype=object)
    found[:] = column.to_pylist()
    return found


def _where(columns: "Columns", rows: Any) -> "Columns":
    return {name: column[rows] for name, column in columns.items()}
