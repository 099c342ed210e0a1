"""Planned drivers: how many deals, at what win rate and size, a cascade of won amount takes for granted.

A rep is planned to win and to sell as in the history that the cascade splits by; what the quota asks for beyond that
is more deals. So ``quota = closed deals x win rate x average deal`` with the rate and size of the past, and the number
of deals follows the quota whenever that moves. Whoever has no such history takes that of the nearest node above.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from salesnb.planning.means import PlannedDrivers
from salesnb.planning.model import Goal, Plan, Quota

__all__ = ["PLANNED_KPI", "PastDrivers", "follow_quotas", "plan_drivers", "planned_deals"]

PLANNED_KPI = "won_amount"


@dataclass(frozen=True, kw_only=True)
class PastDrivers:
    """What a rep closed and won in the past, and for how much in minor units."""

    closed: int
    won: int
    amount: int


_NOTHING = PastDrivers(closed=0, won=0, amount=0)
# The win rate of a leaf, and its deal size in minor units.
_Rates = Mapping[str, tuple[float, int]]


def plan_drivers(plan: Plan, past: Mapping[str, PastDrivers]) -> Plan:
    """Store what a plan's cascade takes for granted: planned deals, win rate and deal size of every node.

    Parameters
    ----------
    past
        By leaf of the cascade, over the time whose history the cascade splits by.

    Returns
    -------
    Plan
        As it was where it has no one cascade of won amount, or nothing was won in the past.
    """
    goal = _goal(plan)
    quotas = plan.quotas_of(goal) if goal else ()
    if not quotas:
        return plan
    pooled = _pooled(quotas, past)
    parents = {quota.id: quota.parent for quota in quotas}
    rates = {}
    for quota in quotas:
        known = _nearest(quota.whose, parents, pooled)
        if known is None:
            return plan
        rates[quota.id] = (
            float(Fraction(known.won, known.closed)),
            max(round(Fraction(known.amount, known.won)), 1),
        )
    return _with(plan, quotas, rates)


def follow_quotas(plan: Plan) -> Plan:
    """Let planned deals follow the quotas; win rates and deal sizes of reps stay as they are planned."""
    goal = _goal(plan)
    quotas = plan.quotas_of(goal) if goal else ()
    known = {item.node: (item.win_rate, item.average_deal_minor) for item in plan.assumptions.planned}
    # A part that a rep took along has no plan of its own before it is first followed.
    rates = {quota.id: known.get(quota.id) or known.get(quota.whose) for quota in quotas}
    found = {node: rate for node, rate in rates.items() if rate is not None}
    return _with(plan, quotas, found) if quotas and len(found) == len(rates) else plan


def planned_deals(quota: Quota, planned: PlannedDrivers) -> Fraction | None:
    """Give the number of deals that a quota takes at the planned rate and size; None where they do not fit it.

    Examples
    --------
    >>> from salesnb.planning import PlannedDrivers, Quota
    >>> quota = Quota(id="a", parent=None, level="team", name="A", kpi="won_amount", period="2017", amount=900, basis="history")
    >>> planned = PlannedDrivers(node="a", closed_count=18, win_rate=0.5, average_deal_minor=100)
    >>> planned_deals(quota, planned)
    Fraction(18, 1)
    """
    won_by_deal = Fraction(planned.win_rate) * planned.average_deal_minor
    if not won_by_deal:
        return None if quota.amount else Fraction()
    deals = quota.amount / won_by_deal
    # The number is stored in whole deals, and the size in whole minor units.
    slack = max(Fraction(1), deals / 100)
    return deals if abs(deals - planned.closed_count) <= slack else None


def _goal(plan: Plan) -> Goal | None:
    found = [goal for goal in plan.goals if goal.kpi == PLANNED_KPI]
    return found[0] if len(found) == 1 else None


def _pooled(quotas: Sequence[Quota], past: Mapping[str, PastDrivers]) -> dict[str, PastDrivers]:
    """Add up what is known below each node; quotas stand with parents before their children."""
    found = {quota.id: past.get(quota.id, _NOTHING) for quota in quotas}
    for quota in reversed(quotas):
        if quota.parent in found:
            above, mine = found[quota.parent], found[quota.id]
            found[quota.parent] = PastDrivers(
                closed=above.closed + mine.closed, won=above.won + mine.won, amount=above.amount + mine.amount
            )
    return found


def _nearest(
    node: str, parents: Mapping[str, str | None], pooled: Mapping[str, PastDrivers]
) -> PastDrivers | None:
    """Find the node itself, or the nearest above it, of which a win rate and a deal size are known."""
    place: str | None = node
    while place is not None and place in pooled:
        if pooled[place].won and pooled[place].amount > 0:
            return pooled[place]
        place = parents[place]
    return None


def _with(plan: Plan, quotas: Sequence[Quota], rates: _Rates) -> Plan:
    others = tuple(item for item in plan.assumptions.planned if item.node not in rates)
    planned = (*_planned(quotas, rates), *others)
    return replace(plan, assumptions=replace(plan.assumptions, planned=planned))


def _planned(quotas: Sequence[Quota], rates: _Rates) -> Iterator[PlannedDrivers]:
    """Plan leaves by their rates, and each node above by what is planned below it."""
    inner = {quota.parent for quota in quotas}
    deals = {quota.id: Fraction() for quota in quotas}
    won = dict(deals)
    for quota in reversed(quotas):
        rate, size = rates[quota.id]
        if quota.id not in inner and rate and size:
            won[quota.id] = Fraction(quota.amount) / size
            deals[quota.id] = won[quota.id] / Fraction(rate)
        if quota.parent in deals:
            deals[quota.parent] += deals[quota.id]
            won[quota.parent] += won[quota.id]
    for quota in quotas:
        rate, size = rates[quota.id]
        if quota.id in inner and won[quota.id]:
            rate = float(won[quota.id] / deals[quota.id])
            size = max(round(quota.amount / won[quota.id]), 1)
        yield PlannedDrivers(
            node=quota.id, closed_count=round(deals[quota.id]), win_rate=rate, average_deal_minor=size
        )
