"""``allocate``: the one call that finds the best amounts."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from salesnb.allocation.answer import Allocation, Price
from salesnb.allocation.boxed import keeps
from salesnb.allocation.branching import Found, search
from salesnb.allocation.conflicts import conflict
from salesnb.allocation.forms import Floats
from salesnb.allocation.hedging import cvar, hedge
from salesnb.allocation.limits import Limit, Resource
from salesnb.allocation.problem import Curves, Problem, Setting, pose
from salesnb.errors import BadInput, Infeasible

__all__ = ["allocate"]

_BINDS = 1e-7

Total = float | Resource | Mapping[str, float | Resource]


def allocate(
    curves: Curves,
    total: Total,
    limits: Sequence[Limit] = (),
    *,
    setting: Setting | None = None,
    gap: float = 1e-3,
    seconds: float = 10.0,
    clock: Callable[[], float] = time.monotonic,
) -> Allocation:
    """Find the amounts that bring most, with a bound on what any could bring.

    Parameters
    ----------
    curves
        A response curve a segment, or several draws of it; keys are segments, or (resource, segment) where there are
        several resources.
    total
        What there is of the resource; a :class:`Resource` where it need not all be spent, costs, or comes in whole
        steps; a mapping from resource to either where there are several.
    limits
        What to keep to: see :mod:`salesnb.allocation.constraints`.
    setting
        Today's amounts, what moving away from them costs, weights of the draws.
    gap
        How much better than the answer any allocation may still be, as a share, for S-shaped curves and whole steps.
        Concave curves are solved to 1e-6 or better in any case.
    seconds
        When to end the search; the answer then says which gap it has reached.

    Raises
    ------
    BadInput
        When a curve, a number or a limit makes no sense.
    UnknownName
        When a limit names a segment that has no curve.
    Infeasible
        When the limits cannot all hold: which of them, and by how much.

    Examples
    --------
    >>> from salesnb.allocation import allocate, power
    >>> best = allocate({"North": power(gain=3, exponent=0.5), "South": power(gain=4, exponent=0.5)}, 100)
    >>> {name: round(amount, 3) for name, amount in best.amounts.items()}
    {'North': 36.0, 'South': 64.0}
    >>> round(best.outcome, 3), best.gap < 1e-6, round(best.prices[0].worth, 3)
    (50.0, True, 0.25)
    """
    if not gap >= 0:
        raise BadInput(f"A gap of {gap:g} cannot be asked for.", hint="Use 0.001 for a tenth of a per cent.")
    given = total if isinstance(total, Mapping) else {"": total}
    resources = {name: _resource(name, item) for name, item in given.items()}
    setting = setting or Setting()
    if setting.worst is not None and not 0 < setting.worst <= 1:
        raise BadInput(
            f"The worst {setting.worst:g} of the draws cannot be meant.", hint="Use 0.1 for a tenth of them."
        )
    problem = pose(curves, resources, Setting(**{**vars(setting), "limits": (*setting.limits, *limits)}))
    if setting.worst is None or setting.worst == 1 or problem.relaxed.responses.draws == 1:
        found = search(problem, gap=gap, seconds=seconds, clock=clock)
    else:
        found = _hedged(problem, setting.worst, gap=gap, seconds=seconds, clock=clock)
    if found.x is None:
        raise _cannot(problem, seconds)
    return _answer(problem, curves, found, found.x)


def _hedged(
    problem: Problem, worst: float, *, gap: float, seconds: float, clock: Callable[[], float]
) -> Found:
    """Search with the weights of the draws that count where the worst come out best; both tell something of the answer."""
    relaxed = problem.relaxed
    hedged = hedge(relaxed.within(*problem.tight), problem.rows, worst)
    weighted = replace(problem, relaxed=replace(relaxed, weights=hedged.weights))
    found = search(weighted, gap=gap, seconds=seconds, clock=clock)
    tried = [] if found.x is None else [found.x]
    if not problem.steps.any() and keeps(problem.rows, hedged.x):
        tried.append(hedged.x)
    values = [_worst(problem, x, worst) for x in tried]
    base = float(hedged.weights @ relaxed.responses.base.sum(axis=1))
    value = max(values, default=-np.inf)
    return replace(
        found,
        x=tried[values.index(value)] if tried else None,
        value=value - base,
        in_time=found.bound - value + base <= gap * abs(found.bound + base),
        base=base,
    )


def _worst(problem: Problem, x: Floats, share: float) -> float:
    responses = problem.relaxed.responses
    outcomes = (responses.value(x) + responses.base).sum(axis=1) - problem.relaxed.costs.of(x).sum()
    return cvar(outcomes, problem.relaxed.weights, share)


def _resource(name: str, item: float | Resource) -> Resource:
    if isinstance(item, Resource):
        return item
    try:
        return Resource(total=float(item))
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"The total{name and f' of {name}'} is {item!r}.", hint="Use a finite number above 0."
        ) from error


def _cannot(problem: Problem, seconds: float) -> Infeasible:
    box = problem.relaxed
    found = conflict(problem.rows, problem.why, box.low, box.high, problem.names)
    return found or Infeasible(
        f"No amounts in whole steps that keep to all limits were found in {seconds:g} seconds.",
        hint="Widen a limit by a step, or give it more time.",
    )


def _answer(problem: Problem, curves: Curves, found: Found, x: Floats) -> Allocation:
    relaxed, placed = problem.relaxed, dict(zip(problem.keys, (x + 0.0).tolist(), strict=True))
    outcomes = (relaxed.responses.value(x) + relaxed.responses.base).sum(axis=1)
    base = found.base
    bound = max(found.bound, found.value) + base
    spare = found.bound - found.value
    return Allocation(
        amounts={key: placed[key] for key in curves},
        outcome=float(relaxed.weights @ outcomes),
        cost=float(relaxed.costs.of(x).sum()),
        aim=found.value + base,
        bound=bound,
        gap=min(1.0, max(0.0, spare) / max(abs(bound), problem.scale * 1e-6)),
        in_time=found.in_time,
        prices=_prices(problem, found, x),
        outcomes=outcomes,
        boxes=found.boxes,
        problem=problem,
    )


def _prices(problem: Problem, found: Found, x: Floats) -> tuple[Price, ...]:
    rows = problem.rows
    come = rows.matrix @ x
    size = np.abs(rows.matrix) @ np.abs(x) + 1e-12
    binds = (np.abs(come - rows.low) <= _BINDS * size) | (np.abs(come - rows.high) <= _BINDS * size)
    return tuple(
        Price(why=why, worth=float(price))
        for why, price, binding in zip(problem.why, found.prices, binds, strict=True)
        if binding
    )
