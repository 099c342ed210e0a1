"""The parts of a rep's quota at each node where the rep is within a period: told apart, and told together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from salesnb.calendar import Period
from salesnb.planning.answers import Commitment
from salesnb.planning.model import Plan, Quota
from salesnb.planning.sharing import Weight

__all__ = [
    "exact_weight",
    "joined",
    "moved_reps",
    "nodes_between",
    "span_of",
    "stays_of_rep",
    "weights_by_stay",
    "whole_quotas",
    "whole_reps",
]


def stays_of_rep(quotas: Iterable[Quota], rep: str) -> tuple[Quota, ...]:
    """List the quotas of a goal that a rep carries, in the order of their days; one for who stays where it is."""
    return tuple(sorted((q for q in quotas if q.whose == rep), key=_begins))


def moved_reps(quotas: Iterable[Quota]) -> dict[str, tuple[Quota, ...]]:
    """List the quotas of each rep who changes node, in the order of their days, by the id of the first."""
    known = tuple(quotas)
    moved = {quota.rep: None for quota in known if quota.rep}
    return {rep: stays_of_rep(known, rep) for rep in moved}


def span_of(stays: Sequence[Quota], place: int, period: Period) -> tuple[date, date]:
    """Give the first day of one of a rep's stays, and the day after its last."""
    after = stays[place + 1 : place + 2]
    ends = after[0].since if after else None
    return stays[place].since or period.start, ends or period.end


def whole_reps(plan: Plan, on: date | None = None) -> Plan:
    """Let each rep have one quota, with all of it, under the node where the rep is on a day.

    This is how people are looked at: what somebody is to attain is the whole. What is below a node then no longer adds
    up to it, so that nothing is cascaded from such a plan, and none is saved.

    Parameters
    ----------
    on
        By default the last day of the period.
    """
    if not any(quota.rep for quota in plan.quotas):
        return plan
    quotas: list[Quota] = []
    commitments = list(plan.commitments)
    for goal in plan.goals:
        mine = plan.quotas_of(goal)
        quotas += whole_quotas(mine, on)
        for stays in moved_reps(mine).values():
            commitments = _whole_commitments(commitments, stays)
    return replace(plan, quotas=tuple(quotas), commitments=tuple(commitments))


def whole_quotas(quotas: Iterable[Quota], on: date | None = None) -> tuple[Quota, ...]:
    """Let each rep have one of the quotas of a goal, as in `whole_reps`."""
    known = tuple(quotas)
    moved = moved_reps(known)
    there = {_there(stays, on).id: joined(stays) for stays in moved.values()}
    left_out = {stay.id for stays in moved.values() for stay in stays} - there.keys()
    return tuple(
        replace(there[quota.id], parent=quota.parent) if quota.id in there else quota
        for quota in known
        if quota.id not in left_out
    )


def nodes_between(quotas: Iterable[Quota]) -> frozenset[str]:
    """Name the nodes that are above some places of a rep who changes node, and not above all."""
    known = {quota.id: quota for quota in quotas}
    found: set[str] = set()
    for stays in moved_reps(known.values()).values():
        paths = [_path(stay.parent, known) for stay in stays]
        found |= {node for path in paths for node in path if not all(node in other for other in paths)}
    return frozenset(found)


def _path(node: str | None, known: Mapping[str, Quota]) -> set[str]:
    found: set[str] = set()
    while node is not None:
        found.add(node)
        node = known[node].parent
    return found


def joined(stays: Sequence[Quota]) -> Quota:
    """Add quotas up to one, which is the first in all else."""
    first = stays[0]
    weights = [stay.weight for stay in stays]
    whole = None if None in weights else sum(Fraction(weight or 0) for weight in weights)
    return replace(
        first,
        amount=sum(stay.amount for stay in stays),
        weight=None if whole is None else exact_weight(whole),
        months=tuple(
            replace(month, amount=sum(stay.months[place].amount for stay in stays))
            for place, month in enumerate(first.months)
        ),
        parts=tuple(
            replace(part, amount=sum(stay.parts[place].amount for stay in stays))
            for place, part in enumerate(first.parts)
        ),
    )


def weights_by_stay(quotas: Sequence[Quota], weights: Mapping[str, Weight]) -> dict[str, Weight]:
    """Share the weights of reps who change node among their stays, in proportion to what each has of the quota.

    Parameters
    ----------
    quotas
        Of one goal.
    weights
        By rep, who is named by the first quota, and by any other leaf.
    """
    found = dict(weights)
    for rep, stays in moved_reps(quotas).items():
        whole, amounts = Fraction(found.pop(rep, 0)), [stay.amount for stay in stays]
        shares = amounts if any(amounts) else [1] * len(stays)
        found |= {
            stay.id: exact_weight(whole * share / sum(shares))
            for stay, share in zip(stays, shares, strict=True)
            if whole
        }
    return found


def exact_weight(weight: Fraction | int) -> int | Fraction:
    """Write a weight as a whole number where it is one."""
    exact = Fraction(weight)
    return exact.numerator if exact.denominator == 1 else exact


def _begins(quota: Quota) -> date:
    return quota.since or date.min


def _there(stays: Sequence[Quota], on: date | None) -> Quota:
    begun = [stay for stay in stays if on is None or _begins(stay) <= on]
    return (begun or stays)[-1]


def _whole_commitments(known: Sequence[Commitment], stays: Sequence[Quota]) -> list[Commitment]:
    """Add up what a rep commits to at each place; with one of them open the whole is."""
    ids = {stay.id for stay in stays}
    mine = [
        one for one in known if one.node in ids and (one.kpi, one.period) == (stays[0].kpi, stays[0].period)
    ]
    others = [one for one in known if one not in mine]
    if len(mine) < len(stays):
        return others
    amounts = [one.amount for one in mine if one.amount is not None]
    amount = sum(amounts) if len(amounts) == len(mine) else None
    return [*others, replace(mine[0], node=stays[0].id, amount=amount)]
