"""Quotas as people write them: thousands, currency signs, brackets, words for nothing."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

__all__ = ["NOTHING", "amount", "decimal_mark", "has_only_thousands", "unit_of"]

NOTHING = frozenset(
    {"", "-", "–", "—", "--", "n/a", "na", "n.a.", "nan", "nat", "none", "null", "nil", "keine"}
)
_STEPS = {
    "k": 1_000,
    "tsd": 1_000,
    "t": 1_000,
    "m": 1_000_000,
    "mm": 1_000_000,
    "mn": 1_000_000,
    "mio": 1_000_000,
}
_SIGNS = re.compile(r"[$€£¥₹]|\b[a-z]{3}\b(?<!tsd)(?<!mio)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?P<group>[.,'’ ])\d{3}(?:(?P=group)\d{3})*|\d+)?(?:[.,]\d+)?")
_COMMA = re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d+|-?\d+,(?:\d{1,2}|\d{4,})|-?\d{1,3}(?:\.\d{3}){2,}")
_DOT = re.compile(r"-?\d{1,3}(?:,\d{3})+\.\d+|-?\d*\.(?:\d{1,2}|\d{4,})|-?\d{1,3}(?:,\d{3}){2,}")
_UNITS = (
    (
        1_000_000,
        re.compile(r"\bin (millions?|mio\.?|mn|mm)\b|\b(mio|mn)\.? ?(eur|usd|gbp|chf|€|\$|£)|[€$£]m\b"),
    ),
    (
        1_000,
        re.compile(
            r"\bin (thousands?|tausend|tsd\.?|k)\b|\bteur\b|\bt€|['’]000\b|\(000s?\)|\b000s\b|\bk ?(eur|usd|gbp|chf|€|\$|£)"
            r"|[€$£] ?k\b|\b(eur|usd|gbp|chf) ?k\b"
        ),
    ),
)


def amount(text: str, mark: str) -> Decimal | None:
    """Read an amount in the unit that it is written in.

    Parameters
    ----------
    mark
        The decimal mark, a point or a comma.

    Returns
    -------
    Decimal or None
        None where the text means nothing.

    Raises
    ------
    ValueError
        When it is no number.

    Examples
    --------
    >>> amount("$1,250.50", "."), amount("(300)", "."), amount("1.2k", "."), amount("-", ".")
    (Decimal('1250.50'), Decimal('-300'), Decimal('1200.0'), None)
    """
    plain = text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if plain.casefold() in NOTHING:
        return None
    negative = plain.startswith("(") and plain.endswith(")")
    plain = _SIGNS.sub("", plain.strip("()")).strip()
    step = 1
    if found := re.fullmatch(r"(.*\d)\s*(k|tsd|t|mm|mn|mio|m)\.?", plain, re.IGNORECASE):
        plain, step = found[1], _STEPS[found[2].casefold()]
    if not plain or not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    digits = re.sub(rf"[^0-9{re.escape(mark)}+-]", "", plain).replace(",", ".")
    try:
        value = Decimal(digits) * step
    except InvalidOperation as error:
        raise ValueError(text) from error
    return -value if negative else value


def decimal_mark(texts: Iterable[str], *, usual: str = ".") -> str:
    """Find whether amounts have a decimal point or comma; ``usual`` where none of them shows it.

    Examples
    --------
    >>> decimal_mark(["1.200,50", "900"]), decimal_mark(["1,200", "900"], usual=".")
    (',', '.')
    """
    bare = [re.sub(r"[^0-9.,-]", "", text) for text in texts if "," in text or "." in text]
    marks = Counter(
        comma=sum(bool(_COMMA.fullmatch(t)) for t in bare), dot=sum(bool(_DOT.fullmatch(t)) for t in bare)
    )
    if marks["comma"] == marks["dot"]:
        return usual
    return "," if marks["comma"] > marks["dot"] else "."


def has_only_thousands(texts: Iterable[str], mark: str) -> bool:
    """Tell whether a mark stands before three digits alone wherever it stands: thousands, for money has no three decimals.

    Examples
    --------
    >>> has_only_thousands(["€ 100.000", "95000"], "."), has_only_thousands(["100.000", "99.5"], ".")
    (True, False)
    """
    marked = [_SIGNS.sub("", text).strip() for text in texts if mark in text]
    thousands = re.compile(rf"[-+]?[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}")
    return bool(marked) and all(thousands.fullmatch(text) for text in marked)


def unit_of(texts: Iterable[str]) -> tuple[int, str]:
    """Find the unit that titles and headers name: 1, a thousand or a million, and the text that says so.

    Examples
    --------
    >>> unit_of(["Quotas 2024", "all figures in thousands"])
    (1000, 'all figures in thousands')
    """
    for text in texts:
        for unit, pattern in _UNITS:
            if pattern.search(text.casefold()):
                return unit, text.strip()
    return 1, ""
