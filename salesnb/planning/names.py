"""Names of plans: safe as a file name on any system, with no way out of the folder."""

import unicodedata

from salesnb.errors import BadUsage

__all__ = ["is_safe_name", "safe_name"]

_LONGEST = 64
_LONGEST_BYTES = 200  # file systems stop at 255, and a suffix follows
_MARKS = frozenset("_-.")
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))]
)


def safe_name(name: str) -> str:
    """Give the name back when a plan may have it.

    Raises
    ------
    BadUsage
        When it has other characters than letters, digits, ``-``, ``_`` and ``.``, does not start with a
        letter or digit, is too long, or has a meaning to an operating system.

    Examples
    --------
    >>> safe_name("fy18")
    'fy18'
    """
    if not is_safe_name(name):
        raise BadUsage(
            f"{name[:80]!r} cannot be the name of a plan.",
            hint=f"Use up to {_LONGEST} letters, digits, '-', '_' and '.', starting with a letter or digit.",
        )
    return name


def is_safe_name(name: str) -> bool:
    """Tell whether a plan may have that name."""
    return (
        0 < len(name) <= _LONGEST
        and len(name.encode(errors="replace")) <= _LONGEST_BYTES
        and name[0].isalnum()
        and not name.endswith(".")
        and all(mark.isalnum() or mark in _MARKS for mark in name)
        and unicodedata.is_normalized("NFC", name)
        and name.split(".", 1)[0].casefold() not in _RESERVED
        and ".plan"
        not in name.casefold()  # keeps NAME.plan.json and its temporary files apart from all others
    )
