"""Texts into dates, money and numbers, as SQL."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from salesnb.crm.mapping import ColumnRule
from salesnb.crm.sql import quote_literal
from salesnb.crm.staging import BLANKS

__all__ = [
    "EXCEL",
    "EXCEL_DAY",
    "MOST_MINOR",
    "date_sql",
    "exact_minor_sql",
    "half_even_sql",
    "number_sql",
    "number_text_sql",
    "one_of_sql",
    "primary_name_sql",
    "quick_minor_sql",
    "trimmed_sql",
]

# Ten trillion of a currency with two decimals: nobody sold that, and thousands of such rows still add up in 64 bits.
MOST_MINOR = 10**15

# The format of days counted from 1899-12-30 on, and such a day between 1927 and 2173.
EXCEL = "excel"
EXCEL_DAY = r"[1-9][0-9]{4}([.,][0-9]+)?"

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": "Fr."}
_GROUP = {".": r"[, '’\x{A0}\x{202F}\x{2009}]", ",": r"[. '’\x{A0}\x{202F}\x{2009}]"}
# Short years first: %Y would read 17 as the year 17.
_NAMED = ("%d-%b-%y", "%d %b %y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d-%B-%Y", "%b %d, %Y", "%B %d, %Y")


def trimmed_sql(text: str, missing: Iterable[str] = (), *, blanks: str = BLANKS) -> str:
    """Text without blanks at its ends; null where nothing is left, or a word that means nothing.

    Hardly a text has such an end, and looking for the ``blanks`` there are takes a tenth of the time of trimming.
    """
    ends = " OR ".join(f"suffix({text}, {quote_literal(blank)})" for blank in blanks)
    trimmed = f"nullif(trim({text}, {quote_literal(BLANKS)}), '')"
    # The others sort before all that can be seen.
    first = f"prefix({text}, '\u00a0') OR " if "\u00a0" in blanks else ""
    words = tuple(missing)
    return (
        f"CASE WHEN {text} < '!' OR {first}{ends} THEN {_unless(trimmed, words)}"
        f" ELSE {_unless(text, words)} END"
    )


def _unless(text: str, words: Sequence[str]) -> str:
    return f"CASE WHEN {one_of_sql(text, words)} THEN NULL ELSE {text} END" if words else text


def one_of_sql(text: str, words: Sequence[str], *, fold: bool = False) -> str:
    """Condition on texts that are one of some short words; ``fold`` takes upper and lower case as the same.

    The engine turns a longer IN into a join, which takes ten times as long and is made even where a CASE needs it not.
    """
    pattern = quote_literal("|".join(re.escape(word) for word in words))
    longest = max(len(word.encode()) for word in words)
    match = f"regexp_full_match({text}, {pattern}, '{'i' if fold else 'c'}')"
    # Amounts are as short as words, but begin otherwise.
    number = "" if any(word[:1].isdigit() for word in words) else f" AND NOT {text} BETWEEN '0' AND ':'"
    return f"CASE WHEN strlen({text}) <= {longest}{number} THEN {match} ELSE false END"


def primary_name_sql(text: str) -> str:
    """Name out of a list of things in JSON, as HubSpot gives the teams of an owner: of the primary one, else the first.

    Any other text stays as it is; an empty list is null.
    """
    shape = """'[{"name": "VARCHAR", "primary": "BOOLEAN"}]'"""
    kind = 'STRUCT("name" VARCHAR, "primary" BOOLEAN)[]'
    things = f"CAST(json_transform({text}, {shape}) AS {kind})"
    name = f"coalesce(list_filter({things}, lambda thing: thing.primary)[1].name, ({things})[1].name)"
    return f"CASE WHEN prefix({text}, '[') AND json_valid({text}) THEN {name} ELSE {text} END"


def number_text_sql(text: str, *, decimal: str, currency: str = "") -> str:
    """Digits with a decimal point; null where it is not a number. The workspace's own currency sign may stand by it."""
    group, mark = _GROUP[decimal], rf"\{decimal}"
    exponent = "([eE][-+]?[0-9]{1,3})?" if decimal == "." else ""
    shape = rf"[-+]?(([0-9]{{1,3}}({group}[0-9]{{3}})+|[0-9]+)({mark}[0-9]*)?|{mark}[0-9]+){exponent}"
    bare = _without_sign(text, currency)
    digits = f"regexp_replace({bare}, {quote_literal(group)}, '', 'g')"
    if decimal == ",":
        digits = f"replace({digits}, ',', '.')"
    plain = f"WHEN regexp_full_match({text}, '-?[0-9]+(\\.[0-9]+)?') THEN {text}" if decimal == "." else ""
    return f"CASE {plain} WHEN regexp_full_match({bare}, {quote_literal(shape)}) THEN {digits} END"


