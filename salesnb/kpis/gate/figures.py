"""Figures as a definition keeps them: what was worked out by hand, with the digits that were given."""

import re
from fractions import Fraction

from salesnb.errors import BadInput

__all__ = ["read_figure"]

_NUMBER = re.compile(r"([-−]?)(\d{1,3}(?:[,_]\d{3})+|\d+)(?:\.(\d+))?(\s*%)?", re.ASCII)


def read_figure(text: str) -> tuple[Fraction, int]:
    """Read a figure as a person writes it; of per cents the ratio. Also gives its number of decimals.

    Raises
    ------
    BadInput
        When it cannot be read.

    Examples
    --------
    >>> read_figure("1,234.50"), read_figure("42 %")
    ((Fraction(2469, 2), 2), (Fraction(21, 50), 2))
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise BadInput(
            f"The expected value {text[:40]!r} is not a figure.",
            hint='Write it such as "1,234.50", "42.5 %" or "17".',
        )
    sign, whole, decimals, percent = match.groups()
    plain = re.sub(r"[,_]", "", whole) + (decimals or "")
    digits = len(decimals or "") + (2 if percent else 0)
    value = Fraction(int(plain), 10**digits)
    return (-value if sign else value), digits
