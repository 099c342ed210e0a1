"""How people name months, quarters and years at the head of a column."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import UnknownName

__all__ = [
    "GRAINS",
    "TOTAL",
    "PeriodName",
    "YearHint",
    "in_period",
    "month_names",
    "period_name",
    "read_period",
    "year_hint",
]

GRAINS = ("month", "quarter", "half", "year")
TOTAL = "total"

_PLAIN_WORDS = re.compile(
    r"\b(sales|new|quotas?|targets?|goals?|plan|planned|budget|amount|ziel|soll|objectif|cuota|revenue|bookings)\b"
)
_NO_QUOTA = re.compile(
    r"\b(actuals?|ist|achieved|attained|attainment|done|won|forecast|delta|diff|variance|gap)\b|%"
)
_YEAR = r"(?P<year>(?:19|20)\d\d|'?\d\d)"
_FULL_YEAR = r"(?P<year>(?:19|20)\d\d)"
_SHAPES = tuple(
    (grain, re.compile(pattern))
    for grain, pattern in (
        ("month", rf"{_FULL_YEAR}[-/._ ]?m?(?P<number>0?[1-9]|1[0-2])"),
        ("month", rf"(?P<number>0?[1-9]|1[0-2])[-/._]{_FULL_YEAR}"),
        ("month", rf"{_FULL_YEAR}-(?P<number>\d\d)-\d\d(?:[t ].*)?"),
        ("month", r"(?:m|month|period|p)[-_ ]?(?P<number>0?[1-9]|1[0-2])"),
        ("quarter", rf"(?:(?:fy)?[-_ ]?{_YEAR})?[-_ ]?q(?P<number>[1-4])"),
        ("quarter", rf"(?:q|quarter)[-_ ]?(?P<number>[1-4])[-_/ ]*(?:fy)?[-_ ]?{_YEAR}"),
        ("quarter", rf"(?P<number>[1-4])q[-_/ ]?(?:fy)?{_YEAR}?"),
        ("quarter", r"quarter[-_ ]?(?P<number>[1-4])"),
        ("half", rf"(?:{_YEAR})?[-_ ]?h(?P<number>[12])"),
        ("half", rf"h(?P<number>[12])[-_/ ]*(?:fy)?[-_ ]?{_YEAR}"),
        ("year", rf"(?:fy|cy)?[-_ ]?{_FULL_YEAR}"),
        ("year", r"(?:fy|cy)[-_ ]?(?P<year>'?\d\d)"),
    )
)
_TOTALS = re.compile(
    r"(grand |sub ?)?(total|sum|summe|gesamt|ytd|fy|full year|annual|yearly|year total|whole year|jahr)"
)


@dataclass(frozen=True)
class PeriodName:
    """What a header means: a grain, the number within the year, and the year where it is named.

    Attributes
    ----------
    grain
        One of ``GRAINS``, or ``total`` for a column that adds others up.
    numbered
        Whether it is called by its number, as ``M01``: of a fiscal year that need not be January.
    """

    grain: str
    number: int = 1
    year: int | None = None
    numbered: bool = False


@dataclass(frozen=True)
class YearHint:
    """A year that stands elsewhere: beside the row, above the column, in a title or a name."""

    year: int
    fiscal: bool = False


def period_name(text: str, months: Mapping[str, int]) -> PeriodName | None:
    """Read a header; None where it names no period.

    Parameters
    ----------
    months
        Names of months in small letters, of every language that is tried.

    Examples
    --------
    >>> period_name("Jan-24 Quota", {"jan": 1})
    PeriodName(grain='month', number=1, year=2024, numbered=False)
    >>> period_name("Q3 FY25", {})
    PeriodName(grain='quarter', number=3, year=2025, numbered=True)
    """
    whole = re.sub(r"\s+", " ", text.replace("\u00a0", " ").casefold()).strip()
    if not whole or _NO_QUOTA.search(whole):
        return None
    plain = _PLAIN_WORDS.sub("", re.sub(r"\(.*?\)|\[.*?\]", "", whole)).strip(" -_/.,:|")
    if not plain:
        return None
    if _TOTALS.fullmatch(plain):
        return PeriodName(TOTAL)
    for grain, pattern in _SHAPES:
        if found := pattern.fullmatch(plain):
            parts = found.groupdict()
            number = int(parts.get("number") or 1)
            if grain == "month" and not 1 <= number <= 12:
                return None
            return PeriodName(grain, number, _full_year(parts.get("year")), numbered=True)
    return _named_month(plain, months)


def _named_month(plain: str, months: Mapping[str, int]) -> PeriodName | None:
    found = re.fullmatch(rf"(?P<name>[^\W\d_]+)\.?[-_/ ,']*{_YEAR}?", plain) or re.fullmatch(
        rf"{_YEAR}[-_/ ,']*(?P<name>[^\W\d_]+)\.?", plain
    )
    if found is None or (number := months.get(found["name"])) is None:
        return None
    return PeriodName("month", number, _full_year(found["year"]))


def _full_year(text: str | None) -> int | None:
    if not text:
        return None
    digits = text.strip("'")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def year_hint(texts: Iterable[str]) -> YearHint | None:
    """Find the one year that texts name; None where they name none, or several.

    Examples
    --------
    >>> year_hint(["Quotas FY24", "confidential"])
    YearHint(year=2024, fiscal=True)
    """
    found = {
        YearHint(_full_year(match["year"]) or 0, fiscal=match["fy"].casefold().startswith("f"))
        for text in texts
        for match in re.finditer(
            r"(?<![\d-])(?P<fy>(?:fy|cy)?)[-_ ]?(?P<year>(?:19|20)\d\d|(?<=fy)\d\d)(?![\d-])", text.casefold()
        )
    }
    return found.pop() if len(found) == 1 else None


def in_period(name: PeriodName, hint: YearHint | None, calendar: FiscalCalendar) -> Period | None:
    """Find the period that a header means; None where the year is not known, or the calendar has no such period."""
    year = name.year or (hint.year if hint else None)
    if year is None:
        return None
    if name.grain == "month" and name.year is None and hint and hint.fiscal:
        return _month_of_fiscal_year(name, year, calendar)
    label = {"month": f"{year}-{name.number:02d}", "quarter": f"{year}-Q{name.number}", "year": f"{year}"}
    try:
        if name.grain == "half":
            first, last = (calendar.period(f"{year}-Q{2 * name.number - before}") for before in (1, 0))
            return Period(label=f"{year}-H{name.number}", start=first.start, end=last.end)
        return calendar.period(label[name.grain]) if name.grain in label else None
    except UnknownName:
        return None


def read_period(text: str, calendar: FiscalCalendar, locale: str) -> Period | None:
    """Read a period that names its year, as files and the calendar write it; None where it is not one."""
    name = period_name(text, month_names(locale))
    return in_period(name, None, calendar) if name else None


def _month_of_fiscal_year(name: PeriodName, year: int, calendar: FiscalCalendar) -> Period | None:
    """Find a month of a fiscal year: by its calendar number where it has a name, else counted from the year's start."""
    try:
        months = calendar.months(calendar.period(str(year)))
    except UnknownName:
        return None
    if name.numbered:
        return months[name.number - 1]
    return next((month for month in months if month.start.month == name.number), None)


@lru_cache(maxsize=8)
def month_names(locale: str) -> Mapping[str, int]:
    """Give the names of months in small letters, in English, in the language of a locale, and in some more."""
    from babel import Locale, UnknownLocaleError

    names: dict[str, int] = {}
    for code in (locale, "en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR"):
        try:
            known = Locale.parse(code)
        except (UnknownLocaleError, ValueError):
            continue
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in known.months[context][width].items():
                    names.setdefault(name.casefold().strip(". "), int(number))
    return names | {"sept": 9, "mrz": 3, "jän": 1, "jänner": 1}
