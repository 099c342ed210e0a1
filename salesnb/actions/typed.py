"""Figures as people type them in their own format, and as a definition keeps them."""

import re
from decimal import Decimal
from fractions import Fraction

from salesnb.errors import BadInput
from salesnb.kpis.gate.figures import read_figure

__all__ = ["kept_figure", "read_typed", "typed_figure", "typed_number"]

_MARKS = re.compile(r"[\s_\u00a0\u202f$€£¥]|[A-Z]{3}\b")
_TIMES = {
    1_000: ("k", "tsd", "tausend", "thousand"),
    1_000_000: ("m", "mm", "mio", "mln", "million", "millions", "millionen"),
    1_000_000_000: ("b", "bn", "mrd", "billion", "billions", "milliarde", "milliarden"),
}
_DIGITS = re.compile(r"[-+]?[\d.,'’٫٬]{1,40}")
_WORD = re.compile(r"(?P<number>.*?\d)(?P<word>[^\W\d_]+)\.?", re.DOTALL)
_NOTHING = {"nothing", "null", "none", "–", "-"}


def read_typed(text: str, locale: str) -> Decimal:
    """Read a number as typed: with thousands and decimals of the locale, a currency, and words such as ``Mio``.

    Raises
    ------
    BadInput
        When it is not a number, or could be read in two ways.

    Examples
    --------
    >>> read_typed("1.234,50", "de_DE"), read_typed("1,2 Mio", "de_DE"), read_typed("$12,000", "en_US")
    (Decimal('1234.50'), Decimal('1200000.0'), Decimal('12000'))
    """
    from babel.numbers import NumberFormatError, get_decimal_symbol, parse_decimal

    plain, times = _MARKS.sub("", text).replace("−", "-"), 1
    found = _WORD.fullmatch(plain)
    if found:
        known = (factor for factor, words in _TIMES.items() if found["word"].lower() in words)
        plain, times = found["number"], next(known, 0)
    try:
        fits = times and _DIGITS.fullmatch(plain)
        number = parse_decimal(plain, locale=locale, strict=True) if fits else None
    except NumberFormatError:
        number = None
    if number is None:
        sign = get_decimal_symbol(locale)
        raise BadInput(f"{text[:40]!r} is not a number.", hint=f'Decimals stand behind "{sign}".')
    return number * times


def typed_number(value: Fraction, locale: str) -> str:
    """Write a decimal number so that `read_typed` reads the same.

    Examples
    --------
    >>> typed_number(Fraction(24681, 20), "de_DE")
    '1.234,05'
    """
    digits = 0
    while (value * 10**digits).denominator > 1 and digits < 30:
        digits += 1
    return _with_digits(value, digits, locale)


def kept_figure(text: str, locale: str) -> str:
    """Turn a figure as typed into what a definition keeps, with its digits and its per-cent sign.

    Raises
    ------
    BadInput
        When it is not a number.

    Examples
    --------
    >>> kept_figure("31,40 %", "de_DE"), kept_figure("nothing", "de_DE")
    ('31.40 %', 'nothing')
    """
    bare = text.strip()
    if not bare or bare.casefold() in _NOTHING:
        return bare
    share = bare.endswith("%")
    return f"{read_typed(bare.removesuffix('%'), locale):f}" + (" %" if share else "")


def typed_figure(kept: str, locale: str) -> str:
    """Turn what a definition keeps into the reader's format; what cannot be read stays as it is."""
    try:
        value, digits = read_figure(kept)
    except BadInput:
        return kept
    share = kept.strip().endswith("%")
    shown = _with_digits(value * 100 if share else value, digits - 2 if share else digits, locale)
    return f"{shown} %" if share else shown


def _with_digits(value: Fraction, digits: int, locale: str) -> str:
    from babel.numbers import format_decimal

    exact = Decimal(round(value * 10**digits)).scaleb(-digits)
    places = "." + "0" * digits if digits else ""
    return format_decimal(exact, format=f"#,##0{places}", locale=locale)
