"""How often a KPI that does not add up was, in the periods before, as a goal asks now: a base rate, for want of an outlook."""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from salesnb.kpis import Query, run
from salesnb.planning import COMPANY, Goal

if TYPE_CHECKING:
    from datetime import date

    from salesnb.calendar import Period
    from salesnb.crm.dataset import Dataset
    from salesnb.money import Formatter
    from salesnb.workspace import Workspace

__all__ = ["LEAST_PAST", "PastHolds", "held_before"]

LEAST_PAST = 8
"""With fewer periods before, no chance is told."""

_MOST_PAST = 12
# Beyond these ends a standard normal value lies in 20 of 100 cases.
_Z80 = 1.2816
_CLOSED = "closed_count"


@dataclass(frozen=True, kw_only=True)
class PastHolds:
    """In how many periods before a KPI was as is asked.

    Attributes
    ----------
    kept, of
        How many of how many periods.
    noun
        What the periods are, such as ``quarter``.
    low, high
        The least and the most that the KPI was, in its unit.
    """

    kept: int
    of: int
    noun: str
    low: float
    high: float

    @property
    def band(self) -> tuple[float, float] | None:
        """Between which chances (0..1) the share is known with 80 % confidence; None of fewer than 8 periods.

        Examples
        --------
        >>> low, high = PastHolds(kept=5, of=10, noun="quarter", low=0.5, high=0.7).band
        >>> round(low, 3), round(high, 3)
        (0.312, 0.688)

        References
        ----------
        E. B. Wilson, Probable inference, Journal of the American Statistical Association 22 (1927) 209-212.
        """
        if self.of < LEAST_PAST:
            return None
        share, more = self.kept / self.of, _Z80**2 / self.of
        middle = (share + more / 2) / (1 + more)
        reach = sqrt(more * share * (1 - share) + more**2 / 4) / (1 + more)
        return max(middle - reach, 0.01), min(middle + reach, 0.99)

    def words(self, goal: Goal, shown: "Formatter") -> str:
        """Say it in a sentence."""
        asked = f"{goal.direction.replace('_', ' ')} {shown.value(goal.target, goal.unit)}"
        low, high = (shown.value(value, goal.unit) for value in (self.low, self.high))
        before = f"the {self.of} {self.noun}s before" if self.of > 1 else f"one {self.noun} before"
        return f"In {self.kept} of {before} it was {asked}; it lay between {low} and {high}."


def held_before(workspace: "Workspace", data: "Dataset", goal: Goal, as_of: "date") -> PastHolds | None:
    """Count the periods of the same length before a goal's in which the whole was as is asked; None where none is known.

    The first period in which deals closed may have begun before its records, and is left out.
    """
    if goal.node != COMPANY:
        return None
    windows = _before(workspace, goal, as_of)
    kpis = (goal.kpi, *([_CLOSED] if goal.kpi != _CLOSED else []))
    query = Query(kpis=kpis, windows=windows, as_of=as_of, labels=False)
    rows = run(query, data, workspace.calendar, workspace.catalogue(data)).rows
    values = {str(row[0]): row[1] for row in rows if row[-1]}
    known = [values[window.label] for window in windows if window.label in values][:-1]
    told = [float(value) for value in known if value is not None]
    if not told:
        return None
    at_least = goal.direction == "at_least"
    kept = sum(value >= goal.target if at_least else value <= goal.target for value in told)
    noun = workspace.calendar.grain(goal.period)
    return PastHolds(kept=kept, of=len(told), noun=noun, low=min(told), high=max(told))


def _before(workspace: "Workspace", goal: Goal, as_of: "date") -> "tuple[Period, ...]":
    """List the periods before that are over, the latest first."""
    found: list[Period] = []
    period = goal.period
    while len(found) < _MOST_PAST:
        period = workspace.calendar.previous(period)
        if period.last_day <= as_of:
            found.append(period)
    return tuple(found)
