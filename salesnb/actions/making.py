"""A new plan: each goal is cascaded by history, or has the quotas that were imported for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.cascading import weights_given
from salesnb.actions.clock import author, moment
from salesnb.actions.given_quotas import GivenQuotas, given_quotas, listed
from salesnb.actions.goal_making import GoalMaker
from salesnb.actions.held_goals import target_of
from salesnb.actions.history import month_weights, rep_drivers
from salesnb.actions.organisation import org_tree
from salesnb.actions.plans import over_line
from salesnb.actions.splitting import by_basis
from salesnb.actions.weighing import HISTORY, Past
from salesnb.calendar import Period
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis import Kpi
from salesnb.kpis.activity_data import NO_ACTIVITIES, lacks_activities
from salesnb.planning import Goal, Objective, OrgTree, Plan, Weighting
from salesnb.planning.recascade import with_quotas

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.registry import Registry
    from salesnb.workspace import Workspace

__all__ = ["MadePlan", "make_plan"]


@dataclass(frozen=True, kw_only=True)
class MadePlan:
    """A plan that was made, and what its maker should know."""

    plan: Plan
    notices: tuple[str, ...]


def make_plan(
    workspace: "Workspace",
    name: str,
    period: str,
    goals: Sequence[tuple[str, str]],
    *,
    objectives: Sequence[str] = (),
    with_quotas: bool = False,
    partial: bool = False,
    basis: str = "",
    given: Sequence[tuple[str, str]] = (),
) -> MadePlan:
    """Make a plan and save it: each goal is cascaded to teams and reps by history and spread over the months.

    Parameters
    ----------
    period
        Label of the period, such as ``2017-Q4``.
    goals
        Pairs of a KPI and its target as typed, in major units.
    objectives
        The business objectives as typed: ``TEXT`` for all goals that have none of their own, ``KPI=TEXT`` for that of a
        goal. Without any, goals serve none, which the check of the goals says.
    with_quotas
        Whether the imported quotas are kept instead of a cascade, where there are some of a goal's KPI. A KPI that has
        quotas and no goal gets their sum as its goal.
    partial
        Whether imported quotas of nobody that the data knows are left out; else there is no plan before it is said whom
        they are for.
    basis, given
        What to split by instead of history, and weights typed for nodes; see `salesnb.actions.cascading.CascadeChange`.
        Quotas that are kept are not split.

    Raises
    ------
    UnknownName
        When a KPI or the period is not known.
    BadUsage
        When there is no goal.
    BadInput
        When there is a plan of that name, a target is not a number, no quotas are for the period, or some
        are of nobody.
    """
    known = workspace.calendar.period(period)
    store = workspace.plans()
    if name in store.names():
        raise BadInput(
            f"There is a plan {name!r} already.",
            hint="Choose another name, or change it: salesnb plan cascade.",
        )
    if not goals and not with_quotas:
        raise BadUsage(
            "The plan has no goal.", hint="Add --goal KPI=AMOUNT, such as --goal won_amount=3000000."
        )
    with workspace.dataset() as data:
        catalogue = workspace.catalogue(data)
        kpis = _goal_kpis(goals, catalogue)
        maker = _maker(workspace, data, known, catalogue, with_quotas=with_quotas, partial=partial)
        plan = maker.plan(name, list(zip(kpis, (target for _, target in goals), strict=True)), objectives)
        plan = maker.by_basis(plan, basis, given)
        saved = store.save(plan, read_at=None, author=author(workspace.root), reason="New plan", at=moment())
        return MadePlan(plan=saved, notices=maker.notices(plan))


def _goal_kpis(goals: Sequence[tuple[str, str]], known: "Registry[Kpi]") -> list[Kpi]:
    """Find the KPIs of goals."""
    names = [name for name, _ in goals]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise BadUsage(f"Two goals are given for {twice}.", hint="Give each KPI one goal.")
    return [known.get(name) for name in names]


def _maker(
    workspace: "Workspace",
    data: "Dataset",
    period: Period,
    known: "Registry[Kpi]",
    *,
    with_quotas: bool,
    partial: bool,
) -> "_Maker":
    company = workspace.settings.company
    tree = org_tree(data, company, period.start, until=period.end)
    if not with_quotas:
        return _Maker(workspace=workspace, data=data, period=period, known=known, tree=tree)
    given = given_quotas(workspace, data, period, tree, known, partial=partial)
    return _Maker(
        workspace=workspace,
        data=data,
        period=period,
        known=known,
        tree=tree,
        given=given.quotas,
        said=given.notices,
    )


@dataclass(frozen=True, kw_only=True)
class _Maker:
    """What making a plan needs to know."""

    workspace: "Workspace"
    data: "Dataset"
    period: Period
    known: "Registry[Kpi]"
    tree: OrgTree
    given: Mapping[str, GivenQuotas] = field(default_factory=lambda: MappingProxyType({}))
    said: tuple[str, ...] = ()

    def plan(self, name: str, goals: Sequence[tuple[Kpi, str]], objectives: Sequence[str]) -> Plan:
        """Make the plan; milestones follow the season of each goal's KPI."""
        asked = {kpi.name for kpi, _ in goals}
        made = [self._goal(kpi, target_of(kpi, target, self.workspace.settings)) for kpi, target in goals]
        made += [
            self._goal(self.known.get(kpi), planning.sum_of_quotas(self.tree, given.amounts))
            for kpi, given in self.given.items()
            if kpi not in asked
        ]
        made, served = _served(made, objectives)
        split = [goal.kpi for goal in made if goal.splits]
        # Without activities nobody has a history of them: the quotas are equal, and it is said why.
        found = {kpi: self._weights(kpi) for kpi in split if not lacks_activities(self.data, self.known, kpi)}
        weights = {kpi: of.weights for kpi, of in found.items()}
        plan = planning.new_plan(
            name=name,
            period=self.period,
            currency=self.workspace.settings.currency,
            goals=made,
            objectives=served,
            tree=self.tree,
            weights=weights,
            basis=HISTORY,
        )
        for kpi in split:
            season = month_weights(self.data, self.workspace.calendar, self.known, kpi, self.period)
            plan = planning.set_season(
                plan, kpi, season.weights, basis=season.basis, shape=season.shape, past=season.past
            )
            if given := self.given.get(kpi):
                months = given.by_month(season)
                plan = planning.keep_quotas(
                    plan, kpi, self.tree, given.amounts, weights=weights.get(kpi), months=months
                )
            elif kpi in found:
                quotas = plan.quotas_of(plan.goal(kpi))
                plan = with_quotas(plan, plan.goal(kpi), planning.as_new(quotas, found[kpi].new))
        past = rep_drivers(self.data, self.workspace.calendar, self.period)
        return planning.plan_drivers(plan, past)

    def by_basis(self, plan: Plan, basis: str, given: Sequence[tuple[str, str]]) -> Plan:
        """Split what is not given as quotas by another basis than history."""
        if not (basis or given):
            return plan
        typed = weights_given(plan, given)
        for goal in plan.goals:
            if plan.quotas_of(goal) and goal.kpi not in self.given:
                plan = by_basis(self._past, plan, goal, basis, typed)
        return plan

    @property
    def _past(self) -> Past:
        return Past(data=self.data, calendar=self.workspace.calendar, known=self.known, period=self.period)

    def notices(self, plan: Plan) -> tuple[str, ...]:
        """Say what the planner should look at."""
        told = [
            f"{problem.what} {problem.hint}".strip()
            for problem in planning.problems(plan)
            if problem.severity == "warning"
        ]
        over = over_line(self.period, self.data.meta.as_of, self.workspace.settings.formatter)
        return (*self.said, *over, *self._without_activities(plan), *told, *self._idle(plan))

    def _without_activities(self, plan: Plan) -> list[str]:
        """Name the goals of which nothing can be told, because no activities are loaded."""
        lacking = [goal.kpi for goal in plan.goals if lacks_activities(self.data, self.known, goal.kpi)]
        return [f"{NO_ACTIVITIES} Until then {' and '.join(lacking)} cannot be told."] if lacking else []

    def _idle(self, plan: Plan) -> list[str]:
        """Name the reps that have nothing to carry."""
        reps = [quota for quota in plan.quotas if quota.level == "rep" and quota.kpi not in self.given]
        idle = list(dict.fromkeys(quota.name for quota in reps if quota.weight == 0))
        said = []
        if idle:
            verb = "rep has" if len(idle) == 1 else "reps have"
            said.append(
                f"{len(idle)} {verb} no history to split by and no quota of their own: {listed(idle)}."
                " Lock one with salesnb plan cascade."
            )
        for kpi in self.given:
            quotas = plan.quotas_of(plan.goal(kpi))
            left = [q.name for q in quotas if q.level == "rep" and q.basis == planning.NOT_GIVEN]
            if left:
                verb = "rep is" if len(left) == 1 else "reps are"
                said.append(
                    f"{len(left)} {verb} given no quota of {kpi}, and nothing is left: {listed(left)}."
                )
        return said

    def _goal(self, kpi: Kpi, target: float) -> Goal:
        maker = GoalMaker(
            workspace=self.workspace, data=self.data, period=self.period, known=self.known, tree=self.tree
        )
        return maker.goal(kpi, target)

    def _weights(self, kpi: str) -> Weighting:
        """Take the history of the reps that are there; what others sold is not theirs to repeat."""
        return self._past.history(kpi, self.tree)


def _served(goals: Sequence[Goal], typed: Sequence[str]) -> tuple[list[Goal], tuple[Objective, ...]]:
    """Tie each goal to the objective that is typed for its KPI, else to the one that is for all."""
    kpis = [goal.kpi for goal in goals]
    own, general = {}, []
    for text in typed:
        kpi, equals, words = text.partition("=")
        if equals and kpi.strip() in kpis:
            own[kpi.strip()] = words.strip()
        else:
            general.append(text.strip())
    if len(general) > 1:
        raise BadUsage(
            f"It is not clear which goals serve {' and which '.join(map(repr, general))}.",
            hint=f'Write KPI=TEXT, such as "{kpis[0]}={general[0]}".',
        )
    texts = [own.get(kpi, next(iter(general), "")) for kpi in kpis]
    ids = {
        text: f"objective-{n}"
        for n, text in enumerate(dict.fromkeys(filter(None, [*texts, *general])), start=1)
    }
    tied = [replace(goal, objective=ids.get(text)) for goal, text in zip(goals, texts, strict=True)]
    return tied, tuple(Objective(id=id_, text=text) for text, id_ in ids.items())
