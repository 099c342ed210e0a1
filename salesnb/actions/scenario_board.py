"""A plan's scenarios side by side: what each demands and supposes, the outlook with it, and what its allocation brings.

The model behind `salesnb.widgets.ScenarioCompare`; it knows nothing of a browser.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb import planning
from salesnb.actions.allocating import Asked
from salesnb.actions.allocation_scenarios import AS_PLANNED, Sides, compare_scenarios
from salesnb.actions.plan_session import PlanSession
from salesnb.actions.plans import read_target
from salesnb.actions.what_if import WhatIfBoard
from salesnb.errors import BadUsage
from salesnb.planning import DealFate, DriverMove, Goal, Plan, Scenario, find_scenario, scenario_of
from salesnb.planning.scenarios import free_scenario_name

if TYPE_CHECKING:
    from salesnb.outlook.attain import Attainment

__all__ = ["AS_PLANNED", "Column", "ScenarioBoard", "is_allocated"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """The plan, or a scenario of it.

    Attributes
    ----------
    scenario
        None of the plan as it is.
    target
        Of the goal that is looked at, in its unit.
    attainment
        The outlook against that target with what is supposed; None where it is not known (yet).
    """

    scenario: Scenario | None
    target: int | float | None
    attainment: "Attainment | None"

    @property
    def id(self) -> str:
        """Of the scenario; empty of the plan."""
        return self.scenario.id if self.scenario else ""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.scenario.name if self.scenario else AS_PLANNED


def is_allocated(scenario: Scenario) -> bool:
    """Whether a scenario touches the allocation."""
    return bool(scenario.resources or scenario.limits or scenario.responses)


class ScenarioBoard:
    """The scenarios of a plan beside it, in the plan's order.

    Parameters
    ----------
    session
        The plan that is worked on.
    """

    def __init__(self, session: PlanSession) -> None:
        self.session = session
        self.what_if = WhatIfBoard(session)
        self._goal = ""
        self._sides: tuple[object, Sides] | None = None
        self._told: dict[tuple[object, ...], Attainment] = {}

    @property
    def goal(self) -> Goal | None:
        """The goal that is looked at: the one chosen, else the first that has an outlook, else the first."""
        goals = self.session.plan.goals
        first = self.what_if.goal or (goals[0] if goals else None)
        return next((goal for goal in goals if goal.id == self._goal), first)

    def choose(self, goal: str) -> None:
        """Look at another goal."""
        found = self.session.plan.goal(goal)
        self._goal = found.id
        if found in self.what_if.goals:
            self.what_if.choose(found.id)

    @property
    def is_ready(self) -> bool:
        """Whether the outlook of the goal that is looked at is at hand."""
        return self.what_if.is_ready and self.what_if.goal == self.goal

    def start(self) -> None:
        """Work out the outlook of the goal, which may take seconds.

        Raises
        ------
        BadUsage
            When there is none of such a goal.
        SalesnbError
            As `WhatIfBoard.basis`.
        """
        goal = self.goal
        if goal is not None and goal not in self.what_if.goals:
            raise BadUsage(
                f"The goal {goal.kpi} is not cascaded, so there is no outlook to hold scenarios against."
            )
        self.what_if.basis  # noqa: B018 -- it is made when it is asked for

    @property
    def columns(self) -> tuple[Column, ...]:
        """The plan as it is, and each scenario; with their outlooks once the what-if is ready."""
        return tuple(self._column(one) for one in (None, *self.session.plan.scenarios))

    def changes(self, scenario: str) -> tuple[planning.Difference, ...]:
        """Tell what the plan would become if it took a scenario's totals and limits."""
        plan = self.session.plan
        return planning.diff(plan, planning.in_scenario(plan, find_scenario(plan, scenario)))

    @property
    def allocated(self) -> tuple[Scenario, ...]:
        """The scenarios that touch the allocation; none where the plan has nothing to allocate."""
        plan = self.session.plan
        if not plan.resources or not plan.response_curves:
            return ()
        return tuple(one for one in plan.scenarios if is_allocated(one))

    @property
    def sides(self) -> Sides | None:
        """What was found of the allocations; None where they were not compared since the plan changed."""
        return self._sides[1] if self._sides is not None and self._sides[0] == self._allocation else None

    def compare(self, progress: Callable[[str], None] = lambda _: None) -> Sides:
        """Allocate the plan and each scenario that touches the allocation, on the same draws of the curves.

        Raises
        ------
        BadUsage
            When there is none.
        BadInput, Infeasible
            When one of them cannot be allocated, naming it.
        """
        names = [one.name for one in self.allocated]
        if not names:
            raise BadUsage("No scenario of the plan touches the allocation.")
        session = self.session
        found = compare_scenarios(session.workspace, session.plan, names, Asked(progress=progress))
        self._sides = self._allocation, found
        return found

    def keep_plan(self, name: str) -> Plan:
        """Keep the plan as it is as a scenario, to compare with or go back to."""
        return self._change(
            lambda plan: planning.keep_scenario(
                plan, scenario_of(plan, free_scenario_name(plan, name.strip() or "Plan"))
            ),
            "The plan kept as a scenario",
        )

    def rename(self, scenario: str, name: str) -> Plan:
        """Call a scenario something else."""
        return self._change(
            lambda plan: planning.rename_scenario(plan, scenario, name),
            f"Scenario {self._name(scenario)} renamed {name.strip()}",
        )

    def copy(self, scenario: str) -> Plan:
        """Copy a scenario under a free name."""
        return self._change(
            lambda plan: planning.copy_scenario(plan, scenario), f"Scenario {self._name(scenario)} copied"
        )

    def remove(self, scenario: str) -> Plan:
        """Take a scenario away; undo brings it back."""
        return self._change(
            lambda plan: planning.remove_scenario(plan, scenario), f"Scenario {self._name(scenario)} removed"
        )

    def adopt(self, scenario: str) -> Plan:
        """Make a scenario's targets, totals and limits the plan's; undo brings the plan back."""
        return self._change(
            lambda plan: planning.adopt_scenario(plan, scenario),
            f"Scenario {self._name(scenario)} made the plan",
        )

    def aim(self, scenario: str, typed: str) -> Plan:
        """Give a scenario another target for the goal that is looked at, as it was typed in major units.

        Raises
        ------
        BadInput
            When that cannot be read.
        """
        goal = self.goal
        if goal is None:
            raise BadUsage("The plan has no goal to give another target to.")
        target = read_target(typed, goal.unit, self.session.workspace.settings)
        shown = self.session.workspace.settings.formatter.value(target, goal.unit)
        return self._change(
            lambda plan: planning.aim_scenario(plan, scenario, goal.id, target),
            f"Scenario {self._name(scenario)}: target {shown}",
        )

    def _change(self, change: Callable[[Plan], Plan], why: str) -> Plan:
        return self.session.change(change, why)

    def _name(self, scenario: str) -> str:
        return find_scenario(self.session.plan, scenario).name

    @property
    def _allocation(self) -> object:
        """What the comparison of allocations hangs on."""
        plan = self.session.plan
        return (
            plan.resources,
            plan.response_curves,
            plan.limits,
            plan.segments,
            plan.allocation,
            self.allocated,
        )

    def _column(self, scenario: Scenario | None) -> Column:
        goal = self.goal
        if goal is None:
            return Column(scenario=scenario, target=None, attainment=None)
        own = {one.goal: one.target for one in scenario.targets} if scenario else {}
        target = own.get(goal.id, goal.target)
        return Column(scenario=scenario, target=target, attainment=self._attainment(scenario, target))

    def _attainment(self, scenario: Scenario | None, target: float) -> "Attainment | None":
        if not self.is_ready:
            return None
        basis = self.what_if.basis
        moves: tuple[DriverMove, ...] = scenario.moves if scenario else ()
        fates: tuple[DealFate, ...] = scenario.fates if scenario else ()
        movable = {one.name for one in basis.drivers if not one.why_not}
        moves = tuple(one for one in moves if one.driver in movable)
        key: tuple[object, ...] = (id(basis), moves, fates, target)
        if key not in self._told:
            kept = {one: told for one, told in self._told.items() if one[0] == id(basis)}
            self._told = kept | {key: basis.attainment(moves, fates, target=int(target))}
        return self._told[key]
