"""A plan's resources put where they sell most: found, rounded to the last unit, compared, and kept with its certificate."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from salesnb.actions.allocation_curves import judgement_of
from salesnb.actions.allocation_problem import Posed, pose
from salesnb.actions.clock import author, moment
from salesnb.allocation import Allocation, Gain, Leeway, allocate, equal, in_proportion, leeway
from salesnb.allocation.comparing import outcomes
from salesnb.allocation.forms import Floats
from salesnb.allocation.hedging import cvar
from salesnb.allocation.judgement import Hinge, hinges
from salesnb.allocation.limits import Key, line_of
from salesnb.allocation.whole_units import whole_units
from salesnb.errors import BadUsage, Infeasible
from salesnb.planning import BindingLimit, Certificate, Plan, Resource, keep_amounts

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = [
    "Allocated",
    "Asked",
    "Next",
    "Solved",
    "best_of",
    "find_allocation",
    "portion_of",
    "save_allocation",
    "solve",
    "worths",
]

Progress = Callable[[str], None]

_LOW, _HIGH = 10, 90
# Of a total, about which the next portion of money is told.
_PORTION = 100
_HINGE_SECONDS = 2.0


def _silent(_text: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is wanted beside the amounts.

    Attributes
    ----------
    worst
        Share (0..1) of the draws, of which the worst are to come out as well as can be; None for the mean.
    gap, seconds
        How much better than the answer any may still be, as a share, and when to end.
    leeway
        Share of the outcome that may be lost by moving a segment; None where that is not asked.
    hinges
        Whether to find out what depends on which answer.
    progress
        Is told what is being done.
    """

    worst: float | None = None
    gap: float = 1e-3
    seconds: float = 10.0
    leeway: float | None = None
    hinges: bool = False
    progress: Progress = field(default=_silent, compare=False)


@dataclass(frozen=True, kw_only=True)
class Solved:
    """The amounts found, whole in their smallest unit; figures in major units of the plan's currency.

    Attributes
    ----------
    amounts
        By line.
    outcome, cost
        Expected sales by the fresh draws, and what the amounts and moving to them cost.
    aim, bound, gap
        On the draws allocated on: what was made as large as can be, net of costs; what no allocation can exceed; how much
        better any could be.
    best
        As it was found, before it was rounded.
    net
        Sales less cost in each of the fresh draws, (d,).
    """

    posed: Posed
    amounts: Mapping[Key, int]
    outcome: float
    cost: float
    aim: float
    bound: float
    gap: float
    best: Allocation
    net: Floats


@dataclass(frozen=True, kw_only=True)
class Next:
    """What the next portion of a resource is worth, in smallest units and in major units of sales less cost."""

    resource: Resource
    portion: int
    worth: float
    key: Key


@dataclass(frozen=True, kw_only=True)
class Allocated:
    """An allocation and what is to be known about it; ``plan`` holds it, and is not saved yet.

    Attributes
    ----------
    today
        Expected sales with today's amounts, in major units.
    others
        Amounts that it is compared with, by name, in smallest units.
    gains
        How much more it brings than each, net of costs, on draws that it was not found on.
    nexts
        What a portion more of each resource is worth, and where; none where no segment may have more.
    """

    plan: Plan
    read_at: int
    asked: Asked
    solved: Solved
    today: float
    others: Mapping[str, Mapping[Key, float]]
    gains: Mapping[str, Gain]
    nexts: tuple[Next, ...]
    leeway: Mapping[Key, Leeway]
    hinges: tuple[Hinge, ...]


def solve(posed: Posed, asked: Asked) -> Solved:
    """Allocate, bring the amounts to whole units, and prove how good these are.

    Raises
    ------
    Infeasible
        When the limits cannot all hold, with their amounts.
    BadInput
        When there is nothing to allocate, or numbers are none.
    """
    best, amounts = best_of(posed, asked)
    majors = posed.majors(amounts)
    cost = _cost(best, majors)
    draws, measured = outcomes(posed.curves, majors), outcomes(posed.fresh, majors)
    worst = asked.worst or 1.0
    aim = cvar(draws, np.full(len(draws), 1 / len(draws)), worst) - cost
    return Solved(
        posed=posed,
        amounts=amounts,
        outcome=float(measured.mean()),
        cost=cost,
        aim=aim,
        bound=max(best.bound, aim),
        gap=max(0.0, best.bound - aim) / max(abs(best.bound), 1e-9),
        best=best,
        net=measured - cost,
    )


