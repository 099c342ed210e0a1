"""Currencies that files of quotas name, in titles or beside figures; nothing is converted."""

import re
from collections.abc import Iterable

__all__ = ["other_currencies"]

_SIGNS = re.compile(
    r"[$€£¥₹]|\b(?:AED|AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|ILS|INR|JPY|KRW|MXN|NOK|NZD|PLN|SEK|SGD|TRY|USD|ZAR)\b"
)


def other_currencies(texts: Iterable[str], currency: str) -> dict[str, str]:
    """Find signs and codes of currencies other than one; a dollar sign may be that of any dollar.

    Returns
    -------
    dict
        By sign or code the first text that has it.

    Examples
    --------
    >>> other_currencies(["Quotas (k USD)", "€ 100"], "USD")
    {'€': '€ 100'}
    """
    from babel.numbers import get_currency_symbol

    own = {currency, *get_currency_symbol(currency, locale="en_US")}
    found: dict[str, str] = {}
    for text in texts:
        for sign in _SIGNS.findall(text):
            if sign not in own:
                found.setdefault(sign, text.strip())
    return found
