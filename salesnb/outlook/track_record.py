"""How far outlooks were right on the past, a level at a time: what pages say of it, and where they show a base rate instead."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from salesnb.outlook.backtest import Backtest
from salesnb.outlook.chances import LEAST_ORIGINS
from salesnb.outlook.scores import scored

__all__ = ["LevelRecord", "TrackRecord", "level_record"]


@dataclass(frozen=True, kw_only=True)
class LevelRecord:
    """What a backtest found, without the reliability table; None where there is nothing to score.

    Attributes
    ----------
    series, origins, windows, predictions
        How many places, past month ends, totals and targets.
    coverage80
        Share of totals within the ranges that should hold 80 per cent.
    brier, base_rate_brier
        Brier score of the probabilities (0 best), and of the base rate.
    mase, mase_seasonal_naive
        Mean absolute scaled error of the forecast, and of the same months a year before.
    attained
        ``(multiple, share)``, rising: how often targets of so many times the run rate were attained.
    """

    series: int
    origins: int
    windows: int
    predictions: int
    coverage80: float | None
    brier: float | None
    base_rate_brier: float | None
    mase: float | None
    mase_seasonal_naive: float | None
    attained: tuple[tuple[float, float], ...] = ()

    @property
    def is_judged(self) -> bool:
        """Whether there are month ends enough to say anything."""
        return self.origins >= LEAST_ORIGINS and self.brier is not None and self.base_rate_brier is not None

    @property
    def is_beaten(self) -> bool:
        """Whether, judged on enough month ends, probabilities were no better than the base rate."""
        if not self.is_judged or self.brier is None or self.base_rate_brier is None:
            return False
        return self.brier >= self.base_rate_brier

    def base_rate(self, multiple: float) -> float | None:
        """How often targets of a multiple of the run rate were attained (0..1), evenly between those that were tried.

        Beyond the multiples tried it is that of the nearest.

        Examples
        --------
        >>> none = dict(coverage80=None, brier=None, base_rate_brier=None, mase=None, mase_seasonal_naive=None)
        >>> record = LevelRecord(series=1, origins=9, windows=9, predictions=18, attained=((0.5, 1.0), (1.5, 0.2)), **none)
        >>> round(record.base_rate(1.0), 2), record.base_rate(9.0)
        (0.6, 0.2)
        """
        if not self.attained:
            return None
        multiples, shares = zip(*self.attained, strict=True)
        return float(np.interp(multiple, multiples, shares))


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """What the backtest of a KPI found.

    Attributes
    ----------
    steps
        Length of the windows that were tried, in months.
    levels
        By level of the organisation, from the top; those without a single window are absent.
    whole
        All levels together.
    """

    steps: int
    levels: Mapping[str, LevelRecord]
    whole: LevelRecord


def level_record(*parts: Backtest) -> LevelRecord:
    """Score backtests of one level, or of several as one."""
    score = scored("", parts)
    multiples = np.concatenate([part.predictions.multiples for part in parts])
    hits = np.concatenate([part.predictions.hits for part in parts])
    return LevelRecord(
        series=sum(len(set(part.windows.series.tolist())) for part in parts),
        origins=score.origins,
        windows=score.windows,
        predictions=score.predictions,
        coverage80=score.coverage80,
        brier=score.brier,
        base_rate_brier=score.base_rate_brier,
        mase=score.mase,
        mase_seasonal_naive=score.mase_seasonal_naive,
        attained=tuple(
            (float(multiple), float(hits[multiples == multiple].mean())) for multiple in np.unique(multiples)
        ),
    )
