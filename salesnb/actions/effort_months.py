"""What used and planned effort have in common: the months of a period that are known, and resources that are a stock."""

import re
from collections.abc import Collection
from datetime import date

from salesnb.calendar import FiscalCalendar, Period

__all__ = ["is_people", "known_months", "used_in"]

_PEOPLE = re.compile(r"\b(heads?|headcount|fte|people|persons?|reps?)\b", re.IGNORECASE)


def known_months(
    calendar: FiscalCalendar, period: Period, labels: Collection[str], as_of: date
) -> tuple[Period, ...]:
    """Take the period's months that are over and of which some effort is known, from its start without a break."""
    found: list[Period] = []
    for month in calendar.months(period):
        if month.label not in labels or month.last_day > as_of:
            break
        found.append(month)
    return tuple(found)


def is_people(resource: str, counts: str) -> bool:
    """Tell by name and unit whether a resource is people, who are there in every month; budget and hours are used up.

    Examples
    --------
    >>> is_people("reps", ""), is_people("team", "heads"), is_people("visits", "hours"), is_people("sales_people", "")
    (True, True, False, True)
    """
    return bool(_PEOPLE.search(f"{resource} {counts}".replace("_", " ")))


def used_in(amounts: float, months: int, *, people: bool) -> float:
    """Give what was used in months of which amounts are the sum: of people the mean, of all else the sum."""
    return amounts / months if people else amounts
