"""What stands beside a goal while it is set: what the KPI was, what the outlook gives any target, and what keeps it low."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from salesnb.actions.goal_checking import likely_of
from salesnb.actions.goal_making import goal_maker
from salesnb.actions.held_goals import HeldGoals, HeldNode
from salesnb.errors import BadUsage, MissingFile
from salesnb.planning import LEAST_LIKELY, Goal, Likely, Plan

if TYPE_CHECKING:
    from salesnb.actions.outlooks import Outlook
    from salesnb.actions.plan_session import PlanSession
    from salesnb.money import Formatter
    from salesnb.outlook.gauge import Gauge
    from salesnb.outlook.levers import Lever

__all__ = ["Prospect", "cause_words", "prospect_of"]

_REACHABLE = 0.5
_LEAST_MOVED = 0.01
_NO_DATA = "Nothing was imported yet, so how likely it is attained cannot be told."


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What is known of a goal's KPI and period, whatever its target.

    Attributes
    ----------
    last_year, last_year_period
        What the KPI was in the same period a year before; None where the data does not reach so far.
    gauge
        What tells the chance of any target; None where there is no outlook.
    likely
        Of the goal as it was asked; says why there is no chance.
    views
        What the outlook mixes, in words.
    standing
        Of a goal that is not split: where each node stands.
    """

    last_year: float | int | None = None
    last_year_period: str = ""
    gauge: "Gauge | None" = None
    likely: Likely = field(default_factory=Likely)
    views: str = ""
    standing: tuple[HeldNode, ...] = ()

    @property
    def is_judged(self) -> bool:
        """Whether it is known how far such outlooks were right on the past, or there is none."""
        return self.gauge is None or not self.gauge.unjudged


def prospect_of(session: "PlanSession", plan: Plan, goal: Goal) -> Prospect:
    """Work out what stands beside a goal of a plan, which need not be kept yet; takes seconds the first time."""
    try:
        data, as_of = session.kpis.data, session.kpis.as_of
    except MissingFile:
        return Prospect(likely=Likely(why=_NO_DATA))
    workspace, shown = session.workspace, session.workspace.settings.formatter
    maker = goal_maker(workspace, data, plan.period)
    before = workspace.calendar.year_before(goal.period)
    last = maker.past(maker.known.get(goal.kpi), before)
    standing: tuple[HeldNode, ...] = ()
    if not goal.splits:
        standing = tuple(HeldGoals(workspace=workspace, data=data, plan=plan).nodes(goal, as_of))
    likely = likely_of(
        plan,
        goal,
        lambda one: session.outlook(one, plan),
        as_of=as_of,
        shown=shown,
        place=next(iter(standing), None),
    )
    known = Prospect(last_year=last, last_year_period=before.label, likely=likely, standing=standing)
    if not (goal.splits and plan.quotas_of(goal)) or goal.direction != "at_least":
        return known
    return _with_outlook(known, session, plan, goal)


def _with_outlook(known: Prospect, session: "PlanSession", plan: Plan, goal: Goal) -> Prospect:
    try:
        outlook = session.outlook(goal, plan)
    except BadUsage:
        return known
    if outlook.is_over:
        return known
    top = replace(plan.quotas_of(goal)[0], amount=int(goal.target))
    return replace(known, gauge=outlook.gauge(top), views=outlook.views)


def cause_words(outlook: "Outlook", gauge: "Gauge", target: float, formatter: "Formatter", unit: str) -> str:
    """Say what keeps a target unlikely: how far it is from the outlook's middle, and the driver that moves it most.

    Returns
    -------
    str
        Empty where it is not unlikely, or no probability is shown.
    """
    chance = gauge.chance(target).probability
    if chance is None or chance >= LEAST_LIKELY:
        return ""
    middle = gauge.outcome.reachable(_REACHABLE)
    said = f"It asks for {formatter.value(target - middle, unit)} more than the middle of the outlook."
    levers = [one for one in outlook.levers(target) if one.swing >= _LEAST_MOVED]
    if levers:
        return f"{said} {_lever(levers[0], formatter)}"
    return f"{said} No driver of the deals, moved by its usual swing, makes it more likely."


def _lever(lever: "Lever", formatter: "Formatter") -> str:
    best = max(lever.down, lever.up)
    way = "higher" if lever.up >= lever.down else "lower"
    swing = ", its usual swing from month to month," if lever.measured else ""
    return (
        f"Its biggest cause is the {lever.driver}: {formatter.ratio(lever.move, 0)} {way}{swing} would make it"
        f" {100 * best:.0f} % by the simulation of deals."
    )
