"""A goal is made of a KPI: who answers for it, what it was before, and how it is handed down."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.held_goals import below_of
from salesnb.actions.history import month_weights, rep_drivers, total_history
from salesnb.actions.organisation import org_tree
from salesnb.actions.weighing import HISTORY, Past
from salesnb.calendar import Period
from salesnb.kpis import Kpi
from salesnb.kpis.activity_data import lacks_activities
from salesnb.planning import Goal, OrgTree, Plan
from salesnb.planning.model import SPLIT_UNITS
from salesnb.planning.planned import PLANNED_KPI
from salesnb.planning.recascade import with_quotas

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.registry import Registry
    from salesnb.workspace import Workspace

__all__ = ["GoalMaker", "goal_maker"]


@dataclass(frozen=True, kw_only=True)
class GoalMaker:
    """What making a goal of a plan needs to know.

    Attributes
    ----------
    period
        The plan's.
    tree
        The organisation of that period.
    """

    workspace: "Workspace"
    data: "Dataset"
    period: Period
    known: "Registry[Kpi]"
    tree: OrgTree

    def goal(self, kpi: Kpi, target: float, period: Period | None = None) -> Goal:
        """Make a goal, by default for the plan's whole period; it is in no plan yet, and cascaded by `added`."""
        when = period or self.period
        baseline, known = self.baseline(kpi, when)
        return Goal(
            id=kpi.name,
            objective=None,
            kpi=kpi.name,
            unit=kpi.unit,
            target=target,
            period=when,
            owner=self.tree.root.manager or self.tree.root.name,
            baseline=baseline,
            baseline_period=known,
            direction="at_least" if kpi.higher_is_better else "at_most",
            below=below_of(kpi),
        )

    def baseline(self, kpi: Kpi, period: Period) -> tuple[float | int | None, str]:
        """Find what the KPI was in the same period a year before, else in the period before, and which that is."""
        calendar = self.workspace.calendar
        for past in (calendar.year_before(period), calendar.previous(period)):
            value = self.past(kpi, past)
            if value is not None:
                return value, past.label
        return None, ""

    def past(self, kpi: Kpi, period: Period) -> float | int | None:
        """Give the KPI in a period; None where the data does not reach so far."""
        value = total_history(self.data, self.workspace.calendar, self.known, kpi.name, period)
        return round(value) if value is not None and kpi.unit in SPLIT_UNITS else value

    def added(self, plan: Plan, goal: Goal) -> Plan:
        """Add a goal to a plan, cascaded by history and with the season of its KPI.

        Raises
        ------
        BadInput
            When it does not fit the plan; see `salesnb.planning.add_goal`.
        """
        if not goal.splits:
            return planning.add_goal(plan, goal)
        if all(season.kpi != goal.kpi for season in plan.assumptions.seasonality):
            plan = self._with_season(plan, goal.kpi)
        calendar = self.workspace.calendar
        past = Past(data=self.data, calendar=calendar, known=self.known, period=self.period)
        # Without activities nobody has a history of them: the quotas are equal.
        lacking = lacks_activities(self.data, self.known, goal.kpi)
        found = None if lacking else past.history(goal.kpi, self.tree)
        plan = planning.add_goal(
            plan, goal, tree=self.tree, weights=found.weights if found else None, basis=HISTORY
        )
        made = plan.goals[-1]
        if found is not None:
            plan = with_quotas(plan, made, planning.as_new(plan.quotas_of(made), found.new))
        if goal.kpi == PLANNED_KPI:
            plan = planning.plan_drivers(plan, rep_drivers(self.data, calendar, self.period))
        return plan

    def _with_season(self, plan: Plan, kpi: str) -> Plan:
        season = month_weights(self.data, self.workspace.calendar, self.known, kpi, self.period)
        return planning.set_season(
            plan, kpi, season.weights, basis=season.basis, shape=season.shape, past=season.past
        )


def goal_maker(workspace: "Workspace", data: "Dataset", period: Period) -> GoalMaker:
    """Read what making goals for a plan of a period needs to know."""
    tree = org_tree(data, workspace.settings.company, period.start, until=period.end)
    return GoalMaker(
        workspace=workspace, data=data, period=period, known=workspace.catalogue(data), tree=tree
    )
