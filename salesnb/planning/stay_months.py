"""What of a season falls into the days of a stay: how a rep's quota is split, and in which months it is due."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise

from salesnb.calendar import Period
from salesnb.planning.by_month import spread_period
from salesnb.planning.model import Quota
from salesnb.planning.sharing import Weight
from salesnb.planning.stays import moved_reps, span_of

__all__ = ["due_in_stays", "month_of", "within"]


def month_of(label: str) -> tuple[date, date]:
    """Give the first day of a month or week such as ``2017-11``, and the day after its last."""
    if "W" in label:
        monday = date.fromisocalendar(int(label[:4]), int(label[6:]), 1)
        return monday, monday + timedelta(days=7)
    first = date.fromisoformat(f"{label}-01")
    return first, (first + timedelta(days=31)).replace(day=1)


def within(weights: Mapping[str, Weight], start: date, end: date) -> dict[str, Fraction]:
    """Tell what of the weight of each month falls into some days: ``weight * days within / days of the month``.

    Examples
    --------
    >>> within({"2017-10": 31, "2017-11": 60}, date(2017, 11, 16), date(2017, 12, 1))
    {'2017-10': Fraction(0, 1), '2017-11': Fraction(30, 1)}

    References
    ----------
    As `salesnb.planning.effective_quota` pro-rates.
    """
    found = {}
    for label, weight in weights.items():
        first, after = month_of(label)
        days = max((min(after, end) - max(first, start)).days, 0)
        found[label] = Fraction(weight) * days / (after - first).days
    return found


def due_in_stays(
    quotas: Sequence[Quota],
    reached: Mapping[str, Sequence[int]],
    weights: Mapping[str, Weight],
    period: Period,
) -> dict[str, list[int]]:
    """Let what a rep is to reach at each place fall into the months there; what the rep is to reach in all stays.

    The nodes above follow as far as they are the sum of those below. A rep whose parts do not go by the season any
    more, because one team was given more since, keeps the season everywhere.

    Parameters
    ----------
    reached
        By node: what it should have reached by the end of each month, in the order of the weights' labels.
    """
    found = {node: list(sums) for node, sums in reached.items()}
    known = {quota.id: quota for quota in quotas}
    below: dict[str, int] = {}
    for quota in quotas:
        below[quota.parent or ""] = below.get(quota.parent or "", 0) + quota.amount
    for stays in moved_reps(quotas).values():
        changes = _changes(stays, reached, weights, period)
        for stay, change in zip(stays, changes, strict=True):
            node: str | None = stay.id
            while node is not None:
                found[node] = [old + more for old, more in zip(found[node], change, strict=True)]
                above = known[node].parent
                node = above if above and below[above] == known[above].amount else None
    return found


def _changes(
    stays: Sequence[Quota],
    reached: Mapping[str, Sequence[int]],
    weights: Mapping[str, Weight],
    period: Period,
) -> list[list[int]]:
    """Tell by stay how much more is to be reached by each month than by the season; in all nothing more."""
    labels = sorted(weights)
    nothing = [[0] * len(labels) for _ in stays]
    own = [[after - before for before, after in pairwise((0, *reached[stay.id]))] for stay in stays]
    shaped = []
    for place, stay in enumerate(stays[1:], start=1):
        inside = within(weights, *span_of(stays, place, period))
        if not any(inside.values()):
            return nothing
        parts = spread_period(stay.amount, inside)
        shaped.append([parts[label] for label in labels])
    first = [
        sum(column) - sum(parts[place] for parts in shaped)
        for place, column in enumerate(zip(*own, strict=True))
    ]
    if min(first) < 0:
        return nothing
    return [
        list(accumulate(new - old for new, old in zip(parts, before, strict=True)))
        for parts, before in zip([first, *shaped], own, strict=True)
    ]
