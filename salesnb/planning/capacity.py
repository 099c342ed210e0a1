"""Capacity: what the reps that are there, come and leave can sell in a period, month by month.

Convention, on which the third digit depends. Months are numbered from 1. A rep who comes comes at the start of its
month, and that month has the first share of the ramp. Everybody may leave, those who have just come and those who
replace others too, at the monthly hazard ``1 - (1 - attrition) ** (1 / 12)``; who leaves in a month was there for half
of it. Whoever leaves in month t is replaced at the start of month t + lag, by somebody who ramps from the beginning
and may leave as well. What is after the period is not looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import isfinite

from salesnb.counting import counted
from salesnb.errors import BadInput

__all__ = ["RAMPED", "Capacity", "Cohort", "Staffing", "Steps", "bookings", "project", "steps"]

RAMPED = 1_000
"""Months since hire of somebody whose day of hire is not known: no ramp takes that long."""

_HALF = 0.5
_MONTHS_OF_YEAR = 12


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """How reps become productive, leave and are replaced.

    Attributes
    ----------
    ramp
        Productivity by month since hire as a share of a ramped rep's, 0 to 1, never falling; ramped afterwards.
    attrition
        Share of reps that leaves within a year, 0 to 1.
    backfill_months
        After how many months the one who leaves is replaced; None where nobody is.

    Raises
    ------
    BadInput
        When the ramp falls, a share is not within 0 and 1, or the lag is below one month.
    """

    ramp: tuple[float, ...] = ()
    attrition: float = 0.0
    backfill_months: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for month, share in enumerate(self.ramp, start=1):
            _refuse_share(f"The ramp of month {month}", share)
        for month, (before, after) in enumerate(pairwise(self.ramp), start=2):
            if after < before:
                raise BadInput(
                    f"The ramp falls in month {month}, from {before:g} to {after:g}.",
                    hint="A rep does not unlearn: give shares that never fall.",
                )
        _refuse_share("The attrition", self.attrition)
        if self.backfill_months is not None and self.backfill_months < 1:
            raise BadInput(
                f"The backfill lag is {counted(self.backfill_months, 'month', 'months')}.",
                hint="Give 1 or more: who leaves in a month is replaced at the start of a later one.",
            )

    @property
    def hazard(self) -> float:
        """Share of reps that leaves in a month."""
        return 1 - float((1 - self.attrition) ** (1 / _MONTHS_OF_YEAR))

    def productivity(self, tenure: int) -> float:
        """Give what a rep does in a month, as a share of a ramped rep's; the month of hire has tenure 0."""
        return self.ramp[tenure] if tenure < len(self.ramp) else 1.0


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Reps who have the same place, came in the same month, and leave alike.

    Attributes
    ----------
    name
        Whose: a rep, a node, or ``backfill``.
    heads
        How many; replacements of an expected number of leavers are not whole.
    month
        From which month of the period on they are there, from 1.
    tenure
        Months since hire in that month; 0 for those who come in it.
    last
        The month in which they will leave, where that is known; None leaves it to the attrition.
    there
        What part of each month of the period they are there, 0 to 1: less on leave, or in part time. Empty for always.
    """

    name: str = ""
    heads: float = 1.0
    month: int = 1
    tenure: int = 0
    last: int | None = None
    there: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What cohorts come to in each month of a period.

    Attributes
    ----------
    cohorts
        Those asked about, and the replacements that they lead to, a cohort a month.
    heads
        By cohort: heads that are there in each month, on average over it.
    productive
        By cohort: the same in heads of ramped reps.
    """

    cohorts: tuple[Cohort, ...]
    heads: tuple[tuple[float, ...], ...]
    productive: tuple[tuple[float, ...], ...]

    @cached_property
    def headcount(self) -> tuple[float, ...]:
        """Heads in each month, over all cohorts."""
        return _added(self.heads)

    @cached_property
    def ramped(self) -> tuple[float, ...]:
        """Heads of ramped reps in each month, over all cohorts."""
        return _added(self.productive)

    @property
    def rep_years(self) -> float:
        """Years of ramped reps over the period."""
        return sum(self.ramped) / _MONTHS_OF_YEAR


@dataclass(frozen=True, kw_only=True)
class Steps:
    """From heads to capacity, in rep-years.

    Attributes
    ----------
    naive
        Every head counted for the whole period.
    ramp
        From the month in which it comes, and ramping.
    attrition
        With leavers and their replacements as well.
    """

    naive: float
    ramp: float
    attrition: float


def project(cohorts: Iterable[Cohort], months: int, staffing: Staffing) -> Capacity:
    """Follow cohorts and those who replace them through the months of a period.

    ``productive[c, t] = (heads[c, t] - leavers[c, t] / 2) * there[c, t] * ramp(tenure[c] + t - month[c])``, with
    ``leavers = heads * hazard``.

    Parameters
    ----------
    months
        Of the period.

    Raises
    ------
    BadInput
        When heads or a tenure are negative, a cohort comes outside the period, or the parts of months that it is there
        are not within 0 and 1, one a month.

    Examples
    --------
    Four reps are there, and one comes at the start of the second of three months:

    >>> staffing = Staffing(ramp=(0, 0.5))
    >>> found = project([Cohort(heads=4, tenure=RAMPED), Cohort(month=2)], 3, staffing)
    >>> found.headcount, found.ramped
    ((4.0, 5.0, 5.0), (4.0, 4.0, 4.5))

    References
    ----------
    Kellogg, https://kellblog.com/2020/02/15: capacity is what reps sell, not what they are asked for.
    """
    asked = [_checked(cohort, months) for cohort in cohorts]
    paths = [_path(cohort, months, staffing) for cohort in asked]
    left = list(_added([path.left for path in paths]))
    replacing = _replacements(left, staffing, months)
    paths += [_path(cohort, months, staffing) for cohort in replacing]
    return Capacity(
        cohorts=(*asked, *replacing),
        heads=tuple(path.heads for path in paths),
        productive=tuple(path.productive for path in paths),
    )


