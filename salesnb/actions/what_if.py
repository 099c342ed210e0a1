"""What if: a goal's outlook with drivers that are not as measured and open deals lost or won, moved live.

The model behind `salesnb.widgets.WhatIf`; it knows nothing of a browser. With nothing moved it is the outlook itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.actions.desk_file import lay, lies
from salesnb.actions.outlooks import Outlook
from salesnb.actions.plan_session import PlanSession
from salesnb.actions.what_if_deals import OpenDeal, largest_deals, parts_of
from salesnb.actions.what_if_drivers import Driver, LaterHires, drivers_of, later_hires, simulated_moves
from salesnb.errors import BadInput, BadUsage, UnknownName, nearest
from salesnb.planning import DealFate, DriverMove, Goal, Plan, Quota, Scenario, find_scenario, keep_scenario
from salesnb.planning.scenarios import free_scenario_name
from salesnb.planning.supposed import FATES

if TYPE_CHECKING:
    from salesnb.outlook.attain import Attainment
    from salesnb.outlook.what_if import SameDraws

__all__ = ["Basis", "Supposed", "WhatIfBoard", "basis_of"]

OPEN = "open"
# So many suppositions a scenario is called by, where nobody calls it otherwise.
_NAMED = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """What a goal's what-if rests on, made once for its outlook.

    Attributes
    ----------
    quota
        Of the goal as a whole, with the goal's target.
    drivers, deals
        What can be moved, and the largest open deals.
    parts
        By the id of every open deal that can be decided, its numbers among those simulated.
    draws
        In how many draws a move is simulated.
    """

    outlook: Outlook
    quota: Quota
    drivers: tuple[Driver, ...]
    deals: tuple[OpenDeal, ...]
    parts: Mapping[str, tuple[int, ...]]
    later: LaterHires
    simulator: "SameDraws"

    @property
    def draws(self) -> int:
        """In how many draws a move is simulated."""
        return self.simulator.draws

    @cached_property
    def before(self) -> "Attainment":
        """The outlook as it is."""
        return self.attainment()

    def attainment(
        self,
        moves: tuple[DriverMove, ...] = (),
        fates: tuple[DealFate, ...] = (),
        *,
        target: int | None = None,
    ) -> "Attainment":
        """Tell the goal's chance with drivers moved and deals decided, of another target where one is given.

        Deals that are not open any more are left out.
        """
        decided: dict[str, list[int]] = {fate: [] for fate in FATES}
        for one in fates:
            decided[one.fate] += self.parts.get(one.deal, ())
        effect = self.simulator.effect(simulated_moves(moves, self.later), **decided)
        quota = self.quota if target is None else replace(self.quota, amount=target)
        found = self.outlook.attainment(quota, effect)
        assert found is not None  # noqa: S101 -- what is simulated has an outlook
        return found


def basis_of(session: PlanSession, goal: Goal) -> Basis:
    """Make what a goal's what-if rests on.

    Raises
    ------
    BadUsage
        When its deals are not simulated, and why.
    MissingFile, BadInput
        When there is no outlook of it.
    """
    from salesnb.outlook.what_if import SameDraws

    outlook, plan = session.outlook(goal), session.plan
    simulated = outlook.simulated
    if outlook.is_over:
        raise BadUsage(f"{goal.period.label} is over: there is nothing left to suppose.")
    if simulated is None:
        raise BadUsage(
            f"The outlook of {goal.kpi} does not follow single deals, so nothing can be moved.",
            hint="Ask for a goal of won_amount or won_count, of a workspace with opportunities.",
        )
    data, as_of = session.kpis.data, session.kpis.as_of
    later = later_hires(plan, goal, data, session.workspace.calendar, as_of)
    drivers = drivers_of(plan, goal, simulated, data, as_of, later)
    leave = next(driver.measured for driver in drivers if driver.name == "attrition")
    simulator = SameDraws(
        simulated.pipeline, simulated.deals, owners=simulated.owners, leave=leave, **simulated.days
    )
    chances = simulator.chances()
    return Basis(
        outlook=outlook,
        quota=replace(plan.quotas_of(goal)[0], amount=int(goal.target)),
        drivers=drivers,
        deals=largest_deals(data, simulated, chances),
        parts=parts_of(simulated, chances),
        later=later,
        simulator=simulator,
    )


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """What is supposed now: steps of drivers by name, fates of deals by id."""

    steps: Mapping[str, int]
    fates: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.steps or self.fates)


NOTHING = Supposed(steps={}, fates={})
# Where what is supposed lies on a desk.
_DESK = "what if"


def _kept(session: PlanSession) -> Supposed:
    """What the same person supposed before this process began, whether or not it is possible still."""
    known = lies(session, _DESK)
    steps, fates = (known.get(one) if isinstance(known, dict) else None for one in ("steps", "fates"))
    return Supposed(
        steps={name: at for name, at in steps.items() if type(at) is int} if isinstance(steps, dict) else {},
        fates={deal: fate for deal, fate in fates.items() if fate in FATES}
        if isinstance(fates, dict)
        else {},
    )


class WhatIfBoard:
    """The what-if of a plan's goals; nothing of it is in the plan until it is kept as a scenario.

    Parameters
    ----------
    session
        The plan that is worked on.

    Attributes
    ----------
    supposed
        What is moved and decided.
    """

    def __init__(self, session: PlanSession) -> None:
        self.session = session
        self.supposed = _kept(session)
        self._goal = ""
        self._basis: tuple[object, Basis] | None = None
        self._came = 0
        self._listed: tuple[object, tuple[OpenDeal, ...]] | None = None
        self._told: tuple[object, Attainment] | None = None

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The goals of the plan that are cascaded and to be reached."""
        plan = self.session.plan
        return tuple(goal for goal in plan.goals if plan.quotas_of(goal) and goal.direction == "at_least")

    @property
    def goal(self) -> Goal | None:
        """The goal that is looked at: the one chosen, else the first."""
        goals = self.goals
        return next((goal for goal in goals if goal.id == self._goal), goals[0] if goals else None)

    @property
    def is_ready(self) -> bool:
        """Whether what the what-if rests on is made, and is that of the plan as it is; to make it may take seconds."""
        return self._basis is not None and self._basis[0] == self.rests_on

    @property
    def rests_on(self) -> object:
        """What the basis hangs on: the same as long as it serves."""
        goal, plan = self.goal, self.session.plan
        return goal, plan.quotas_of(goal) if goal else (), plan.assumptions

    def choose(self, goal: str) -> None:
        """Look at another goal; what is supposed stays, as far as that goal has such drivers."""
        self._goal = self.session.plan.goal(goal).id

    @property
    def basis(self) -> Basis:
        """What the what-if rests on; made where it is not, which may take seconds.

        Raises
        ------
        SalesnbError
            As :func:`basis_of`; and when the plan has no goal to be reached.
        """
        if self._basis is None or not self.is_ready:
            if self.goal is None:
                raise BadUsage("No goal of the plan is cascaded, so there is no outlook to move.")
            self._basis = self.rests_on, basis_of(self.session, self.goal)
        if self._came != self.session.records.came:
            # What was said before it was known how far outlooks were right is said anew.
            self._basis, self._came = (self._basis[0], replace(self._basis[1])), self.session.records.came
        return self._basis[1]

    @property
    def deals(self) -> tuple[OpenDeal, ...]:
        """The deals that can be decided: the largest, and those that are supposed of beside them."""
        basis = self.basis
        listed = {one.id for one in basis.deals}
        more = tuple(deal for deal in self.supposed.fates if deal in basis.parts and deal not in listed)
        if not more:
            return basis.deals
        if self._listed is None or self._listed[0] != (id(basis), more):
            simulated = basis.outlook.simulated
            assert simulated is not None  # noqa: S101 -- there is a basis
            found = largest_deals(self.session.kpis.data, simulated, basis.simulator.chances(), more)
            self._listed = (id(basis), more), found
        return self._listed[1]

    def move(self, driver: str, step: int) -> None:
        """Move a driver to a step; 0 is where it was measured.

        Raises
        ------
        UnknownName
            When there is no such driver.
        BadInput
            When it cannot be moved, or not so far.
        """
        found = self._driver(driver)
        if found.why_not:
            raise BadInput(f"The {driver} cannot be moved. {found.why_not}")
        if isinstance(step, bool) or not isinstance(step, int) or not found.low <= step <= found.high:
            raise BadInput(f"{step!r} is no step of {driver}.", hint=f"Give {found.low} to {found.high}.")
        steps = {name: at for name, at in self.supposed.steps.items() if name != driver}
        self._suppose(replace(self.supposed, steps={**steps, driver: step} if step else steps))

    def decide(self, deal: str, fate: str) -> None:
        """Suppose of a deal that it is lost or won, or leave it open.

        Raises
        ------
        UnknownName
            When the deal is not listed.
        BadUsage
            When there is no such fate.
        """
        known = [one.id for one in self.deals]
        if deal not in known:
            raise UnknownName(f"The deal {deal!r} is not among those listed.", hint=nearest(deal, known))
        if fate not in {*FATES, OPEN}:
            raise BadUsage(f"{fate!r} is no fate of a deal.", hint="It is open, lost or won.")
        fates = {one: told for one, told in self.supposed.fates.items() if one != deal}
        self._suppose(replace(self.supposed, fates=fates if fate == OPEN else {**fates, deal: fate}))

    def reset(self) -> None:
        """Suppose nothing."""
        self._suppose(NOTHING)

    @property
    def moves(self) -> tuple[DriverMove, ...]:
        """The drivers moved, as a plan keeps them."""
        steps = self.supposed.steps
        return tuple(
            one.move(steps[one.name])
            for one in self.basis.drivers
            if steps.get(one.name) and not one.why_not and one.low <= steps[one.name] <= one.high
        )

    @property
    def fates(self) -> tuple[DealFate, ...]:
        """The deals decided, as a plan keeps them."""
        fates = self.supposed.fates
        return tuple(
            DealFate(deal=one.id, name=one.title, fate=fates[one.id]) for one in self.deals if one.id in fates
        )

    @property
    def before(self) -> "Attainment":
        """The outlook as it is."""
        return self.basis.before

    @property
    def after(self) -> "Attainment":
        """The outlook with what is supposed."""
        basis, moves, fates = self.basis, self.moves, self.fates
        if not moves and not fates:
            return basis.before
        key = (id(basis), moves, fates)
        if self._told is None or self._told[0] != key:
            self._told = key, basis.attainment(moves, fates)
        return self._told[1]

    def keep(self, name: str, text: str = "") -> Plan:
        """Keep what is supposed as a scenario of the plan; one of the same name is replaced in what it supposes.

        Raises
        ------
        BadInput
            When nothing is supposed, or the name is empty.
        SalesnbError
            As `PlanSession.change`.
        """
        told = name.strip()
        if not self.supposed:
            raise BadInput("Nothing is moved yet.", hint="Move a driver or decide a deal first.")
        if not told:
            raise BadInput("A scenario needs a name.", hint="Say what it supposes in a few words.")
        moves, fates = self.moves, self.fates

        def kept(plan: Plan) -> Plan:
            known = next((one for one in plan.scenarios if told in {one.id, one.name}), None)
            scenario = known or Scenario(id=told, name=told)
            supposed = replace(scenario, moves=moves, fates=fates, text=text.strip() or scenario.text)
            return keep_scenario(plan, supposed)

        return self.session.change(kept, f"Scenario {told} kept")

    def load(self, scenario: str) -> tuple[str, ...]:
        """Suppose what a scenario does; what of it cannot be supposed any more is given back, in words.

        Raises
        ------
        UnknownName
            When the plan has no such scenario.
        """
        found = find_scenario(self.session.plan, scenario)
        drivers = {one.name: one for one in self.basis.drivers}
        steps = {one.driver: drivers[one.driver].nearest(one) for one in found.moves}
        self._suppose(
            Supposed(
                steps={name: step for name, step in steps.items() if step},
                fates={one.deal: one.fate for one in found.fates if one.deal in self.basis.parts},
            )
        )
        left = [one.in_words() for one in found.moves if drivers[one.driver].move(steps[one.driver]) != one]
        return (*left, *(one.in_words() for one in found.fates if one.deal not in self.basis.parts))

    @property
    def free_name(self) -> str:
        """Give a name for what is supposed that no scenario has."""
        words = [one.in_words() for one in self.moves] + [one.in_words() for one in self.fates]
        if not words:
            return ""
        more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
        return free_scenario_name(self.session.plan, ", ".join(words[:_NAMED]) + more)

    def _suppose(self, supposed: Supposed) -> None:
        self.supposed = supposed
        lay(self.session, _DESK, {"steps": dict(supposed.steps), "fates": dict(supposed.fates)})

    def _driver(self, name: str) -> Driver:
        drivers = {one.name: one for one in self.basis.drivers}
        if name not in drivers:
            raise UnknownName(f"There is no driver {name!r}.", hint=nearest(name, drivers))
        return drivers[name]
