"""Lead indicators worked back from a roadmap: how many deals to create by when, and what pipeline to hold.

A deal that is to be won on a day was created some days before, as long before as won deals usually take, and with it
as many others as one is won of. What is created late in a period is mostly won after it; so the number of deals to
create is a pace, told as far back and ahead as enough of what it brings falls into the period.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from salesnb.calendar import Period
from salesnb.errors import BadInput
from salesnb.planning.dues import Due

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LEAST_SHARE", "Cycle", "Lead", "daily_wins", "leads"]

# A stretch of which fewer wins fall into the period says little about it, and is not told.
LEAST_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """What becomes of deals by age.

    Attributes
    ----------
    won
        Share of the deals created that are won by the end of each day of age, from 0 on; never falling.
    left
        Share that is won or lost by then; never falling.

    Raises
    ------
    BadInput
        When a share falls, is not between 0 and 1, or none is ever won.
    """

    won: tuple[float, ...]
    left: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for shares in (self.won, self.left):
            if any(after < before - 1e-9 for before, after in pairwise(shares)):
                raise BadInput("A share of deals by age falls.", hint="What is won or lost stays so.")
        if not self.won or len(self.won) != len(self.left) or not 0 < self.win_rate <= 1 + 1e-9:
            raise BadInput("No deal is won at any age.", hint="Give the curve of a longer time.")

    @property
    def win_rate(self) -> float:
        """Share of the deals created that are won in the end, as far as it is told."""
        return self.won[-1]

    def won_within(self, days: int) -> float:
        """Share of the deals open on a day that is won within that many, where as many are created every day."""
        last = len(self.won) - 1
        gained = sum(self.won[min(age + days, last)] - self.won[age] for age in range(last + 1))
        still_open = sum(1 - share for share in self.left)
        return min(gained / still_open, 1.0) if still_open > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class Lead:
    """What is needed in a month or week, and at its end.

    Attributes
    ----------
    label, last_day
        The month or week, which may lie before the period, and its last day.
    create
        Deals to create in it.
    share
        What share of their wins falls into the period.
    open_wins
        How many deals are to be won, from its last day to the end of the period, of those open then.
    hold
        How many deals are to be open at its end for that, by the share usually won in the days left; None after the
        last day, and before the period.
    """

    label: str
    last_day: date
    create: float
    share: float
    open_wins: float
    hold: float | None


def daily_wins(dues: Sequence[Due], start: date, size: float) -> tuple[float, ...]:
    """Spread what is due by week or month evenly over its days, as a number of deals.

    Parameters
    ----------
    dues
        In order, without gaps.
    start
        The first day of the period.
    size
        What a won deal brings, in the unit of the dues; 1 where deals are counted.

    Examples
    --------
    >>> due = Due(label="2023-W01", last_day=date(2023, 1, 4), amount=600, to_date=600)
    >>> daily_wins([due], date(2023, 1, 1), 100.0)
    (1.5, 1.5, 1.5, 1.5)
    """
    found: list[float] = []
    for due in dues:
        days = (due.last_day - start).days + 1 - len(found)
        found += [due.amount / size / days] * days
    return tuple(found)


def leads(wins: Sequence[float], start: date, cycle: Cycle, buckets: Sequence[Period]) -> tuple[Lead, ...]:
    """Work back from wins by day to the deals to create, and those to hold open, by month or week.

    The wins of a day come from the days before in the proportion in which deals are won by age. A day's creation is
    the number of deals, at a steady pace, of whose wins in the period as many come from that day as are needed:
    sum over t of w(t) f(t - s) / F, over sum over t of f(t - s), with f the share won at each age and F in all.

    Parameters
    ----------
    wins
        Deals to be won on each day of the period.
    start
        The first of those days.
    buckets
        Months or weeks, in order, without gaps; those of which too little falls into the period are left out.

    Examples
    --------
    One deal in two is won, ten days after its creation; one win a day takes two new deals a day until ten days before
    the end, and twenty open ones for the wins of ten days:

    >>> cycle = Cycle(won=(0.0,) * 10 + (0.5,), left=(0.0,) * 10 + (1.0,))
    >>> weeks = [Period(label=f"W{n}", start=date(2023, 1, 2 + 7 * n), end=date(2023, 1, 9 + 7 * n)) for n in (0, 1)]
    >>> for lead in leads([1.0] * 21, date(2023, 1, 2), cycle, weeks):
    ...     print(lead.label, round(lead.create, 9), lead.share, round(lead.open_wins, 9), round(lead.hold, 9))
    W0 14.0 1.0 10.0 20.0
    W1 8.0 0.5714285714285714 7.0 20.0
    """
    import numpy as np

    back = _Back(np.asarray(wins, dtype=np.float64), start, cycle)
    found = (back.lead(bucket) for bucket in buckets)
    return tuple(lead for lead in found if lead.share >= LEAST_SHARE)


class _Back:
    """The days of creation behind the wins of a period, from the longest cycle before its start to its end."""

    def __init__(self, wins: "NDArray[np.float64]", start: date, cycle: Cycle) -> None:
        import numpy as np

        self._cycle, self._wins = cycle, wins
        self._ages = np.diff(np.asarray(cycle.won), prepend=0.0)
        self._first = start - timedelta(days=len(self._ages) - 1)
        self._start, self._end = start, start + timedelta(days=len(wins))
        # Entry n is of the day ``first + n``: what is needed of it, and how much of its wins lies in the period.
        self._needed = np.convolve(wins, self._ages[::-1]) / cycle.win_rate
        self._inside = np.convolve(np.ones_like(wins), self._ages[::-1])

    def lead(self, bucket: Period) -> Lead:
        """Tell of one bucket; days outside those that the cycle reaches count as nothing."""
        last = min(bucket.end, self._end) - timedelta(days=1)
        days = self._days(bucket.start, last + timedelta(days=1))
        inside = self._inside[days]
        length = max((last - bucket.start).days + 1, 1)
        share = float(inside.sum()) / self._cycle.win_rate / length
        told = inside > 0
        create = float((self._needed[days][told] / inside[told]).sum()) if told.any() else 0.0
        open_wins = self._open_wins(last)
        within = self._cycle.won_within((self._end - last).days - 1)
        hold = open_wins / within if last >= self._start - timedelta(days=1) and within > 0 else None
        return Lead(
            label=bucket.label, last_day=last, create=create, share=share, open_wins=open_wins, hold=hold
        )

    def _days(self, start: date, end: date) -> slice:
        low, high = ((day - self._first).days for day in (start, end))
        return slice(max(low, 0), max(high, 0))

    def _open_wins(self, day: date) -> float:
        """Wins after a day that come from deals created until then."""
        import numpy as np

        after = self._wins[max((day - self._start).days + 1, 0) :]
        begins = max((self._start - day).days, 1)
        # A win k days after the day comes from a deal created until then where its age is k or more.
        older = np.concatenate([np.cumsum(self._ages[::-1])[::-1], [0.0]]) / self._cycle.win_rate
        ages = np.minimum(np.arange(begins, begins + len(after)), len(older) - 1)
        return float((after * older[ages]).sum())
