"""The goals of a plan as they are entered in a session: objectives, targets, the cascade and what stands beside them.

The model behind `salesnb.widgets.GoalEntry`; it knows nothing of a browser. Numbers come as they were typed, in the
KPI's unit and major units of money; whatever is refused is said, and the plan stays as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.clock import moment
from salesnb.actions.goal_making import GoalMaker, goal_maker
from salesnb.actions.goal_prospects import Prospect, cause_words, prospect_of
from salesnb.actions.held_goals import target_of
from salesnb.actions.plans import read_target
from salesnb.errors import BadInput, BadUsage, SalesnbError, UnknownName
from salesnb.planning import Goal, GoalFinding, Likely, Plan, Quota

if TYPE_CHECKING:
    from salesnb.actions.plan_session import PlanSession
    from salesnb.kpis import Kpi
    from salesnb.registry import Registry

__all__ = ["NEW", "Cause", "GoalEntry"]

# The goal that is being thought of, and in no plan yet.
NEW = "new"
_BY_HAND = "set by hand"
_WORKING = Likely(why="The outlook is being worked out.")


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What keeps a target of a goal unlikely, in words; none where it is not."""

    goal: str
    target: float
    text: str


@dataclass(frozen=True, kw_only=True)
class _Known:
    """A prospect, what it was asked for, and how many track records had come by then."""

    shape: object
    target: float
    came: int
    prospect: Prospect


