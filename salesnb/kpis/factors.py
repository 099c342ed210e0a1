"""Sharing the change of a sum of products among volume, mix and the other factors, line by line, in exact fractions.

A line's amount is ``volume x share of the volume x factors``. Every effect of a line is told so that a line's effects
add up to its change, and the lines' effects to those of the whole. Mix is measured against the average: a line that
grows beyond its share adds to mix by what its unit brings more than the average unit, so that a poor line that grows
counts against it; what it would have brought as an average line is volume.
"""

from collections.abc import Hashable, Mapping
from fractions import Fraction
from itertools import pairwise, product
from math import factorial, prod
from typing import NamedTuple, TypeVar

__all__ = ["METHODS", "Line", "anchored", "shapley"]

METHODS = ("shapley", "anchored")
K = TypeVar("K", bound=Hashable)
Effects = tuple[Fraction, ...]


class Line(NamedTuple):
    """A line in a period: its volume, above zero, and what each unit is multiplied by."""

    volume: Fraction
    factors: tuple[Fraction, ...]

    @property
    def unit(self) -> Fraction:
        """What a unit brings."""
        return prod(self.factors, start=Fraction(1))


def shapley(before: Mapping[K, Line], after: Mapping[K, Line]) -> dict[K, Effects]:
    """Average each factor's effect over all orders in which the factors can change.

    Parameters
    ----------
    before, after
        The same lines in both periods.

    Returns
    -------
    dict
        By line: the effects of volume, mix, and each factor. Turned round in time they change their signs.

    Examples
    --------
    >>> old = {"A": Line(Fraction(100), (Fraction(10),)), "B": Line(Fraction(50), (Fraction(20),))}
    >>> new = {"A": Line(Fraction(120), (Fraction(9),)), "B": Line(Fraction(40), (Fraction(22),))}
    >>> [round(float(sum(effects)), 2) for effects in zip(*shapley(old, new).values())]
    [128.33, -148.75, -19.58]

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games. Mix is told against an average, as in `anchored`; here it is that
    of the mean shares of both periods, which does not depend on the direction of time.
    """
    if not before:
        return {}
    volumes = [sum((line.volume for line in period.values()), Fraction()) for period in (before, after)]
    shares = {name: (before[name].volume / volumes[0], after[name].volume / volumes[1]) for name in before}
    factors = {name: list(zip(before[name].factors, after[name].factors, strict=True)) for name in before}
    moved = _average_moved(volumes, shares, factors)
    found = {}
    for name, share in shares.items():
        volume, mix, *others = _shares_of_product([(volumes[0], volumes[1]), share, *factors[name]])
        transfer = (share[1] - share[0]) * moved
        found[name] = (volume + transfer, mix - transfer, *others)
    return found


def anchored(before: Mapping[K, Line], after: Mapping[K, Line]) -> dict[K, Effects]:
    """Change volume first, then mix, then each factor in turn: at the prices of before until a factor's own turn.

    Parameters
    ----------
    before, after
        The same lines in both periods.

    Returns
    -------
    dict
        By line: the effects of volume, mix, and each factor. Turned round in time they are others.

    Examples
    --------
    >>> old = {"A": Line(Fraction(100), (Fraction(10),)), "B": Line(Fraction(50), (Fraction(20),))}
    >>> new = {"A": Line(Fraction(120), (Fraction(9),)), "B": Line(Fraction(40), (Fraction(22),))}
    >>> [str(sum(effects)) for effects in zip(*anchored(old, new).values())]
    ['400/3', '-400/3', '-40']

    References
    ----------
    Price-volume-mix analysis as accounting has it: volume (Q1 - Q0) P0, mix sum of (q1 - q0 Q1/Q0) (p0 - P0), price
    sum of (p1 - p0) q1, where P0 is the average price of before. The form of mix with p0 alone has the same total and the wrong sign by item.
    """
    if not before:
        return {}
    volumes = [sum((line.volume for line in period.values()), Fraction()) for period in (before, after)]
    average = sum((line.volume * line.unit for line in before.values()), Fraction()) / volumes[0]
    found = {}
    for name, old in before.items():
        new = after[name]
        mix = (new.volume - old.volume * volumes[1] / volumes[0]) * (old.unit - average)
        volume = (new.volume - old.volume) * old.unit - mix
        steps = [
            new.volume * prod((*new.factors[:place], *old.factors[place:]), start=Fraction(1))
            for place in range(len(old.factors) + 1)
        ]
        found[name] = (volume, mix, *(late - soon for soon, late in pairwise(steps)))
    return found


def _average_moved(
    volumes: list[Fraction],
    shares: Mapping[K, tuple[Fraction, Fraction]],
    factors: Mapping[K, list[tuple[Fraction, Fraction]]],
) -> Fraction:
    """Give what a whole share of average units brings, averaged over the orders as the effect of mix is."""
    count = len(next(iter(factors.values()))) + 2
    found = Fraction()
    for state in product((0, 1), repeat=count - 2):
        average = sum(
            (
                (share[0] + share[1])
                / 2
                * prod((pair[new] for pair, new in zip(factors[name], state, strict=True)), start=Fraction(1))
                for name, share in shares.items()
            ),
            Fraction(),
        )
        for late, volume in enumerate(volumes):
            found += _weight(sum(state) + late, count) * volume * average
    return found


def _shares_of_product(pairs: list[tuple[Fraction, Fraction]]) -> list[Fraction]:
    """Share the change of one product among its factors."""
    count = len(pairs)
    values = {
        state: prod((pair[new] for pair, new in zip(pairs, state, strict=True)), start=Fraction(1))
        for state in product((0, 1), repeat=count)
    }
    found = [Fraction()] * count
    for state, value in values.items():
        for place in range(count):
            if not state[place]:
                changed = values[(*state[:place], 1, *state[place + 1 :])]
                found[place] += _weight(sum(state), count) * (changed - value)
    return found


def _weight(changed: int, count: int) -> Fraction:
    """In how many of all orders a factor comes after those that have changed and before all others."""
    return Fraction(factorial(changed) * factorial(count - 1 - changed), factorial(count))
