"""Planned and used effort, as extracts hold it (see `salesnb.actions.effort_used`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["EffortLine", "EffortNote", "effort_from"]


@dataclass(frozen=True, kw_only=True)
class EffortLine:
    """What a segment was to use of a resource, used and won for it.

    Attributes
    ----------
    unit, counts
        ``money`` (in minor units) or ``count``, and of what.
    brought
        Won for each one of it: of money a ratio, else minor units.
    cost
        Of a won deal, in the unit of the resource.
    """

    resource: str
    segment: str
    unit: str
    counts: str
    planned: int | None
    used: int
    won_amount: int | None
    brought: float | None
    cost: float | None


@dataclass(frozen=True, kw_only=True)
class EffortNote:
    """The lines of a unit, for the months that are known of those that the period has."""

    months: tuple[str, ...]
    of_months: int
    lines: tuple[EffortLine, ...]


def effort_from(part: Mapping[str, Any] | None) -> EffortNote | None:
    """Read it from an extract; what a later package may have added is left out."""
    if not part:
        return None
    return EffortNote(
        months=tuple(str(month) for month in part["months"]),
        of_months=int(part["of_months"]),
        lines=tuple(
            EffortLine(
                resource=str(one["resource"]),
                segment=str(one["segment"]),
                unit=str(one["unit"]),
                counts=str(one["counts"]),
                planned=one["planned"],
                used=int(one["used"]),
                won_amount=one["won_amount"],
                brought=one["return"],
                cost=one["cost"],
            )
            for one in part["lines"]
        ),
    )
