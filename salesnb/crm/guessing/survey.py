"""What a source holds: its tables, their headers, and what the values of each column look like."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.crm.files import Place, places_of
from salesnb.crm.formats import DATE_SHAPES
from salesnb.crm.mapping import TableMapping
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.staging import Staged, StageRequest, cell
from salesnb.errors import BadInput, Damaged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["ColumnFacts", "TableFacts", "column_facts", "header_row", "survey"]

_SAMPLE = 1_000
# Counting values exactly takes its time in long columns.
_EXACT = 200_000
_SHOWN = 4
_NUMBER = re.compile(
    r"[-+(]?(?:[$€£¥]|[A-Z]{3})?[\s\u00a0]?-?\d[\d.,'’ \u00a0]*(?:[eE][-+]?\d+)?\)?[\s\u00a0]?(?:[%€$£¥]|[A-Z]{3})?"
)
_EMPTY = {"", "-", "–", "—", "n/a", "na", "nan", "nat", "none", "null"}


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """What a column looks like.

    Attributes
    ----------
    name
        Its header.
    filled, distinct
        Rows that have a value, and how many values there are.
    samples
        Some of its values, the most frequent first.
    dates, numbers
        Shares of its values that are written as dates and as numbers.
    most
        The largest number among them.
    """

    name: str
    sql: str
    filled: int
    distinct: int
    samples: tuple[str, ...]
    dates: float
    numbers: float
    most: float


@dataclass(frozen=True, kw_only=True)
class TableFacts:
    """A table of the source, staged."""

    place: Place
    header_row: int
    footer: bool
    staged: Staged
    rows: int
    columns: tuple[ColumnFacts, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        place = self.place
        return f"{place.path.name}, {place.sheet}" if place.sheet else place.path.name

    def column(self, name: str) -> ColumnFacts:
        """Give the facts of a column."""
        return next(column for column in self.columns if column.name == name)


def survey(
    connection: "DuckDBPyConnection", source: Path, scratch: Path, *, say: Callable[[str], None]
) -> tuple[tuple[TableFacts, ...], tuple[str, ...]]:
    """Look at every table of a source; those that cannot be read are told as sentences."""
    tables: list[TableFacts] = []
    unread: list[str] = []
    for number, place in enumerate(places_of(source)):
        say(f"looking at {place.path.name}")
        try:
            tables.append(_facts(connection, place, f"survey_{number}", scratch))
        except (BadInput, Damaged) as error:
            unread.append(str(error))
    return tuple(tables), tuple(unread)


def _facts(connection: "DuckDBPyConnection", place: Place, relation: str, scratch: Path) -> TableFacts:
    row = header_row(place.source.head(place.path, place.sheet))
    request = StageRequest(
        connection=connection,
        path=place.path.absolute(),
        sheet=place.sheet,
        mapping=TableMapping(table="opportunities", header_row=row, skip_footer=True),
        relation=relation,
        scratch=scratch,
    )
    staged = place.source.stage(request)
    count = connection.execute(f"SELECT count(*) FROM {q(relation)}").fetchone()
    return TableFacts(
        place=place,
        header_row=row,
        footer=any("left out as a footer" in notice for notice in staged.notices),
        staged=staged,
        rows=int(count[0]) if count else 0,
        columns=tuple(
            column_facts(connection, staged, name, cell(number)) for number, name in enumerate(staged.headers)
        ),
    )


def column_facts(connection: "DuckDBPyConnection", staged: Staged, name: str, column: str) -> ColumnFacts:
    """Look at a staged column."""
    relation = q(staged.relation)
    value = f"nullif(trim({column}), '')"
    row = connection.execute(f"SELECT count({value}) FROM {relation}").fetchone()
    filled = int(row[0]) if row else 0
    count = f"count(DISTINCT {value})" if filled < _EXACT else f"approx_count_distinct({value})"
    row = connection.execute(f"SELECT {count} FROM {relation}").fetchone()
    distinct = int(row[0]) if row else 0
    rows = connection.execute(
        f"SELECT v FROM (SELECT {value} AS v FROM {relation}) WHERE v IS NOT NULL LIMIT {_SAMPLE}"
    ).fetchall()
    # Files that were put together from several have the header among the values.
    nothing = {*_EMPTY, name.casefold()}
    texts = [str(row[0]) for row in rows if str(row[0]).casefold() not in nothing]
    numbers = [text for text in texts if _NUMBER.fullmatch(text)]
    return ColumnFacts(
        name=name,
        sql=column,
        filled=filled,
        distinct=distinct,
        samples=tuple(text for text, _ in Counter(texts).most_common(_SHOWN)),
        dates=_share(texts, [text for text in texts if _is_date(text)]),
        numbers=_share(texts, numbers),
        most=max((_plain(text) for text in numbers), default=0.0),
    )


def _share(texts: Sequence[str], found: Sequence[str]) -> float:
    return len(found) / len(texts) if texts else 0.0


def _is_date(text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in DATE_SHAPES.values())


def _plain(text: str) -> float:
    digits = re.sub(r"[^0-9.]", "", text.replace(",", ""))
    try:
        return float(digits)
    except ValueError:
        return 0.0


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """Find the header below titles and above the data: the first row that is nearly full, of names, each once.

    Examples
    --------
    >>> header_row([["Deals of 2024"], [], ["Id", "Amount"], ["1", "20"]])
    3
    """
    filled = [[text.strip() for text in row if text.strip()] for row in rows]
    widest = _usual_width(filled)
    for place, texts in enumerate(filled, start=1):
        names = [text for text in texts if not _is_value(text)]
        nearly_full = len(texts) >= max(0.8 * widest, 2)
        # One name may stand twice: of few columns that is more than a tenth.
        differ = len(set(texts)) >= min(0.9 * len(texts), len(texts) - 1)
        if nearly_full and len(names) >= 0.5 * len(texts) and differ:
            return place
    return 1


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """Give the cells of a full row; a few rows with cells beyond the last column are no measure."""
    widths = sorted((len(row) for row in rows if row), reverse=True)
    return widths[min(max(1, len(widths) // 10), len(widths) - 1)] if widths else 0


def _is_value(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}", text)) is False and bool(
        _NUMBER.fullmatch(text) or _is_full_date(text)
    )


def _is_full_date(text: str) -> bool:
    """Months such as 2024-01 or Jan 2024 are names of columns; days are values."""
    return _is_date(text) and not re.fullmatch(r"\d{6}", text)
