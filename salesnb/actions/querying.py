"""KPIs as a data frame, for notebooks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from salesnb.actions.targets import quota_targets
from salesnb.kpis import Beside, Query, rows, run
from salesnb.kpis.result import Result

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.crm.dataset import Dataset
    from salesnb.workspace import Workspace

__all__ = ["kpi_rows", "kpi_table", "query_kpis"]


def query_kpis(
    workspace: "Workspace", query: Query, *, known: date | None = None, plan: str | None = None
) -> Result:
    """Compute KPIs of a workspace, with the quotas of its plans where a KPI needs them.

    Parameters
    ----------
    known
        The day whose knowledge counts; None means that of now. Quotas are those of now.
    plan
        Whose quotas and targets count; by default those of the plan that fits and ranks first (`quota_targets`).

    Raises
    ------
    UnknownName
        When a KPI, dimension, value or plan is not known.
    BadInput
        When nothing was imported by that day.
    """
    with workspace.dataset() as data:
        then = data.known(known) if known else data
        catalogue = workspace.catalogue(data)
        asked = query.with_targets(quota_targets(workspace, query, catalogue, plan))
        result = run(asked, then, workspace.calendar, catalogue)
        return _told(result, workspace, then, known)


def kpi_rows(workspace: "Workspace", kpi: str, query: Query, *, known: date | None = None) -> Result:
    """List the opportunities behind a KPI; ``known`` and what is raised are as in `query_kpis`."""
    with workspace.dataset() as data:
        then = data.known(known) if known else data
        return _told(
            rows(kpi, then, workspace.calendar, query, workspace.catalogue(data)), workspace, then, known
        )


def _told(result: Result, workspace: "Workspace", then: "Dataset", known: date | None) -> Result:
    """Say whose knowledge it is."""
    if known is None:
        return result
    fmt = workspace.settings.formatter
    said = f"As known on {fmt.date(known)}: by the import whose data is as of {fmt.date(then.meta.as_of)}."
    return replace(result, notices=(said, *result.notices))


def kpi_table(
    workspace: "Workspace",
    *kpis: str,
    by: str = "",
    first: date | None = None,
    last: date | None = None,
    as_of: date | None = None,
    where: Mapping[str, str] | None = None,
    credit: str | None = None,
    restated: bool = False,
    known: date | None = None,
    plan: str | None = None,
    compare: Sequence[str] = (),
    rolling: int = 0,
    year_to_date: bool = False,
    targets: bool = False,
    totals: bool = False,
) -> "pd.DataFrame":
    """Compute KPIs as a data frame.

    Parameters
    ----------
    kpis
        Names of KPIs, such as ``"won_amount", "win_rate"``.
    by
        Dimensions and at most one time grain, separated by commas: ``"team,quarter"``.
    first, last
        First and last day, both included.
    as_of
        The day as of which it is told; by default the latest in the data.
    where
        Filters: dimension and value.
    credit
        Whose a shared deal is: ``"owner"``, ``"credit"`` or ``"overlay"``; see ``Query``.
    restated
        Whether the organisation of the as-of day counts, whatever it was then.
    known
        The day whose knowledge counts: figures as they were told by the last import by then. With ``as_of`` alone,
        what is known now is told of that day.
    plan
        The plan whose quotas and targets count. By default that which fits the days: approved plans before those proposed,
        then drafts; among these the shortest period, then the one saved last.
    compare, rolling, year_to_date, targets, totals
        What stands beside each figure, and under them: ``compare=["previous", "last_year"]``, ``rolling=3`` buckets, the
        fiscal year to date, the targets of plans, subtotals; see ``Beside``.

    Returns
    -------
    pandas.DataFrame
        A column a dimension and a KPI, with those beside it named ``won_amount_previous``,
        ``won_amount_previous_growth``, …; money in major units. ``attrs["notices"]`` has what should be known of the
        figures.

    Raises
    ------
    UnknownName
        When a KPI, dimension, value or plan is not known.
    BadInput
        When nothing was imported by the day ``known``.
    """
    import pandas as pd

    query = Query(
        kpis=kpis,
        by=tuple(part.strip() for part in by.split(",") if part.strip()),
        start=first,
        end=last + timedelta(days=1) if last else None,
        as_of=as_of,
        where=tuple((where or {}).items()),
        credit=credit,
        restated=restated,
        beside=Beside(
            compare=tuple(compare), rolling=rolling, year_to_date=year_to_date, targets=targets, totals=totals
        ),
    )
    result = query_kpis(workspace, query, known=known, plan=plan)
    frame = pd.DataFrame(
        result.to_records(workspace.settings.digits), columns=[column.name for column in result.columns]
    )
    frame.attrs["notices"] = result.notices
    return frame
