"""Rows of a CSV file that is not simply a row a line: quoted line ends, broken rows, other encodings.

Slower than the engine's own reader, and exact about which physical line each row begins on.
"""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from salesnb.crm.csv_format import LONGEST_LINE, CsvFormat, bounded_lines
from salesnb.crm.staging import BrokenRow, shown

__all__ = ["Row", "read_rows"]

# A quoted field that runs on beyond this was never closed.
_MOST_LINES = 1_000
_MOST_CHARACTERS = LONGEST_LINE - 1

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


class _Records:
    """Reads records, and takes back the lines of one that turns out to be broken."""

    def __init__(self, lines: Iterator[tuple[int, str]], form: CsvFormat) -> None:
        self._lines = lines
        self._form = form
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
        width = len(self._form.headers)
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        text = self._form.delimiter.join(cells)
        if len(cells) != width:
            reason = f"has {len(cells)} columns where the header has {width}"
            return BrokenRow(row=number, reason=reason, value=shown(text), cells=len(cells))
        if "\0" in text:
            return BrokenRow(row=number, reason="holds a NUL character", value=shown(text.replace("\0", "�")))
        return number, cells
