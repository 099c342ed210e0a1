"""Rows of a CSV file that is not simply a row a line: quoted line ends, broken rows, other encodings.

Slower than the engine's own reader, and exact about which physical line each row begins on.
"""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from salesnb.counting import counted
from salesnb.crm.csv_format import LONGEST_LINE, CsvFormat, bounded_lines
from salesnb.crm.staging import BrokenRow, shown
from salesnb.errors import BadInput

__all__ = ["Row", "read_grid", "read_rows"]

# A quoted field that runs on beyond this was never closed.
_MOST_LINES = 1_000
_MOST_CHARACTERS = LONGEST_LINE - 1

# What people lay out by hand is small; it is held in memory as a whole.
_MOST_BYTES = 50_000_000

_NOT_CLOSED = "a quote is not closed or stands inside a field"

Row = tuple[int, list[str]]


class _NeverClosed(Exception):
    """A signal between two functions here."""


def read_rows(path: Path, form: CsvFormat) -> Iterator[Row | BrokenRow]:
    """Yield each row with the physical line that it begins on; blank lines are left out.

    A quote that is never closed costs its own line only: reading goes on with the next.
    """
    codec, _, errors = form.encoding.partition(":")
    with path.open(encoding=codec, errors=errors or "replace", newline="") as file:
        lines = (
            (number, line)
            for number, line in enumerate(bounded_lines(file), start=1)
            if number > form.header_end
        )
        yield from _Records(lines, form).read()


def read_grid(path: Path, form: CsvFormat) -> tuple[tuple[str, ...], ...]:
    """Read all rows as they stand, each at the place of its physical line; lines that hold no row are empty.

    Raises
    ------
    BadInput
        When the file is too large to be laid out by hand, or a row cannot be read.
    """
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise BadInput(
            f"It has {size // 1_000_000:,} MB; a table that people fill in has no more than {_MOST_BYTES // 1_000_000}.",
            where=path.name,
            hint="Import what a program wrote with a mapping: --mapping FILE.",
        )
    codec, _, errors = form.encoding.partition(":")
    rows: list[tuple[str, ...]] = []
    with path.open(encoding=codec, errors=errors or "replace", newline="") as file:
        for row in _Records(enumerate(file, start=1), form, ragged=True).read():
            if isinstance(row, BrokenRow):
                raise BadInput(
                    f"{row.value!r}: {row.reason}.", where=f"{path.name}, row {row.row}", hint="Mend it."
                )
            number, cells = row
            rows += [()] * (number - 1 - len(rows))
            rows.append(tuple(cells))
    return tuple(rows)


class _Records:
    """Reads records, and takes back the lines of one that turns out to be broken."""

    def __init__(self, lines: Iterator[tuple[int, str]], form: CsvFormat, *, ragged: bool = False) -> None:
        self._lines = lines
        self._form = form
        self._ragged = ragged
        self._current: list[tuple[int, str]] = []

    def read(self) -> Iterator[Row | BrokenRow]:
        reader = self._reader()
        while True:
            self._current = []
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _NeverClosed):
                number, line = self._current[0]
                yield BrokenRow(
                    row=number,
                    reason=_NOT_CLOSED if '"' in line else f"is longer than {_MOST_CHARACTERS:,} characters",
                    value=shown(line.rstrip("\r\n")),
                )
                self._lines = chain(self._current[1:], self._lines)
                reader = self._reader()
                continue
            if cells:
                yield self._checked(cells)

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._form.delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        size = 0
        for number, line in self._lines:
            if not self._current:
                size = 0
            self._current.append((number, line))
            size += len(line)
            if len(self._current) > _MOST_LINES or size > _MOST_CHARACTERS:
                raise _NeverClosed
            yield line

    def _checked(self, cells: list[str]) -> Row | BrokenRow:
        number = self._current[0][0]
        width = len(cells) if self._ragged else len(self._form.headers)
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        text = self._form.delimiter.join(cells)
        if len(cells) != width:
            reason = f"has {counted(len(cells), 'column', 'columns')} where the header has {width}"
            return BrokenRow(row=number, reason=reason, value=shown(text), cells=len(cells))
        if "\0" in text:
            return BrokenRow(row=number, reason="holds a NUL character", value=shown(text.replace("\0", "�")))
        return number, cells
