"""How a question is answered: what one scan tells, and what is asked for by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from salesnb.calendar import GRAINS
from salesnb.kpis.cells import PERIOD, STOCKS, Cells
from salesnb.kpis.kpi import AS_OF, Kpi
from salesnb.kpis.query import OWNER
from salesnb.kpis.scan import Scan
from salesnb.kpis.splitting import is_additive, mentions

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
    folded = [kpi for kpi in measures if _folds(scan, kpi)]
    found = []
    if scan.moves(reads):
        found.append(Cells(scan=scan, reads=reads, measures=_of(folded, stocks=False)))
        stocks = _of(folded, stocks=True)
        if scan.credit == OWNER:
            found.append(Cells(scan=scan, reads=reads, measures=stocks, moving=True))
        else:
            # Who share in a deal may move on different days: a deal then counts once or twice for a team by the day.
            folded = [kpi for kpi in folded if kpi not in stocks]
    else:
        found.append(Cells(scan=scan, reads=reads, measures=tuple(folded)))
    alone = tuple(kpi for kpi in measures if kpi not in folded)
    return Plan(cells=tuple(cells for cells in found if cells.measures), alone=alone)


def _of(measures: Iterable[Kpi], *, stocks: bool) -> tuple[Kpi, ...]:
    return tuple(kpi for kpi in measures if (kpi.basis in STOCKS) == stocks)


def _folds(scan: Scan, kpi: Kpi) -> bool:
    """Tell whether cells tell a measure: its values add up, and its period is that of the cell."""
    if kpi.kind not in {"sum", "weighted"}:
        return False
    expression = kpi.function(_probe(scan, kpi))
    if not is_additive(expression):
        return False
    of_period = bool(mentions(expression) & PERIOD)
    return (
        not of_period
        or scan.grain is None
        or (kpi.basis == AS_OF and bool(kpi.within) and scan.grain in GRAINS)
    )


def _probe(scan: Scan, kpi: Kpi) -> Any:
    """Give a table of the columns that a measure may read, of no engine."""
    import ibis

    schema = {**dict(scan.deals.known.schema().items()), "place_on": "date", **dict.fromkeys(PERIOD, "date")}
    return ibis.table(schema | {f"dim_{name}": scan.deals.kind(name) for name in kpi.reads}, name="deals")
