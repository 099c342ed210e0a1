"""What is due month by month, and the deals and pipeline that takes: as extracts hold it, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesnb.workbooks.findings_words import Wording

__all__ = ["RoadmapNote", "RoadmapStep", "basis_sentence", "milestones_met", "roadmap_from"]


@dataclass(frozen=True, kw_only=True)
class RoadmapStep:
    """A month: what is due, needed and there; amounts in minor units or as counts, None where nothing is told.

    Attributes
    ----------
    state
        ``over``, ``running`` or ``ahead``.
    due, to_date, low, high
        Its part of the quota, the sum by its end, and the spread of the season.
    actual
        The sum that there is.
    create, created
        Deals to create in it, and those created.
    hold, held
        Open pipeline to hold at its end, and what is open.
    """

    label: str
    last_day: date
    state: str
    due: int | None = None
    to_date: int | None = None
    low: int | None = None
    high: int | None = None
    actual: int | None = None
    create: float | None = None
    created: int | None = None
    hold: float | None = None
    held: int | None = None


@dataclass(frozen=True, kw_only=True)
class RoadmapNote:
    """The roadmap of a node or rep.

    Attributes
    ----------
    steps
        In order; those before the period tell of deals to create alone.
    season, past
        Where the shape is from, and which past periods its spread is of; empty where there is none.
    whose, wins, win_rate, cycle_days, size
        What deals are worked back by; None and empty where they are not.
    create_by_now, created_by_now
        Deals to create up to the as-of day, and those created.
    """

    steps: tuple[RoadmapStep, ...]
    season: str = ""
    past: str = ""
    whose: str = ""
    wins: int | None = None
    win_rate: float | None = None
    cycle_days: int | None = None
    size: float | None = None
    create_by_now: float | None = None
    created_by_now: int | None = None


def roadmap_from(part: Mapping[str, Any] | None) -> RoadmapNote | None:
    """Read it from an extract; what a later package may have added is left out."""
    if not part:
        return None
    steps = tuple(
        RoadmapStep(**_known(RoadmapStep, row) | {"last_day": date.fromisoformat(row["last_day"])})
        for row in part["steps"]
    )
    return RoadmapNote(**_known(RoadmapNote, part) | {"steps": steps})


def _known(kind: type, part: Mapping[str, Any]) -> dict[str, Any]:
    return {spec.name: part[spec.name] for spec in fields(kind) if spec.name in part}


def milestones_met(note: RoadmapNote) -> tuple[int, int]:
    """Count the milestones that are over, and those of them that were reached by their day."""
    over = [step for step in note.steps if step.state == "over" and step.to_date is not None]
    return sum((step.actual or 0) >= (step.to_date or 0) for step in over), len(over)


def basis_sentence(note: RoadmapNote, say: "Wording", unit: str) -> str:
    """Say what the deals to create are worked back by; empty where they are not."""
    if note.win_rate is None or note.wins is None or note.cycle_days is None:
        return ""
    whose = "" if note.whose == "own" else ", the whole company's,"
    size = f", and one brings {say.money(round(note.size))}" if unit == "money" and note.size else ""
    return (
        f"Worked back by {say.count(note.wins, 'win')} of the last two years{whose} of which half took no longer than"
        f" {say.count(note.cycle_days, 'day')}: {say.share(note.win_rate)} of the deals created are won{size}."
    )
