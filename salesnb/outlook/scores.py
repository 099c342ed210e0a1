"""The scored table of a backtest: a line a panel, and in words where it falls short."""

from collections.abc import Sequence
from dataclasses import dataclass

from salesnb.outlook.backtest import Backtest, joined
from salesnb.outlook.chances import LEAST_ORIGINS
from salesnb.outlook.scoring import (
    Tenth,
    brier_score,
    calibration_error,
    coverage,
    mean_scaled_error,
    reliability,
)

__all__ = ["Score", "scored"]

_NARROW, _WIDE = 0.75, 0.85
_FEW = 50


@dataclass(frozen=True, kw_only=True)
class Score:
    """How a panel did; None where there is nothing to score.

    Attributes
    ----------
    predictions, windows, origins
        How many targets, totals of a series, and different origins.
    hidden
        How many predictions the product would not have shown as a probability.
    brier, base_rate_brier
        Brier score (0 best), and that of the base rate.
    calibration_error
        Mean distance of predicted and happened over the tenths (0..1).
    coverage50, coverage80
        Share of totals within the ranges that should hold 50 and 80 per cent.
    mase, mase_seasonal_naive, mase_run_rate
        Mean absolute scaled error of the forecast, and of the comparators over the windows for which each exists.
    tenths
        The reliability table.
    """

    name: str
    predictions: int
    windows: int
    origins: int
    hidden: int
    brier: float | None
    base_rate_brier: float | None
    calibration_error: float | None
    coverage50: float | None
    coverage80: float | None
    mase: float | None
    mase_seasonal_naive: float | None
    mase_run_rate: float | None
    tenths: tuple[Tenth, ...]

    @property
    def beats_base_rate(self) -> bool:
        """Whether the probabilities were better than the base rate."""
        if self.brier is None or self.base_rate_brier is None:
            return False
        return self.brier < self.base_rate_brier

    def shortcomings(self) -> tuple[str, ...]:
        """Where the panel falls short, a clause each."""
        if self.brier is None or self.base_rate_brier is None:
            return ("nothing to score",)
        found = []
        if not self.beats_base_rate:
            found.append(f"does not beat the base rate ({self.brier:.3f} against {self.base_rate_brier:.3f})")
        if self.hidden == self.predictions:
            found.append("not enough history: no probability would be shown")
        held = self.coverage80
        if held is not None and not _NARROW <= held <= _WIDE:
            why = (
                f", learned from fewer than {LEAST_ORIGINS} months" if self.hidden == self.predictions else ""
            )
            found.append(
                f"80 % ranges are too {'narrow' if held < _NARROW else 'wide'}: they held {held:.0%}{why}"
            )
        for other, word in (
            (self.mase_seasonal_naive, "the same period last year"),
            (self.mase_run_rate, "the run rate"),
        ):
            if self.mase is not None and other is not None and self.mase >= other:
                found.append(f"its forecast is no better than {word} ({self.mase:.2f} against {other:.2f})")
        if self.windows < _FEW:
            found.append(f"only {self.windows} totals, so all this is rough")
        if self.origins < LEAST_ORIGINS:
            found.append(
                f"its {self.origins} origins share what happened to everyone, so it says little of others"
            )
        return tuple(found)


def scored(name: str, parts: Sequence[Backtest]) -> Score:
    """Score one trial, or several as one; each prediction and each total weighs the same."""
    whole = joined(parts, name=name)
    said, windows = whole.predictions, whole.windows
    return Score(
        name=name,
        predictions=said.hits.size,
        windows=windows.totals.size,
        origins=len(set(windows.origins.tolist())),
        hidden=int(said.hidden.sum()),
        brier=brier_score(said.probabilities, said.hits),
        base_rate_brier=brier_score(said.base_rates, said.hits),
        calibration_error=calibration_error(said.probabilities, said.hits),
        coverage50=coverage(windows.totals, windows.low50, windows.high50),
        coverage80=coverage(windows.totals, windows.low80, windows.high80),
        mase=mean_scaled_error(windows.totals, windows.forecasts, windows.scales),
        mase_seasonal_naive=mean_scaled_error(windows.totals, windows.naive, windows.scales),
        mase_run_rate=mean_scaled_error(windows.totals, windows.run_rate, windows.scales),
        tenths=reliability(said.probabilities, said.hits),
    )
