"""Opportunities as arrays, as the bottom-up view takes them, and what was known of them on a day."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from salesnb.errors import BadInput

__all__ = ["NEVER", "Deals", "Flags", "Floats", "Ints", "add_up", "day_number"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The day on which what is open closes, and on which what has no created date was created.
NEVER = int(np.iinfo(np.int64).max)


def day_number(day: date) -> int:
    """Number of a day, as the arrays of :class:`Deals` have it: days since the first of January of year 1, plus 1.

    Examples
    --------
    >>> day_number(date(2026, 9, 11)) - day_number(date(2026, 9, 1))
    10
    """
    return day.toordinal()


@dataclass(frozen=True, kw_only=True, eq=False)
class Deals:
    """Opportunities, one element each; days are numbers as :func:`day_number` has them.

    For a goal in numbers of deals, ``amount`` and ``expected`` are 1.

    Attributes
    ----------
    owners
        Ids of the reps, in the order of their numbers.
    teams
        The team of each of ``owners``.
    owner
        (deals,): number of the owner.
    created
        (deals,): the day, or ``NEVER`` where the date is not known.
    closed
        (deals,): the day, or ``NEVER`` while open.
    won
        (deals,): whether it was won.
    amount
        (deals,): what it was won for, in minor units; what others have there is not looked at.
    expected
        (deals,): its value as seen while open, in minor units; NaN or 0 where nobody knows.
    """

    owners: tuple[str, ...]
    teams: tuple[str, ...]
    owner: Ints
    created: Ints
    closed: Ints
    won: Flags
    amount: Floats
    expected: Floats

    def __post_init__(self) -> None:
        lengths = {len(part) for part in (self.owner, self.created, self.closed, self.won)}
        if lengths | {len(self.amount), len(self.expected)} != {len(self.owner)}:
            raise BadInput("The arrays of deals are of different lengths.", hint="Give one element a deal.")
        if len(self.owners) != len(self.teams) or len(set(self.owners)) != len(self.owners):
            raise BadInput(
                "Reps are named twice or without a team.", hint="Give each rep one id and one team."
            )
        if len(self.owner) and not 0 <= self.owner.min() <= self.owner.max() < len(self.owners):
            raise BadInput("A deal belongs to a rep who is not listed.", hint="List every owner in owners.")
        if bool((self.won & (self.closed == NEVER)).any()):
            raise BadInput("A deal is won and has no day of closing.", hint="Leave it open, or give the day.")

    @property
    def team_number(self) -> Ints:
        """(owners,): number of the team of each rep, teams in the order of their ids."""
        return np.unique(np.array(self.teams, dtype=str), return_inverse=True)[1].astype(np.int64)

    @property
    def first_closed(self) -> int:
        """The day from which on closed deals are known; ``NEVER`` when none is closed."""
        return int(self.closed.min()) if len(self.closed) else NEVER

    def known(self, day: int) -> "Deals":
        """Give what was known at the end of a day: deals created by then, those closed later as open.

        A deal without a created date is known from the day on which it closed.
        """
        there = self.keep(np.minimum(self.created, self.closed) <= day)
        later = there.closed > day
        return replace(there, closed=np.where(later, NEVER, there.closed), won=there.won & ~later)

    def keep(self, wanted: Flags | Ints) -> "Deals":
        """Give some of the deals, by flags or by number, of the same reps."""
        names = ("owner", "created", "closed", "won", "amount", "expected")
        return replace(self, **{name: getattr(self, name)[wanted] for name in names})

    def won_between(self, start: int, end: int) -> Floats:
        """(owners,): amount won from the day ``start`` up to and not on the day ``end``."""
        there = self.won & (self.closed >= start) & (self.closed < end)
        return add_up(self.owner[there], self.amount[there], len(self.owners))


def add_up(place: Ints, values: Floats | Flags, places: int) -> Floats:
    """(places,): sum of the values at each place.

    Examples
    --------
    >>> add_up(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 4).tolist()
    [1.0, 0.0, 5.0, 0.0]
    """
    return np.asarray(np.bincount(place, weights=values, minlength=places), dtype=np.float64)
