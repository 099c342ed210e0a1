"""What can be asked: KPIs, by dimensions and time, filtered, as of a day."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from salesnb.calendar import GRAINS, FiscalCalendar, Period
from salesnb.errors import BadUsage
from salesnb.kpis.beside import Beside

__all__ = ["COMPANY", "CREDIT", "CREDITS", "OVERLAY", "OWNER", "WINDOW", "Query", "Target"]

COMPANY = "company"
WINDOW = "window"
OWNER, CREDIT, OVERLAY = CREDITS = ("owner", "credit", "overlay")


@dataclass(frozen=True, kw_only=True)
class Target:
    """What one place should reach in a period: a quota, or the level of a rate.

    Attributes
    ----------
    kpi
        Of which KPI.
    dimension, value
        ``rep`` and a rep's id, a level and a node's id, or ``company`` and anything.
    start, end
        The period, half-open.
    amount
        Minor units of money, a count, or the level of a KPI that does not add up.
    months
        Month labels with their share of the season, or with the quota's own amounts; without them it grows evenly by day.
    plan
        The plan that it is of.
    """

    dimension: str
    value: str
    start: date
    end: date
    amount: int | float
    kpi: str = "won_amount"
    months: tuple[tuple[str, int], ...] = ()
    plan: str = ""

    def due_by(self, day: date, calendar: FiscalCalendar) -> Fraction:
        """Tell what is due before a day: between the ends of months it grows evenly.

        References
        ----------
        Seasonal pacing: the share of the season that has passed counts, not that of the days.
        """
        if day >= self.end:
            return Fraction(self.amount)
        whole = sum(weight for _, weight in self.months)
        if not whole:
            return Fraction(self.amount) * max((day - self.start).days, 0) / (self.end - self.start).days
        share = Fraction()
        for label, weight in self.months:
            month = calendar.period(label)
            gone = min(max((day - month.start).days, 0), month.days)
            share += Fraction(weight * gone, whole * month.days)
        return Fraction(self.amount) * share


@dataclass(frozen=True, kw_only=True)
class Query:
    """One question to the engine.

    Attributes
    ----------
    kpis
        Names of KPIs, in the order wanted.
    by
        Dimensions in the order wanted; a time grain may stand among them.
    grain
        A time grain that comes after the dimensions; None when there is none, or when it stands in ``by``.
    start, end
        The days asked for, half-open; None means from the beginning, or to the as-of day.
    as_of
        The day as of which everything is told; None means the latest in the data.
    where
        Pairs of a dimension and a value, or several of which it must have one; all pairs must hold. An empty value means
        that there is none.
    labels
        Whether reps, accounts and nodes are given by name, or by id.
    targets
        Quotas, for the KPIs that need them.
    windows
        Stretches of days to compare, by name, instead of ``start``, ``end`` and a grain; they may overlap. The result
        has their names in a column ``window``, after the dimensions.
    credit
        Whose a deal is, where reps or their teams are asked for. ``owner``: its owner's, whole. ``credit``: of all who
        share in it, each with a part of its amounts; parts add up to the deal exactly. A count counts it once for each
        rep, team or region that has a share of it, so that counts of teams may add up to more than the company's; a
        median is that of the parts. ``overlay``: overlays alone, which stand apart. None means credit for KPIs about a
        quota, and owner for all others. The company's own figures are the same by owner and by credit.
    restated
        Whether a deal counts for where its rep is on the as-of day, whatever it was then; else for where the rep was
        when it closed, so that what is past stays as it was.
    beside
        What is wanted beside each figure; see ``salesnb.kpis.comparing``.
    """

    kpis: tuple[str, ...]
    by: tuple[str, ...] = ()
    grain: str | None = None
    start: date | None = None
    end: date | None = None
    as_of: date | None = None
    where: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    labels: bool = True
    targets: tuple[Target, ...] = ()
    windows: tuple[Period, ...] = ()
    credit: str | None = None
    restated: bool = False
    beside: Beside | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if not self.kpis:
            raise BadUsage("No KPI is asked for.", hint="Name one, such as won_amount.")
        if self.credit not in (None, *CREDITS):
            raise BadUsage(
                f"Deals cannot be counted by {self.credit!r}.", hint=f"Use one of {', '.join(CREDITS)}."
            )
        columns = [*self.columns, *self.kpis]
        twice = next((name for name in columns if columns.count(name) > 1), None)
        if twice:
            raise BadUsage(f"{twice!r} is asked for twice.", hint="Name each dimension and KPI once.")
        if len([name for name in self.columns if name in GRAINS]) > 1:
            raise BadUsage("Several time grains are asked for.", hint=f"Name one of {', '.join(GRAINS)}.")
        if self.windows and (self.time_grain != WINDOW or self.start or self.end):
            raise BadUsage("Windows are asked for together with other days.", hint="Give windows alone.")
        if self.start and self.end and self.end <= self.start:
            raise BadUsage(
                f"The days asked for end before they start ({self.start}).", hint="Turn them round."
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Dimensions and grain in the order of the result."""
        if self.windows:
            return (*self.by, WINDOW)
        return (*self.by, self.grain) if self.grain else self.by

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions without the grain."""
        return tuple(name for name in self.columns if name not in (*GRAINS, WINDOW))

    @property
    def time_grain(self) -> str | None:
        """The grain, wherever it stands; ``window`` where named windows are asked for."""
        return next((name for name in self.columns if name in (*GRAINS, WINDOW)), None)

    def with_targets(self, targets: tuple[Target, ...]) -> "Query":
        """Ask the same with quotas."""
        return replace(self, targets=targets)
