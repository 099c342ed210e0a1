"""The activities that a roadmap takes, and where the time goes: as extracts hold it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

__all__ = ["ActivityNeed", "ActivityNote", "activities_from"]


@dataclass(frozen=True, kw_only=True)
class ActivityNeed:
    """One kind of activity.

    Attributes
    ----------
    per_created, low, high, per_won
        How many a deal created took, between what eight of ten months lay, and how many a deal won took.
    by_now, done
        How many the deals to create by now take, and how many there were.
    """

    label: str
    per_created: float
    low: float | None = None
    high: float | None = None
    per_won: float | None = None
    by_now: float | None = None
    done: int | None = None


@dataclass(frozen=True, kw_only=True)
class ActivityNote:
    """What activities a unit's roadmap takes, and the minutes of the period by segment, the most first."""

    needs: tuple[ActivityNeed, ...] = ()
    time: tuple[tuple[str, int], ...] = ()


def activities_from(part: Mapping[str, Any] | None) -> ActivityNote | None:
    """Read it from an extract; what a later package may have added is left out."""
    if not part:
        return None
    names = [spec.name for spec in fields(ActivityNeed)]
    return ActivityNote(
        needs=tuple(
            ActivityNeed(**{name: one[name] for name in names if name in one})
            for one in part.get("needs") or ()
        ),
        time=tuple((str(one["segment"]), int(one["minutes"])) for one in part.get("time") or ()),
    )
