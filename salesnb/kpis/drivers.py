"""Why a figure changed: won amount decomposed into volume, win rate, deal size and mix, exactly.

won_amount = closed_count x win_rate x average_deal, summed over segments. The change between two periods is shared
among the factors by Shapley's value, so that the effects add up to it exactly and none depends on an order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

__all__ = ["EFFECTS", "Drivers", "Effect", "decompose"]

EFFECTS = ("volume", "win rate", "deal size", "mix")


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """What a segment did in a period: opportunities closed and won, and the amount won in minor units."""

    closed: int
    won: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What one factor did to the amount won, in minor units."""

    name: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class _Factors:
    """Volume of all segments, and each segment's share of it, win rate and deal size."""

    volume: Fraction
    shares: Mapping[str, Fraction]
    rates: Mapping[str, Fraction]
    sizes: Mapping[str, Fraction]

    def amount(self) -> Fraction:
        return self.volume * sum(
            (share * self.rates[name] * self.sizes[name] for name, share in self.shares.items()), Fraction()
        )


def decompose(before: Mapping[str, Drivers], after: Mapping[str, Drivers]) -> tuple[Effect, ...]:
    """Share the change of the amount won among the factors; the effects add up to it exactly.

    Parameters
    ----------
    before, after
        Drivers by segment. A segment that is missing in one closed nothing there; where it has no win rate or deal
        size of its own, it keeps the other period's, so that its appearance is an effect of mix and volume alone.

    Returns
    -------
    tuple of Effect
        Of volume, win rate, deal size and mix, in whole minor units.

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games. The factors are averaged over all orders in which they can
    change. Grain matters (FORMULAS C8): the same data in one segment has no mix effect.
    """
    old, new = _factors(before, after), _factors(after, before)
    change = sum(d.amount for d in after.values()) - sum(d.amount for d in before.values())
    orders = list(permutations(range(len(EFFECTS))))
    exact = [Fraction()] * len(EFFECTS)
    for order in orders:
        current = [old] * len(EFFECTS)
        reached = _mixed(current).amount()
        for factor in order:
            current[factor] = new
            amount = _mixed(current).amount()
            exact[factor] += (amount - reached) / len(orders)
            reached = amount
    return tuple(
        Effect(name=name, amount=value) for name, value in zip(EFFECTS, _whole(exact, change), strict=True)
    )


def _factors(period: Mapping[str, Drivers], other: Mapping[str, Drivers]) -> _Factors:
    names = sorted({*period, *other})
    nothing = Drivers(closed=0, won=0, amount=0)
    own = {name: period.get(name, nothing) for name in names}
    others = {name: other.get(name, nothing) for name in names}
    volume = sum(drivers.closed for drivers in own.values())
    return _Factors(
        volume=Fraction(volume),
        shares={
            name: Fraction(own[name].closed, volume) if volume else _share(others, name) for name in names
        },
        rates={name: _rate(own[name], others[name]) for name in names},
        sizes={name: _size(own[name], others[name]) for name in names},
    )


def _share(period: Mapping[str, Drivers], name: str) -> Fraction:
    """A period in which nothing closed has the other's mix, so that only volume explains it."""
    volume = sum(drivers.closed for drivers in period.values())
    return Fraction(period[name].closed, volume) if volume else Fraction()


def _rate(own: Drivers, other: Drivers) -> Fraction:
    known = own if own.closed else other
    return Fraction(known.won, known.closed) if known.closed else Fraction()


def _size(own: Drivers, other: Drivers) -> Fraction:
    known = own if own.won else other
    return Fraction(known.amount, known.won) if known.won else Fraction()


def _mixed(parts: list[_Factors]) -> _Factors:
    """Take volume, win rates, sizes and mix each from its own period."""
    volume, rates, sizes, mix = parts
    return _Factors(volume=volume.volume, shares=mix.shares, rates=rates.rates, sizes=sizes.sizes)


def _whole(exact: list[Fraction], change: int) -> list[int]:
    """Round to whole units that add up to the change: what rounding leaves goes to the largest remainders."""
    floors = [value.__floor__() for value in exact]
    rest = change - sum(floors)
    remainders = [value - floor for value, floor in zip(exact, floors, strict=True)]
    if rest == 0 or not any(remainders):
        return floors
    order = sorted(range(len(exact)), key=lambda place: (-remainders[place], place))
    return [floor + (place in order[:rest]) for place, floor in enumerate(floors)]
