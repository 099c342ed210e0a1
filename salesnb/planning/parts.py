"""What quotas come to by their goal's second cut: solved when the cut is made, and again whenever quotas move."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from salesnb.errors import Infeasible
from salesnb.money import split
from salesnb.planning.check_cascade import tree_of
from salesnb.planning.model import Lock, Quota, QuotaPart
from salesnb.planning.sharing import Weight
from salesnb.planning.two_cuts import TwoCuts, TwoCutsQuery, two_cuts

__all__ = ["column_totals", "cut", "cut_again"]

Locks = Mapping[tuple[str, str], QuotaPart]


def cut(
    quotas: Sequence[Quota],
    weights: Mapping[str, Mapping[str, Weight]],
    shares: Mapping[str, Weight],
    locks: Locks,
    show: Callable[[int], str],
) -> tuple[tuple[Quota, ...], TwoCuts]:
    """Give quotas their parts.

    Parameters
    ----------
    quotas
        Those of one goal, parents before their children.
    weights
        By leaf id and label.
    shares
        What the labels have in all is in proportion to these, where it is not locked at the top.
    locks
        Parts that stay, by (node id, label); one of the top fixes what a label has in all.
    show
        Puts an amount into words for messages.

    Raises
    ------
    Infeasible
        When both cuts and the locks cannot all hold.
    """
    tree = tree_of(quotas)
    leaves = {leaf.id for leaf in tree.leaves()}
    top = next(quota for quota in quotas if quota.parent is None)
    fixed = {label: part.amount for (node, label), part in locks.items() if node == top.id}
    found = two_cuts(
        TwoCutsQuery(
            tree=tree,
            rows={quota.id: quota.amount for quota in quotas if quota.id in leaves},
            columns=column_totals(top.amount, shares, fixed, show),
            weights={node: of for node, of in weights.items() if node in leaves},
            locks={place: part.amount for place, part in locks.items() if place[0] != top.id},
            show=show,
        )
    )
    held = {place: part.lock for place, part in locks.items()}
    return tuple(
        _with_parts(quota, found, weights if quota.id in leaves else {}, held) for quota in quotas
    ), found


def cut_again(
    quotas: Sequence[Quota], before: Sequence[Quota], show: Callable[[int], str]
) -> tuple[Quota, ...]:
    """Give quotas that moved, or whose locks did, the parts of those before: same weights, same locks.

    Raises
    ------
    Infeasible
        When what is locked does not fit what the quotas are now.
    """
    had = {quota.id: quota.parts for quota in before}
    top = next(quota for quota in before if quota.parent is None)
    there = {quota.id for quota in quotas}
    return cut(
        quotas,
        {
            node: {part.label: part.weight or 0 for part in parts}
            for node, parts in had.items()
            if node in there
        },
        {part.label: part.amount for part in top.parts},
        {
            (node, part.label): part
            for node, parts in had.items()
            for part in parts
            if part.lock and node in there
        },
        show,
    )[0]


def column_totals(
    total: int, shares: Mapping[str, Weight], fixed: Mapping[str, int], show: Callable[[int], str] = str
) -> dict[str, int]:
    """Split a total among labels in proportion to shares, around those that are fixed; equal where all shares are zero.

    Raises
    ------
    Infeasible
        When what is fixed is more than there is, or less and nothing is free.

    Examples
    --------
    >>> column_totals(100, {"Core": 3, "Plus": 1, "Max": 2}, {"Max": 40})
    {'Core': 45, 'Plus': 15, 'Max': 40}
    """
    rest = total - sum(fixed.values())
    free = [label for label in shares if label not in fixed]
    if rest < 0 or (rest and not free):
        named = ", ".join(f"{label} {show(amount)}" for label, amount in fixed.items())
        raise Infeasible(
            f"{named} come to {show(total - rest)}, but there is {show(total)}: "
            f"{show(abs(rest))} too {'much' if rest < 0 else 'little'}.",
            hint="Change one of them, or the goal.",
        )
    weights = [shares[label] for label in free]
    parts = split(rest, weights if any(weights) else [1] * len(free), free) if free else ()
    found = dict(zip(free, parts, strict=True)) | dict(fixed)
    return {label: found[label] for label in shares}


def _with_parts(
    quota: Quota,
    found: TwoCuts,
    weights: Mapping[str, Mapping[str, Weight]],
    locks: Mapping[tuple[str, str], Lock | None],
) -> Quota:
    own = weights.get(quota.id)
    parts = tuple(
        QuotaPart(
            label=label,
            unit=quota.unit,
            amount=amount,
            weight=None if own is None else own.get(label, 0),
            lock=locks.get((quota.id, label)),
        )
        for label, amount in zip(found.columns, found.cells[quota.id], strict=True)
    )
    return replace(quota, parts=parts)
