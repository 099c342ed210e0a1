"""Measures by every crossing of many dimensions at once, as columns of numbers: what a crossfilter adds up in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadUsage
from salesnb.kpis.engine import Run
from salesnb.kpis.kpi import CLOSED, CREATED, Kpi
from salesnb.kpis.query import OWNER, Query
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["Crossed", "cross"]


@dataclass(frozen=True, kw_only=True)
class Crossed:
    """A row a crossing that has deals, n of them.

    Attributes
    ----------
    values
        By dimension: its values that occur (ids where there are such, None for deals without one), in no order.
    codes
        By dimension, (n,): places in its values.
    days
        (n,), datetime64[D]: when deals closed or were created; None of measures as of a date.
    measures
        By KPI, (n,) whole numbers, of money in minor units.
    """

    values: Mapping[str, tuple[str | None, ...]]
    codes: Mapping[str, NDArray[np.int32]]
    days: NDArray[np.datetime64] | None
    measures: Mapping[str, NDArray[np.int64]]


def cross(query: Query, data: "Dataset", calendar: FiscalCalendar, known: Registry[Kpi]) -> Crossed:
    """Compute measures that add up by all dimensions of a query at once and by day, in one statement.

    There are as many rows as crossings with deals: never more than deals, whatever is crossed. Each sum of rows is the
    figure of the KPI for what they have in common, since a deal is in one crossing alone. Deals count by owner.

    Raises
    ------
    UnknownName
        When a KPI or dimension is not known.
    BadUsage
        When the KPIs are not sums and counts of one time basis.
    """
    run = Run(query, data, calendar, known)
    bases = {kpi.basis for kpi in run.kpis}
    odd = [kpi.name for kpi in run.kpis if kpi.kind != "sum"]
    if odd or len(bases) != 1:
        raise BadUsage(
            f"{', '.join(odd or query.kpis)} cannot be crossed.", hint="Ask for sums of one basis."
        )
    (basis,) = bases
    scan = run.scan(OWNER)
    reads = tuple(dict.fromkeys(name for kpi in run.kpis for name in kpi.reads))
    table = scan.opportunities(basis, reads)
    by_day = (basis,) if basis in {CLOSED, CREATED} else ()
    keys = [*(f"dim_{name}" for name in query.dimensions), *by_day]
    found = table.group_by(keys).aggregate(**{kpi.name: kpi.function(table) for kpi in run.kpis}).to_pyarrow()
    coded = {name: _coded(found[f"dim_{name}"]) for name in query.dimensions}
    return Crossed(
        values={name: values for name, (values, _) in coded.items()},
        codes={name: codes for name, (_, codes) in coded.items()},
        days=found[basis].to_numpy().astype("datetime64[D]") if by_day else None,
        measures={kpi.name: _whole(found[kpi.name]) for kpi in run.kpis},
    )


def _coded(column: Any) -> tuple[tuple[str | None, ...], NDArray[np.int32]]:
    """Give the values of a column and the place of each row's among them."""
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    values = tuple(encoded.dictionary.to_pylist())
    return values, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)


def _whole(column: Any) -> NDArray[np.int64]:
    found: NDArray[np.int64] = column.cast("int64").fill_null(0).to_numpy()
    return found
