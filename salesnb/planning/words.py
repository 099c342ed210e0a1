"""Numbers of a plan in words, the same in every locale: for messages, differences and history."""

from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction

from salesnb.calendar import Period
from salesnb.errors import BadInput
from salesnb.money import minor_digits, to_major
from salesnb.planning.means import SeasonWeight
from salesnb.planning.supposed import DealFate, DriverMove

__all__ = ["BASIS_POINTS", "SHARE", "digits_of", "number_in_words", "value_in_words"]

BASIS_POINTS, SHARE = "basis points", "share"


def digits_of(currency: str) -> int:
    """Decimals of a currency; two for one that is not known, so that its problem can still be told."""
    try:
        return minor_digits(currency)
    except BadInput:
        return 2


def number_in_words(number: float | Fraction | None, unit: str, digits: int) -> str:
    """Write a number of a plan; money in major units, with decimals only where there are some, shares in per cent.

    Examples
    --------
    >>> number_in_words(320_000_000, "money", 2), number_in_words(1250, "money", 2)
    ('3,200,000', '12.50')
    >>> number_in_words(1500, "count", 2), number_in_words(0.35, "ratio", 2), number_in_words(None, "days", 2)
    ('1,500', '0.35', 'nothing')
    >>> number_in_words(2_283, BASIS_POINTS, 2), number_in_words(0.62982, SHARE, 2)
    ('22.83 %', '62.98 %')
    """
    if number is None:
        return "nothing"
    if unit == "money":
        major = to_major(int(number), digits)
        return f"{major:,.{0 if major == major.to_integral_value() else digits}f}"
    if unit in {BASIS_POINTS, SHARE}:
        percent = f"{float(number) * (100 if unit == SHARE else 0.01):.2f}"
        return f"{percent.rstrip('0').rstrip('.')} %"
    return f"{number:,}"


def value_in_words(value: object, unit: str, digits: int) -> str:  # noqa: PLR0911 -- one a type
    """Write any value of a plan in one line.

    Examples
    --------
    >>> value_in_words(("West", "East"), "", 2), value_in_words(None, "", 2)
    ('West, East', 'nothing')
    """
    if value is None or value in ("", ()):
        return "nothing"
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int | float) or (isinstance(value, Fraction) and unit == SHARE):
        return number_in_words(value, unit, digits)
    if isinstance(value, Period):
        return f"{value.label} ({value.start} to {value.last_day})"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, SeasonWeight):
        return f"{value.label} {number_in_words(value.weight_bp, BASIS_POINTS, digits)}"
    if isinstance(value, tuple):
        return ", ".join(value_in_words(item, unit, digits) for item in value)
    if isinstance(value, DriverMove | DealFate):
        return value.in_words()
    if is_dataclass(value):
        return _record_in_words(value, digits)
    return str(value)


def _record_in_words(record: object, digits: int) -> str:
    """Join what a record holds: ``by Ann, why agreed, at 2017-10-02``."""
    unit = str(getattr(record, "unit", ""))
    held = ((spec.name, getattr(record, spec.name)) for spec in fields(record))  # type: ignore[arg-type]
    words = (
        f"{name.removesuffix('_bp')} {value_in_words(value, BASIS_POINTS if name.endswith('_bp') else unit, digits)}"
        for name, value in held
        if name != "unit"
    )
    return " ".join(words) if unit else ", ".join(words)
