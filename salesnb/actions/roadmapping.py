"""The roadmap of a plan as people ask for it: shown for some nodes, or spread over the months by other weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import author, moment
from salesnb.actions.facts import Facts
from salesnb.actions.history import month_weights
from salesnb.actions.naming import COMPANY, Names
from salesnb.actions.organisation import REP_PREFIX
from salesnb.actions.plans import node_id
from salesnb.actions.roadmaps import Roadmaps, UnitRoadmap
from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.planning import Goal, Plan, Quota, Seasonality

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["HISTORY_WEIGHTS", "GoalRoadmap", "RoadmapQuery", "roadmap_of_plan", "weigh_months"]

HISTORY_WEIGHTS = "history"


@dataclass(frozen=True, kw_only=True)
class RoadmapQuery:
    """What is asked of a plan's roadmap.

    Attributes
    ----------
    kpi
        Of which goal; may be left out where one goal has quotas.
    grain
        ``month`` or ``week``.
    node, level
        One node by id or name, or all of a level; by default the top.
    as_of
        By default the latest day of the data.
    """

    kpi: str | None = None
    grain: str = "month"
    node: str | None = None
    level: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, kw_only=True)
class GoalRoadmap:
    """The roadmap of a goal at some nodes.

    Attributes
    ----------
    season
        The shape that it follows; None where it has none of its own, as with quotas given by month.
    """

    goal: Goal
    as_of: date
    grain: str
    units: tuple[UnitRoadmap, ...]
    season: Seasonality | None


def roadmap_of_plan(workspace: "Workspace", name: str, asked: RoadmapQuery) -> GoalRoadmap:
    """Tell what is due of a goal by month or week, and the deals and pipeline that takes.

    Raises
    ------
    UnknownName
        When there is no such plan, goal, node or level.
    BadUsage
        When a node and a level are asked for.
    BadInput
        When the goal has no milestones.
    """
    plan = workspace.plans().load(name)
    goal = planning.cascaded_goal(plan, asked.kpi)
    quotas = _asked_quotas(plan, goal, asked)
    with workspace.dataset() as data:
        as_of = min(asked.as_of or data.meta.as_of, data.meta.as_of)
        by = quotas[0].level
        names = Names(data=data, as_of=as_of, company=workspace.settings.company or "The company")
        facts = Facts(
            data=data,
            calendar=workspace.calendar,
            names=names,
            by=COMPANY if quotas[0].parent is None else by,
            period=goal.period,
            as_of=as_of,
            known=workspace.catalogue(data),
        )
        told = Roadmaps(plan=plan, goal=goal, facts=facts, grain=asked.grain)
        units = [names.unit(quota.id.removeprefix(REP_PREFIX), facts.by) for quota in quotas]
        found = tuple(one for unit in units if (one := told.of(unit)) is not None)
    if not found:
        raise BadInput(
            f"The goal {goal.kpi} has no milestones.",
            hint="Give it a season: salesnb plan roadmap PLAN --weights W,W,…",
        )
    season = next((one for one in plan.assumptions.seasonality if one.kpi == goal.kpi), None)
    by_month = any(quota.months for quota in plan.quotas_of(goal))
    return GoalRoadmap(
        goal=goal, as_of=as_of, grain=asked.grain, units=found, season=None if by_month else season
    )


def _asked_quotas(plan: Plan, goal: Goal, asked: RoadmapQuery) -> Sequence[Quota]:
    quotas = planning.whole_reps(plan).quotas_of(goal)
    if asked.node and asked.level:
        raise BadUsage("A node and a level are asked for.", hint="Give one of --node and --level.")
    if asked.node:
        wanted = node_id(plan, asked.node)
        whose = {quota.whose for quota in plan.quotas_of(goal) if quota.id == wanted}
        found = [quota for quota in quotas if quota.id in whose]
    elif asked.level:
        found = [quota for quota in quotas if quota.level == asked.level]
    else:
        found = [quota for quota in quotas if quota.parent is None]
    if not found:
        levels = list(dict.fromkeys(quota.level for quota in quotas))
        raise UnknownName(
            f"The goal {goal.kpi} has no quota at {asked.node or asked.level!r}.",
            hint=nearest(asked.level or "", levels),
        )
    return found


def weigh_months(
    workspace: "Workspace", name: str, weights: str, *, kpi: str | None = None, why: str = ""
) -> Plan:
    """Spread a goal over its months by typed weights, or by history again, and save the plan.

    Parameters
    ----------
    weights
        Shares of the months in order, parted by commas, that come to one exactly; or ``history``.

    Raises
    ------
    BadInput
        When the weights do not come to one, or are not as many as there are months.
    """
    store = workspace.plans()
    plan = store.load(name)
    goal = planning.cascaded_goal(plan, kpi)
    calendar = workspace.calendar
    if weights.strip() == HISTORY_WEIGHTS:
        with workspace.dataset() as data:
            past = month_weights(data, calendar, workspace.catalogue(data), goal.kpi, goal.period)
        changed = planning.set_season(
            plan, goal.kpi, past.weights, basis=past.basis, shape=past.shape, past=past.past
        )
    else:
        labels = [month.label for month in calendar.months(goal.period)]
        typed = planning.typed_weights(labels, weights.split(","))
        changed = planning.set_season(
            plan, goal.kpi, typed, basis=f"typed weights ({why})" if why else "typed weights"
        )
    reason = why or f"Months of {goal.kpi} weigh {weights}"
    return store.save(
        changed, read_at=plan.revision, author=author(workspace.root), reason=reason, at=moment()
    )
