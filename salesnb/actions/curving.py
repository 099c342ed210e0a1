"""Win rate and cycle as curves over age: for notebooks, and for the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from salesnb.actions.curve_words import CURVES, curve_finding, curve_lines, curve_note
from salesnb.errors import UnknownName, nearest
from salesnb.kpis import Column, Query, Result
from salesnb.kpis.aging import CURVE_BASIS, CurveGroup, count_by_age, curves_of

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.charts import Chart
    from salesnb.kpis.curves import Step
    from salesnb.workspace import Settings, Workspace

__all__ = ["WinCurves", "find_curves", "win_curve"]


@dataclass(frozen=True, kw_only=True)
class WinCurves:
    """Curves over age by group; in a notebook it shows itself as a chart.

    Attributes
    ----------
    name
        ``win`` (what is won and lost of all created) or ``cycle`` (what has left the pipeline, and when wins come).
    by
        The dimensions that they are told by.
    as_of
        The day as of which ages are told.
    groups
        A curve each, with its key as people read it.
    undated
        How many deals have no created date, and so no age: they are left out.
    """

    name: str
    by: tuple[str, ...]
    as_of: date
    groups: tuple[CurveGroup, ...]
    undated: int
    settings: "Settings"

    @property
    def finding(self) -> str:
        """What the curves say, in a sentence or two."""
        return curve_finding(self.name, self.groups, self.settings.formatter)

    @property
    def chart(self) -> "Chart":
        """The curves, the largest groups first."""
        from salesnb.charts import curve

        fmt = self.settings.formatter
        lines, ages = curve_lines(self.name, self.groups)
        return curve(
            self.finding,
            lines,
            ages=ages,
            fmt=fmt,
            subtitle=CURVES[self.name] + (f", by {' and '.join(self.by)}" if self.by else ""),
            note=curve_note(self.groups, self.undated, fmt),
            nothing="Too few deals are closed to draw a curve.",
        )

    def result(self) -> Result:
        """Give a row an age at which deals left: how many were at risk, and the shares up to and including it."""
        shares = _COLUMNS[self.name]
        return Result(
            columns=(
                *(Column(name=name, role="dimension") for name in self.by),
                Column(name="age_days", role="kpi", unit="days"),
                Column(name="at_risk", role="kpi", unit="count"),
                *(Column(name=name, role="kpi", unit="ratio") for name in shares),
            ),
            rows=tuple(
                (*group.key, step.age, _whole(step.at_risk), *_shares(self.name, step, group))
                for group in self.groups
                for step in group.curve.steps
            ),
        )

    @property
    def table(self) -> "pd.DataFrame":
        """The curves as a data frame: a row a group and age."""
        import pandas as pd

        result = self.result()
        return pd.DataFrame(result.to_records(0), columns=[column.name for column in result.columns])

    def __repr__(self) -> str:
        """Give the curves as text."""
        return repr(self.chart)

    def _repr_mimebundle_(
        self,
        include: object = None,
        exclude: object = None,
    ) -> dict[str, Any]:
        return self.chart._repr_mimebundle_(include, exclude)


_COLUMNS = {
    "win": ("won", "won_low", "won_high", "lost", "lost_low", "lost_high", "open"),
    "cycle": ("left", "left_low", "left_high", "open", "of_wins"),
}


def win_curve(
    workspace: "Workspace",
    name: str = "win",
    *,
    by: str = "",
    first: date | None = None,
    last: date | None = None,
    as_of: date | None = None,
    where: Mapping[str, str] | None = None,
    confidence: float | None = None,
    half_life_days: float | None = None,
    credit: str | None = None,
    restated: bool = False,
    known: date | None = None,
) -> WinCurves:
    """Win rate or cycle as curves over days since creation, with open deals counted for as long as they were open.

    Parameters
    ----------
    name
        ``"win"``: the shares of all created that are won and lost by each age. ``"cycle"``: the share that has left
        the pipeline by each age, and what share of the wins has come by then.
    by
        Dimensions, and at most one time grain of creation, separated by commas: ``"team"``, ``"quarter"``.
    first, last
        First and last day of creation, both included.
    as_of, where, credit, restated, known
        As in `kpi_table`.
    confidence
        Of the intervals; by default ``[kpis] coverage_confidence`` of the settings.
    half_life_days
        Deals created that many days before the as-of day count half; by default all count alike.

    Returns
    -------
    WinCurves
        With ``chart``, ``table`` and ``finding``; ``salesnb.kpis.curves`` says how they are estimated.

    Raises
    ------
    UnknownName
        When the curve, a dimension or a value is not known.
    BadUsage
        When a dimension says how deals ended, such as their stage.
    BadInput
        When the confidence or half-life is out of range, or nothing was imported by the day ``known``.
    """
    query = Query(
        kpis=(CURVE_BASIS,),
        by=tuple(part.strip() for part in by.split(",") if part.strip()),
        start=first,
        end=last + timedelta(days=1) if last else None,
        as_of=as_of,
        where=tuple((where or {}).items()),
        credit=credit,
        restated=restated,
    )
    return find_curves(
        workspace, name, query, confidence=confidence, half_life_days=half_life_days, known=known
    )


def find_curves(
    workspace: "Workspace",
    name: str,
    query: Query,
    *,
    confidence: float | None = None,
    half_life_days: float | None = None,
    known: date | None = None,
) -> WinCurves:
    """Do what `win_curve` does, with a query; its KPIs are not asked for."""
    if name not in CURVES:
        raise UnknownName(f"There is no curve {name!r}.", hint=nearest(name, CURVES))
    settings = workspace.settings
    with workspace.dataset() as data:
        then = data.known(known) if known else data
        deals = count_by_age(query, then, workspace.calendar, half_life_days=half_life_days)
    asked = settings.coverage_confidence if confidence is None else confidence
    return WinCurves(
        name=name,
        by=deals.columns,
        as_of=deals.as_of,
        groups=curves_of(deals, confidence=asked),
        undated=sum(deals.undated.values()),
        settings=settings,
    )


def _shares(name: str, step: "Step", group: CurveGroup) -> Sequence[float | None]:
    if name == "win":
        won, lost = step.won, step.lost
        return (won.share, won.low, won.high, lost.share, lost.low, lost.high, step.open)
    last = group.curve.steps[-1].won.share
    return (
        step.left.share,
        step.left.low,
        step.left.high,
        step.open,
        step.won.share / last if last else None,
    )


def _whole(count: float) -> float:
    """Give a number of deals as one; weighted ones may be between two."""
    return int(count) if float(count).is_integer() else count
