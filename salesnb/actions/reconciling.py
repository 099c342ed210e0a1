"""Why a report of the CRM says something else than salesnb."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.kpis import Query

if TYPE_CHECKING:
    from salesnb.charts import Chart
    from salesnb.crm.dataset import Dataset
    from salesnb.crm.expected import Wanted
    from salesnb.kpis.reconciling import Reconciliation, Yardstick
    from salesnb.workspace import Workspace

__all__ = ["difference_chart", "reconcile", "reconcile_query"]


def reconcile(
    workspace: "Workspace",
    kpi: str,
    report: str | Path,
    *,
    first: date | None = None,
    last: date | None = None,
    as_of: date | None = None,
    where: Mapping[str, str] | None = None,
    credit: str | None = None,
    restated: bool = False,
    columns: Mapping[str, str] | None = None,
) -> "Reconciliation":
    """Explain the difference between a report that was downloaded from the CRM and a KPI.

    Parameters
    ----------
    kpi
        A sum or count over deals, such as ``won_amount``.
    report
        The file: CSV or Excel, with a row a deal.
    first, last
        First and last day asked for, both included; of the report too, as far as it has dates.
    as_of
        The day as of which it is told; by default the latest in the data.
    where
        Filters: dimension and value; of the report too, where it has such a column.
    credit, restated
        Whose a shared deal is, and whether today's organisation counts; see ``Query``.
    columns
        Columns of the report that would be guessed wrong: ours and theirs, such as ``{"amount": "Amount (converted)"}``.

    Returns
    -------
    Reconciliation
        The two figures, the reasons and the deals; effects are in minor units and add up to the difference.

    Raises
    ------
    UnknownName
        When the KPI, a dimension, a value or a column is not known.
    BadUsage
        When deals do not add up to the KPI, as to a ratio.
    MissingFile, BadInput
        When the report is not there, has no amount or no deal that is known here, or nothing was imported yet.
    """
    query = Query(
        kpis=(kpi,),
        start=first,
        end=last + timedelta(days=1) if last else None,
        as_of=as_of,
        where=tuple((where or {}).items()),
        credit=credit,
        restated=restated,
    )
    return reconcile_query(workspace, query, Path(report), columns or {})


def reconcile_query(
    workspace: "Workspace", query: Query, report: Path, columns: Mapping[str, str]
) -> "Reconciliation":
    """Explain the difference for a query of one KPI without dimensions; see :func:`reconcile`."""
    from salesnb.crm.expected import read_expected
    from salesnb.kpis.engine import Run
    from salesnb.kpis.reconciling import Yardstick, explain, measured

    with workspace.dataset() as data:
        run = Run(query, data, workspace.calendar, workspace.catalogue(data))
        yardstick = Yardstick(run, measured(run))
        dimensions = tuple(dict.fromkeys(found.dimension.name for found in run.filters))
        expected = read_expected(report, _wanted(workspace, data, yardstick, dimensions, columns))
        return explain(run, expected, workspace.settings.formatter)


def _wanted(
    workspace: "Workspace",
    data: "Dataset",
    yardstick: "Yardstick",
    dimensions: tuple[str, ...],
    columns: Mapping[str, str],
) -> "Wanted":
    from salesnb.crm.expected import Wanted, id_key

    settings = workspace.settings
    deals = data.table("opportunities")
    ids = deals.select("opportunity_id").to_pyarrow().column(0).to_pylist()
    stages: dict[str, set[str]] = {}
    pairs: list[dict[str, Any]] = deals.select("stage", "status").distinct().to_pyarrow().to_pylist()
    for pair in pairs:
        stages.setdefault((pair["stage"] or "").casefold(), set()).add(pair["status"])
    return Wanted(
        kpi=yardstick.kpi.name,
        currency=data.meta.currency,
        digits=data.meta.digits,
        locale=settings.locale,
        time_zone=settings.time_zone,
        amount=yardstick.amount,
        known_ids=frozenset(map(id_key, ids)),
        statuses={stage: next(iter(found)) for stage, found in stages.items() if stage and len(found) == 1},
        dimensions=dimensions,
        columns=columns,
    )


def difference_chart(found: "Reconciliation", workspace: "Workspace") -> "Chart":
    """Draw the way from the report's figure to salesnb's, reason by reason."""
    from salesnb.charts import waterfall

    fmt = workspace.settings.formatter
    by = fmt.short(abs(found.difference), found.unit)
    more = "more" if found.difference > 0 else "less"
    finding = (
        f"salesnb has {by} {more} than {found.file}"
        if found.difference
        else f"{found.file} and salesnb agree"
    )
    return waterfall(
        finding,
        ("Report", found.expected),
        [(reason.label.capitalize(), reason.effect) for reason in found.reasons],
        ("salesnb", found.actual),
        fmt=fmt,
        unit=found.unit,
        subtitle=found.label,
    )
