"""What an allocation comes to, and its certificate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from salesnb.allocation.forms import Floats
from salesnb.allocation.problem import Problem

__all__ = ["Allocation", "Price"]


@dataclass(frozen=True, kw_only=True)
class Price:
    """A limit that binds.

    Attributes
    ----------
    why
        Its name.
    worth
        What one unit more of it would bring, in the unit of the outcome: of an upper end one unit more allowed, of a
        lower end one unit more demanded (0 or less). A first approximation, which holds for small changes.
    """

    why: str
    worth: float


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """The best amounts found, and how good they are for sure.

    Attributes
    ----------
    amounts
        Of each line, in the unit of its resource.
    outcome
        Expected sales of all lines, those without any effort included.
    cost
        What the amounts, and moving away from today's, cost in the unit of the outcome.
    aim
        What was made as large as can be, net of costs: the mean outcome, or the mean of the worst draws.
    bound
        No allocation that keeps to the limits has a larger aim.
    gap
        How much better than this one any could be, as a share of the bound (0..1).
    in_time
        False when the time ran out before the gap asked for was reached.
    prices
        Of the limits that bind.
    outcomes
        Of each draw of the curves, (d,).
    boxes
        How many boxes of amounts were looked into.
    problem
        What was solved.
    """

    amounts: Mapping[Any, float]
    outcome: float
    cost: float
    aim: float
    bound: float
    gap: float
    in_time: bool
    prices: tuple[Price, ...]
    outcomes: Floats
    boxes: int
    problem: Problem = field(repr=False, compare=False)

    @property
    def net(self) -> float:
        """Outcome less cost."""
        return self.outcome - self.cost