class GoalEntry:
    """The goals of a session's plan.

    Parameters
    ----------
    session
        Through which every change is kept.

    Attributes
    ----------
    draft
        A goal that has no target yet, so that it is in no plan; None where none is thought of.
    cause
        What was found last of a target that is unlikely.
    """

    def __init__(self, session: "PlanSession") -> None:
        self.session = session
        self.draft: Goal | None = None
        self.cause: Cause | None = None
        self._asked = ""
        self._prospects: dict[str, _Known] = {}
        self._catalogue: Registry[Kpi] | None = None

    @property
    def plan(self) -> Plan:
        """The plan as the session has it."""
        return self.session.plan

    @property
    def kpis(self) -> "Registry[Kpi]":
        """What a goal can be on."""
        if self._catalogue is None:
            self._catalogue = self.session.workspace.catalogue()
        return self._catalogue

    @property
    def selected(self) -> str:
        """Id of the goal that is looked at; `NEW` for the draft, empty where there is no goal."""
        if self._asked == NEW and self.draft is not None:
            return NEW
        ids = [goal.id for goal in self.plan.goals]
        return self._asked if self._asked in ids else next(iter(ids), "")

    @property
    def goal(self) -> Goal | None:
        """The goal that is looked at."""
        return None if not self.selected else self._find(self.selected)

    def select(self, goal: str) -> None:
        """Look at another goal, by its id."""
        self._find(goal)
        self._asked = goal

    def kpi_of(self, goal: Goal) -> "Kpi":
        """Give the KPI of a goal.

        Raises
        ------
        UnknownName
            When the workspace does not keep it any more.
        """
        return self.kpis.get(goal.kpi)

    def start(self, kpi: str) -> None:
        """Think of a goal on a KPI: it is in the plan as soon as it has a target."""
        maker = self._maker()
        found = maker.known.get(kpi)
        taken = {one.period.label for one in self.plan.goals if one.kpi == kpi}
        parts = [self.plan.period, *maker.workspace.calendar.months(self.plan.period)]
        period = next((one for one in parts if one.label not in taken), self.plan.period)
        objectives = [one.id for one in self.plan.objectives]
        goal = maker.goal(found, 0, period)
        self.draft = replace(goal, id=NEW, objective=objectives[0] if len(objectives) == 1 else None)
        self._asked = NEW
        self._prospects.pop(NEW, None)

    def forget(self) -> None:
        """Think no more of the goal that has no target yet."""
        self.draft = None

    def set_target(self, text: str) -> None:
        """Set the target of the goal that is looked at; a draft is added to the plan by it.

        Raises
        ------
        BadInput
            When it is no number that the KPI can be.
        Infeasible
            When locks of the cascade do not fit it.
        """
        goal = self._must()
        kpi = self.kpi_of(goal)
        target = target_of(kpi, text, self.session.workspace.settings)
        words = f"{kpi.label} in {goal.period.label}: {self._shown(target, goal)}"
        if goal.id != NEW:
            self.session.change(lambda plan: planning.set_goal(plan, goal.id, target), f"Goal {words}")
            return
        made = replace(goal, id="", target=target)
        after = self.session.change(
            lambda plan: self._maker().added(plan, _without_idle(plan, made)), f"New goal {words}"
        )
        self.draft, self._asked = None, after.goals[-1].id

    def set_owner(self, owner: str) -> None:
        """Say who answers for the goal that is looked at."""
        words = " ".join(owner.split())
        self._change({"owner": words}, f"owner {words or 'nobody'}")

    def set_objective(self, objective: str) -> None:
        """Say by its id which objective the goal that is looked at serves; empty for none."""
        texts = {one.id: one.text for one in self.plan.objectives}
        self._change({"objective": objective or None}, f"serves {texts.get(objective, 'no objective')}")

    def set_period(self, label: str) -> None:
        """Give the goal that is looked at another period, by its label; the baseline follows.

        Raises
        ------
        BadInput
            When it is no period, is not within the plan's, or has a goal for the KPI.
        """
        goal = self._must()
        period = self.session.workspace.calendar.period(label.strip())
        kpi = self.kpi_of(goal)
        if goal.id == NEW:
            maker = self._maker()
            planning.add_goal(self.plan, replace(goal, id="", period=period))
            baseline, known = maker.baseline(kpi, period)
            self.draft = replace(goal, period=period, baseline=baseline, baseline_period=known)
            return

        def moved(plan: Plan) -> Plan:
            after = planning.move_goal(plan, goal.id, period)
            baseline, known = self._maker().baseline(kpi, period)
            return planning.change_goal(after, goal.id, baseline=baseline, baseline_period=known)

        if period != goal.period:
            self.session.change(moved, f"{kpi.label}: from {goal.period.label} to {period.label}")

    def remove(self) -> None:
        """Take the goal that is looked at out of the plan."""
        goal = self._must()
        if goal.id == NEW:
            self.forget()
            return
        words = f"Goal {goal.kpi} in {goal.period.label} removed"
        self.session.change(lambda plan: planning.remove_goal(plan, goal.id), words)

    def state(self, text: str, *, owner: str = "", objective: str = "") -> None:
        """State an objective, or say the one of an id otherwise."""
        words = f"Objective “{' '.join(text.split())}” {'changed' if objective else 'stated'}"
        self.session.change(
            lambda plan: planning.state_objective(plan, text, owner=owner.strip(), id=objective), words
        )

    def drop(self, objective: str) -> None:
        """Take an objective out; the goals that served it serve none."""
        texts = {one.id: one.text for one in self.plan.objectives}
        words = f"Objective “{texts.get(objective, objective)}” dropped"
        self.session.change(lambda plan: planning.drop_objective(plan, objective), words)

    def hold(self, node: str, text: str, why: str = "") -> None:
        """Fix what a node has of the goal at an amount as typed, empty for what it has; the others carry the difference.

        Of a goal that is not split the node is held to a target of its own.

        Raises
        ------
        BadInput
            When it is no number, or is below zero.
        Infeasible
            When the others cannot carry the difference: which, and how much.
        """
        goal = self._cascaded()
        amount = self._amount(goal, text) if text.strip() else None
        if not goal.splits:
            if amount is None:
                raise BadInput("No target is given.", hint="Type one.")
            words = f"{node} is held to {self._shown(amount, goal)} of {goal.kpi}"
            self.session.change(lambda plan: planning.hold(plan, plan.goal(goal.id), node, amount), words)
            return
        quota, at = self._quota(goal, node), moment()
        fixed = None if amount is None else int(amount)
        reason = why.strip() or (quota.lock.why if quota.lock else _BY_HAND)
        shown = self._shown(quota.amount if fixed is None else fixed, goal)
        self.session.change(
            lambda plan: planning.lock(
                plan, node, goal=goal.id, amount=fixed, by=self.session.author, why=reason, at=at
            ),
            f"{quota.name} locked at {shown}: {reason}",
        )

    def free(self, node: str) -> None:
        """Let what a node has move again."""
        goal = self._cascaded()
        if not goal.splits:
            words = f"{node} is held to the goal for {goal.kpi} again"
            self.session.change(lambda plan: planning.let_go(plan, plan.goal(goal.id), node), words)
            return
        name = self._quota(goal, node).name
        self.session.change(lambda plan: planning.unlock(plan, node, goal=goal.id), f"{name} unlocked")

    def commit(self, node: str, text: str) -> None:
        """Keep what a node commits to, as typed; empty where it was asked and has not committed, which is not zero."""
        goal = self._cascaded()
        quota, at = self._quota(goal, node), moment()
        amount = int(self._amount(goal, text)) if text.strip() else None
        shown = "nothing yet" if amount is None else self._shown(amount, goal)
        self.session.change(
            lambda plan: planning.commit_to(plan, node, amount, goal=goal.id, by=self.session.author, at=at),
            f"{quota.name} commits to {shown}",
        )

    def prospect(self, goal: Goal) -> Prospect | None:
        """Give what is known beside a goal; None before it was worked out."""
        known = self._prospects.get(goal.id)
        return known.prospect if known is not None and known.shape == _shape(self.plan, goal) else None

    def pending(self) -> tuple[str, ...]:
        """List the goals of which something is to be worked out, the one that is looked at first."""
        goals = [*self.plan.goals, *([self.draft] if self.draft else [])]
        behind = [one.id for one in goals if not self._is_current(one)]
        return tuple(sorted(behind, key=lambda id_: id_ != self.selected))

    def work_out(self, goal: str) -> None:
        """Work out what stands beside a goal; seconds the first time, and quick for another target."""
        found = self._find(goal)
        try:
            plan, asked = self._asked_of(found)
            prospect = prospect_of(self.session, plan, asked)
        except SalesnbError as error:
            prospect = Prospect(likely=Likely(why=str(error)))
        self._prospects[goal] = _Known(
            shape=_shape(self.plan, found),
            target=found.target,
            came=self.session.records.came,
            prospect=prospect,
        )

    def find_cause(self, text: str) -> None:
        """Find what keeps a target of the goal that is looked at unlikely."""
        goal = self._must()
        target = target_of(self.kpi_of(goal), text, self.session.workspace.settings)
        known = self.prospect(goal)
        words = ""
        if known is not None and known.gauge is not None:
            plan, asked = self._asked_of(goal)
            outlook = self.session.outlook(asked, plan)
            formatter = self.session.workspace.settings.formatter
            words = cause_words(outlook, known.gauge, float(target), formatter, goal.unit)
        self.cause = Cause(goal=goal.id, target=target, text=words)

    def findings(self) -> tuple[GoalFinding, ...]:
        """Check the goals: five aspects each, then objectives without a goal, and goals that pull against each other."""
        likely: Mapping[str, Likely] = {
            goal.id: known.prospect.likely
            if (known := self._prospects.get(goal.id)) and self._is_current(goal)
            else _WORKING
            for goal in self.plan.goals
        }
        return planning.goal_findings(self.plan, likely)

    def _is_current(self, goal: Goal) -> bool:
        known = self._prospects.get(goal.id)
        if known is None or (known.shape, known.target) != (_shape(self.plan, goal), goal.target):
            return False
        return known.prospect.is_judged or known.came == self.session.records.came

    def _asked_of(self, goal: Goal) -> tuple[Plan, Goal]:
        """Give the plan that an outlook is asked of: a draft is added to it as it would be."""
        if goal.id != NEW:
            return self.plan, goal
        plan = self._maker().added(self.plan, replace(_without_idle(self.plan, goal), id=""))
        return plan, plan.goals[-1]

    def _maker(self) -> GoalMaker:
        return goal_maker(self.session.workspace, self.session.kpis.data, self.plan.period)

    def _change(self, parts: Mapping[str, object], words: str) -> None:
        goal = self._must()
        if goal.id == NEW:
            self.draft = replace(goal, **parts)  # type: ignore[arg-type]
            return
        self.session.change(
            lambda plan: planning.change_goal(plan, goal.id, **parts), f"Goal {goal.kpi}: {words}"
        )

    def _find(self, id_: str) -> Goal:
        if id_ == NEW and self.draft is not None:
            return self.draft
        found = next((one for one in self.plan.goals if one.id == id_), None)
        if found is None:
            raise UnknownName(f"The plan has no goal {id_!r} any more.", hint="Look at another one.")
        return found

    def _must(self) -> Goal:
        found = self.goal
        if found is None:
            raise BadUsage("The plan has no goal yet.", hint="Choose a KPI to add one.")
        return found

    def _cascaded(self) -> Goal:
        goal = self._must()
        if goal.id == NEW:
            raise BadUsage("The goal is not in the plan yet.", hint="Give it a target first.")
        return goal

    def _quota(self, goal: Goal, node: str) -> Quota:
        found = next((one for one in self.plan.quotas_of(goal) if one.id == node), None)
        if found is None:
            raise UnknownName(f"The goal {goal.kpi} has no quota for {node!r} any more.")
        return found

    def _amount(self, goal: Goal, text: str) -> int | float:
        settings = self.session.workspace.settings
        if not goal.splits:
            return target_of(self.kpi_of(goal), text, settings)
        amount = read_target(text, goal.unit, settings)
        if amount < 0:
            raise BadInput(f"{text.strip()} is below zero.", hint="Give zero or more.")
        return amount

    def _shown(self, value: float, goal: Goal) -> str:
        return self.session.workspace.settings.formatter.value(value, goal.unit)


def _without_idle(plan: Plan, goal: Goal) -> Goal:
    """Let a goal serve no objective that the plan does not have any more."""
    known = {one.id for one in plan.objectives}
    return goal if goal.objective in known else replace(goal, objective=None)


def _shape(plan: Plan, goal: Goal) -> object:
    """What everything but a target's own chance depends on."""
    places = tuple((one.id, one.parent, one.level, one.rep, one.since) for one in plan.quotas_of(goal))
    return goal.kpi, goal.period, goal.direction, goal.below, places
