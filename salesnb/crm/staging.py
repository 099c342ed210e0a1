"""What a source hands to the import: all its cells as text in one table of the engine, and where each row stood."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from salesnb.crm.mapping import TableMapping
from salesnb.crm.sql import quote_identifier, quote_literal
from salesnb.errors import BadInput, nearest
from salesnb.files import cannot_write

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "BLANKS",
    "BrokenRow",
    "RowsDiffer",
    "StageRequest",
    "Staged",
    "Streamed",
    "cell",
    "header_notices",
    "load_text",
    "read_text_sql",
    "refuse_unusual",
    "shown",
    "unique_headers",
    "write_bytes",
    "write_rows",
]

_SHOWN = 200
# The engine keeps a block of each column of each table in memory.
_MOST_COLUMNS = 600
_LONGEST_HEADER = 1_000
# What may stand around a value and is no part of it.
BLANKS = " \t\r\n\u00a0"


@dataclass(frozen=True, kw_only=True)
class StageRequest:
    """What a source is asked for.

    Attributes
    ----------
    path, sheet
        The file, and the sheet or table in it.
    relation
        Name of the temporary table to make.
    scratch
        A folder for files in between; it is removed after the import.
    once
        Whether all rows are read once and in order, so that a large file may stay where it is until then.
    """

    connection: "DuckDBPyConnection"
    path: Path
    sheet: str
    mapping: TableMapping
    relation: str
    scratch: Path
    once: bool = False


class RowsDiffer(Exception):
    """A signal: a streamed file is not a row a line, and has to be staged after all."""


@dataclass(frozen=True, kw_only=True)
class BrokenRow:
    """A row that does not fit the table's shape; ``cells`` is how many it has, 0 where that cannot be told."""

    row: int
    reason: str
    value: str
    cells: int = 0


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """What is thought of a file that is read only when its rows are wanted; that it is so shows at its end.

    Attributes
    ----------
    rows, first_row
        How many rows it has when each line is one, and the line of the first.
    sample
        A table of rows from all over the file, to look at.
    settle
        Stages it so that nothing is left to show.
    """

    rows: int
    first_row: int
    sample: str
    settle: "Callable[[], Staged]"


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A staged table: columns ``c0``, ``c1``, … of text in the order of ``headers``; empty cells are null.

    Attributes
    ----------
    row_sql
        Expression that gives a row's place in its file: the physical line in text, the row in a sheet.
    keep_sql
        Condition on the rows that count.
    broken
        Name of a table (source_row, reason, value) of rows that do not fit; empty when there is none.
    blanks
        Those of :data:`BLANKS` that may stand at the ends of cells.
    streamed
        Set where the relation is a view of a file, whose rows have no place before they are loaded.
    """

    relation: str
    headers: tuple[str, ...]
    row_sql: str
    keep_sql: str = "true"
    broken: str = ""
    notices: tuple[str, ...] = ()
    blanks: str = BLANKS
    streamed: Streamed | None = None

    def settled(self) -> "Staged":
        """Give it staged, if it is not yet."""
        return self.streamed.settle() if self.streamed else self

    def drop(self, connection: "DuckDBPyConnection") -> None:
        """Remove what was staged."""
        connection.execute(f"DROP {'VIEW' if self.streamed else 'TABLE'} {quote_identifier(self.relation)}")
        if self.streamed:
            connection.execute(f"DROP TABLE {quote_identifier(self.streamed.sample)}")

    def column(self, name: str, *, where: str, file: str) -> str:
        """Give the column that holds a source column.

        Raises
        ------
        BadInput
            When the source has no column of that name.
        """
        if name not in self.headers:
            hint = f"{nearest(name, self.headers, shown=30)} Correct {where}."
            raise BadInput(f"Column {name!r} is not in {file}.", where=file, hint=hint)
        return cell(self.headers.index(name))


def cell(place: int) -> str:
    """Name of the staged column at a place."""
    return f"c{place}"


def unique_headers(found: Iterable[str]) -> tuple[str, ...]:
    """Clean headers; an empty one becomes ``column_3``, a repeated one ``name_2``.

    The engine knows no upper and lower case in names, so neither do we.
    """
    headers: list[str] = []
    taken: set[str] = set()
    for place, text in enumerate(found, start=1):
        name = _clean(text) or f"column_{place}"
        own, count = name, 1
        while own.casefold() in taken:
            count += 1
            own = f"{name}_{count}"
        taken.add(own.casefold())
        headers.append(own)
    return tuple(headers)


def _clean(text: str) -> str:
    """Take the arrows away with which reports show by what they are sorted."""
    return " ".join(text.split()).rstrip(" ↑↓")


def refuse_unusual(headers: Sequence[str], file: str) -> None:
    """Refuse headers of which no table is made.

    Raises
    ------
    BadInput
        When there are too many columns for the engine, or a header is a text of its own.
    """
    if len(headers) > _MOST_COLUMNS:
        raise BadInput(
            f"It has {len(headers):,} columns; {_MOST_COLUMNS:,} are the most that can be read.",
            where=file,
            hint="Export the columns that you need.",
        )
    longest = max(headers, key=len, default="")
    if len(longest) > _LONGEST_HEADER:
        raise BadInput(
            f"A header is longer than {_LONGEST_HEADER:,} characters: {shown(longest)!r}.",
            where=file,
            hint="Name the row of the header with header_row, or export a table.",
        )


def header_notices(found: Iterable[str], file: str) -> tuple[str, ...]:
    """Say which headers stand more than once, and what their further columns are called."""
    texts = [_clean(text) for text in found]
    names = unique_headers(texts)
    return tuple(
        f"{file}: {text!r} heads more than one column; this one is called {name!r}."
        for text, name in zip(texts, names, strict=True)
        if text and text != name
    )


def write_rows(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    """Write rows as plain CSV in UTF-8, for :func:`load_text`.

    Raises
    ------
    CannotWrite
        When there is no room.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(_WithoutReturns(file), lineterminator="\n").writerows(rows)
    except OSError as error:
        raise cannot_write(path, error) from error


