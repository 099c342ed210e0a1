"""What a review may say of the others: an aggregate, and only where nobody can be told apart in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesnb.actions.facts import Facts
    from salesnb.actions.naming import Unit

__all__ = ["LEAST_REPS", "LEAST_UNITS", "Everybody", "everybody_of", "peers_of"]

LEAST_UNITS = 3
LEAST_REPS = 5

# Ratios of sums: numerator and denominator are added over the others before they are divided.
_RATIOS = {"win_rate": ("won_count", "closed_count"), "average_deal": ("won_amount", "won_count")}


@dataclass(frozen=True, kw_only=True)
class Everybody:
    """All units of a kind that closed something: how many, whose, and their sums."""

    units: int
    reps: frozenset[str]
    sums: Mapping[str, int]


def peers_of(unit: "Unit", facts: "Facts") -> dict[str, Any] | None:
    """Aggregate all other units of the same kind, the reader's own left out.

    Returns
    -------
    dict or None
        None where fewer than three other units, or fewer than five reps in them, have figures.
    """
    everybody = facts.everybody
    own = facts.period_sums.get(unit.id, {})
    is_in = bool(own.get("closed_count"))
    units = everybody.units - is_in
    reps = len(everybody.reps) - len(everybody.reps & facts.reps_with_figures.get(unit.id, frozenset()))
    if units < LEAST_UNITS or reps < LEAST_REPS:
        return None
    others = {kpi: whole - (own[kpi] if is_in else 0) for kpi, whole in everybody.sums.items()}
    return {"level": facts.by, "n": units} | {
        kpi: others[above] / others[below] if others[below] else None
        for kpi, (above, below) in _RATIOS.items()
    }


def everybody_of(
    period_sums: Mapping[str, Mapping[str, Any]], reps: Mapping[str, frozenset[str]]
) -> Everybody:
    """Add up all units that closed something, so that each is taken out of the whole in one step.

    Parameters
    ----------
    period_sums
        The KPIs of the period by unit.
    reps
        Those that closed something, by unit.
    """
    units = [unit for unit, row in period_sums.items() if row["closed_count"]]
    return Everybody(
        units=len(units),
        reps=frozenset().union(*(reps.get(unit, frozenset()) for unit in units)),
        sums={kpi: sum(period_sums[unit][kpi] for unit in units) for kpi in {*chain(*_RATIOS.values())}},
    )
