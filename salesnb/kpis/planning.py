"""How a question is answered: what one scan tells, and what is asked for by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import Any

from salesnb.calendar import GRAINS
from salesnb.crm.ahead import Ahead, later
from salesnb.kpis.cells import PERIOD, STOCKS, Cells
from salesnb.kpis.kpi import AS_OF, Kpi
from salesnb.kpis.lives import places_move
from salesnb.kpis.query import OWNER
from salesnb.kpis.scan import TOLD_ON, Rows, Scan, bases_of
from salesnb.kpis.splitting import decided, is_additive, mentions

__all__ = ["Plan", "plan"]

# Fewer rows than this are never too many cells.
_LARGE, _MOST_CELLS = 300_000, 2_000_000
# In so many stretches, such as months, nearly every deal closes.
_LONG = 24


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked of the engine.

    Attributes
    ----------
    cells
        Scans that answer many measures.
    alone
        Measures that take a query for each time basis: quantiles, distinct counts, and what cannot be folded.
    """

    cells: tuple[Cells, ...]
    alone: tuple[Kpi, ...]

    def asked_alone(self, scan: Scan, ahead: Ahead) -> list[tuple[list[Kpi], Rows]]:
        """Ask for what takes a query of its own, which an engine may answer while that for all else is written.

        Returns
        -------
        list of tuple
            Measures of a basis, and what waits for their rows; those that are weighted are left out.
        """
        # With nothing to do meanwhile it is asked as ever.
        ask = ahead.ask if self.cells else later
        return [
            (some, scan.asked(basis, some, read_only=self._tells_groups(basis), ask=ask))
            for basis, some in bases_of(kpi for kpi in self.alone if kpi.kind != "weighted").items()
        ]

    def _tells_groups(self, basis: str) -> bool:
        """Whether sums of a basis tell which groups there are, so that a quantile need not."""
        return any(kpi.basis == basis and kpi.kind == "sum" for cells in self.cells for kpi in cells.measures)


def plan(scan: Scan, measures: Sequence[Kpi], reads: tuple[str, ...] = ()) -> Plan:
    """Choose how to answer measures, which together read some dimensions."""
    read = {
        kpi.name: scan.deals.kept(("read", kpi, scan.grain), partial(_reads_if_folded, scan, kpi))
        for kpi in measures
    }
    columns = {name: found for name, found in read.items() if found is not None}
    folded = [kpi for kpi in measures if kpi.name in columns]
    cells = []
    for some, moving in _groups(scan, folded, moves=places_move(scan, reads)):
        needed = frozenset(name for kpi in some for name in columns[kpi.name])
        asked = Cells(scan=scan, measures=tuple(some), columns=needed, reads=reads, moving=moving)
        cells.append(replace(asked, wide=_is_wide(asked)))
    told = {kpi.name for found in cells for kpi in found.measures}
    return Plan(cells=tuple(cells), alone=tuple(kpi for kpi in measures if kpi.name not in told))


def _groups(scan: Scan, folded: list[Kpi], *, moves: bool) -> Iterator[tuple[list[Kpi], bool]]:
    """Part measures into those that share cells, and tell whether they are of deals that move."""
    flows = [kpi for kpi in folded if kpi.basis not in STOCKS]
    stocks = [kpi for kpi in folded if kpi.basis in STOCKS]
    # Who share in a deal may move on different days: a deal then counts once or twice for a team by the day.
    if moves and scan.credit != OWNER:
        stocks = []
    weighted = [kpi for kpi in folded if kpi.kind == "weighted"]
    # Each deal would be a cell of its own for all others too.
    apart = weighted if weighted and scan.deals.book.has_many_probabilities else []
    rest = [kpi for kpi in stocks if kpi not in apart]
    parts = [(flows, False), (rest, True)] if moves else [([*flows, *rest], False)]
    for some, moving in [*parts, ([kpi for kpi in stocks if kpi in apart], moves)]:
        if some:
            yield some, moving


def _is_wide(cells: Cells) -> bool:
    """Tell whether cells may be so many that grouping rows into them costs more memory than it saves time."""
    deals = cells.scan.deals
    if not cells.known_spans or deals.book.count < _LARGE:
        return False
    if cells.by_stage and deals.book.has_many_probabilities:
        return True
    stretches = cells.axis.after
    groups = prod(len(deals.values(deals.dimension(name))) + 1 for name in cells.scan.dimensions)
    return min(groups, deals.book.count) * stretches * min(stretches, _LONG) > _MOST_CELLS


def _reads_if_folded(scan: Scan, kpi: Kpi) -> set[str] | None:
    """List the columns that a measure reads, if cells tell it: its values add up, and its period is that of a cell."""
    if kpi.kind not in {"sum", "weighted"}:
        return None
    expression = kpi.function(_probe(scan, kpi))
    if not is_additive(expression):
        return None
    columns = mentions(expression)
    if TOLD_ON in columns:
        # What a deal adds is another thing on another day.
        return None
    if scan.grain is None or not columns & PERIOD:
        return columns
    if kpi.basis != AS_OF or not kpi.within or scan.grain not in GRAINS:
        return None
    # What it does with the period besides asking whether the date is in it, nobody knows here.
    left = mentions(decided(expression, kpi.within, inside=True)) & PERIOD
    return None if left else columns


def _probe(scan: Scan, kpi: Kpi) -> Any:
    """Give a table of the columns that a measure may read, of no engine."""
    import ibis

    schema = {**scan.deals.kinds, **dict.fromkeys((TOLD_ON, *sorted(PERIOD)), "date")}
    return ibis.table(schema | {f"dim_{name}": scan.deals.kind(name) for name in kpi.reads}, name="deals")
