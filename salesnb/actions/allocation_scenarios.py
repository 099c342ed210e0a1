"""Scenarios of a plan's allocation side by side: on the same draws of the curves, with what drives the difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from salesnb.actions.allocating import Asked, Solved, solve
from salesnb.actions.allocation_problem import pose
from salesnb.allocation.comparing import lines_outcomes
from salesnb.allocation.forms import Floats
from salesnb.allocation.limits import Key
from salesnb.allocation.scenarios import Compared, compare, overstated
from salesnb.errors import BadInput, Infeasible
from salesnb.planning import Plan, find_scenario

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["ALL", "AS_PLANNED", "Drivers", "Side", "Sides", "compare_scenarios"]

AS_PLANNED = "as planned"
ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """Why a scenario brings more or less than the plan, in major units; both add up to the difference.

    Attributes
    ----------
    amounts
        What its amounts would bring more on the plan's own curves.
    assumptions
        What its assumptions about sales add to that.
    most
        The line that differs most, and by how much.
    """

    amounts: float
    assumptions: float
    most: tuple[Key, float]


@dataclass(frozen=True, kw_only=True)
class Side:
    """A scenario, allocated."""

    compared: Compared
    solved: Solved
    drivers: Drivers


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Scenarios in the order asked, the plan as it is before them; ``overstated`` is by how much the best one flatters."""

    sides: tuple[Side, ...]
    overstated: float


def compare_scenarios(workspace: "Workspace", plan: Plan, names: Sequence[str], asked: Asked) -> Sides:
    """Allocate the plan and its scenarios, and compare them draw by draw.

    Parameters
    ----------
    names
        Of scenarios, or ``all`` of them.

    Raises
    ------
    UnknownName
        When the plan has no such scenario.
    BadInput, Infeasible
        When one of them cannot be allocated, naming it.
    """
    chosen = [item.name for item in plan.scenarios] if ALL in names else list(dict.fromkeys(names))
    scenarios = [find_scenario(plan, name) for name in chosen]
    if not scenarios:
        raise BadInput(
            f"The plan {plan.name} has no scenario.",
            hint="Write some into a TOML file, and give it with --limits.",
        )
    fmt = workspace.settings.formatter
    solved: dict[str, Solved] = {}
    for scenario in (None, *scenarios):
        name = scenario.name if scenario else AS_PLANNED
        asked.progress(f"Allocating {name}")
        try:
            solved[name] = solve(pose(plan, fmt, scenario), asked)
        except (BadInput, Infeasible) as error:
            raise type(error)(error.what, where=f"scenario {name}", hint=error.hint) from None
    compared = compare({name: one.net for name, one in solved.items()})
    base = solved[AS_PLANNED]
    return Sides(
        sides=tuple(
            Side(compared=one, solved=solved[one.name], drivers=_drivers(base, solved[one.name]))
            for one in compared
        ),
        overstated=overstated(compared),
    )


def _drivers(base: Solved, other: Solved) -> Drivers:
    planned = _lines(base, base.amounts)
    moved = _lines(base, other.amounts)
    supposed = _lines(other, other.amounts)
    spared = base.cost - other.cost
    apart = supposed - planned
    most = int(np.argmax(np.abs(apart)))
    return Drivers(
        amounts=float((moved - planned).sum()) + spared,
        assumptions=float((supposed - moved).sum()),
        most=(list(base.amounts)[most], float(apart[most])),
    )


def _lines(solved: Solved, amounts: Mapping[Key, int]) -> Floats:
    """Mean sales of each line, (n,), on the curves of one and the amounts of another."""
    means: Floats = lines_outcomes(solved.posed.fresh, solved.posed.majors(amounts)).mean(axis=0)
    return means
