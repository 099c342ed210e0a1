"""From numbers to pixels: what can be drawn, round ticks, linear scales."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from salesnb.errors import BadInput
from salesnb.money import Formatter

__all__ = ["Number", "Scale", "plottable", "share", "signed", "tick_texts", "ticks"]

Number = int | float | Decimal | Fraction
_LARGEST = 1e24
_ABSURD = 1e6


def plottable(value: Number | None) -> float | None:
    """Give a number as a float that can be drawn; None and NaN are gaps.

    Raises
    ------
    BadInput
        When it is infinite or beyond 1e24.

    Examples
    --------
    >>> plottable(3), plottable(float("nan")), plottable(None)
    (3.0, None, None)
    """
    if value is None or value != value:  # noqa: PLR0124 -- only NaN differs from itself, of every number type
        return None
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if abs(number) > _LARGEST:
        raise BadInput("A number is too large to be drawn.", hint="Check its currency and unit.")
    return number + 0.0


def share(part: Number | None, whole: Number | None) -> float | None:
    """Give part by whole; None where either is missing, the whole is zero or the result is over a million.

    Examples
    --------
    >>> share(3, 4), share(3, 0), share(None, 4)
    (0.75, None, None)
    """
    above, below = plottable(part), plottable(whole)
    if above is None or not below:
        return None
    ratio = above / below
    return ratio if abs(ratio) <= _ABSURD else None


def ticks(low: float, high: float, count: int, *, whole: bool = False) -> tuple[float, ...]:
    """Give round numbers (1, 2 or 5 times a power of ten) from at or below ``low`` to at or above ``high``.

    Parameters
    ----------
    low, high
        What the ticks must cover; where both are the same, a range above it is made up.
    count
        At most how many steps between the lowest and the highest value.
    whole
        Steps of at least one, for counts.

    Examples
    --------
    >>> ticks(0, 87, 5)
    (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
    """
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-280):
        high = low + max(abs(low), 1.0)
    step = _step((high - low) / max(count, 1))
    if whole:
        step = max(step, 1.0)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{index * step:.12g}") for index in range(first, last + 1))


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 1e-300 else 1e-300
    times = next((times for times in (1, 2, 5) if rough <= times * power * (1 + 1e-9)), 10)
    return float(f"{times * power:.6g}")


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A linear map of [low, high] to [start, end] in pixels; ``start`` may lie beyond ``end``.

    Examples
    --------
    >>> Scale(low=0, high=10, start=100, end=200)(5)
    150.0
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Give the pixel of a value."""
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.0
        return self.start + share * (self.end - self.start)

    @classmethod
    def over(cls, values: Iterable[float | None], *, start: float, end: float) -> "Scale":
        """Make a scale that covers zero and every value."""
        known = [value for value in values if value is not None]
        low, high = min(0.0, *known, 0.0), max(0.0, *known, 0.0)
        return cls(low=low, high=high if high > low else low + 1, start=start, end=end)


def tick_texts(values: Iterable[float], unit: str, fmt: Formatter) -> tuple[str, ...]:
    """Write ticks as shortly as their unit allows: ``$1.5M``, ``40%``, ``12``."""
    numbers = tuple(values)
    if unit == "ratio":
        digits = _decimals([number * 100 for number in numbers])
        return tuple(fmt.ratio(number, digits) for number in numbers)
    if unit.startswith("money"):
        return tuple(fmt.compact(number) for number in numbers)
    return tuple(fmt.number(number, _decimals(numbers)) for number in numbers)


def _decimals(numbers: Iterable[float]) -> int:
    """Count the decimals that tell the numbers apart."""
    known = tuple(numbers)
    return next((digits for digits in range(6) if all(abs(round(x, digits) - x) < 1e-9 for x in known)), 6)


def signed(value: Number | None, unit: str, fmt: Formatter) -> str:
    """Write a difference in short with its sign: ``+$1.2M``.

    Examples
    --------
    >>> signed(120_000_000, "money", Formatter())
    '+$1.2M'
    """
    number = plottable(value)
    return ("+" if number is not None and number > 0 else "") + fmt.short(number, unit)
