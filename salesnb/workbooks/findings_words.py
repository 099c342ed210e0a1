"""How findings are worded: numbers, lists, names of periods and of what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from salesnb.charts.scale import Number, plottable, signed
from salesnb.money import Formatter

__all__ = ["Wording", "capital", "join", "period_name", "plural"]

# Past ten times its base, a change is told as a multiple: nobody reads +17,474 %.
_MANY_TIMES = 9
_IRREGULAR = {
    "opportunity": "opportunities",
    "company": "companies",
    "country": "countries",
    "family": "families",
}


def plural(count: int, noun: str, fmt: Formatter) -> str:
    """Count things in words.

    Examples
    --------
    >>> plural(1, "deal", Formatter()), plural(1200, "deal", Formatter())
    ('1 deal', '1,200 deals')
    """
    return f"{fmt.count(count)} {noun if count == 1 else many(noun)}"


def many(noun: str) -> str:
    """Give the plural of a noun.

    Examples
    --------
    >>> many("rep"), many("country")
    ('reps', 'countries')
    """
    return _IRREGULAR.get(noun, f"{noun}s")


def capital(sentence: str) -> str:
    """Start a sentence with a capital letter, whatever name stands first.

    Examples
    --------
    >>> capital("retail brought half"), capital("iPhones brought half")
    ('Retail brought half', 'iPhones brought half')
    """
    first = sentence.partition(" ")[0]
    return sentence[:1].upper() + sentence[1:] if first.islower() else sentence


def join(names: Sequence[str]) -> str:
    """List names as a sentence does.

    Examples
    --------
    >>> join(["Ann"]), join(["Ann", "Bob", "Cy"])
    ('Ann', 'Ann, Bob and Cy')
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def period_name(label: str, fmt: Formatter, fiscal_year_start: int = 1) -> str:
    """Name a period as people say it.

    Examples
    --------
    >>> [period_name(label, Formatter()) for label in ("2017-Q4", "2017-11", "2017", "2017-W45")]
    ['Q4 2017', 'Nov 2017', '2017', 'week 45 of 2017']
    >>> period_name("2018-Q1", Formatter(), fiscal_year_start=4)
    'Q1 FY2018'
    """
    year, _, part = label.partition("-")
    fiscal = year if fiscal_year_start == 1 else f"FY{year}"
    if not part:
        return fiscal
    if part.startswith("Q"):
        return f"{part} {fiscal}"
    if part.startswith("W"):
        return f"week {int(part[1:])} of {year}"
    return fmt.month(label)


@dataclass(frozen=True)
class Wording:
    """Figures as sentences have them: short, and never rounded across a line that matters.

    Examples
    --------
    >>> say = Wording(Formatter())
    >>> say.share(0.634), say.share(0.996), say.share(1.004), say.share(0.99999), say.change(90, 100)
    ('63%', '99.6%', '100.4%', 'just under 100%', '10%')
    """

    fmt: Formatter

    def amount(self, value: Number | None, unit: str) -> str:
        """Write a value of a unit."""
        return self.fmt.short(plottable(value), unit)

    def money(self, minor: float | None) -> str:
        """Write money in three figures."""
        return self.fmt.compact(minor)

    def share(self, value: float | Fraction) -> str:
        """Write a share in whole per cent; with decimals where it would look like 0 % or 100 % and is not."""
        number = float(value)
        for digits in (0, 1, 2):
            shown = round(number, digits + 2)
            if (shown == 1) == (number == 1) and (shown == 0) == (number == 0):
                return self.fmt.ratio(number, digits)
        return f"just {'over' if number > round(number) else 'under'} {self.fmt.ratio(round(number), 0)}"

    def change(self, value: float, base: float) -> str:
        """Write by what share a value differs from its base, without the sign."""
        return self.share(abs(value - base) / abs(base))

    def times(self, value: float) -> str:
        """Write a multiple."""
        return f"{self.fmt.number(value, 1)} times"

    def signed(self, difference: float, unit: str) -> str:
        """Write a difference with its sign, as charts do."""
        return signed(difference, unit, self.fmt)

    def signed_share(self, value: float, base: float) -> str:
        """Write by what share of its base a value differs, with the sign.

        Examples
        --------
        >>> Wording(Formatter()).signed_share(90, 100), Wording(Formatter()).signed_share(27_100, 154)
        ('-10%', '×176')
        """
        share = (value - base) / abs(base)
        if share > _MANY_TIMES:
            return f"×{self.fmt.number(value / base, 0)}"
        return f"{'+' if share > 0 else ''}{self.fmt.ratio(share, 0)}"

    def signed_points(self, difference: float) -> str:
        """Write a difference of two ratios in percentage points, with its sign."""
        return f"{'+' if difference > 0 else ''}{self.fmt.number(difference * 100, 1)} points"

    def count(self, number: int, noun: str) -> str:
        """Count things in words."""
        return plural(number, noun, self.fmt)

    def days(self, number: float) -> str:
        """Write how many days, with halves."""
        return f"{self.fmt.days(number)} {'day' if number == 1 else 'days'}"

    def date(self, day: date) -> str:
        """Write a date."""
        return self.fmt.date(day)
