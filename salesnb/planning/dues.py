"""What is due of a goal by the end of each month or week, at every node of its cascade, with the season's spread."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from salesnb.calendar import Period
from salesnb.planning.means import Seasonality
from salesnb.planning.model import Goal, Plan, Quota
from salesnb.planning.roadmap import roadmap
from salesnb.planning.stays import moved_reps, nodes_between

__all__ = ["Due", "dues", "whole_dues"]

_POINTS = 10_000


@dataclass(frozen=True, kw_only=True)
class Due:
    """What is due by the end of a month or week.

    Attributes
    ----------
    label, last_day
        The month or week, and its last day within the goal's period.
    amount, to_date
        Its part, and the sum from the period's start, in minor units of money or as a count.
    low, high
        What the sum would be by the spread of the season: eight of ten past periods lay between them; None where no
        spread is known.
    """

    label: str
    last_day: date
    amount: int
    to_date: int
    low: int | None = None
    high: int | None = None


def dues(
    plan: Plan, goal: Goal, months: Sequence[Period], weeks: Sequence[Period] = ()
) -> dict[str, tuple[Due, ...]]:
    """Give the roadmap of every node: by month, or by week where weeks are given.

    Parts add up to their parent in each month and week, and over the period to the quota; the weeks that end with a
    month have reached what is due by its end. Within a month a leaf's share is rounded down, so that nothing is due
    before its week.

    Parameters
    ----------
    months, weeks
        Of the goal's period, in order; weeks may begin before it and end after it.

    Returns
    -------
    dict
        By node id; empty where the goal has no milestones, or ones that are not of these months.
    """
    stones = roadmap(plan, goal).milestones
    season = next((found for found in plan.assumptions.seasonality if found.kpi == goal.kpi), None)
    labels = [month.label for month in months]
    if not stones or any([stone.label for stone in found] != labels for found in stones.values()):
        return {}
    by_month = {node: [stone.to_date for stone in found] for node, found in stones.items()}
    quotas = plan.quotas_of(goal)
    # How far past periods were by a day tells nothing of a node whose reps were not the same all the time.
    uneven = nodes_between(quotas)
    if not weeks:
        days = [min(month.end, goal.period.end) - timedelta(days=1) for month in months]
        return _told(by_month, labels, days, season, uneven)
    places = [_place(week, months, goal.period, season) for week in weeks]
    sums = _summed(quotas, by_month, places)
    days = [min(week.end, goal.period.end) - timedelta(days=1) for week in weeks]
    return _told(sums, [week.label for week in weeks], days, season, uneven)


def whole_dues(plan: Plan, goal: Goal, told: Mapping[str, tuple[Due, ...]]) -> dict[str, tuple[Due, ...]]:
    """Let the roadmap of a rep who changes node within the period be that of all that the rep carries."""
    found = dict(told)
    for rep, stays in moved_reps(plan.quotas_of(goal)).items():
        parts = [found.pop(stay.id) for stay in stays if stay.id in found]
        if parts:
            found[rep] = tuple(_together(dues) for dues in zip(*parts, strict=True))
    return found


def _together(parts: Sequence[Due]) -> Due:
    lows, highs = (
        [due.low for due in parts if due.low is not None],
        [due.high for due in parts if due.high is not None],
    )
    return replace(
        parts[0],
        amount=sum(due.amount for due in parts),
        to_date=sum(due.to_date for due in parts),
        low=sum(lows) if lows else None,
        high=sum(highs) if highs else None,
    )


def _place(
    week: Period, months: Sequence[Period], period: Period, season: Seasonality | None
) -> tuple[int, int]:
    """Tell in which month a week ends, and how much of it is reached by then, in basis points."""
    end = min(week.end, period.end)
    place = bisect_left([month.end for month in months], end)
    known = {found.label: found for found in season.weeks} if season else {}
    found = known.get(week.label)
    if end == months[place].end:
        return place, _POINTS
    if found and found.month == months[place].label:
        return place, found.within_bp
    return place, (end - months[place].start).days * _POINTS // months[place].days


def _summed(
    quotas: Sequence[Quota], by_month: Mapping[str, Sequence[int]], places: Sequence[tuple[int, int]]
) -> dict[str, list[int]]:
    """Spread the leaves over the weeks and add up what stands above them; children follow their parents."""
    inner = {quota.parent for quota in quotas}
    found = {quota.id: [0] * len(places) for quota in quotas}
    for quota in reversed(quotas):
        if quota.id not in inner:
            reached = (0, *by_month[quota.id])
            found[quota.id] = [
                reached[place] + (reached[place + 1] - reached[place]) * points // _POINTS
                for place, points in places
            ]
        above = found.get(quota.parent or "")
        if above is not None:
            for place, amount in enumerate(found[quota.id]):
                above[place] += amount
    return found


def _told(
    sums: Mapping[str, Sequence[int]],
    labels: Sequence[str],
    days: Sequence[date],
    season: Seasonality | None,
    uneven: Collection[str],
) -> dict[str, tuple[Due, ...]]:
    known = {found.label: found for found in season.reach} if season else {}
    return {
        node: tuple(
            Due(
                label=label,
                last_day=day,
                amount=after - before,
                to_date=after,
                low=reached[-1] * reach[label].low_bp // _POINTS if label in reach else None,
                high=-(-reached[-1] * reach[label].high_bp // _POINTS) if label in reach else None,
            )
            for label, day, (before, after) in zip(labels, days, pairwise((0, *reached)), strict=True)
        )
        for node, reached in sums.items()
        for reach in ({} if node in uneven else known,)
    }
