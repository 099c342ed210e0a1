"""Types of arguments that several commands have."""

import argparse
from datetime import date

from salesnb.errors import BadUsage
from salesnb.settings import lag_months

__all__ = ["chances", "day", "dimension_filter", "lag", "share", "whole_number"]


# Nothing is sold before or after; calendars reach a little further.
_FIRST, _LAST = date(1950, 1, 1), date(2099, 12, 31)


def day(text: str) -> date:
    """Read a date as ISO 8601 writes it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a date; write it as 2017-12-31"
        raise argparse.ArgumentTypeError(message) from None
    if not _FIRST <= found <= _LAST:
        raise argparse.ArgumentTypeError(f"{text} is not between {_FIRST} and {_LAST}")
    return found


def whole_number(text: str) -> int:
    """Read a whole number above zero."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        message = f"{text!r} is not a whole number above zero"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def share(text: str) -> float:
    """Read a share from 0 to 1, or in per cent."""
    plain = text.strip()
    try:
        found = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        message = f"{text!r} is not a share; write it as 0.8 or 80%"
        raise argparse.ArgumentTypeError(message)
    return found


def lag(text: str) -> int:
    """Read how long effort takes to sell, in whole months."""
    found = lag_months(text)
    if found is None:
        message = f"{text!r} is no time from effort to sales; write it as 2m or 60d, up to two years"
        raise argparse.ArgumentTypeError(message)
    return found


def chances(text: str) -> tuple[float, ...]:
    """Read the probabilities of commit, target and stretch: three that fall, or three in per cent."""
    found = tuple(share(part) for part in text.split(","))
    if len(found) != 3 or not 0.99 >= found[0] > found[1] > found[2] >= 0.01:
        message = f"{text!r} are not three chances that fall, from 99% to 1%; write them as .9,.5,.2"
        raise argparse.ArgumentTypeError(message)
    return found


def dimension_filter(text: str) -> tuple[str, str]:
    """Read ``DIM=VALUE``; an empty value means that there is none.

    Raises
    ------
    BadUsage
        When there is no dimension before a sign of equality.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise BadUsage(f"--where {text!r} is not a filter.", hint="Write DIM=VALUE, such as team=East.")
    return name.strip(), value
