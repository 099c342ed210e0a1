"""The part of an extract about the KPIs that a workspace defines itself.

``own`` (may be missing) holds ``names`` (their figures stand in ``headline`` and ``by_month``, what they are in
``kpis``), ``left_out`` (``name`` and ``why``), and ``targets`` of the unit in the period by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

__all__ = ["OwnKpis", "own_of"]


@dataclass(frozen=True, kw_only=True)
class OwnKpis:
    """KPIs of the workspace: names, those left out with the reason, and targets by name."""

    names: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    targets: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def own_of(part: Mapping[str, Any] | None) -> OwnKpis:
    """Read it; of an extract of an earlier package it is missing."""
    if not part:
        return OwnKpis()
    return OwnKpis(
        names=tuple(map(str, part["names"])),
        left_out=tuple((str(row["name"]), str(row["why"])) for row in part.get("left_out") or ()),
        targets={str(name): amount for name, amount in (part.get("targets") or {}).items()},
    )
