"""Whether the open pipeline is enough for what is still to be won, and what stalls in it."""

from dataclasses import dataclass
from typing import Any

from salesnb.workbooks.extract import ReviewExtract
from salesnb.workbooks.findings_need import Need
from salesnb.workbooks.findings_standing import Standing

__all__ = ["AMPLE", "OpenPipeline", "open_pipeline"]

# Where the need is not computed from a win curve (`findings_need`), a rule of thumb stands in:
# 1 / win rate is about the median of what is needed, an even chance; one and a half times that is called enough.
# With a win rate of a quarter, reaching the goal in eight of ten cases takes 1.3 to 1.9 times the median.
AMPLE = 1.5


@dataclass(frozen=True, kw_only=True)
class OpenPipeline:
    """All open deals as of the review's date.

    Attributes
    ----------
    count, amount
        How many, and their expected amount.
    closable
        The part that is expected to close by the period's end, or does not say when; None where no deal says it.
    win_rate
        By value, else by count, of the period so far, else of the last known year; None where nothing closed.
    rate_basis
        In words, where that rate is from.
    coverage
        Closable (or all) open amount over what is missing to the goal; None once it is reached or without one.
    required
        The coverage that wins the rest in the middle case: 1 / win rate; told only where there is no ``need``.
    need
        The coverage that wins the rest with a chosen confidence; None where that cannot be told.
    """

    count: int
    amount: int
    closable: int | None
    closable_count: int | None
    win_rate: float | None
    rate_basis: str
    coverage: float | None
    coverage_all: float | None
    required: float | None
    stalled_count: int | None
    stalled_amount: int | None
    usual_cycle_days: float | None
    need: Need | None = None

    @property
    def safe(self) -> float | None:
        """The coverage that is called enough."""
        if self.need is not None:
            return self.need.coverage
        return None if self.required is None else AMPLE * self.required

    @property
    def even(self) -> float | None:
        """The coverage that wins the rest in the middle case."""
        return self.required if self.need is None else self.need.even

    @property
    def verdict(self) -> str:
        """``enough``, ``tight``, ``short`` or ``none`` where it cannot be told."""
        if self.coverage is None or self.safe is None or self.even is None:
            return "none"
        if self.coverage >= self.safe:
            return "enough"
        return "tight" if self.coverage >= self.even else "short"

    def without_stalled(self, to_go: int) -> float | None:
        """Give the coverage by deals that are not stalled, where that falls below what is required, else None."""
        if self.closable is not None or not self.stalled_amount or self.required is None or not to_go:
            return None
        # A need counts each deal by its age.
        if self.need is not None:
            return None
        fresh = (self.amount - self.stalled_amount) / to_go
        return fresh if fresh < self.required else None

    def needed(self, to_go: int) -> int:
        """Tell how much open amount is missing to win ``to_go`` in the middle case."""
        have = self.amount if self.closable is None else self.closable
        return 0 if self.even is None else max(round(to_go * self.even) - have, 0)


def open_pipeline(extract: ReviewExtract, at: Standing) -> OpenPipeline:
    """Measure the open pipeline against what is missing to the goal."""
    row = next((row for row in extract.table("headline") if row["window"] == "period"), {})
    stages = extract.table("stages")
    count = _known(row.get("open_count"), stages, "open_count")
    amount = _known(row.get("open_amount"), stages, "open_amount")
    facts = extract.pipeline
    rate, basis = _win_rate(extract)
    to_go = at.to_go if at.unit == "money" and at.kpi == "won_amount" else None
    dated = facts.without_expected_close_count is not None and facts.without_expected_close_count < count
    closable = facts.closable_amount if dated and at.state == "running" else None
    return OpenPipeline(
        count=count,
        amount=amount,
        closable=closable,
        closable_count=facts.closable_count if closable is not None else None,
        win_rate=rate,
        rate_basis=basis,
        coverage=(amount if closable is None else closable) / to_go if to_go else None,
        coverage_all=amount / to_go if to_go else None,
        required=1 / rate if rate else None,
        stalled_count=facts.stalled_count,
        stalled_amount=facts.stalled_amount,
        usual_cycle_days=facts.usual_cycle_days,
        need=extract.need
        if to_go and extract.need is not None and extract.need.coverage is not None
        else None,
    )


def _known(value: int | None, stages: tuple[dict[str, Any], ...], column: str) -> int:
    return int(value) if value is not None else sum(int(row[column] or 0) for row in stages)


def _win_rate(extract: ReviewExtract) -> tuple[float | None, str]:
    """Take the period's win rate where at least ten deals closed in it, else the longest other one known."""
    windows = {row["window"]: row for row in extract.table("headline")}
    named = (
        ("period", "this period"),
        ("last_year_full", "the same period last year"),
        ("previous_full", "the period before"),
    )
    for least in (10, 1):
        for window, words in named:
            row = windows.get(window, {})
            rate = row.get("win_rate_value") or row.get("win_rate")
            if rate and (row.get("closed_count") or 0) >= least:
                return float(rate), f"{'by value' if row.get('win_rate_value') else 'by count'}, {words}"
    return None, ""