def best_of(posed: Posed, asked: Asked) -> tuple[Allocation, Mapping[Key, int]]:
    """Allocate, and bring the amounts to whole units.

    Raises
    ------
    Infeasible, BadInput
        As `solve`.
    """
    try:
        best = allocate(
            posed.curves,
            posed.totals,
            posed.limits,
            setting=posed.setting(asked.worst),
            gap=asked.gap,
            seconds=asked.seconds,
        )
    except Infeasible as error:
        raise Infeasible(_with_total(error.what, posed), hint=error.hint) from None
    exact = {key: amount * posed.scale.of(posed.resource(key)) for key, amount in best.amounts.items()}
    return best, whole_units(exact, posed.whole, posed.steps)


def find_allocation(workspace: "Workspace", plan: Plan, asked: Asked, *, read_at: int) -> Allocated:
    """Allocate a plan's resources; nothing is saved.

    Parameters
    ----------
    plan
        Saved or not.
    read_at
        The revision that it was read at.

    Raises
    ------
    BadInput, Infeasible
        As `solve`.
    """
    asked.progress("Allocating")
    posed = pose(plan, workspace.settings.formatter)
    solved = solve(posed, asked)
    others = _others(posed)
    gains = {name: _gain(solved, amounts) for name, amounts in others.items()}
    today = float(outcomes(posed.fresh, posed.majors(posed.today)).mean())
    found = Allocated(
        plan=plan,
        read_at=read_at,
        asked=asked,
        solved=solved,
        today=today,
        others=others,
        gains=gains,
        nexts=_nexts(solved, asked.worst or 1.0),
        leeway=_leeway(solved, asked),
        hinges=_hinges(posed, asked) if asked.hinges else (),
    )
    lines = {posed.places[key]: amount for key, amount in solved.amounts.items()}
    return replace(found, plan=keep_amounts(plan, lines, certificate_of(found)))


def save_allocation(workspace: "Workspace", found: Allocated, *, why: str = "") -> Plan:
    """Keep an allocation in its plan, with the certificate's figures and the reason in the history.

    Raises
    ------
    StaleSave
        When the plan was saved by somebody else meanwhile; nothing is overwritten.
    """
    fmt = workspace.settings.formatter
    names = ", ".join(resource.name for resource in found.solved.posed.resources.values())
    figures = (
        f"Allocated {names}: expected {fmt.money(found.solved.outcome * found.solved.posed.scale.sales())},"
        f" at most {fmt.ratio(math.ceil(found.solved.gap * 1000) / 1000)} better exists"
    )
    return workspace.plans().save(
        found.plan,
        read_at=found.read_at,
        author=author(workspace.root),
        reason=f"{figures}. {why}" if why else figures,
        at=moment(),
    )


def certificate_of(found: Allocated) -> Certificate:
    """Give the figures that prove an allocation, as the plan keeps them."""
    solved, scale = found.solved, found.solved.posed.scale
    sales = scale.sales()
    worst = found.asked.worst
    return Certificate(
        outcome_minor=round(solved.outcome * sales),
        today_minor=round(found.today * sales),
        cost_minor=round(solved.cost * sales),
        aim="mean" if worst is None else f"mean of the worst {worst:.0%}",
        aim_minor=round(solved.aim * sales),
        bound_minor=round(solved.bound * sales),
        gap=min(1.0, solved.gap),
        in_time=solved.best.in_time,
        draws=len(solved.best.outcomes),
        binding=tuple(BindingLimit(why=price.why, worth=price.worth) for price in solved.best.prices),
    )


def _with_total(what: str, posed: Posed) -> str:
    """Say how much the total is, among limits that contradict each other."""
    for name, resource in posed.resources.items():
        total = f"{resource.total / posed.scale.of(resource):,.2f}".removesuffix(".00")
        plain = re.escape(f"total of {name}" if name else "total")
        what = re.sub(rf"(?<=[:;] ){plain}(?=[;.])", f"total of {resource.name} {total}", what)
    return what


def _cost(best: Allocation, majors: Mapping[Key, float]) -> float:
    return float(best.problem.relaxed.costs.of(np.array([majors[key] for key in best.amounts])).sum())


