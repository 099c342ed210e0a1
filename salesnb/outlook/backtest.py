"""What would have been said at each past origin, and how it turned out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from salesnb.outlook.chances import LEAST_ORIGINS, shown_probabilities
from salesnb.outlook.comparators import run_rate, seasonal_naive
from salesnb.outlook.panel import Panel, later
from salesnb.outlook.scoring import base_rates
from salesnb.outlook.top_down import TopDown, top_down

__all__ = ["Backtest", "Predictions", "Trial", "Windows", "backtest", "joined"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

# A scale of fewer misses may by chance be next to nothing, and an error through it anything.
_LEAST_MISSES = 3

View = Callable[[Panel, int], TopDown]


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """What is to be tried on the past.

    Attributes
    ----------
    name
        Of the panel and window, for people.
    panel
        The series.
    steps
        Length of the window that is forecast.
    reference
        What targets are multiples of, known at the origin; shape (n, T + 1), NaN where there is none. A window whose
        reference is not above zero is left out, because no target comes of it.
    multiples
        Targets, through the reference.
    every, phase
        An origin every so many steps of the calendar, at those with (first + origin) modulo ``every`` equal to ``phase``:
        quarters begin with every third month.
    least_known
        How many totals of a series must be known.
    """

    name: str
    panel: Panel
    steps: int
    reference: Floats
    multiples: tuple[float, ...]
    every: int = 1
    phase: int = 0
    least_known: int = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Predictions:
    """Columns of shape (m,): a target for a series and origin, what was said of it, and whether it was attained.

    Attributes
    ----------
    series, origins
        Number of the series in its panel; steps known.
    multiples, targets
        The target through the reference, and in the unit of the totals.
    probabilities, base_rates
        As people would have seen them (1 to 99 per cent), and the expanding share of hits of that panel and multiple.
    hits
        Whether the total reached the target.
    hidden
        Whether the product would have shown a range and "not enough history" instead.
    """

    series: Integers
    origins: Integers
    multiples: Floats
    targets: Floats
    probabilities: Floats
    base_rates: Floats
    hits: Flags
    hidden: Flags


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """Columns of shape (w,): a window of a series, what was forecast, and what it brought, in the unit of the totals.

    Attributes
    ----------
    low50, high50, low80, high80
        The ranges that should hold 50 and 80 per cent.
    naive, run_rate
        The same window a year before (NaN where there is none), and the trailing run rate.
    scales
        What the naive forecast had missed on average until the origin, where it is known; else the run rate. NaN of fewer
        than three misses.
    """

    series: Integers
    origins: Integers
    totals: Floats
    forecasts: Floats
    low50: Floats
    high50: Floats
    low80: Floats
    high80: Floats
    naive: Floats
    run_rate: Floats
    scales: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Backtest:
    """What was said and what happened, of one trial."""

    name: str
    predictions: Predictions
    windows: Windows


def backtest(trial: Trial, *, view: View = top_down) -> Backtest:
    """Walk forward over the past: at each origin only what was known there has a part in what is said.

    Parameters
    ----------
    trial
        Series, windows and targets.
    view
        Makes the forecasts of a panel for windows of so many steps.
    """
    told = view(trial.panel, trial.steps)
    actual = trial.panel.window_totals(trial.steps)
    origins = np.arange(actual.shape[1])
    asked = (trial.panel.first + origins) % trial.every == trial.phase % trial.every
    usable = np.isfinite(actual) & np.isfinite(told.forecasts) & asked
    usable &= (trial.reference > 0) & (trial.panel.known >= trial.least_known) & (told.spread.size > 0)
    return Backtest(
        name=trial.name,
        predictions=_predictions(trial, told, actual, usable),
        windows=_windows(trial, told, actual, usable),
    )


def _predictions(trial: Trial, told: TopDown, actual: Floats, usable: Flags) -> Predictions:
    series, origins = np.nonzero(usable)
    columns: list[tuple[Floats, Floats, Floats, Flags]] = []
    for multiple in trial.multiples:
        targets = multiple * trial.reference
        hits = (actual >= targets)[usable]
        said = shown_probabilities(told.probability_at_least(targets)[usable])
        columns.append((targets[usable], said, base_rates(hits, origins, origins + trial.steps), hits))
    targets, said, base, hits = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    many = len(trial.multiples)
    return Predictions(
        series=np.tile(series, many),
        origins=np.tile(origins, many),
        multiples=np.repeat(np.array(trial.multiples), series.size),
        targets=targets,
        probabilities=said,
        base_rates=base,
        hits=hits,
        hidden=np.tile(told.spread.origins[origins] < LEAST_ORIGINS, many),
    )


def _windows(trial: Trial, told: TopDown, actual: Floats, usable: Flags) -> Windows:
    series, origins = np.nonzero(usable)
    naive, rate = seasonal_naive(trial.panel, trial.steps), run_rate(trial.panel, trial.steps)
    scales = [_mean_miss(actual, forecast, trial.steps)[usable] for forecast in (naive, rate)]
    return Windows(
        series=series,
        origins=origins,
        totals=actual[usable],
        forecasts=told.forecasts[usable],
        low50=told.quantile(0.25)[usable],
        high50=told.quantile(0.75)[usable],
        low80=told.quantile(0.1)[usable],
        high80=told.quantile(0.9)[usable],
        naive=naive[usable],
        run_rate=rate[usable],
        scales=np.where(np.isfinite(scales[0]), *scales),
    )


def _mean_miss(actual: Floats, forecast: Floats, steps: int) -> Floats:
    """The mean absolute miss of a forecast over the windows that had ended by each origin; NaN of one or two."""
    misses = np.abs(actual - forecast)
    known = np.isfinite(misses)
    counts, sums = np.cumsum(known, axis=1), np.cumsum(np.where(known, misses, 0.0), axis=1)
    mean = np.where(counts >= _LEAST_MISSES, sums / np.maximum(counts, 1), np.nan)
    return later(mean, steps)


def joined(parts: Sequence[Backtest], *, name: str) -> Backtest:
    """Several trials as one, for pooled figures."""

    def columns(kind: type[Predictions] | type[Windows], field: str) -> dict[str, npt.NDArray[np.generic]]:
        return {
            key: np.concatenate([getattr(getattr(part, field), key) for part in parts])
            for key in (part.name for part in fields(kind))
        }

    return Backtest(
        name=name,
        predictions=Predictions(**columns(Predictions, "predictions")),  # type: ignore[arg-type]
        windows=Windows(**columns(Windows, "windows")),  # type: ignore[arg-type]
    )
