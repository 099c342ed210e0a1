"""What a node is held to by goals that are not split: rates, means, and what is open at the end.

The part ``held`` of an extract (may be missing) is a list of ``kpi``, ``target`` and ``direction``; what the KPI is stands
in ``headline``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["HeldTarget", "held_of"]


@dataclass(frozen=True, kw_only=True)
class HeldTarget:
    """A KPI, what it should be, and whether that is the least or the most."""

    kpi: str
    target: float | int
    direction: str

    def holds(self, value: float) -> bool:
        """Whether a value is as it should be."""
        return value <= self.target if self.direction == "at_most" else value >= self.target


def held_of(part: Sequence[Mapping[str, Any]] | None) -> tuple[HeldTarget, ...]:
    """Read it; of an extract of an earlier package it is missing."""
    return tuple(
        HeldTarget(kpi=str(one["kpi"]), target=one["target"], direction=str(one["direction"]))
        for one in part or ()
    )
