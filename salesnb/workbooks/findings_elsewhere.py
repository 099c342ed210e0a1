"""Who is at one team in the plan and at another in the data.

The part ``elsewhere`` of an extract (may be missing) is a list of ``name``, ``planned``, ``known`` and ``on``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

__all__ = ["Elsewhere", "elsewhere_of"]


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A rep, where the plan and where the data have the rep, and since when they differ."""

    name: str
    planned: str
    known: str
    on: date


def elsewhere_of(part: Sequence[Mapping[str, Any]] | None) -> tuple[Elsewhere, ...]:
    """Read it; of most extracts it is missing."""
    return tuple(
        Elsewhere(
            name=str(one["name"]),
            planned=str(one["planned"]),
            known=str(one["known"]),
            on=date.fromisoformat(one["on"]),
        )
        for one in part or ()
    )