def _without_sign(text: str, currency: str) -> str:
    if not currency:
        return text
    sign = _SYMBOLS.get(currency, currency).replace("$", r"\$").replace(".", r"\.")
    pattern = quote_literal(rf"\s*({sign}|{currency})\s*")
    bare = f"regexp_replace({text}, {pattern}, '')"
    # Accountants write losses in brackets.
    return f"regexp_replace({bare}, '^\\((.*)\\)$', '-\\1')"


def exact_minor_sql(text: str, *, decimal: str, currency: str, digits: int, scale: str) -> str:
    """Exact minor units, as a decimal number with its excess decimals; null where it cannot be held."""
    factor = Decimal(scale or 1) * 10**digits
    whole = factor == factor.to_integral_value()
    number = number_text_sql(text, decimal=decimal, currency=currency)
    kind = "DECIMAL(38, 18)" if whole else "DECIMAL(38, 12)"
    by = f"{int(factor)}" if whole else f"CAST({factor:f} AS DECIMAL(18, 6))"
    return f"TRY(TRY_CAST({number} AS {kind}) * {by})"


def quick_minor_sql(text: str, *, decimal: str, digits: int, scale: str) -> str:
    """Whole minor units of an amount that is written plainly, with no more decimals than the currency has; else null.

    Nearly all amounts are, and exact decimals take the engine fifty times as long.
    """
    if scale or decimal != ".":
        return "CAST(NULL AS BIGINT)"
    decimals = rf"(\.[0-9]{{1,{digits}}})?" if digits else ""
    # So few digits are never above MOST_MINOR.
    whole, width = 15 - digits, 15
    factor = f"CAST({10**digits} AS DECIMAL({digits + 1}, 0))"
    minor = f"CAST(TRY_CAST({text} AS DECIMAL({width}, {digits})) * {factor} AS BIGINT)"
    return f"CASE WHEN regexp_full_match({text}, '-?[0-9]{{1,{whole}}}{decimals}') THEN {minor} END"


def half_even_sql(exact: str) -> str:
    """Round an exact decimal half to even."""
    part = f"({exact} - floor({exact}))"
    up = f"{part} > 0.5 OR ({part} = 0.5 AND CAST(floor({exact}) AS HUGEINT) % 2 <> 0)"
    return (
        f"CASE WHEN abs({exact}) <= {MOST_MINOR} THEN"
        f" TRY_CAST(floor({exact}) AS BIGINT) + CASE WHEN {up} THEN 1 ELSE 0 END END"
    )


def number_sql(text: str, *, decimal: str, scale: str) -> str:
    """Floating-point number, null where it is not a finite one; a per cent sign divides by a hundred."""
    number = f"TRY_CAST({number_text_sql(text, decimal=decimal)} AS DOUBLE)"
    bare = f"regexp_replace({text}, '\\s*%$', '')"
    hundredth = f"TRY_CAST({number_text_sql(bare, decimal=decimal)} AS DOUBLE) / 100"
    factor = f" * {scale}" if scale else ""
    value = f"CASE WHEN {text} LIKE '%\\%' ESCAPE '\\' THEN {hundredth} ELSE {number}{factor} END"
    plain = f"WHEN regexp_full_match({text}, '[0-9]{{1,15}}(\\.[0-9]{{1,15}})?') THEN CAST({text} AS DOUBLE){factor}"
    return f"CASE {plain if decimal == '.' else ''} WHEN isfinite({value}) THEN {value} END"