def _others(posed: Posed) -> dict[str, Mapping[Key, float]]:
    """Give the amounts of today, shares in proportion to them, and equal shares of the totals."""
    totals = {name: float(resource.total) for name, resource in posed.resources.items()}
    others: dict[str, Mapping[Key, float]] = {"today's": {key: float(a) for key, a in posed.today.items()}}
    has_some = {line_of(key).resource for key, amount in posed.today.items() if amount}
    if has_some == set(totals):
        others["proportional"] = in_proportion(posed.today, totals)
    others["equal"] = equal(posed.curves, totals)
    return others


def _gain(solved: Solved, other: Mapping[Key, float]) -> Gain:
    """Compare net of costs on the fresh draws, draw by draw."""
    majors = solved.posed.majors(other)
    more = solved.net - (outcomes(solved.posed.fresh, majors) - _cost(solved.best, majors))
    low, high = np.percentile(more, [_LOW, _HIGH])
    return Gain(
        mean=float(more.mean()), low=float(low), high=float(high), share_better=float((more > 0).mean())
    )


def worths(solved: Solved, worst: float) -> Mapping[Key, Next]:
    """Tell what a portion more is worth in each line that may have one, with all limits but the total kept.

    Parameters
    ----------
    worst
        Share (0..1) of the draws of which the worst count; 1 for the mean.
    """
    found: dict[Key, Next] = {}
    for resource in solved.posed.resources.values():
        portion = portion_of(resource)
        for key, (place, _) in solved.posed.places.items():
            if place == resource.id and _may_have(solved, key, portion):
                worth = _worth(solved, key, portion, worst)
                found[key] = Next(resource=resource, portion=portion, worth=worth, key=key)
    return found


def _nexts(solved: Solved, worst: float) -> tuple[Next, ...]:
    """Find for each resource the segment that a portion more of it is worth most in."""
    found: dict[str, Next] = {}
    for item in worths(solved, worst).values():
        best = found.setdefault(item.resource.id, item)
        found[item.resource.id] = item if item.worth > best.worth else best
    return tuple(found.values())


def portion_of(resource: Resource) -> int:
    """About a hundredth of the total, a power of ten of smallest units, and whole steps."""
    size = int(10 ** max(0, math.floor(math.log10(max(resource.total, 1) / _PORTION))))
    step = max(1, resource.step)
    return max(step, size // step * step)


def _may_have(solved: Solved, key: Key, portion: int) -> bool:
    """Whether a line may have a portion more; the first limits are the totals."""
    more = {**solved.amounts, key: solved.amounts[key] + portion}
    limits = (limit for limit in solved.posed.whole if not limit.why.startswith("total of "))
    return all(
        limit.missing(sum(w * more[k] for k, w in limit.weights.items())) >= 0 or key not in limit.weights
        for limit in limits
    )


def _worth(solved: Solved, key: Key, portion: int, worst: float) -> float:
    posed = solved.posed
    majors = posed.majors({**solved.amounts, key: solved.amounts[key] + portion})
    draws = outcomes(posed.curves, majors)
    return cvar(draws, np.full(len(draws), 1 / len(draws)), worst) - _cost(solved.best, majors) - solved.aim


def _leeway(solved: Solved, asked: Asked) -> Mapping[Key, Leeway]:
    if asked.leeway is None:
        return {}
    count = len(solved.amounts)
    return leeway(
        solved.best,
        share=asked.leeway,
        progress=lambda done: asked.progress(f"Leeway: {done} of {count}"),
    )


def _hinges(posed: Posed, asked: Asked) -> tuple[Hinge, ...]:
    """Change each answer and allocate anew, on the curves through the answers alone."""
    said = {key: posed.stored(key).judged for key in posed.places}
    judgements = {
        key: judgement_of(answers, posed.scale, posed.resource(key))
        for key, answers in said.items()
        if answers is not None
    }
    if len(judgements) < len(said):
        raise BadUsage(
            "What hinges on answers is told where all curves are judged, and some here are not.",
            hint="Leave --hinges out.",
        )
    count = 3 * len(judgements)
    return tuple(
        hinges(
            judgements,
            lambda curves: allocate(
                curves,
                posed.totals,
                posed.limits,
                setting=posed.setting(None),
                gap=asked.gap,
                seconds=_HINGE_SECONDS,
            ),
            progress=lambda done: asked.progress(f"Answers changed: {done} of {count}"),
        )
    )
