"""Quotas by month: what owners are given for each month stays to the last minor unit, at every level.

The lowest nodes come first; what stands above them is their sum in each month, as it is over the whole period.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from salesnb.money import apportion, split
from salesnb.planning.model import Quota, QuotaMonth
from salesnb.planning.sharing import Weight

__all__ = ["reshaped", "spread_given", "spread_period"]

Months = Mapping[str, int]


def spread_given(
    quotas: Sequence[Quota], given: Mapping[str, Months], season: Mapping[str, Weight]
) -> tuple[Quota, ...]:
    """Give quotas their months: as given, and for the others what is left in each month of who is above them.

    Parameters
    ----------
    quotas
        Of one cascade, parents before their children.
    given
        By node id: amounts by month label, which add up to the node's quota. A node whose reps are given more than it
        in some month has theirs there.
    season
        A weight for each month of the period, for what nobody above was given by month.
    """
    labels = sorted(season)
    above = _nearest_given(quotas, given)
    free: dict[str | None, list[Quota]] = defaultdict(list)
    found: dict[str, Months] = {}
    for quota in _leaves(quotas):
        if quota.id in given:
            found[quota.id] = given[quota.id]
        else:
            free[above[quota.id]].append(quota)
    for owner, leaves in free.items():
        total = sum(leaf.amount for leaf in leaves)
        weights = _rest(owner, given, above, labels) if owner else season
        found |= _shared(leaves, spread_period(total, {label: weights[label] for label in labels}))
    return _summed(quotas, found, labels)


def reshaped(quotas: Sequence[Quota], before: Iterable[Quota]) -> tuple[Quota, ...]:
    """Give quotas that changed the months that they had, in proportion; quotas that had none stay as they are.

    Who is new, or had a quota of zero, follows the months of all together.
    """
    had = {quota.id: {month.label: month.amount for month in quota.months} for quota in before}
    whole = next((months for months in had.values() if months), {})
    if not whole:
        return tuple(quotas)
    found = {}
    for leaf in _leaves(quotas):
        own = had.get(leaf.id, {})
        found[leaf.id] = spread_period(leaf.amount, own if any(own.values()) else whole)
    return _summed(quotas, found, sorted(whole))


def spread_period(total: int, weights: Mapping[str, Weight]) -> dict[str, int]:
    """Spread an amount over months in proportion to weights, by largest remainder; equal where all are zero.

    Examples
    --------
    >>> spread_period(100, {"2024-01": 1, "2024-02": 1, "2024-03": 1})
    {'2024-01': 34, '2024-02': 33, '2024-03': 33}
    """
    labels = sorted(weights)
    shares = [weights[label] for label in labels] if any(weights.values()) else [1] * len(labels)
    return dict(zip(labels, split(total, shares, labels), strict=True))


def _leaves(quotas: Iterable[Quota]) -> list[Quota]:
    known = tuple(quotas)
    parents = {quota.parent for quota in known}
    return [quota for quota in known if quota.id not in parents]


def _nearest_given(quotas: Iterable[Quota], given: Mapping[str, Months]) -> dict[str, str | None]:
    """Find for each node the nearest one above it that is given by month."""
    found: dict[str, str | None] = {}
    for quota in quotas:
        found[quota.id] = quota.parent if quota.parent in given else found.get(quota.parent or "")
    return found


def _rest(
    owner: str, given: Mapping[str, Months], above: Mapping[str, str | None], labels: Sequence[str]
) -> dict[str, int]:
    """Tell what a node is given by month beyond those given below it; nothing where they have more."""
    below = [months for node, months in given.items() if above.get(node) == owner]
    return {
        label: max(given[owner].get(label, 0) - sum(months.get(label, 0) for months in below), 0)
        for label in labels
    }


def _shared(leaves: Sequence[Quota], months: Months) -> dict[str, Months]:
    """Share months among leaves so that both their quotas and the months come out exactly."""
    keys, amounts = [leaf.id for leaf in leaves], [leaf.amount for leaf in leaves]
    if not any(amounts):
        return {key: dict.fromkeys(months, 0) for key in keys}
    reached = [apportion(to_date, amounts, keys) for to_date in (0, *accumulate(months.values()))]
    return {
        key: {
            label: after[place] - before[place]
            for label, (before, after) in zip(months, pairwise(reached), strict=True)
        }
        for place, key in enumerate(keys)
    }


def _summed(
    quotas: Sequence[Quota], leaves: Mapping[str, Months], labels: Sequence[str]
) -> tuple[Quota, ...]:
    """Add months up the tree."""
    sums: dict[str, dict[str, int]] = {quota.id: dict.fromkeys(labels, 0) for quota in quotas}
    for quota in reversed(quotas):
        own = sums[quota.id]
        for label, amount in leaves.get(quota.id, {}).items():
            own[label] += amount
        above = sums.get(quota.parent or "", {})
        for label in above:
            above[label] += own[label]
    return tuple(
        replace(
            quota,
            months=tuple(
                QuotaMonth(label=label, unit=quota.unit, amount=amount)
                for label, amount in sums[quota.id].items()
            ),
        )
        for quota in quotas
    )
