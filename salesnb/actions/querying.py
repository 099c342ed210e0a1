"""KPIs as a data frame, for notebooks."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from salesnb.actions.targets import quota_targets
from salesnb.kpis import Query, run
from salesnb.kpis.result import Result

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.workspace import Workspace

__all__ = ["kpi_table", "query_kpis"]


def query_kpis(workspace: "Workspace", query: Query) -> Result:
    """Compute KPIs of a workspace, with the quotas of its plans where a KPI needs them."""
    with workspace.dataset() as data:
        return run(query.with_targets(quota_targets(workspace, query)), data, workspace.calendar)


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

    Returns
    -------
    pandas.DataFrame
        A column a dimension and a KPI; money in major units.

    Raises
    ------
    UnknownName
        When a KPI, dimension or value is not known.
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
    )
    result = query_kpis(workspace, query)
    return pd.DataFrame(
        result.to_records(workspace.settings.digits), columns=[column.name for column in result.columns]
    )
