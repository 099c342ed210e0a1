"""Calls, people's own forecasts of a period, and how far the earlier ones of a person were off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import exp, log
from statistics import median

__all__ = ["LEAST_CALLS", "Bias", "Call", "bias_of"]

LEAST_CALLS = 3
"""Of so many periods there must be results before a person's bias is told."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What somebody expects a period to bring at a node.

    Attributes
    ----------
    plan, node, name, level
        The place, in a plan.
    kpi, unit
        What of, and its unit: ``money`` or ``count``.
    period, start, end
        Its label, its first day and the day after its last.
    by, at
        Whose call it is, and when it was made.
    as_of
        The last day of which results were known then.
    commit, best
        What is committed to and the best case, in minor units or as a count; the best case may be left out.
    note
        What was said with it.
    """

    plan: str
    node: str
    name: str
    level: str
    kpi: str
    unit: str
    period: str
    start: date
    end: date
    by: str
    at: datetime
    as_of: date
    commit: int
    best: int | None = None
    note: str = ""

    @property
    def result(self) -> tuple[str, str, str]:
        """What came is looked up by: node, KPI and period."""
        return self.node, self.kpi, self.period


@dataclass(frozen=True, kw_only=True)
class Bias:
    """How far a person's calls were off.

    Attributes
    ----------
    count
        Of how many results there are calls.
    factor
        The median of call through result, as exp of the median logarithm: 1.1 is a tenth too high. None below
        `LEAST_CALLS`.
    kept
        Of how many results the last call was reached.
    """

    count: int
    factor: float | None
    kept: int

    def corrected(self, commit: float) -> float | None:
        """Give what comes when a call is off as usual; None where that is not known."""
        return None if self.factor is None else commit / self.factor


def bias_of(calls: Iterable[Call], came: Mapping[tuple[str, str, str], float], by: str) -> Bias:
    """Hold a person's calls against what came.

    Several calls of one result count once, by the median of theirs. Calls or results of nothing have no ratio and are
    left out.

    Parameters
    ----------
    calls
        In the order in which they were made, of anybody.
    came
        What the periods that are over brought, by `Call.result`.

    Examples
    --------
    >>> bias_of((), {}, "Ann")
    Bias(count=0, factor=None, kept=0)
    """
    mine: dict[tuple[str, str, str], list[Call]] = {}
    for call in calls:
        if call.by == by and call.commit > 0 and came.get(call.result, 0) > 0:
            mine.setdefault(call.result, []).append(call)
    off = [median(log(call.commit / came[result]) for call in said) for result, said in mine.items()]
    return Bias(
        count=len(off),
        factor=exp(median(off)) if len(off) >= LEAST_CALLS else None,
        kept=sum(came[result] >= said[-1].commit for result, said in mine.items()),
    )
