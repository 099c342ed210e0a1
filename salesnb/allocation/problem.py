"""An allocation as arrays: lines with their box, rows over several lines, and what each is called."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from salesnb.allocation.conflicts import Names, conflict
from salesnb.allocation.curves import Curve
from salesnb.allocation.forms import Floats
from salesnb.allocation.interior import Rows
from salesnb.allocation.limits import Limit, Line, Resource, line_of
from salesnb.allocation.relaxation import Costs, Relaxation
from salesnb.allocation.responses import Responses
from salesnb.allocation.tightening import NoRoom, may_bind, tightened
from salesnb.errors import BadInput, Infeasible, UnknownName, nearest

__all__ = ["Problem", "Setting", "pose"]

_SLACK = 1e-9
# Of a total, that a line may have which nothing else bounds: above 1, so that the total itself is what binds.
_LOOSE = 2.0
_DOUBLINGS = 200
_COUNTABLE = 1e100

# Keys are segments or (resource, segment); a mapping of either kind will do.
Curves = Mapping[Any, Curve | Sequence[Curve]]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What an allocation starts from, beside the curves and resources.

    Attributes
    ----------
    limits
        What it must keep to.
    today
        Amounts of today; lines that are not named have none.
    moving_cost
        Of each unit that a line gets more or less than today, in the unit of the outcome, by resource.
    weights
        Of the draws of the curves, adding up to 1; equal when left out.
    worst
        Share (0..1) of the draws, of which the worst are to come out as well as can be (CVaR); None for the mean of all.
    """

    limits: Sequence[Limit] = ()
    today: Mapping[Any, float] | None = None
    moving_cost: Mapping[str, float] | None = None
    weights: Sequence[float] | None = None
    worst: float | None = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Lines, their curves on the box that they may lie in, and the rows over them.

    Attributes
    ----------
    keys
        Of the n lines, as they were given.
    relaxed
        Their curves and costs on the whole box.
    tight
        Ends (n,) and (n,) of the smallest box that the rows leave.
    rows
        Over the lines, (m, n).
    why
        What each row is called, (m,).
    steps
        Of which the amounts are whole multiples, (n,); 0 where any amount will do.
    names
        What says the low and the high end of each line's box, (n,); empty where nobody set it.
    """

    keys: tuple[Any, ...]
    relaxed: Relaxation
    tight: tuple[Floats, Floats]
    rows: Rows
    why: tuple[str, ...]
    steps: Floats
    names: Names

    @cached_property
    def scale(self) -> float:
        """What all lines bring at the far ends of their boxes, 1 where that is nothing."""
        relaxed = self.relaxed
        return (
            float(np.abs(relaxed.value(relaxed.high)).sum() + np.abs(relaxed.value(relaxed.low)).sum()) or 1.0
        )


def pose(curves: Curves, resources: Mapping[str, Resource], setting: Setting) -> Problem:
    """Put a problem together.

    Raises
    ------
    BadInput
        When there is nothing to allocate, or nothing to allocate it to, or numbers are none.
    UnknownName
        When a limit, or today's amounts, name a line that has no curve.
    Infeasible
        When limits on one line, or a row and the box, contradict each other: which, and by how much.
    """
    if not curves:
        raise BadInput("There is no segment to allocate to.", hint="Give at least one response curve.")
    draws = {key: _drawn(key, curve) for key, curve in curves.items()}
    # Curves of one form side by side are computed at once.
    keys = tuple(sorted(draws, key=lambda key: draws[key][0].form if draws[key] else ""))
    lines, drawn = tuple(map(line_of, keys)), [draws[key] for key in keys]
    _known(lines, resources, setting)
    widest = max(map(len, drawn))
    responses = Responses.of([tuple(line) * widest if len(line) == 1 else line for line in drawn])
    box = _Box(lines, resources, setting.limits)
    low, high = box.ends(responses)
    _countable(responses, high)
    rows, why = _rows(lines, resources, setting.limits)
    steps = np.array([resources[line.resource].step for line in lines])
    try:
        tight_low, tight_high = tightened(rows, low, high, steps)
    except NoRoom as error:
        raise conflict(rows, why, low, high, box.names()) or error.said(why) from None
    # Ends that only follow from rows would share the rows' prices; S-shaped curves are relaxed better between them.
    bends_up = (responses.inflection() > 0).any(axis=0) | (steps > 0)
    kept = may_bind(rows, low, high)
    costs, weights = _costs(lines, resources, setting), _weights(setting, widest)
    return Problem(
        keys=keys,
        relaxed=Relaxation.on(
            responses,
            weights,
            costs,
            np.where(bends_up, tight_low, low),
            np.where(bends_up, tight_high, high),
        ),
        tight=(tight_low, tight_high),
        rows=Rows(matrix=rows.matrix[kept], low=rows.low[kept], high=rows.high[kept]),
        why=tuple(why[k] for k in kept),
        steps=steps,
        names=box.names(),
    )


def _drawn(key: Any, curve: Curve | Sequence[Curve]) -> Sequence[Curve]:
    if isinstance(curve, Curve):
        return (curve,)
    if isinstance(curve, list | tuple) and all(isinstance(one, Curve) for one in curve):
        return curve
    raise BadInput(
        f"{line_of(key)} has {curve!r} for a curve.",
        hint="Give a curve, such as power(gain=3, exponent=0.5), or draws of one.",
    )


def _known(lines: Sequence[Line], resources: Mapping[str, Resource], setting: Setting) -> None:
    known, used = set(lines), {line.resource for line in lines}
    for name, resource in resources.items():
        if name not in used:
            raise BadInput(
                f"No segment uses the resource {name!r}.", hint="Give a curve for it, or leave it out."
            )
        if resource.total == 0:
            raise BadInput(
                f"The total{name and f' of {name}'} is 0: there is nothing to allocate.", hint="Enter more."
            )
    for line in lines:
        if line.resource not in resources:
            raise UnknownName(
                f"{line} uses a resource that is not given.", hint=nearest(line.resource, resources)
            )
    for limit in setting.limits:
        if not known.issuperset(limit.weights):
            raise _bare(f"The limit {limit.why!r}", limit.weights, known)
    _known_today(known, setting)


def _known_today(known: Collection[Line], setting: Setting) -> None:
    today = {line_of(key): amount for key, amount in (setting.today or {}).items()}
    if not set(known).issuperset(today):
        raise _bare("Today's allocation", today, known)
    for line, amount in today.items():
        if not (math.isfinite(amount) and amount >= 0):
            raise BadInput(
                f"Today's amount of {line} is {amount:g}.", hint="Use a finite number of 0 or more."
            )


def _bare(who: str, named: Iterable[Line], known: Collection[Line]) -> UnknownName:
    line = next(line for line in named if line not in known)
    return UnknownName(f"{who} names {line}, which has no curve.", hint=nearest(str(line), map(str, known)))


def _countable(responses: Responses, high: Floats) -> None:
    """Refuse numbers whose products a computer cannot hold; all others come to something finite."""
    with np.errstate(over="ignore"):
        most = float(np.abs(responses.value(high)).sum()) * max(1.0, float(high.sum()))
    if not most < _COUNTABLE:
        raise BadInput("The amounts or curves are too large to add up.", hint="Give them in a larger unit.")
    if 0 < high.max() < 1 / _COUNTABLE:
        raise BadInput("The amounts are too small to tell apart.", hint="Give them in a smaller unit.")


class _Box:
    """Between which amounts each line may lie by itself, and which limits say so; by the lines' places."""

    def __init__(
        self, lines: Sequence[Line], resources: Mapping[str, Resource], limits: Sequence[Limit]
    ) -> None:
        self.lines, self.resources = lines, resources
        loose = {
            name: math.inf if item.total is None else _LOOSE * item.total for name, item in resources.items()
        }
        self.low, self.high = [0.0] * len(lines), [loose[line.resource] for line in lines]
        self.low_by, self.high_by = [""] * len(lines), [""] * len(lines)
        place = {line: k for k, line in enumerate(lines)}
        for limit in limits:
            if len(limit.weights) == 1:
                ((line, weight),) = limit.weights.items()
                self._narrow(place[line], weight, limit)

    def _narrow(self, k: int, weight: float, limit: Limit) -> None:
        if weight <= 0:
            raise BadInput(
                f"The limit {limit.why!r} weighs its segment by {weight:g}.", hint="Weigh it above 0."
            )
        low, high = limit.low / weight, limit.high / weight
        if low > self.low[k]:
            self.low[k], self.low_by[k] = low, limit.why
        if high < self.high[k]:
            self.high[k], self.high_by[k] = high, limit.why
        least, most = self.low[k], self.high[k]
        # What contradicts a total is found with the rows, which can say so in full.
        if self.high_by[k] and least > most + _SLACK * max(1.0, abs(most)):
            one, other = self.low_by[k], self.high_by[k]
            said = one if one == other else f"{one}, but {other}"
            raise Infeasible(
                f"The limits of {self.lines[k]} contradict each other by {least - most:g}: {said}.",
                hint="Change one of them.",
            )

    def names(self) -> Names:
        return tuple(zip(self.low_by, self.high_by, strict=True))

    def ends(self, responses: Responses) -> tuple[Floats, Floats]:
        low, high = np.array(self.low), np.array(self.high)
        for k in np.flatnonzero(np.isinf(high)).tolist():
            high[k] = max(_where_it_stops_paying(self.lines[k], responses, k, self.resources), low[k])
        steps = {name: item.step for name, item in self.resources.items()}
        if any(steps.values()):
            for k, line in enumerate(self.lines):
                if steps[line.resource]:
                    self._to_steps(k, line, steps[line.resource], low, high)
        return low, np.maximum(low, high)

    def _to_steps(self, k: int, line: Line, step: float, low: Floats, high: Floats) -> None:
        least, most = low[k], max(low[k], high[k])
        low[k] = math.ceil(least / step - _SLACK) * step
        high[k] = math.floor(most / step + _SLACK) * step
        if low[k] > high[k]:
            raise Infeasible(
                f"No whole step of {step:g} lies between {least:g} and {most:g}, as the limits of {line} want.",
                hint="Widen the limits, or lock it at a whole step.",
            )


