"""How a source writes dates and numbers, found out by looking at them."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["DATE_SHAPES", "DATE_WORDS", "Column", "DateFinding", "date_shapes", "decimal_mark"]

_SAMPLE = 1_000
# From all over a file so many tell as much as the first thousand.
_ENOUGH = 100
DATE_SHAPES = {
    "iso": re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[T ].*)?"),
    "compact": re.compile(r"(?:19|20)\d{6}"),
    "ymd": re.compile(r"\d{4}[/.]\d{1,2}[/.]\d{1,2}(?:[T ].*)?"),
    "short": re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?:[T, ].*)?"),
    "named": re.compile(r"\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}|[A-Za-z]{3,9} \d{1,2}, ?\d{4}"),
}
DATE_WORDS = {
    "iso": "year-month-day",
    "compact": "year month day without separators",
    "ymd": "year/month/day",
    "dmy": "day, month, year",
    "mdy": "month, day, year",
    "named": "day and name of the month",
}
_COMMA = re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d+|-?\d+,(?:\d{1,2}|\d{4,})|-?\d{1,3}(?:\.\d{3}){2,}")
_DOT = re.compile(r"-?\d{1,3}(?:,\d{3})+\.\d+|-?\d*\.(?:\d{1,2}|\d{4,})|-?\d{1,3}(?:,\d{3}){2,}")
_EITHER = re.compile(r"-?\d{1,3}([.,])\d{3}")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A staged column: its relation, its expression, and what people call it; ``sample`` has some of its rows."""

    relation: str
    sql: str
    name: str
    sample: str = ""


@dataclass(frozen=True, kw_only=True)
class DateFinding:
    """How a column's dates are written: a key of ``DATE_WORDS``; ``notice`` says it where it is not plain."""

    shape: str
    notice: str = ""


def date_shapes(
    connection: "DuckDBPyConnection", columns: tuple[Column, ...], *, file: str, order: str = ""
) -> dict[str, DateFinding]:
    """Find how each column of a table writes its dates; ``order`` settles day and month where it is given."""
    shapes = {column.name: _shape(connection, column) for column in columns}
    short = {
        column.name: order or _order(connection, column)
        for column in columns
        if shapes[column.name] == "short"
    }
    known = set(short.values()) - {""}
    found = {}
    for column in columns:
        shape, doubt = shapes[column.name], ""
        if shape == "short":
            shape = short[column.name]
            if not shape:
                shape = known.copy().pop() if len(known) == 1 else _habit(connection, column)
                doubt = " No date shows which is which: set date_order or format if that is wrong."
        said = f"{file}: {column.name} is read as {DATE_WORDS[shape]}.{doubt}" if shape != "iso" else ""
        found[column.name] = DateFinding(shape=shape, notice=said)
    return found


def _sample(connection: "DuckDBPyConnection", column: Column) -> list[str]:
    """Give some values; of a column that is mostly empty the sample may have too few of them."""
    texts: list[str] = []
    for relation in (column.sample, column.relation):
        if relation and len(texts) < _ENOUGH:
            rows = connection.execute(
                f"SELECT v FROM (SELECT {column.sql} AS v FROM {relation}) WHERE v IS NOT NULL LIMIT {_SAMPLE}"
            ).fetchall()
            texts = [str(row[0]) for row in rows]
    return texts


def _shape(connection: "DuckDBPyConnection", column: Column) -> str:
    counts: Counter[str] = Counter()
    for text in _sample(connection, column):
        counts.update(name for name, pattern in DATE_SHAPES.items() if pattern.fullmatch(text))
    return counts.most_common(1)[0][0] if counts else "iso"


def _order(connection: "DuckDBPyConnection", column: Column) -> str:
    """Day first or month first: a number above 12 tells, over the whole column; empty when none does."""
    pattern = r"^(\d{1,2})[/.-](\d{1,2})[/.-]"
    counts = connection.execute(
        f"SELECT count_if(CAST(a AS INTEGER) > 12), count_if(CAST(b AS INTEGER) > 12) FROM (SELECT"
        f" nullif(regexp_extract(v, '{pattern}', 1), '') AS a, nullif(regexp_extract(v, '{pattern}', 2), '') AS b"
        f" FROM (SELECT {column.sql} AS v FROM {column.relation}))"
    ).fetchone()
    first, second = counts or (0, 0)
    if first == second:
        return ""
    return "dmy" if first > second else "mdy"


def _habit(connection: "DuckDBPyConnection", column: Column) -> str:
    """Slashes are mostly American; points and dashes are not."""
    slashes = sum("/" in text for text in _sample(connection, column)[:100])
    return "mdy" if slashes else "dmy"


def decimal_mark(
    connection: "DuckDBPyConnection", column: Column, *, file: str, given: str = "", cents: bool = False
) -> tuple[str, str]:
    """Find whether numbers have a decimal point or a decimal comma, and what to say about it.

    Parameters
    ----------
    cents
        Whether they are money of which nobody writes three decimals: then 12.345 is twelve thousand.
    """
    if given:
        return given, ""
    texts = [text for text in _sample(connection, column) if "," in text or "." in text]
    bare = [re.sub(r"[^0-9.,-]", "", text) for text in texts]
    comma = sum(bool(_COMMA.fullmatch(text)) for text in bare)
    dot = sum(bool(_DOT.fullmatch(text)) for text in bare)
    if comma > dot:
        some = f" {dot} of its values have a point and are set aside." if dot else ""
        return ",", f"{file}: {column.name} is read with a decimal comma.{some}"
    groups = Counter(match.group(1) for text in bare if (match := _EITHER.fullmatch(text)))
    if not dot and groups:
        mark = groups.most_common(1)[0][0]
        thousands = mark == "," or (cents and _grouped(connection, column))
        meaning = "thousands" if thousands else "decimals"
        said = f"{file}: {column.name} has values such as {texts[0]!r}, read as {meaning}. Set decimal if that is wrong."
        return ("," if thousands and mark == "." else "."), said
    return ".", ""


def _grouped(connection: "DuckDBPyConnection", column: Column) -> bool:
    """Tell whether whatever has a point has three digits after it, and nothing is written as people do not group.

    A thousand without a point beside thousands with one, or a zero before it, is not.
    """
    bare = "regexp_replace(v, '[^0-9.-]', '', 'g')"
    row = connection.execute(
        f"SELECT count_if(contains({bare}, '.') AND NOT regexp_full_match({bare}, '-?[1-9][0-9]{{0,2}}(\\.[0-9]{{3}})+')),"
        f" count_if(regexp_full_match({bare}, '-?[0-9]{{4,}}')) FROM (SELECT {column.sql} AS v FROM {column.relation})"
        " WHERE v IS NOT NULL"
    ).fetchone()
    return row == (0, 0)
