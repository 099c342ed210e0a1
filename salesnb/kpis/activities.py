"""What reps did in a period: calls, meetings and proposals, by the day of the activity.

An activity counts for its rep, and for where that belonged on the day. Where no activities are loaded nothing is known
of them, which is not none.
"""

from typing import Any

from salesnb.kpis.expressions import count_where, sum_where
from salesnb.kpis.kpi import ACTIVITY, CLOSED, measure

_SOURCE = "salesnb standard catalogue: activities in the period"
_WORDS = {
    "call": ("call", "phone", "anruf", "telefon"),
    "meeting": ("meeting", "visit", "demo", "termin", "besuch"),
    "proposal": ("proposal", "quote", "offer", "angebot"),
}


def _is(activities: Any, kind: str) -> Any:
    """Tell whether the kind of an activity has a word for it, whatever its capitals."""
    written = activities.kind.lower().fill_null("")
    first, *others = (written.contains(word) for word in _WORDS[kind])
    for found in others:
        first |= found
    return first


@measure(
    label="Activities",
    unit="count",
    basis=CLOSED,
    kind=ACTIVITY,
    formula="number of activities by their date",
    source=_SOURCE,
)
def activity_count(activities: Any) -> Any:
    """Count activities of every kind."""
    return count_where(activities.closed_on.notnull())


@measure(
    label="Calls",
    unit="count",
    basis=CLOSED,
    kind=ACTIVITY,
    formula="number of activities whose kind names a call",
    source=_SOURCE,
)
def call_count(activities: Any) -> Any:
    """Count calls."""
    return count_where(_is(activities, "call"))


@measure(
    label="Meetings",
    unit="count",
    basis=CLOSED,
    kind=ACTIVITY,
    formula="number of activities whose kind names a meeting, visit or demo",
    source=_SOURCE,
)
def meeting_count(activities: Any) -> Any:
    """Count meetings, visits and demos."""
    return count_where(_is(activities, "meeting"))


@measure(
    label="Proposals",
    unit="count",
    basis=CLOSED,
    kind=ACTIVITY,
    formula="number of activities whose kind names a proposal, quote or offer",
    source=_SOURCE,
)
def proposal_count(activities: Any) -> Any:
    """Count proposals, quotes and offers."""
    return count_where(_is(activities, "proposal"))


@measure(
    label="Minutes spent",
    unit="count",
    basis=CLOSED,
    kind=ACTIVITY,
    formula="sum of the minutes of activities",
    source=_SOURCE,
)
def activity_minutes(activities: Any) -> Any:
    """Sum the minutes of activities; those without count as none."""
    return sum_where(activities.amount, activities.amount.notnull())
