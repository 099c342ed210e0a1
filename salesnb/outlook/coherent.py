"""Point forecasts of a tree that add up: those of a node and those of its parts, each believed by how far it may miss."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from salesnb.outlook.panel import Panel
from salesnb.outlook.top_down import TopDown, top_down

__all__ = ["REST", "coherent", "coherent_views"]

Floats = npt.NDArray[np.float64]
View = Callable[[Panel], TopDown]

REST = "/rest of "
"""Before the id of a node: what it had beyond those who are below it now, such as of reps who left."""
# A part is not forecast below a tenth of what was said of it alone, and what is left of floats is nothing.
_LEAST_SHARE, _NOTHING = 0.1, 0.5


def coherent_views(
    views: Sequence[TopDown], children: Mapping[str, Sequence[str]], *, make: View | None = None
) -> tuple[TopDown, ...]:
    """Let forecasts of the levels of a tree add up at every origin; each keeps the spread of its own misses, learned anew.

    What a node had beyond those who are below it now, such as of reps who left, is forecast as one more part of it, so
    that it is nobody's and gets lost nowhere. Variances are those of the spread at each origin.

    Parameters
    ----------
    views
        One a level, for the same windows; their calendars end together.
    children
        By id of a series, those right below it.
    make
        Forecasts the rests; as the views were made.
    """
    steps = max(view.panel.totals.shape[1] for view in views)
    made = make or (lambda panel: top_down(panel, views[0].steps))
    rests = _rests(views, children, steps)
    every = [*views, made(rests)] if rests is not None else list(views)
    forecasts, variances = _of(every, steps)
    parts = {
        node: [child for child in (*below, REST + node) if child in forecasts]
        for node, below in children.items()
        if node in forecasts
    }
    parts = {node: below for node, below in parts.items() if below}
    found = _kept_up(coherent(forecasts, variances, parts), forecasts, parts)
    return tuple(_with(view, found, steps) for view in views)


def _rests(views: Sequence[TopDown], children: Mapping[str, Sequence[str]], steps: int) -> Panel | None:
    totals = {
        name: _padded(view.panel.totals[place], steps)
        for view in views
        for place, name in enumerate(view.panel.ids)
    }
    rests: dict[str, tuple[int, list[float]]] = {}
    for node, below in children.items():
        known = [np.nan_to_num(totals[child]) for child in below if child in totals]
        if node not in totals or not known:
            continue
        rest = np.nan_to_num(totals[node]) - np.sum(known, axis=0)
        if (np.abs(rest) > _NOTHING).any():
            rests[REST + node] = (0, rest.tolist())
    if not rests:
        return None
    longest = next(view.panel for view in views if view.panel.totals.shape[1] == steps)
    laid = Panel.from_series(rests, season=longest.season)
    return Panel(ids=laid.ids, totals=laid.totals, first=longest.first, season=longest.season)


def _of(views: Sequence[TopDown], steps: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    forecasts, variances = {}, {}
    for view in views:
        spread = view.spread
        size = np.where(spread.by_ratio, view.forecasts, spread.size)
        for place, name in enumerate(view.panel.ids):
            forecasts[name] = _padded(view.forecasts[place], steps + 1)
            variances[name] = _padded((spread.scale[place] * size[place]) ** 2, steps + 1)
    return forecasts, variances


def _kept_up(
    found: dict[str, Floats], forecasts: Mapping[str, Floats], parts: Mapping[str, Sequence[str]]
) -> dict[str, Floats]:
    """Keep leaves from falling to nothing, and add up again."""
    for node in reversed(_parents_first(found, parts)):
        if node in parts:
            found[node] = np.nansum([found[child] for child in parts[node]], axis=0)
        else:
            own = forecasts[node]
            found[node] = np.where(own > 0, np.maximum(found[node], _LEAST_SHARE * own), found[node])
    return found


def _with(view: TopDown, found: Mapping[str, Floats], steps: int) -> TopDown:
    """Put the forecasts that add up in place of those made; where there was none there is none."""
    width = view.forecasts.shape[1]
    laid = np.array([found[name][steps + 1 - width :] for name in view.panel.ids])
    return top_down(view.panel, view.steps, forecasts=np.where(np.isfinite(view.forecasts), laid, np.nan))


def _padded(values: Floats, length: int) -> Floats:
    return np.concatenate([np.full(length - len(values), np.nan), values])


def coherent(
    forecasts: Mapping[str, Floats], variances: Mapping[str, Floats], children: Mapping[str, Sequence[str]]
) -> dict[str, Floats]:
    """Forecasts of all nodes, so that those right below a node add up to it.

    They are the least-squares ones: the sums that lie closest to the forecasts made, squared distances through the
    variances. In a tree that takes one way up and one down. Up, what is known of a node is the mean of its own forecast y
    and the sum s of what is known of its parts, weighing by 1 / w and 1 / V, V the sum of the parts' variances v::

        v = 1 / (1 / w + 1 / V),   m = v (y / w + s / V)

    Down, parts share what their node's final total lies off s in proportion to v.

    Parameters
    ----------
    forecasts
        By node, arrays of one shape such as (origins,); NaN where there is none. A leaf without one counts as nothing
        and stays NaN; a node without one is the sum of its parts.
    variances
        By node, of the forecasts' errors, in the same shape; not negative. Only their ratios matter.
    children
        By node, the nodes right below it.

    Examples
    --------
    A node said to bring 120 and its parts said to bring 100 in all, everything as sure: 120 and 2 · 50 move together.

    >>> one = np.ones(1)
    >>> found = coherent({"all": 120 * one, "a": 60 * one, "b": 40 * one}, dict.fromkeys(["all", "a", "b"], one), {"all": ["a", "b"]})
    >>> {node: round(float(value[0]), 2) for node, value in found.items()}
    {'all': 113.33, 'a': 66.67, 'b': 46.67}

    References
    ----------
    S. L. Wickramasuriya, G. Athanasopoulos and R. J. Hyndman, Optimal forecast reconciliation for hierarchical and
    grouped time series through trace minimization, Journal of the American Statistical Association 114 (2019) 804-819;
    here with errors taken to be independent of each other ("MinT-diagonal").
    """
    known: dict[str, tuple[Floats, Floats]] = {}
    sums: dict[str, tuple[Floats, Floats]] = {}
    order = _parents_first(forecasts, children)
    for node in reversed(order):
        parts = [known[child] for child in children.get(node, ())]
        own = _own(forecasts[node], variances[node])
        if not parts:
            known[node] = (
                np.where(np.isfinite(own[1]), own[0], 0.0),
                np.where(np.isfinite(own[1]), own[1], 0.0),
            )
            continue
        sums[node] = (
            np.sum([part[0] for part in parts], axis=0),
            np.sum([part[1] for part in parts], axis=0),
        )
        known[node] = _together(own, sums[node])
    final = {node: known[node][0] for node in order}
    for node in order:
        if node not in sums:
            continue
        total, spread = sums[node]
        share = np.divide(final[node] - total, spread, out=np.zeros_like(total), where=spread > 0)
        for child in children[node]:
            final[child] = known[child][0] + known[child][1] * share
    return {
        node: np.where(np.isfinite(forecasts[node]), value, np.nan) if node not in sums else value
        for node, value in final.items()
    }


def _parents_first(forecasts: Mapping[str, Floats], children: Mapping[str, Sequence[str]]) -> list[str]:
    below = {child for parts in children.values() for child in parts}
    order = [node for node in forecasts if node not in below]
    for node in order:
        order.extend(children.get(node, ()))
    return order


def _own(forecast: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Give a forecast and its variance; one that is not there is infinitely unsure."""
    here = np.isfinite(forecast) & np.isfinite(variance)
    return np.where(here, forecast, 0.0), np.where(here, np.maximum(variance, 0.0), np.inf)


def _together(own: tuple[Floats, Floats], parts: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Weigh two totals by their variances; parts without any variance are sure."""
    total, spread = parts
    both = spread + own[1]
    weight = np.divide(spread, both, out=np.zeros_like(total), where=np.isfinite(both) & (both > 0))
    return total + weight * (own[0] - total), np.where(
        np.isfinite(both), weight * np.where(np.isfinite(own[1]), own[1], 0.0), spread
    )