def _where_it_stops_paying(
    line: Line, responses: Responses, k: int, resources: Mapping[str, Resource]
) -> float:
    one = responses.only(np.array([k]))
    amount = max(float(one.inflection().max()), float(one.scale.max()))
    for _ in range(_DOUBLINGS):
        if one.slopes(np.array([amount]))[0].max() <= resources[line.resource].unit_cost:
            return amount
        amount *= 2
    raise BadInput(
        f"Every further unit for {line} earns more than it costs, without an end.",
        hint="Give the resource a total, or the segment a limit.",
    )


def _rows(
    lines: Sequence[Line], resources: Mapping[str, Resource], limits: Sequence[Limit]
) -> tuple[Rows, tuple[str, ...]]:
    place = {line: k for k, line in enumerate(lines)}
    found: list[tuple[Floats, float, float, str]] = []
    for name, resource in resources.items():
        if resource.total is not None:
            least = resource.total if resource.spend == "all" else -math.inf
            mine = np.array([float(line.resource == name) for line in lines])
            found.append((mine, least, resource.total, f"total of {name}" if name else "total"))
    for limit in limits:
        if len(limit.weights) > 1:
            row = np.zeros(len(lines))
            for line, weight in limit.weights.items():
                row[place[line]] = weight
            found.append((row, limit.low, limit.high, limit.why))
    matrix = np.array([row for row, *_ in found]).reshape(len(found), len(lines))
    low, high = (np.array([row[k] for row in found], dtype=float) for k in (1, 2))
    return Rows(matrix=matrix, low=low, high=high), tuple(row[3] for row in found)


