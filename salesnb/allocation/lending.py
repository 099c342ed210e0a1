"""Segments of which sales are known and no effort: they take the effort and the response of the others."""

from dataclasses import replace

import numpy as np

from salesnb.allocation.history import History

__all__ = ["LENT", "lend"]

LENT = "no effort of its own is known: it is taken to have as much for its sales as the others, and to respond as they do"


def lend(history: History) -> tuple[History, frozenset[str]]:
    """Give such segments an even effort, in proportion to their sales; also say whose it is.

    Even effort says nothing of a curve, so that its response is that of the pool and its level that of its sales. Segments
    that somebody has judged are left alone, and so are all where no segment has both effort and sales.
    """
    sold = np.array(
        [row[np.isfinite(row)].mean() if np.isfinite(row).any() else 0.0 for row in history.sales]
    )
    unknown = ~np.isfinite(history.effort).any(axis=1) & (sold > 0)
    unknown &= np.array([name not in history.judgements for name in history.segments])
    lenders = (history.usual > 0) & (sold > 0) & history.known.any(axis=1)
    if not unknown.any() or not lenders.any():
        return history, frozenset()
    rate = history.usual[lenders].sum() / sold[lenders].sum()
    effort = history.effort.copy()
    for row in np.flatnonzero(unknown):
        effort[row] = np.where(np.isfinite(history.sales[row]), rate * sold[row], np.nan)
    lent = frozenset(history.segments[row] for row in np.flatnonzero(unknown).tolist())
    return replace(history, effort=effort), lent
