"""Why sales changed, item by item: volume, mix and price, with new, lost and unpriced items apart.

Rules:

1. An item's units and amount are the sums of its order lines. A line's units take the sign of its amount, so that a
   return takes back units, however the source writes them; a line of amount zero keeps the sign that it has.
2. A line with an amount and without units (a fee, a rebate, a missing quantity) has no price: its amount is told as
   ``unpriced``.
3. An item of which no more units were sold than returned in a period in which it has lines has no price there either:
   its whole change is ``unpriced``.
4. Of the others, one with lines in one period only is ``new`` or ``lost``, with its whole amount.
5. Those that are left continue, and their change is shared among volume, mix and price.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from salesnb.errors import BadUsage
from salesnb.kpis.effects import Change, changes_of
from salesnb.kpis.factors import METHODS, Line, anchored, shapley

__all__ = ["PRICE_EFFECTS", "Item", "exact_effects", "explain_prices"]

PRICE_EFFECTS = ("volume", "mix", "price", "new", "lost", "unpriced")
_WORDS = {
    "shapley": "Shapley over 3 factors",
    "anchored": "anchored: volume, mix and price changed in this order",
}
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Item:
    """What an item sold in a period.

    Attributes
    ----------
    units
        Sold less returned; may be between two whole numbers.
    amount
        Of the lines with units, in minor units; negative where more came back than was sold.
    unpriced
        Amount of the lines without units, in minor units.
    """

    units: Fraction | int = 0
    amount: int = 0
    unpriced: int = 0

    @property
    def total(self) -> int:
        """All that it brought, in minor units."""
        return self.amount + self.unpriced


_NOTHING = Item()


def explain_prices(before: Mapping[K, Item], after: Mapping[K, Item], *, method: str = "shapley") -> Change:
    """Share the change of sales among volume, mix and price, item by item, in whole minor units.

    Parameters
    ----------
    before, after
        Items by key; one that is missing has no lines there.
    method
        ``anchored``: volume at the average price of before, mix against that average, price at the units of after.
        ``shapley``: the same factors averaged over all orders in which they can change; turned round in time the
        effects change their signs.

    Raises
    ------
    BadUsage
        When there is no such method.

    Examples
    --------
    >>> old = {"A": Item(units=100, amount=1000), "B": Item(units=50, amount=1000), "C": Item(units=20, amount=600)}
    >>> new = {"A": Item(units=120, amount=1080), "B": Item(units=40, amount=880), "D": Item(units=15, amount=375)}
    >>> [(effect.name, effect.amount) for effect in explain_prices(old, new, method="anchored").effects]
    [('volume', 133), ('mix', -133), ('price', -40), ('new', 375), ('lost', -600), ('unpriced', 0)]

    References
    ----------
    Price-volume-mix analysis as accounting has it. Grain matters: the same items as one line have no mix, and their change of price is another.
    """
    exact = exact_effects(before, after, method=method)

    def ends(key: K) -> tuple[int, int]:
        return before.get(key, _NOTHING).total, after.get(key, _NOTHING).total

    return Change(names=PRICE_EFFECTS, lines=changes_of(exact, ends), method=_WORDS[method])


def exact_effects(
    before: Mapping[K, Item], after: Mapping[K, Item], *, method: str = "shapley"
) -> dict[K, tuple[Fraction, ...]]:
    """Give the effects of `PRICE_EFFECTS` by item as exact fractions of minor units.

    Raises
    ------
    BadUsage
        When there is no such method.
    """
    if method not in METHODS:
        raise BadUsage(f"There is no method {method!r}.", hint=f"Use one of {', '.join(METHODS)}.")
    both = [key for key in before if before[key].units > 0 and key in after and after[key].units > 0]
    shared = (shapley if method == "shapley" else anchored)(
        {key: _line(before[key]) for key in both}, {key: _line(after[key]) for key in both}
    )
    return {
        key: _effects(before.get(key), after.get(key), shared.get(key, ()))
        for key in dict.fromkeys((*before, *after))
    }


def _line(item: Item) -> Line:
    return Line(Fraction(item.units), (Fraction(item.amount) / item.units,))


def _effects(old: Item | None, new: Item | None, shared: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    nothing = Fraction()
    if shared and old and new:
        return (*shared, nothing, nothing, Fraction(new.unpriced - old.unpriced))
    whole = Fraction((new or _NOTHING).total - (old or _NOTHING).total)
    return (nothing, nothing, nothing, *_apart(old, new, whole))


def _apart(old: Item | None, new: Item | None, whole: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Tell new and lost items apart from those without a price."""
    only = new if old is None else old if new is None else None
    if only is None or only.units <= 0:
        return Fraction(), Fraction(), whole
    return (whole, Fraction(), Fraction()) if old is None else (Fraction(), whole, Fraction())
