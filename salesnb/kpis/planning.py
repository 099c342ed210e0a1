"""How a question is answered: what one scan tells, and what is asked for by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from salesnb.calendar import GRAINS
from salesnb.kpis.cells import PERIOD, STOCKS, Cells
from salesnb.kpis.kpi import AS_OF, Kpi
from salesnb.kpis.lives import places_move
from salesnb.kpis.query import OWNER
from salesnb.kpis.scan import Scan
from salesnb.kpis.splitting import decided, is_additive, mentions

__all__ = ["Plan", "plan"]


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


def plan(scan: Scan, measures: Sequence[Kpi], reads: tuple[str, ...] = ()) -> Plan:
    """Choose how to answer measures, which together read some dimensions."""
    columns = {kpi.name: read for kpi in measures if (read := _reads_if_folded(scan, kpi)) is not None}
    folded = [kpi for kpi in measures if kpi.name in columns]
    flows = [kpi for kpi in folded if kpi.basis not in STOCKS]
    stocks = [kpi for kpi in folded if kpi.basis in STOCKS]
    if not places_move(scan, reads):
        groups = [(folded, False)]
    elif scan.credit == OWNER:
        groups = [(flows, False), (stocks, True)]
    else:
        # Who share in a deal may move on different days: a deal then counts once or twice for a team by the day.
        groups = [(flows, False)]
    cells = tuple(
        Cells(
            scan=scan,
            measures=tuple(some),
            columns=frozenset().union(*(columns[kpi.name] for kpi in some)),
            reads=reads,
            moving=moving,
        )
        for some, moving in groups
        if some
    )
    told = {kpi.name for found in cells for kpi in found.measures}
    return Plan(cells=cells, alone=tuple(kpi for kpi in measures if kpi.name not in told))


def _reads_if_folded(scan: Scan, kpi: Kpi) -> set[str] | None:
    """List the columns that a measure reads, if cells tell it: its values add up, and its period is that of a cell."""
    if kpi.kind not in {"sum", "weighted"}:
        return None
    expression = kpi.function(_probe(scan, kpi))
    if not is_additive(expression):
        return None
    columns = mentions(expression)
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

    schema = {**scan.deals.kinds, **dict.fromkeys(sorted(PERIOD), "date")}
    return ibis.table(schema | {f"dim_{name}": scan.deals.kind(name) for name in kpi.reads}, name="deals")
