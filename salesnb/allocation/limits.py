"""What an allocation must keep to: a limit is a weighted sum of amounts between two ends, and why."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from salesnb.errors import BadInput

__all__ = ["Key", "Limit", "Line", "Resource", "line_of"]

Key = str | tuple[str, str]


class Line(NamedTuple):
    """A segment's amount of a resource."""

    resource: str
    segment: str

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.segment} ({self.resource})" if self.resource else self.segment


def line_of(key: Key) -> Line:
    """Read ``"North"``, of the only resource, or ``("budget", "North")``."""
    return Line("", key) if isinstance(key, str) else Line(*key)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What there is to allocate.

    Attributes
    ----------
    total
        In its own unit; None has no end, so that a cost a unit must stop it.
    spend
        ``all`` of the total, or ``what pays``: at most the total, and no unit that earns less than it costs.
    unit_cost
        Of a unit, in the unit of the outcome, taken off it; 0 where the total is spent anyhow.
    step
        Amounts are whole multiples of it: 1 for heads; 0 where any amount will do.

    Raises
    ------
    BadInput
        When a number is negative or not finite, or nothing ends the spending.
    """

    total: float | None = None
    spend: str = "all"
    unit_cost: float = 0.0
    step: float = 0.0

    def __post_init__(self) -> None:
        for name in ("total", "unit_cost", "step"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise BadInput(
                    f"The {name.replace('_', ' ')} is {value:g}.", hint="Use a finite number of 0 or more."
                )
        if self.spend not in ("all", "what pays"):
            raise BadInput(f"{self.spend!r} is no way to spend a total.", hint='Use "all" or "what pays".')
        if self.total is None and self.spend == "all":
            raise BadInput("There is no total to spend all of.", hint='Give a total, or spend "what pays".')
        if self.total is None and self.unit_cost == 0:
            raise BadInput("Nothing ends the spending.", hint="Give a total, or what a unit costs.")
        if self.step and self.total is not None and self.spend == "all" and not whole(self.total, self.step):
            raise BadInput(
                f"A total of {self.total:g} is not made of whole steps of {self.step:g}.",
                hint='Change the total, or spend "what pays" of it.',
            )


@dataclass(frozen=True, kw_only=True)
class Limit:
    """low <= sum of weight * amount <= high.

    Attributes
    ----------
    weights
        Of lines, in the unit of the limit a unit of the resource.
    low, high
        Ends; minus and plus infinity where there is none.
    why
        What people read when it binds or cannot hold: ``"North at least 40"``.

    Raises
    ------
    BadInput
        When nothing is in it, a number is not finite, or its ends are the wrong way round.
    """

    weights: Mapping[Line, float]
    low: float = -math.inf
    high: float = math.inf
    why: str

    def __post_init__(self) -> None:
        if not self.weights:
            raise BadInput(f"The limit {self.why!r} is about no segment.", hint="Name at least one.")
        if (
            math.isnan(self.low)
            or math.isnan(self.high)
            or not all(map(math.isfinite, self.weights.values()))
        ):
            raise BadInput(f"The limit {self.why!r} has a number that is none.", hint="Use finite numbers.")
        if self.low > self.high:
            raise BadInput(
                f"The limit {self.why!r} asks for at least {self.low:g} and at most {self.high:g}.",
                hint="Change one of both.",
            )
        if self.low == math.inf or self.high == -math.inf:
            raise BadInput(
                f"The limit {self.why!r} cannot be reached by any amount.", hint="Use finite numbers."
            )


def whole(amount: float, step: float) -> bool:
    """Whether an amount is a whole multiple of a step, but for rounding."""
    steps = amount / step
    return abs(steps - round(steps)) <= 1e-9 * max(1.0, abs(steps))
