"""Weighting the pipeline by probability: exactly, after aggregation, so that every engine gives the same figure."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import lcm
from typing import TYPE_CHECKING, Any

from salesnb.kpis.book import kept
from salesnb.kpis.deals import Deals
from salesnb.kpis.expressions import count_where

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["Probabilities", "weigh"]


class Probabilities:
    """The probability of a deal: its own, or what the past says of its stage.

    Attributes
    ----------
    estimated
        Whether one had to be estimated.
    """

    def __init__(self, deals: Deals, data: "Dataset") -> None:
        self._deals = deals
        self._data = data
        self.estimated = False

    @property
    def basis(self) -> str:
        """Where an estimate is from, in words."""
        return (
            "the win rate of its stage so far"
            if self._by_stage
            else "the win rate of all deals closed so far"
        )

    def of(self, probability: float | None, stage: str | None, day: date) -> Fraction:
        """Give the probability of deals of a stage on a day: their own, or what had come of such deals by then."""
        if probability is not None:
            return Fraction(probability)
        self.estimated = True
        by_stage = self._by_stage.get(stage)
        found = by_stage.on(day) if by_stage else None
        return self._overall.on(day) or Fraction() if found is None else found

    @cached_property
    def _overall(self) -> "_Record":
        return _Record(
            {"closed_on": found.day, "won": found.won, "closed": found.closed}
            for found in self._deals.book.closings
            if found.day and found.closed
        )

    @cached_property
    def _by_stage(self) -> dict[str | None, "_Record"]:
        """What came of the closed deals that were ever in a stage; empty without a stage history."""
        return kept(self._data, ("by stage", self._deals.as_of), self._records_by_stage)

    def _records_by_stage(self) -> dict[str | None, "_Record"]:
        history = self._data.table("stage_history").select("opportunity_id", "stage").distinct()
        if not _records(history.limit(1)):
            # Most data has none, and to find that out by joining all deals takes a scan of them.
            return {}
        table = self._deals.known.select("closed_on", key="opportunity_id", outcome="status")
        joined = history.inner_join(table, history.opportunity_id == table.key)
        grouped = joined.filter(joined.outcome != "open").group_by("stage", "closed_on")
        stages: dict[str | None, list[dict[str, Any]]] = {}
        for row in _records(grouped.aggregate(**_counts(joined.outcome))):
            stages.setdefault(row["stage"], []).append(row)
        return {stage: _Record(rows) for stage, rows in stages.items()}


class _Record:
    """Deals closed up to each day, and how many of them were won."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        ordered = sorted(rows, key=lambda row: row["closed_on"])
        self._days = [row["closed_on"] for row in ordered]
        self._won = list(accumulate(int(row["won"]) for row in ordered))
        self._closed = list(accumulate(int(row["closed"]) for row in ordered))

    def on(self, day: date) -> Fraction | None:
        """Give the win rate of what had closed by a day; None where nothing had."""
        place = bisect_right(self._days, day) - 1
        return Fraction(self._won[place], self._closed[place]) if place >= 0 else None


def weigh(
    rows: Iterable[dict[str, Any]],
    name: str,
    probabilities: Probabilities,
    days: Mapping[str | None, date],
) -> dict[tuple[str | None, tuple[str | None, ...]], int]:
    """Add up amounts times probability by group, rounded once, half-even.

    Parameters
    ----------
    days
        By bucket: the day as of which its deals are open.
    """
    parts: dict[tuple[str | None, tuple[str | None, ...]], list[tuple[int, Fraction]]] = {}
    known: dict[tuple[Any, ...], Fraction] = {}
    for row in rows:
        of = (row["probability"], row["stage"], days[row["bucket"]])
        if of not in known:
            known[of] = probabilities.of(*of)
        parts.setdefault((row["bucket"], row["dimensions"]), []).append((row[name], known[of]))
    return {key: _rounded_sum(found) for key, found in parts.items()}


def _rounded_sum(parts: Iterable[tuple[int, Fraction]]) -> int:
    """Add up over one denominator, which is much faster than adding fractions."""
    listed = list(parts)
    whole = lcm(*(probability.denominator for _, probability in listed))
    above = sum(value * share.numerator * (whole // share.denominator) for value, share in listed)
    return round(Fraction(above, whole))


def _counts(status: Any) -> dict[str, Any]:
    return {"won": count_where(status == "won"), "closed": count_where(status.notnull())}


def _records(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows
