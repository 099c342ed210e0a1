"""Money as whole minor units, its splitting without remainder, and how readers see it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from math import lcm
from typing import TYPE_CHECKING

from salesnb.errors import BadInput

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["Formatter", "apportion", "minor_digits", "plain", "split", "to_major", "to_minor"]

# ISO 4217; currencies that are not listed have two digits.
_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
# 64-bit integers end below 10^19; Python's exact ones would take for ever on 1e999999.
_LARGEST_POWER = 18
_NOTHING = "–"


@cache
def minor_digits(currency: str) -> int:
    """Decimals of a currency by ISO 4217.

    Raises
    ------
    BadInput
        When it is not the code of a currency.

    Examples
    --------
    >>> [minor_digits(code) for code in ("EUR", "JPY", "KWD")]
    [2, 0, 3]
    """
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise BadInput(
            f"{currency!r} is not a currency code.", hint="Write three capital letters, such as EUR."
        )
    known = next((digits for digits, codes in _DIGITS.items() if currency in codes.split()), None)
    if known is not None:
        return known
    from babel.numbers import is_currency

    if not is_currency(currency):
        raise BadInput(f"There is no currency {currency!r}.", hint="Write its code by ISO 4217, such as EUR.")
    return 2


def to_minor(amount: str | int | Decimal, digits: int) -> tuple[int, bool]:
    """Turn an amount in major units into whole minor units, half-even, and say whether it was rounded.

    Raises
    ------
    BadInput
        When it is not a finite number, or beyond 64 bits.

    Examples
    --------
    >>> to_minor("1234.5", 2)
    (123450, False)
    >>> to_minor("0.125", 2)
    (12, True)
    """
    try:
        exact = Decimal(amount).scaleb(digits)
        if exact.adjusted() > _LARGEST_POWER:
            raise OverflowError
        whole = exact.to_integral_value(rounding=ROUND_HALF_EVEN)
        return int(whole), whole != exact
    except (ArithmeticError, ValueError):
        raise BadInput(
            f"{str(amount)[:40]!r} is not an amount.", hint="Write digits, such as 1234.50."
        ) from None


def to_major(minor: int, digits: int) -> Decimal:
    """Turn whole minor units into an exact amount in major units."""
    return Decimal(minor).scaleb(-digits)


def plain(minor: int, digits: int) -> str:
    """Write minor units as major ones with exactly the currency's decimals, for files.

    Examples
    --------
    >>> plain(-5, 2), plain(1200, 0)
    ('-0.05', '1200')
    """
    return f"{to_major(minor, digits):.{digits}f}"


def split(total: int, weights: Sequence[int | Fraction], keys: Sequence[str]) -> tuple[int, ...]:
    """Split a whole number in proportion to weights, by largest remainder; the parts add up to it exactly.

    Parameters
    ----------
    total
        What is split; may be negative.
    weights
        One a part, zero or more, not all zero.
    keys
        One a part: equal remainders go to the lowest key first.

    Raises
    ------
    BadInput
        When weights are negative or all zero, or the lengths differ.

    Examples
    --------
    >>> split(102, [1, 1, 1, 1], ["a", "b", "c", "d"])
    (26, 26, 25, 25)

    References
    ----------
    Hamilton's method: https://en.wikipedia.org/wiki/Quota_method
    """
    if len(weights) != len(keys):
        raise BadInput(f"There are {len(weights)} weights for {len(keys)} parts.")
    # Whole weights are many times faster than fractions.
    scale = lcm(*(weight.denominator for weight in weights))
    shares = [int(weight * scale) for weight in weights]
    whole = sum(shares)
    if whole <= 0 or min(shares) < 0:
        raise BadInput(
            "The weights are negative or all zero.", hint="Give weights of zero or more, one above zero."
        )
    sign = -1 if total < 0 else 1
    exact = [divmod(share * abs(total), whole) for share in shares]
    parts = [part for part, _ in exact]
    order = sorted(range(len(parts)), key=lambda i: (-exact[i][1], keys[i]))
    for index in order[: abs(total) - sum(parts)]:
        parts[index] += 1
    return tuple(sign * part for part in parts)


def apportion(total: int, weights: Sequence[int | Fraction], keys: Sequence[str]) -> tuple[int, ...]:
    """Split a whole number in proportion to weights so that no part shrinks when the total grows.

    Parameters
    ----------
    total
        What is split, zero or more.
    weights
        One a part, zero or more, not all zero.
    keys
        One a part: of equal claims the lowest key comes first.

    Raises
    ------
    BadInput
        When the total or a weight is negative, all weights are zero, or the lengths differ.

    Examples
    --------
    Of one head more, `split` would take a head away from two parts:

    >>> apportion(25, [1500, 1500, 900, 500, 500, 200], list("abcdef"))
    (8, 8, 4, 2, 2, 1)
    >>> apportion(26, [1500, 1500, 900, 500, 500, 200], list("abcdef"))
    (8, 8, 5, 2, 2, 1)

    References
    ----------
    Webster's method: https://en.wikipedia.org/wiki/Sainte-Lagu%C3%AB_method
    """
    if total < 0:
        raise BadInput("The total is negative.", hint="Give zero or more.")
    parts = list(split(total, weights, keys))
    shares = [Fraction(weight) for weight in weights]

    def claim(index: int) -> tuple[Fraction, str]:
        return (Fraction(2 * parts[index] + 1) / shares[index], keys[index])

    def hold(index: int) -> tuple[Fraction, str]:
        return (Fraction(2 * parts[index] - 1) / shares[index], keys[index])

    counted = [index for index, share in enumerate(shares) if share]
    while total:
        gains = min(counted, key=claim)
        loses = max((index for index in counted if parts[index]), key=hold)
        if claim(gains) >= hold(loses):
            break
        parts[gains] += 1
        parts[loses] -= 1
    return tuple(parts)


@dataclass(frozen=True)
class Formatter:
    """Numbers, money and dates as the reader's locale writes them; ``None`` becomes a dash.

    Parameters
    ----------
    locale
        Such as ``"de_DE"``.
    currency
        ISO 4217 code of all money.

    Examples
    --------
    >>> Formatter("en_US", "USD").money(300_000_000)
    '$3,000,000'
    >>> Formatter("en_US", "USD").compact(312_345_600)
    '$3.12M'
    """

    locale: str = "en_US"
    currency: str = "USD"

    def money(self, minor: float | None, *, cents: bool = False) -> str:
        """Write money in whole major units, or with its decimals."""
        from babel.numbers import format_currency

        if minor is None:
            return _NOTHING
        digits = minor_digits(self.currency) if cents else 0
        amount = self._major(minor).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
        pattern = self._locale.currency_formats["standard"].pattern
        pattern = pattern.replace("0.00", "0." + "0" * digits if digits else "0")
        return format_currency(
            amount + 0, self.currency, format=pattern, locale=self._locale, currency_digits=False
        )

    def compact(self, minor: float | None) -> str:
        """Write money in three digits: ``$3.12M``."""
        if minor is None:
            return _NOTHING
        text = _compact(_three_figures(self._major(minor)), self.currency, self.locale)
        # Some locales have no short word for thousands and would print 999999 without separators.
        return self.money(minor) if re.search(r"\d{5}", text) else text

    def ratio(self, value: float | None, digits: int = 1) -> str:
        """Write a ratio in per cent."""
        from babel.numbers import format_percent

        if value is None:
            return _NOTHING
        head, last, tail = self._locale.percent_formats[None].pattern.rpartition("0")
        places = "." + "0" * digits if digits else ""
        return format_percent(value, format=f"{head}{last}{places}{tail}", locale=self._locale)

    def points(self, value: float | None) -> str:
        """Write the difference of two ratios in points of per cent: ``8.5 pts``."""
        return _NOTHING if value is None else f"{self.number(Decimal(str(value)) * 100)} pts"

    def count(self, value: float | None) -> str:
        """Write a whole number with thousands."""
        return self.number(value, 0)

    def number(self, value: float | Decimal | None, digits: int = 1) -> str:
        """Write a number with thousands and that many decimals."""
        from babel.numbers import format_decimal

        if value is None:
            return _NOTHING
        places = "." + "0" * digits if digits else ""
        return format_decimal(
            Decimal(str(value)).quantize(Decimal(1).scaleb(-digits)) + 0,
            format=f"#,##0{places}",
            locale=self._locale,
        )

    def days(self, value: float | None) -> str:
        """Write a number of days; halves are kept."""
        return self.number(value, 0 if value is None or float(value).is_integer() else 1)

    def date(self, day: "date | None", form: str = "medium") -> str:
        """Write a date: ``Dec 31, 2017``."""
        from babel.dates import format_date

        return _NOTHING if day is None else format_date(day, format=form, locale=self._locale)

    def month(self, label: str, *, year: bool = True) -> str:
        """Write a month label: ``2017-11`` becomes ``Nov 2017``."""
        from babel.dates import format_skeleton

        first = date.fromisoformat(f"{label}-01")
        return str(format_skeleton("yMMM" if year else "MMM", first, locale=self._locale))

    def value(self, value: float | None, unit: str) -> str:
        """Write a KPI's value by its unit: money, count, ratio, days, money_per_day, or points between two ratios."""
        forms: dict[str, Callable[[float | None], str]] = {
            "money": self.money,
            "money_per_day": self.money,
            "count": self.count,
            "ratio": self.ratio,
            "days": self.days,
            "points": self.points,
        }
        return forms.get(unit, self.number)(value)

    def short(self, value: float | None, unit: str) -> str:
        """Write a KPI's value in as few characters as a chart has room for."""
        return self.compact(value) if unit.startswith("money") else self.value(value, unit)

    @property
    def _locale(self) -> "Locale":
        return _parsed(self.locale)

    def _major(self, minor: float) -> Decimal:
        return Decimal(str(minor)).scaleb(-minor_digits(self.currency))


@cache
def _parsed(locale: str) -> "Locale":
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        raise BadInput(f"The locale {locale!r} is not known.", hint="Write one such as de_DE.") from None


@lru_cache(maxsize=10_000)
def _compact(amount: Decimal, currency: str, locale: str) -> str:
    """Write an amount of major units in three digits; a chart tries the same labels at many places."""
    from babel.numbers import format_compact_currency

    return format_compact_currency(
        amount, currency, locale=_parsed(locale), fraction_digits=_decimals(amount)
    )


def _three_figures(amount: Decimal) -> Decimal:
    """Round first, so that 999,999 is shown as one million and not as 1000 thousand."""
    return amount if amount == 0 else Decimal(f"{amount:.2e}")


def _decimals(amount: Decimal) -> int:
    """Count the decimals that give three figures in all: 3.12, 31.2 or 312."""
    size = abs(amount)
    if size < 1000:
        return 0
    while size >= 1000:
        size /= 1000
    return 2 if size < 10 else 1 if size < 100 else 0
