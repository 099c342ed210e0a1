"""What a review may say of the others: an aggregate, and only where nobody can be told apart in it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts
    from salesnb.actions.naming import Unit

__all__ = ["LEAST_REPS", "LEAST_UNITS", "peers_of"]

LEAST_UNITS = 3
LEAST_REPS = 5

# Ratios of sums: numerator and denominator are added over the others before they are divided.
_RATIOS = {"win_rate": ("won_count", "closed_count"), "average_deal": ("won_amount", "won_count")}


def peers_of(unit: "Unit", facts: "Facts") -> dict[str, Any] | None:
    """Aggregate all other units of the same kind, the reader's own left out.

    Returns
    -------
    dict or None
        None where fewer than three other units, or fewer than five reps in them, have figures.
    """
    others = {o: row for o, row in facts.period_sums.items() if o != unit.id and row["closed_count"]}
    reps = {rep for other in others for rep in facts.reps_with_figures.get(other, ())}
    reps -= facts.reps_with_figures.get(unit.id, frozenset())
    if len(others) < LEAST_UNITS or len(reps) < LEAST_REPS:
        return None
    return {"level": facts.by, "n": len(others)} | {
        kpi: _ratio(others, *parts) for kpi, parts in _RATIOS.items()
    }


def _ratio(others: Mapping[str, Mapping[str, int]], numerator: str, denominator: str) -> float | None:
    below = sum(row[denominator] for row in others.values())
    return sum(row[numerator] for row in others.values()) / below if below else None