def _costs(lines: Sequence[Line], resources: Mapping[str, Resource], setting: Setting) -> Costs:
    today = {line_of(key): amount for key, amount in (setting.today or {}).items()}
    moving = setting.moving_cost or {}
    for name, cost in moving.items():
        if name not in resources:
            raise UnknownName(
                f"Moving costs are of {name!r}, which is not given.",
                hint=nearest(name, resources) if any(resources) else "The only resource has the name ''.",
            )
        if not (math.isfinite(cost) and cost >= 0):
            raise BadInput(
                f"Moving a unit costs {cost:g}.", where=name, hint="Use a finite number of 0 or more."
            )
    return Costs(
        unit=np.array([resources[line.resource].unit_cost for line in lines]),
        moving=np.array([moving.get(line.resource, 0.0) for line in lines]),
        today=np.array([today.get(line, 0.0) for line in lines], dtype=float),
    )


def _weights(setting: Setting, draws: int) -> Floats:
    if setting.weights is None:
        return np.full(draws, 1 / draws)
    weights = np.array(setting.weights, dtype=float)
    if len(weights) != draws or not (weights >= 0).all() or not math.isclose(weights.sum(), 1, abs_tol=1e-9):
        raise BadInput(
            f"{len(weights)} weights for {draws} draws add up to {weights.sum():g}.",
            hint="Give each draw a weight of 0 or more, adding up to 1.",
        )
    return weights
