"""Ids of deals, so that one that was written in two ways is the same."""

import re

__all__ = ["id_key"]

_SALESFORCE = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def id_key(text: str) -> str:
    """Bring an id to the form in which ids are compared: of Salesforce's, the 15 characters that tell them apart.

    References
    ----------
    The last three of 18 characters say which of each five before them are upper case.

    Examples
    --------
    >>> id_key("006A00000000001IAA"), id_key("006A00000000001"), id_key(" D-17 ")
    ('006A00000000001', '006A00000000001', 'D-17')
    """
    plain = text.strip()
    if len(plain) == 18 and _SALESFORCE.fullmatch(plain) and _check(plain[:15]) == plain[15:]:
        return plain[:15]
    return plain


def _check(short: str) -> str:
    fives = (short[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _CHECK[sum(2**place for place, letter in enumerate(five) if "A" <= letter <= "Z")] for five in fives
    )
