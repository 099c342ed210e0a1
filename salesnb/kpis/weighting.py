"""Weighting the pipeline by probability: exactly, after aggregation, so that every engine gives the same figure."""

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

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

    def of(self, probability: float | None, stage: str | None) -> Fraction:
        """Give the probability of deals of a stage; its own where they have one."""
        if probability is not None:
            return Fraction(probability)
        self.estimated = True
        return self._by_stage.get(stage, self._overall)

    @cached_property
    def _overall(self) -> Fraction:
        table = self._deals.known
        counts = table.aggregate(
            won=count_where(table.status == "won"), closed=count_where(table.status != "open")
        )
        return _rate(counts.to_pyarrow().to_pylist()[0])

    @cached_property
    def _by_stage(self) -> dict[str | None, Fraction]:
        """Of the closed deals that were ever in a stage, the share that was won; empty without a stage history."""
        history = self._data.table("stage_history").select("opportunity_id", "stage").distinct()
        table = self._deals.known.select(key="opportunity_id", outcome="status")
        joined = history.inner_join(table, history.opportunity_id == table.key)
        grouped = joined.group_by("stage").aggregate(
            won=count_where(joined.outcome == "won"), closed=count_where(joined.outcome != "open")
        )
        rows = grouped.to_pyarrow().to_pylist()
        return {row["stage"]: _rate(row) for row in rows if row["closed"]}


def weigh(
    rows: Iterable[dict[str, Any]], name: str, probabilities: Probabilities
) -> dict[tuple[str | None, tuple[str | None, ...]], int]:
    """Add up amounts times probability by group, rounded once, half-even."""
    found: dict[tuple[str | None, tuple[str | None, ...]], Fraction] = {}
    for row in rows:
        key = (row["bucket"], row["dimensions"])
        weighted = row[name] * probabilities.of(row["probability"], row["stage"])
        found[key] = found.get(key, Fraction()) + weighted
    return {key: round(value) for key, value in found.items()}


def _rate(counts: dict[str, Any]) -> Fraction:
    return Fraction(int(counts["won"]), int(counts["closed"])) if counts["closed"] else Fraction()
