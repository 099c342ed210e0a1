"""How long it takes to tell how probable goals are."""

import time
from collections.abc import Mapping
from statistics import median

import numpy as np

from salesnb.outlook import Panel, chance, top_down

__all__ = ["one_goal", "thousand_reps"]

_MONTHS, _FIRST, _QUARTER, _TIMES = 36, 12 * 2023, 3, 20


def thousand_reps() -> Mapping[str, object]:
    """P(attain) of a quarter's goal for each of 1,000 reps with three years of months; the rest of an outlook with it."""
    panel = _panel(1_000)
    return {"probabilities": len(_asked(panel))}


def one_goal() -> Mapping[str, object]:
    """P(attain) of one goal of a team among eight, asked again and again as in a session: milliseconds each."""
    panel, spent = _panel(8), []
    for _ in range(_TIMES):
        start = time.perf_counter()
        _asked(panel, only=panel.ids[0])
        spent.append(1000 * (time.perf_counter() - start))
    return {"milliseconds": median(spent)}


def _asked(panel: Panel, *, only: str | None = None) -> list[float | None]:
    told = top_down(panel, _QUARTER)
    origins = int(told.spread.origins[-1])
    found: list[float | None] = []
    for name in (only,) if only else panel.ids:
        outcome = told.outcome(name)
        if outcome is not None:
            found.append(chance(outcome, outcome.mean, origins=origins).probability)
    return found


def _panel(series: int) -> Panel:
    rng = np.random.default_rng(6)
    totals = rng.gamma(4.0, 5_000.0, size=(series, _MONTHS))
    return Panel(ids=tuple(f"R{number:04}" for number in range(series)), totals=totals, first=_FIRST)
