"""What moves from one rep or node to another within a period takes its part of the quota along, by days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from salesnb.calendar import Period
from salesnb.errors import BadInput, UnknownName, nearest
from salesnb.money import split
from salesnb.planning.by_month import reshaped
from salesnb.planning.hedging import factors_of
from salesnb.planning.model import Goal, Handover, Plan, Quota
from salesnb.planning.recascade import edited, shown_in, with_milestones, with_quotas
from salesnb.planning.sharing import Weight
from salesnb.planning.stays import exact_weight, span_of, stays_of_rep

__all__ = ["hand_over", "handovers_of", "prorated", "refuse_locked", "weights_handed_over", "with_change"]


def prorated(amount: int, period: Period, on: date) -> tuple[int, int]:
    """Split an amount into what is for the days before a day and from it on: whole units, the sum kept.

    Raises
    ------
    BadInput
        When the day is not within the period.

    Examples
    --------
    >>> from salesnb.calendar import FiscalCalendar
    >>> prorated(9200, FiscalCalendar().period("2017-Q4"), date(2017, 11, 1))
    (3100, 6100)
    """
    if not period.start <= on < period.end:
        raise BadInput(
            f"{on} is not within {period.label}.",
            hint=f"Name a day from {period.start} to {period.last_day}.",
        )
    before, after = split(
        amount, [(on - period.start).days, (period.end - on).days], ["1 before", "2 from then on"]
    )
    return before, after


def handovers_of(plan: Plan, goal: Goal) -> tuple[Handover, ...]:
    """List what changed hands of the quotas of a goal, in order."""
    return tuple(one for one in plan.handovers if (one.kpi, one.period) == (goal.kpi, goal.period.label))


def weights_handed_over(weights: Mapping[str, Weight], handovers: Iterable[Handover]) -> dict[str, Weight]:
    """Let weights of leaves follow what changed hands: a part of the giver's goes to the taker.

    What nobody weighs anything for any more is left out of account.

    Examples
    --------
    >>> from datetime import date
    >>> from fractions import Fraction
    >>> from salesnb.planning import Handover
    >>> took = Handover(
    ...     kpi="won_amount", period="2017-Q4", giver="A", taker="B", on=date(2017, 11, 1), part=Fraction(1, 4)
    ... )
    >>> weights_handed_over({"A": 8, "B": 1, "C": 2}, [took])
    {'A': 6, 'B': 3, 'C': 2}
    """
    found = dict(weights)
    for one in handovers:
        moved = Fraction(found.get(one.giver, 0)) * one.part
        if moved:
            found[one.giver] = exact_weight(found[one.giver] - moved)
            found[one.taker] = exact_weight(found.get(one.taker, 0) + moved)
    return found


def hand_over(
    plan: Plan, goal: str, giver: str, taker: str, *, on: date, share: Fraction = Fraction(1), what: str = ""
) -> Plan:
    """Move the quota of what changes hands within a period, such as an account: the part for the days from then on.

    The giver keeps what is for the days before. Nodes above both carry the difference up to the nearest one that is
    above both, which stays; so does the goal. The plan keeps what changed hands: later cascades split by it too.

    Parameters
    ----------
    plan
        What is changed; it stays as it was.
    giver, taker
        Ids of leaves; of a rep who moved from node to node, what is carried on that day is meant.
    on
        The first day on which it is the taker's.
    share
        What part of the giver's quota it is about: that of the account in what the giver sold.
    what
        The account or the share in words, to be kept.

    Raises
    ------
    UnknownName
        When one of them has no quota.
    BadInput
        When the day is not within the goal's period, the share is not between 0 and 1, one of them is not a leaf or
        moves to another node later, a quota or part that would change is locked, or it goes to another node and the quotas are over-assigned.
    """
    found = plan.goal(goal)
    quotas = {quota.id: quota for quota in plan.quotas_of(found)}
    _check(found, quotas, (giver, taker), share)
    taker, _ = _carried_on(quotas, taker, found.period, on)
    giver, days = _carried_on(quotas, giver, found.period, on)
    if quotas[giver].parent != quotas[taker].parent and factors_of(
        plan, found, [quota.level for quota in quotas.values()]
    ):
        raise BadInput(
            f"{quotas[giver].name} and {quotas[taker].name} are under different nodes, and the quotas are over-assigned.",
            where=giver,
            hint="Take the over-assignment off, move, and put it on again: salesnb plan cascade PLAN --over-assignment 0%.",
        )
    about = round(quotas[giver].amount * share)
    moved = prorated(about, days, on)[1]
    changes = _changes(quotas, giver, taker, moved)
    refuse_locked(plan, quotas, changes)
    before = plan.quotas_of(found)
    pieces = _pieces(quotas[giver], moved)
    kept = Handover(
        kpi=found.kpi,
        period=found.period.label,
        giver=giver,
        taker=taker,
        on=on,
        part=exact_weight(share * (days.end - on).days / days.days),
        what=what,
    )
    after = [with_change(quota, changes.get(quota.id, 0), pieces) for quota in _weighed(before, kept)]
    changed = with_quotas(edited(plan, handovers=(*plan.handovers, kept)), found, reshaped(after, before))
    return with_milestones(changed, found)


def _weighed(quotas: Sequence[Quota], kept: Handover) -> list[Quota]:
    """Let the weights follow too; where a leaf has none, its amount is what it weighs."""
    weights = {quota.id: quota.weight for quota in quotas if quota.weight is not None}
    if not {kept.giver, kept.taker} <= weights.keys():
        return list(quotas)
    after = weights_handed_over(weights, [kept])
    return [replace(quota, weight=after.get(quota.id)) for quota in quotas]


def _carried_on(quotas: Mapping[str, Quota], leaf: str, period: Period, on: date) -> tuple[str, Period]:
    """Find what is carried on a day, and the days that it is for; who moves later is refused."""
    stays = stays_of_rep(quotas.values(), quotas[leaf].whose)
    start, end = span_of(stays, len(stays) - 1, period)
    if len(stays) == 1:
        return leaf, period
    if on < start:
        raise BadInput(
            f"{stays[0].name} moves to another node on {start}, after {on}.",
            where=leaf,
            hint="Move the rep back, let this change hands, and move the rep again.",
        )
    return stays[-1].id, Period(label=f"what {stays[-1].name} carries", start=start, end=end)


def _changes(quotas: Mapping[str, Quota], giver: str, taker: str, moved: int) -> dict[str, int]:
    """Tell how much each node gets or loses; those above both get as much as they lose."""
    found: dict[str, int] = {}
    for leaf, amount in ((giver, -moved), (taker, moved)):
        place: str | None = leaf
        while place is not None:
            found[place] = found.get(place, 0) + amount
            place = quotas[place].parent
    return {node: amount for node, amount in found.items() if amount}


def _pieces(giver: Quota, moved: int) -> dict[str, int]:
    """Split what moves by the second cut as the giver's quota is, so that nobody else's parts move."""
    amounts = {part.label: part.amount for part in giver.parts}
    if not any(amounts.values()):
        return {}
    return dict(zip(amounts, split(moved, list(amounts.values()), list(amounts)), strict=True))


def with_change(
    quota: Quota, change: int, pieces: Mapping[str, int], months: Mapping[str, int] = MappingProxyType({})
) -> Quota:
    """Add what a quota gets, or take what it loses, in all, by part and by month.

    Raises
    ------
    BadInput
        When a part that would change is locked.
    """
    way = (change > 0) - (change < 0)
    for part in quota.parts if way else ():
        if part.lock and pieces.get(part.label):
            raise BadInput(
                f"{part.label} of {quota.name} is locked and would change.",
                where=quota.id,
                hint="Unlock it first.",
            )
    parts = tuple(replace(part, amount=part.amount + way * pieces.get(part.label, 0)) for part in quota.parts)
    by_month = tuple(replace(m, amount=m.amount + way * months.get(m.label, 0)) for m in quota.months)
    return replace(quota, amount=quota.amount + change, parts=parts, months=by_month)


def _check(goal: Goal, quotas: Mapping[str, Quota], leaves: tuple[str, str], share: Fraction) -> None:
    parents = {quota.parent for quota in quotas.values()}
    for leaf in leaves:
        if leaf not in quotas:
            raise UnknownName(f"The goal {goal.kpi} has no quota for {leaf!r}.", hint=nearest(leaf, quotas))
        if leaf in parents:
            raise BadInput(f"{quotas[leaf].name} has others below it.", hint="Name who has the quota itself.")
    if not 0 < share <= 1:
        raise BadInput(f"The share {float(share):g} is not between 0 and 1.", hint="Give one such as 0.25.")


def refuse_locked(plan: Plan, quotas: Mapping[str, Quota], changes: Mapping[str, int]) -> None:
    """Refuse to change what is locked, naming it with what it would get or lose.

    Raises
    ------
    BadInput
        When a quota that would change is locked.
    """
    for node, amount in changes.items():
        quota = quotas[node]
        if quota.lock:
            shown = shown_in(plan, quota.unit)(abs(amount))
            raise BadInput(
                f"{quota.name} is locked and would {'get' if amount > 0 else 'lose'} {shown}.",
                where=node,
                hint="Unlock it first.",
            )
