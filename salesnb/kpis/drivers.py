"""Why a figure changed: won amount decomposed into volume, win rate, deal size and mix, exactly.

won_amount = closed_count x win_rate x average_deal, summed over segments. The change between two periods, or between
plan and actual, is shared among the factors so that the effects add up to it exactly, by segment and in total. A
segment that closed deals at one end only is told apart: ``new`` or ``lost``, with its whole amount.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from salesnb.errors import BadUsage
from salesnb.kpis.effects import Change, Effect, changes_of
from salesnb.kpis.factors import METHODS, Line, anchored, shapley

__all__ = ["EFFECTS", "FACTORS", "METHOD_WORDS", "Drivers", "Effect", "decompose", "explain_drivers"]

FACTORS = ("volume", "win rate", "deal size", "mix")
EFFECTS = (*FACTORS, "new", "lost")
METHOD_WORDS = {
    "shapley": "Shapley over 4 factors",
    "anchored": "anchored: volume, mix, win rate and deal size changed in this order",
}
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """What a segment did in a period, or is planned to: opportunities closed and won, and the amount won.

    Actual figures are whole; a plan's counts may be between two. The amount is in minor units.
    """

    closed: int | Fraction
    won: int | Fraction
    amount: int


def decompose(before: Mapping[K, Drivers], after: Mapping[K, Drivers]) -> tuple[Effect, ...]:
    """Share the change of the amount won among the factors by Shapley's value; the effects add up to it exactly.

    Parameters
    ----------
    before, after
        Drivers by segment; one that is missing closed nothing there.

    Returns
    -------
    tuple of Effect
        Of volume, win rate, deal size, mix, and new and lost segments, in whole minor units.

    Examples
    --------
    >>> old = {"Base": Drivers(closed=10, won=5, amount=500)}
    >>> new = {"Base": Drivers(closed=10, won=6, amount=720), "Plus": Drivers(closed=1, won=1, amount=90)}
    >>> [(effect.name, effect.amount) for effect in decompose(old, new) if effect.amount]
    [('win rate', 110), ('deal size', 110), ('new', 90)]
    """
    return explain_drivers(before, after).effects


def explain_drivers(
    before: Mapping[K, Drivers], after: Mapping[K, Drivers], *, method: str = "shapley"
) -> Change:
    """Share the change of the amount won among the factors, segment by segment.

    Parameters
    ----------
    before, after
        Drivers by segment; one that is missing closed nothing there. Where a segment that closed deals at both ends won
        none at one of them, it has no deal size there and keeps that of the other end.
    method
        ``shapley`` averages over all orders in which the factors can change; ``anchored`` changes volume first, then
        mix, win rate and deal size, and depends on that order and on which end comes first.

    Raises
    ------
    BadUsage
        When there is no such method.

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games. The anchored form is the price-volume-mix analysis of accounting.
    Grain matters: the same data in one segment has no mix effect.
    """
    if method not in METHODS:
        raise BadUsage(f"There is no method {method!r}.", hint=f"Use one of {', '.join(METHODS)}.")
    both = [key for key in before if before[key].closed and key in after and after[key].closed]
    old = {key: _line(before[key], after[key]) for key in both}
    new = {key: _line(after[key], before[key]) for key in both}
    shared = (shapley if method == "shapley" else anchored)(old, new)

    def ends(key: K) -> tuple[int, int]:
        return _amount(before, key), _amount(after, key)

    exact: dict[K, tuple[Fraction, ...]] = {}
    for key in dict.fromkeys((*before, *after)):
        if key in shared:
            volume, mix, rate, size = shared[key]
            exact[key] = (volume, rate, size, mix, Fraction(), Fraction())
        else:
            then, now = ends(key)
            exact[key] = (*[Fraction()] * len(FACTORS), Fraction(now), Fraction(-then))
    return Change(names=EFFECTS, lines=changes_of(exact, ends), method=METHOD_WORDS[method])


def _line(own: Drivers, other: Drivers) -> Line:
    known = own if own.won else other
    size = Fraction(known.amount) / known.won if known.won else Fraction()
    return Line(Fraction(own.closed), (Fraction(own.won) / own.closed, size))


def _amount(period: Mapping[K, Drivers], key: K) -> int:
    return period[key].amount if key in period else 0
