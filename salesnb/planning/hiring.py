"""How many to hire, and when, so that the capacity reaches a goal."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle
from math import ceil

from salesnb.errors import BadInput
from salesnb.planning.capacity import Cohort, Staffing, bookings, project

__all__ = ["Hiring", "Market", "hires_by_month", "hires_needed", "spread_hires", "worth_of_hire"]

# Sums of floats; nobody is hired for the millionth part of a goal.
_ENOUGH = 1e-9


@dataclass(frozen=True, kw_only=True)
class Market:
    """What turns heads into sales over a period.

    Attributes
    ----------
    monthly
        What a ramped rep sells in an average month, in minor units or as a count.
    season
        Whole shares by month of the period.
    staffing
        Ramp, attrition and backfill.
    """

    monthly: float
    season: tuple[int | Fraction, ...]
    staffing: Staffing

    @property
    def months(self) -> int:
        """Months of the period."""
        return len(self.season)

    def capacity(self, cohorts: Sequence[Cohort]) -> float:
        """Give what cohorts can sell in the period.

        Raises
        ------
        BadInput
            As `project` and `bookings`.
        """
        if not cohorts:
            return 0.0
        ramped = project(cohorts, self.months, self.staffing).ramped
        return sum(bookings(ramped, self.monthly, self.season))


@dataclass(frozen=True, kw_only=True)
class Hiring:
    """An answer to how many are to be hired.

    Attributes
    ----------
    hires
        By month of the period, from 1; empty where none are needed, None where none can help.
    capacity
        With them, or what there is without.
    why
        Where none can help, a sentence that says so.
    """

    hires: tuple[tuple[int, int], ...] | None
    capacity: float
    why: str = ""

    @property
    def heads(self) -> int | None:
        """How many in all; None where none can help."""
        return None if self.hires is None else sum(heads for _, heads in self.hires)


def worth_of_hire(market: Market, month: int) -> float:
    """Give what one hire at the start of a month adds to the period's capacity, with whoever replaces it.

    Raises
    ------
    BadInput
        When the month is outside the period.
    """
    return market.capacity([Cohort(month=month)])


def hires_needed(goal: float, capacity: float, market: Market, month: int) -> Hiring:
    """Find the smallest number of hires at the start of a month that brings the capacity up to a goal.

    Capacity is linear in heads, so that it is ``ceil((goal - capacity) / worth_of_hire)``.

    Parameters
    ----------
    goal, capacity
        Of the period, in the unit of the market.

    Raises
    ------
    BadInput
        When the month is outside the period.

    Examples
    --------
    >>> market = Market(monthly=100, season=(1, 1, 1), staffing=Staffing(ramp=(0, 0.5)))
    >>> hires_needed(1_000, 700, market, 1).hires
    ((1, 2),)
    >>> hires_needed(1_000, 700, market, 3).why
    'Nobody who comes in month 3 of 3 sells anything before the period ends.'
    """
    return spread_hires(goal, capacity, market, (month,))


def spread_hires(goal: float, capacity: float, market: Market, months: Sequence[int]) -> Hiring:
    """Find the smallest number of hires, dealt out to months in turns, that brings the capacity up to a goal.

    Earlier months come first in each turn, so that one hire more never means less capacity.

    Raises
    ------
    BadInput
        When there are no months, one is there twice, or one is outside the period.

    Examples
    --------
    >>> market = Market(monthly=100, season=(1, 1, 1), staffing=Staffing())
    >>> spread_hires(1_600, 600, market, (1, 2, 3)).hires
    ((1, 2), (2, 2), (3, 1))
    """
    order = sorted(months)
    if not order or len(set(order)) < len(order):
        raise BadInput("The months to hire in are not a list of different ones.", hint="Name each once.")
    worth = {month: worth_of_hire(market, month) for month in order}
    # Not negative by a rounding error.
    missing = max(goal - capacity, 0.0) - _ENOUGH * abs(goal)
    if missing <= 0:
        return Hiring(hires=(), capacity=capacity)
    useful = [month for month in order if worth[month] > 0]
    if not useful:
        return Hiring(hires=None, capacity=capacity, why=_too_late(order, market))
    hired = _dealt(missing, {month: worth[month] for month in useful})
    reached = capacity + sum(heads * worth[month] for month, heads in hired.items())
    return Hiring(hires=tuple((month, heads) for month, heads in hired.items() if heads), capacity=reached)


def hires_by_month(goal: float, capacity: float, market: Market) -> tuple[Hiring, ...]:
    """Answer `hires_needed` for each month of the period in turn."""
    return tuple(hires_needed(goal, capacity, market, month) for month in range(1, market.months + 1))


def _dealt(missing: float, worth: dict[int, float]) -> dict[int, int]:
    """Deal out whole turns at once, and the rest one by one."""
    turn = sum(worth.values())
    whole = max(ceil(missing / turn) - 1, 0)
    hired = dict.fromkeys(worth, whole)
    missing -= whole * turn
    for month in cycle(worth):
        if missing <= 0:
            return hired
        hired[month] += 1
        missing -= worth[month]
    return hired


def _too_late(months: Sequence[int], market: Market) -> str:
    if not market.monthly:
        return "A ramped rep is taken to sell nothing, so that no number of hires is enough."
    named = ", ".join(map(str, months))
    return f"Nobody who comes in month {named} of {market.months} sells anything before the period ends."
