"""From folded cells to figures: what happened in each span, and what was open at its end or start, in whole numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from salesnb.kpis.cells import BY_STAGE, DEALS, STOCKS, Cells, Fold, dated
from salesnb.kpis.kpi import AT_START, CLOSED, Kpi

__all__ = ["Key", "Sums", "figures", "weighted_rows"]

Key = tuple[str | None, tuple[str | None, ...]]
Sums = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class _Group:
    """The rows of one group by fold and column: a value a stretch, the first for all days before the axis."""

    stretches: int
    columns: dict[tuple[int, str], list[int]] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any], names: Iterable[str]) -> None:
        for name in names:
            self.columns.setdefault((row["fold"], name), [0] * self.stretches)[row["place"] + 1] += row[name]

    def until(self, fold: Fold, name: str) -> list[int]:
        """Give what came before each stretch, from the first of all on."""
        return [0, *accumulate(self.columns.get((int(fold), name), [0] * self.stretches))]

    def standing(self, entered: Fold, left: Fold, name: str) -> list[int]:
        """Give what had entered and not left before each stretch."""
        return [
            came - went for came, went in zip(self.until(entered, name), self.until(left, name), strict=True)
        ]


def figures(cells: Cells, rows: Iterable[Mapping[str, Any]]) -> Sums:
    """Tell every sum, of each span and group that has rows."""
    sums = [kpi for kpi in cells.measures if kpi.kind != "weighted"]
    names = [*(kpi.name for kpi in sums), *(dated(kpi.name) for kpi in sums if kpi.within), DEALS]
    groups: dict[tuple[str | None, ...], _Group] = {}
    for row in rows:
        if row["fold"] < Fold.ENTERED_BY_STAGE:
            group = groups.setdefault(_dimensions(cells, row), _Group(cells.axis.after + 1))
            group.add(row, (name for name in names if name in row))
    found: Sums = {}
    for dimensions, group in groups.items():
        for basis in {kpi.basis for kpi in sums}:
            counts = _of_spans(cells, group, basis, DEALS)
            told = {kpi.name: _told(cells, group, kpi) for kpi in sums if kpi.basis == basis}
            for place, span in enumerate(cells.known_spans):
                if counts[place]:
                    row = {name: values[place] for name, values in told.items()}
                    found.setdefault((span.label, dimensions), {}).update(row)
    return found


def weighted_rows(cells: Cells, rows: Iterable[Mapping[str, Any]], kpi: Kpi) -> list[dict[str, Any]]:
    """Give what was open in each span of one group, probability and stage, to be weighted."""
    groups: dict[tuple[Any, ...], _Group] = {}
    for row in rows:
        if row["fold"] >= Fold.ENTERED_BY_STAGE:
            key = (_dimensions(cells, row), *(row[name] for name in BY_STAGE))
            groups.setdefault(key, _Group(cells.axis.after + 1)).add(row, (kpi.name, DEALS))
    found = []
    for (dimensions, probability, stage), group in groups.items():
        folds = (Fold.ENTERED_BY_STAGE, Fold.LEFT_BY_STAGE)
        values, counts = group.standing(*folds, kpi.name), group.standing(*folds, DEALS)
        for span in cells.known_spans:
            end = _moment(cells, span, kpi.basis)
            if counts[end]:
                where = {"bucket": span.label, "dimensions": dimensions}
                found.append({**where, "probability": probability, "stage": stage, kpi.name: values[end]})
    return found


def _told(cells: Cells, group: _Group, kpi: Kpi) -> list[int]:
    values = _of_spans(cells, group, kpi.basis, kpi.name)
    if kpi.within and Fold.WITHIN in cells.folds:
        inside = group.columns.get((int(Fold.WITHIN), dated(kpi.name)), [0] * group.stretches)
        values = [
            value + inside[cells.stretches(span)[0] + 1]
            for value, span in zip(values, cells.known_spans, strict=True)
        ]
    return values


def _of_spans(cells: Cells, group: _Group, basis: str, name: str) -> list[int]:
    """Give a column of each span: what happened in it, or what was open when it is told."""
    if basis in STOCKS:
        standing = group.standing(Fold.ENTERED, Fold.LEFT, name)
        return [standing[_moment(cells, span, basis)] for span in cells.known_spans]
    until = group.until(Fold.CLOSED if basis == CLOSED else Fold.ENTERED, name)
    bounds = (cells.stretches(span) for span in cells.known_spans)
    return [until[end + 1] - until[start + 1] for start, end in bounds]


def _moment(cells: Cells, span: Any, basis: str) -> int:
    """Tell before which stretch of a group deals are counted: the one after the span, or its first."""
    start, end = cells.stretches(span)
    return 1 + (start if basis == AT_START else end)


def _dimensions(cells: Cells, row: Mapping[str, Any]) -> tuple[str | None, ...]:
    return tuple(row[f"dim_{name}"] for name in cells.scan.dimensions)