class _WithoutReturns:
    """Writes rows without carriage returns, at which the engine would end a row, quoted or not."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        returns = "\r" in text
        return self._file.write(text.replace("\r\n", "\n").replace("\r", " ") if returns else text)


def write_bytes(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines as they are, for :func:`load_text`.

    Raises
    ------
    CannotWrite
        When there is no room.
    """
    try:
        with path.open("wb") as file:
            file.writelines(lines)
    except OSError as error:
        raise cannot_write(path, error) from error


def load_text(
    request: StageRequest,
    path: Path,
    relation: str,
    columns: Iterable[str],
    *,
    skip: int = 0,
    delimiter: str = ",",
    parallel: bool = False,
) -> None:
    """Load a CSV file whose shape is known into a temporary table of texts.

    Raises
    ------
    duckdb.Error
        When a row does not fit.
    """
    reader = read_text_sql(path, columns, skip=skip, delimiter=delimiter, parallel=parallel)
    request.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quote_identifier(relation)} AS SELECT * FROM {reader}"
    )


def read_text_sql(
    path: Path, columns: Iterable[str], *, skip: int = 0, delimiter: str = ",", parallel: bool = True
) -> str:
    """SQL of the rows of a CSV file as texts; rows that do not fit are an error.

    The engine takes buffers of sixteen lines of the longest size, and a thread a buffer: more than most files are long.
    """
    names = ", ".join(f"{quote_literal(name)}: 'VARCHAR'" for name in columns)
    return (
        f"read_csv({quote_literal(str(path))}, auto_detect=false, header=false, skip={skip},"
        f" delim={quote_literal(delimiter)}, quote='\"', escape='\"', strict_mode=true,"
        f" parallel={str(parallel).lower()}, max_line_size=16000000, buffer_size=32000000, columns={{{names}}})"
    )


def shown(text: str) -> str:
    """Cut a text to what fits a report."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