def steps(cohorts: Sequence[Cohort], months: int, staffing: Staffing) -> Steps:
    """Tell what ramp and attrition take off what a count of heads promises.

    Raises
    ------
    BadInput
        As `project`.

    Examples
    --------
    >>> cohorts = [Cohort(heads=20, tenure=RAMPED), Cohort(heads=3, month=3), Cohort(heads=3, month=6)]
    >>> ramp = (0, 0, 0.25, 0.25, 0.5, 0.75)
    >>> found = steps(cohorts, 12, Staffing(ramp=ramp, attrition=0.25, backfill_months=3))
    >>> found.naive, found.ramp, round(found.attrition, 3)
    (26.0, 22.125, 19.742)
    """
    staying = replace(staffing, attrition=0.0, backfill_months=None)
    return Steps(
        naive=sum(cohort.heads for cohort in cohorts) * months / _MONTHS_OF_YEAR,
        ramp=project(cohorts, months, staying).rep_years,
        attrition=project(cohorts, months, staffing).rep_years,
    )


def bookings(ramped: Sequence[float], monthly: float, season: Sequence[int]) -> tuple[float, ...]:
    """Turn heads of ramped reps into what they can sell, month by month.

    ``bookings[t] = ramped[t] * monthly * months * season[t] / sum(season)``

    Parameters
    ----------
    ramped
        By month of the period.
    monthly
        What a ramped rep sells in an average month, in minor units or as a count.
    season
        By month, whole shares such as basis points; they are taken in proportion to their sum.

    Raises
    ------
    BadInput
        When a number is negative, or the shares are not one a month or all zero.

    Examples
    --------
    >>> bookings((4.0, 4.0), 100, (2_500, 7_500))
    (200.0, 600.0)
    """
    if len(season) != len(ramped):
        raise BadInput(
            f"The season has {counted(len(season), 'month', 'months')}, the period {len(ramped)}.",
            hint="Give a share for each month.",
        )
    _refuse_negative("The productivity", monthly)
    for month, share in enumerate(season, start=1):
        _refuse_negative(f"The season's share of month {month}", share)
    total = sum(season)
    if not total:
        raise BadInput("The season's shares are all zero.", hint="Give shares that add up to one.")
    whole = monthly * len(season)
    return tuple(heads * whole * share / total for heads, share in zip(ramped, season, strict=True))


@dataclass(frozen=True)
class _Path:
    """A cohort's heads, ramped heads and leavers in each month."""

    heads: tuple[float, ...]
    productive: tuple[float, ...]
    left: tuple[float, ...]


def _path(cohort: Cohort, months: int, staffing: Staffing) -> _Path:
    heads, productive, left = [0.0] * months, [0.0] * months, [0.0] * months
    there = float(cohort.heads)
    for at in range(cohort.month - 1, months):
        leaving = there * _share_leaving(cohort, at + 1, staffing)
        heads[at] = (there - leaving * _HALF) * (cohort.there[at] if cohort.there else 1.0)
        productive[at] = heads[at] * staffing.productivity(cohort.tenure + at + 1 - cohort.month)
        left[at] = leaving
        there -= leaving
    return _Path(tuple(heads), tuple(productive), tuple(left))


def _share_leaving(cohort: Cohort, month: int, staffing: Staffing) -> float:
    if cohort.last is None:
        return staffing.hazard
    return 1.0 if month == cohort.last else 0.0


def _replacements(left: list[float], staffing: Staffing, months: int) -> list[Cohort]:
    """Make a cohort of those who replace the leavers of a month; they leave and are replaced in turn."""
    lag = staffing.backfill_months
    found: list[Cohort] = []
    if lag is None:
        return found
    for month in range(1, months - lag + 1):
        if not left[month - 1]:
            continue
        cohort = Cohort(name="backfill", heads=left[month - 1], month=month + lag)
        found.append(cohort)
        for at, leaving in enumerate(_path(cohort, months, staffing).left):
            left[at] += leaving
    return found


def _added(rows: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(sum(column) for column in zip(*rows, strict=True))


def _checked(cohort: Cohort, months: int) -> Cohort:
    named = f" of {cohort.name}" if cohort.name else ""
    _refuse_negative(f"The number of heads{named}", cohort.heads)
    _refuse_negative(f"The tenure{named}", cohort.tenure)
    if not 1 <= cohort.month <= months:
        raise BadInput(
            f"The hires{named} come in month {cohort.month}; the period has the months 1 to {months}.",
            hint="Give a month of the period.",
        )
    for month, share in enumerate(cohort.there, start=1):
        _refuse_share(f"The part of month {month} that the reps{named} are there", share)
    if cohort.there and len(cohort.there) != months:
        raise BadInput(
            f"The reps{named} have parts of {counted(len(cohort.there), 'month', 'months')}; the period has {months}.",
            hint="Give a part of each month.",
        )
    return cohort


def _refuse_share(what: str, share: float) -> None:
    if not (isfinite(share) and 0 <= share <= 1):
        raise BadInput(f"{what} is {share:g}.", hint="Give a share from 0 to 1, such as 0.25.")


def _refuse_negative(what: str, number: float) -> None:
    if not (isfinite(number) and number >= 0):
        raise BadInput(f"{what} is {number:g}.", hint="Give zero or more.")