def date_sql(text: str, *, shape: str, rule: ColumnRule, time_zone: str) -> str:
    """Date in the workspace's time zone; null where it is not one. Naive times are taken as written."""
    zone = quote_literal(time_zone)
    own = quote_literal(rule.time_zone) if rule.time_zone else ""
    if rule.format == EXCEL:
        days = f"CAST(regexp_extract({text}, '^[0-9]+') AS INTEGER)"
        return f"CASE WHEN regexp_full_match({text}, '{EXCEL_DAY}') THEN DATE '1899-12-30' + {days} END"
    if rule.format:
        moment = f"TRY_STRPTIME({text}, {quote_literal(rule.format)})"
        zoned = "%z" in rule.format or "%Z" in rule.format
        return f"TRY_CAST({_at(moment, zone, own, zoned=zoned)} AS DATE)"
    iso = _iso(text, zone, own)
    if shape == "iso":
        return iso
    return f"coalesce({_shaped(text, shape)}, {iso})"


def _at(moment: str, zone: str, own: str, *, zoned: bool) -> str:
    if zoned:
        return f"timezone({zone}, {moment})"
    return f"timezone({zone}, timezone({own}, {moment}))" if own else moment


def _iso(text: str, zone: str, own: str) -> str:
    """ISO dates, and times with or without a zone (also ``+0000``, as Salesforce writes it)."""
    zoned = f"regexp_matches({text}, '^[0-9]{{4}}-.*[0-9](Z|[+-][0-9]{{2}}:?([0-9]{{2}})?| ?UTC)$')"
    moment = f"TRY_CAST(regexp_replace({text}, '([+-][0-9]{{2}})([0-9]{{2}})$', '\\1:\\2') AS TIMESTAMPTZ)"
    naive = f"TRY_CAST({text} AS TIMESTAMP)"
    return (
        f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}') THEN TRY_CAST({text} AS DATE)"
        f" WHEN NOT regexp_matches({text}, '^[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}[T ]') THEN NULL"
        f" WHEN {zoned} THEN CAST({_at(moment, zone, own, zoned=True)} AS DATE)"
        f" ELSE CAST({_at(naive, zone, own, zoned=False)} AS DATE) END"
    )


def _shaped(text: str, shape: str) -> str:
    if shape == "compact":
        return f"TRY_CAST(TRY_STRPTIME({text}, '%Y%m%d') AS DATE)"
    if shape == "named":
        formats = ", ".join(quote_literal(item) for item in _NAMED)
        return f"TRY_CAST(TRY_STRPTIME({text}, [{formats}]) AS DATE)"
    if shape == "ymd":
        day = f"regexp_extract({text}, '^[0-9]{{4}}[/.][0-9]{{1,2}}[/.][0-9]{{1,2}}')"
        return f"TRY_CAST(TRY_STRPTIME(replace({day}, '.', '/'), '%Y/%m/%d') AS DATE)"
    pattern = r"'^([0-9]{1,2}[/.-][0-9]{1,2}[/.-]([0-9]{4}|[0-9]{2}))([T, ].*)?$'"
    day = f"translate(regexp_extract({text}, {pattern}, 1), '.-', '//')"
    order = "%d/%m" if shape == "dmy" else "%m/%d"
    return (
        f"TRY_CAST(CASE WHEN regexp_matches({day}, '/[0-9]{{4}}$') THEN TRY_STRPTIME({day}, '{order}/%Y')"
        f" ELSE TRY_STRPTIME({day}, '{order}/%y') END AS DATE)"
    )
