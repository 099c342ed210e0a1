"""A plan as one end of an explanation: the deals, win rates and amounts that its cascade takes for granted."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.targets import plan_targets
from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis.drivers import Drivers
from salesnb.kpis.order_lines import Values
from salesnb.money import split
from salesnb.planning import Plan, Quota, planned_deals, stays_of_rep, whole_reps

__all__ = ["check_level", "default_level", "is_second_cut", "planned_drivers", "planned_parts"]

_KPI = "won_amount"


def default_level(plan: Plan) -> tuple[str, ...]:
    """Give the level right above the reps, by which a plan is told unless another is asked for."""
    levels = [quota.level for quota in _quotas(plan) if quota.level != "rep"]
    return (levels[-1],) if levels and levels[-1] != "company" else ()


def check_level(plan: Plan, by: tuple[str, ...]) -> None:
    """Refuse what a plan has no quotas by: neither a level of its cascade nor its second cut.

    Raises
    ------
    BadUsage
        Naming what it can be told by, and how to cut it.
    """
    across = plan.goal(_KPI).across
    levels = list(dict.fromkeys(quota.level for quota in _quotas(plan)))
    known = [*(level for level in levels if level != "company"), *([across] if across else [])]
    if by and (len(by) > 1 or by[0] not in {*known, "company"}):
        cut = f" Or cut it first: salesnb plan cascade {plan.name} --across {by[0]}."
        raise BadUsage(
            f"The plan {plan.name} has no quotas by {', '.join(by)}.",
            hint=f"Ask by one of these: {', '.join(known)}.{cut if len(by) == 1 else ''}",
        )


def is_second_cut(plan: Plan, by: tuple[str, ...]) -> bool:
    """Whether a plan is told by what its quotas are cut by a second time, such as product."""
    return bool(by) and by == (plan.goal(_KPI).across,)


def planned_drivers(
    plan: Plan, by: tuple[str, ...], period: Period, as_of: date, calendar: FiscalCalendar
) -> dict[Values, Drivers]:
    """Give what a plan takes for granted of each node, for as much of a period as had passed on a day.

    Of a period that is not over, and of a part of the plan's period, each node has its quota's share by the season of
    the goal, at the same win rate and deal size. Nodes whose quota is nothing are left out.

    Raises
    ------
    BadInput
        When the plan has no planned drivers, when these do not fit its quotas, or when the period is not in the plan.
    """
    goal = plan.goal(_KPI)
    if not (goal.period.start <= period.start and period.end <= goal.period.end):
        raise BadInput(
            f"{period.label} is not within {goal.period.label}, for which the plan {plan.name} has its goal.",
            hint=f"Ask for --period {goal.period.label}, or a part of it.",
        )
    level = by[0] if by else None
    quotas = [q for q in _quotas(plan) if (q.level == level if level else q.parent is None)]
    due = _due(plan, quotas, period, as_of, calendar)
    found: dict[Values, Drivers] = {}
    for quota in quotas:
        deals, rate = _planned(plan, quota)
        amount = due[quota.id]
        if quota.amount and amount:
            closed = deals * amount / quota.amount
            key = (quota.id.removeprefix(REP_PREFIX),) if level else ()
            found[key] = Drivers(closed=closed, won=closed * rate, amount=amount)
    return found


def planned_parts(plan: Plan, whole: Drivers, past: Mapping[Values, Drivers]) -> dict[Values, Drivers]:
    """Give what a plan takes for granted of each part of its second cut, such as each product.

    A plan has amounts by product, and deals and win rates by node alone. How many deals a product's amount takes follows
    from its own deal size and win rate before the plan, and all are scaled so that they add up to the plan's deals and
    wins; a product without history has those of the whole.

    Parameters
    ----------
    whole
        What the plan takes for granted of the company, as `planned_drivers` gives it.
    past
        By value of the dimension: what was closed and won before the plan.
    """
    (root,) = (quota for quota in _quotas(plan) if quota.parent is None)
    parts = {part.label: part.amount for part in root.parts if part.amount}
    if not parts:
        return {}
    none = f"no {plan.goal(_KPI).across}"
    shares = split(whole.amount, list(parts.values()), list(parts))
    amounts = {
        (None if label == none else label,): amount for label, amount in zip(parts, shares, strict=True)
    }
    usual = {key: past[key] if key in past and past[key].amount > 0 else whole for key in amounts}
    won = {key: amount * Fraction(usual[key].won) / usual[key].amount for key, amount in amounts.items()}
    closed = {key: won[key] * usual[key].closed / usual[key].won for key in amounts}
    all_won, all_closed = sum(won.values()), sum(closed.values())
    return {
        key: Drivers(
            closed=closed[key] * whole.closed / all_closed, won=won[key] * whole.won / all_won, amount=amount
        )
        for key, amount in amounts.items()
    }


def _quotas(plan: Plan) -> tuple[Quota, ...]:
    return whole_reps(plan).quotas_of(plan.goal(_KPI))


def _planned(plan: Plan, quota: Quota) -> tuple[Fraction, Fraction]:
    """Give the planned number of deals of a node, exactly as its quota takes it, and its win rate."""
    known = {item.node: item for item in plan.assumptions.planned}
    cascade = f"Store them with: salesnb plan cascade {plan.name} --goal {_KPI}=AMOUNT."
    if quota.id not in known:
        raise BadInput(
            f"The plan {plan.name} has no planned deals, win rate and deal size for {quota.name}.",
            hint=cascade,
        )
    found = [
        planned_deals(stay, known.get(stay.id, known[quota.id]))
        for stay in stays_of_rep(plan.quotas_of(plan.goal(_KPI)), quota.id)
    ]
    deals = sum((one for one in found if one is not None), Fraction())
    if None in found:
        raise BadInput(
            f"The planned deals, win rate and deal size of {quota.name} do not make its quota.",
            where=f"{plan.name}.plan.json, assumptions.planned",
            hint=cascade,
        )
    return deals, Fraction(known[quota.id].win_rate)


def _due(
    plan: Plan, quotas: list[Quota], period: Period, as_of: date, calendar: FiscalCalendar
) -> dict[str, int]:
    """Share what of all quotas is due in the period by the day; whole minor units that add up."""
    end = min(period.end, as_of + timedelta(days=1))
    targets = {(target.dimension, target.value): target for target in plan_targets(plan)}
    exact = [
        target.due_by(end, calendar) - target.due_by(period.start, calendar)
        for target in (targets[quota.level, quota.id.removeprefix(REP_PREFIX)] for quota in quotas)
    ]
    if not any(exact):
        return {quota.id: 0 for quota in quotas}
    ids = [quota.id for quota in quotas]
    return dict(zip(ids, split(round(sum(exact)), exact, ids), strict=True))
