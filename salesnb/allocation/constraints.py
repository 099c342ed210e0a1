"""The limits that users set on an allocation, one function a kind; a package adds its own under ``salesnb.constraints``.

Each brings an example, and an allocation that the example must reject, so that the tests can tell whether it does
anything.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from salesnb.allocation.limits import Key, Limit, Line, line_of
from salesnb.registry import Registry

__all__ = ["CONSTRAINTS", "Constraint", "between", "budget", "group", "lock"]


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """A kind of limit, with what the tests need to try it.

    Attributes
    ----------
    make
        Gives the limit.
    example
        A limit on the segments North, South and West of a resource of 100.
    rejected
        Amounts of the three that the example does not allow.
    """

    make: Callable[..., Limit]
    example: Limit
    rejected: Mapping[Key, float]


CONSTRAINTS: Registry[Constraint] = Registry("constraint", group="salesnb.constraints")


def _said(low: float, high: float) -> str:
    if low == high:
        return f"exactly {low:g}"
    parts = [f"at least {low:g}"] if low > -math.inf else []
    return " and ".join([*parts, *([f"at most {high:g}"] if high < math.inf else [])])


def between(key: Key, *, low: float = 0.0, high: float = math.inf) -> Limit:
    """Bound a segment's amount, in the unit of the resource."""
    line = line_of(key)
    return Limit(weights={line: 1.0}, low=low, high=high, why=f"{line} {_said(low, high)}")


def lock(key: Key, amount: float, *, by: str = "") -> Limit:
    """Keep a segment at an amount; ``by`` says who locked it."""
    line = line_of(key)
    return Limit(
        weights={line: 1.0}, low=amount, high=amount, why=f"{line} locked at {amount:g}{by and ' by ' + by}"
    )


def group(keys: Iterable[Key], *, name: str, low: float = -math.inf, high: float = math.inf) -> Limit:
    """Bound what a group (a region, a strategy) has together, in the unit of the resource."""
    return Limit(
        weights=dict.fromkeys(map(line_of, keys), 1.0), low=low, high=high, why=f"{name} {_said(low, high)}"
    )


def budget(prices: Mapping[Key, float], *, most: float, name: str = "budget") -> Limit:
    """Bound what amounts of several resources cost together; ``prices`` are those of a unit of each line."""
    weights: dict[Line, float] = {line_of(key): price for key, price in prices.items()}
    return Limit(weights=weights, high=most, why=f"{name} {_said(-math.inf, most)}")


_ORIGIN = __name__
CONSTRAINTS.add(
    "between",
    Constraint(
        make=between,
        example=between("North", low=10, high=60),
        rejected={"North": 70.0, "South": 20.0, "West": 10.0},
    ),
    origin=_ORIGIN,
)
CONSTRAINTS.add(
    "lock",
    Constraint(make=lock, example=lock("South", 30), rejected={"North": 40.0, "South": 31.0, "West": 29.0}),
    origin=_ORIGIN,
)
CONSTRAINTS.add(
    "group",
    Constraint(
        make=group,
        example=group(["North", "South"], name="Coast", high=50),
        rejected={"North": 30.0, "South": 30.0, "West": 40.0},
    ),
    origin=_ORIGIN,
)
CONSTRAINTS.add(
    "budget",
    Constraint(
        make=budget,
        example=budget({"North": 2.0, "South": 1.0, "West": 1.0}, most=120),
        rejected={"North": 50.0, "South": 25.0, "West": 25.0},
    ),
    origin=_ORIGIN,
)
