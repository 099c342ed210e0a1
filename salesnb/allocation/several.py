"""Several resources that sell together: what each brings is fitted beside what the others bring."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from salesnb.allocation.fitting import Fit, fit
from salesnb.allocation.forms import Floats
from salesnb.allocation.history import History
from salesnb.allocation.published import Elasticity
from salesnb.errors import BadInput

__all__ = ["alike", "fit_together"]

_ROUNDS = 2
_FIRST_DRAWS = 20
# Correlation of efforts beside trend and season, from which it cannot be told which of them sold.
_ALIKE = 0.8
_FEWEST = 6


def fit_together(
    histories: Mapping[str, History],
    priors: Mapping[str, Elasticity],
    *,
    draws: int = 200,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Fit]:
    """Fit a curve for each segment and resource, by turns (backfitting).

    Each resource is fitted to sales divided by what the curves of the others say above or below their usual effort. Its
    curve is the segment's sales with the others as usual. What is not known of the others' curves does not widen it.

    Parameters
    ----------
    histories
        By resource, with the same segments, periods and sales.
    priors
        By resource.
    progress
        Is told the resource that is being fitted.

    Raises
    ------
    BadInput
        When the histories do not have the same segments and periods, or as `fit`.
    """
    if len({(one.segments, one.sales.shape) for one in histories.values()}) != 1:
        raise BadInput("The resources have different segments or periods.", hint="Give all of them the same.")
    found: dict[str, Fit] = {}
    for turn in range(_ROUNDS if len(histories) > 1 else 1):
        last = turn == _ROUNDS - 1 or len(histories) == 1
        for name, history in histories.items():
            if progress is not None:
                progress(name)
            others = [_beside_usual(one, histories[other]) for other, one in found.items() if other != name]
            sales = history.sales / np.prod([np.ones(history.sales.shape), *others], axis=0)
            found[name] = fit(
                replace(history, sales=sales),
                prior=priors[name],
                draws=draws if last else _FIRST_DRAWS,
                seed=seed,
            )
    return found


def alike(histories: Mapping[str, History]) -> list[tuple[str, str]]:
    """List pairs of resources whose efforts rose and fell together, so that history cannot tell which of them sold."""
    names = list(histories)
    moves = {name: _moves(history.effort) for name, history in histories.items()}
    found = []
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            both = np.isfinite(moves[one]) & np.isfinite(moves[other])
            x, y = moves[one][both], moves[other][both]
            if both.sum() >= _FEWEST and x.std() > 0 < y.std() and np.corrcoef(x, y)[0, 1] > _ALIKE:
                found.append((one, other))
    return found


def _moves(effort: Floats) -> Floats:
    """Efforts as multiples of their segment's mean; NaN where not known."""
    known = np.isfinite(effort)
    count = known.sum(axis=1, keepdims=True)
    mean = np.where(known, effort, 0.0).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    out: Floats = effort / np.where(mean > 0, mean, np.nan)
    return out


def _beside_usual(fitted: Fit, history: History) -> Floats:
    """What the curves say of each period (s, t) as a multiple of usual effort; 1 where it is not known."""
    out = np.ones(history.effort.shape)
    for row, one in enumerate(fitted.fitted.values()):
        known = np.isfinite(history.effort[row])
        usual = np.mean([curve.at(one.today) for curve in one.draws])
        if usual > 0 and known.any():
            heights = [curve.over(history.effort[row, known]) for curve in one.draws]
            out[row, known] = np.mean(heights, axis=0) / usual
    return np.maximum(out, 1e-6)
