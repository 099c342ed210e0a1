"""Sheets of spreadsheets: xlsx, xlsm, xlsb, xls and ods."""

import contextlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.counting import counted
from salesnb.crm.sources.rows import stage_rows
from salesnb.crm.sources.sheet_xml import SheetXml, look_through
from salesnb.crm.staging import Staged, StageRequest, header_notices, refuse_unusual, unique_headers
from salesnb.errors import BadInput, Damaged, MissingFile, nearest

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

__all__ = ["ExcelSource"]

# Sheets pack to a tenth; a file that packs to a hundredth was made to fill somebody's memory.
_HEAD = 40
_USUAL_PACKING = 100
_SMALL, _MOST_UNPACKED = 200_000_000, 2_000_000_000
# A sheet becomes a table in memory, of 32 bytes a cell; where that cannot be had the reader ends the whole process.
_MOST_CELLS = 50_000_000
# Spreadsheets keep 15 digits of a number, whoever typed more.
_DIGITS_KEPT = 10**15
_LONGEST = 10**21
# Where a protected workbook names what it holds.
_START = 1 << 20
_PACKED = (b"PK", b"\xd0\xcf\x11\xe0")


class ExcelSource:
    """A workbook; the mapping's ``sheet`` names the sheet, else it is the first."""

    suffixes = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
    holds_many = True

    def tables(self, path: Path) -> tuple[str, ...]:
        """Names of the sheets."""
        with _opened(path) as book:
            return tuple(book.sheet_names)

    def head(self, path: Path, sheet: str) -> tuple[tuple[str, ...], ...]:
        """First rows of a sheet."""
        with _opened(path) as book:
            _refuse_scattered(look_through(path, sheet or book.sheet_names[0]), path.name)
            rows = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python(
                skip_empty_area=False, nrows=_HEAD
            )
        return tuple(tuple(_text(value) for value in row) for row in rows)

    def grid(self, path: Path, sheet: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
        """All rows of a sheet."""
        rows, notices = _sheet(path, sheet, 0)
        return tuple(tuple(_text(value) for value in row) for row in rows), notices

    def stage(self, request: StageRequest) -> Staged:
        """Stage a sheet."""
        rows, notices = _sheet(request.path, request.sheet, request.mapping.header_row)
        place = request.mapping.header_row
        header = [_text(value) for value in rows[place - 1]] if len(rows) >= place else []
        while header and not header[-1].strip():
            header.pop()
        if not header:
            raise BadInput(
                "It has no header.",
                where=f"{request.path.name}, row {place}",
                hint="Name the row with header_row.",
            )
        refuse_unusual(header, request.path.name)
        notices = (*header_notices(header, request.path.name), *notices)
        body = _Body(rows, place, len(header))
        staged = stage_rows(request, body.cells(), unique_headers(header), notices)
        return replace(staged, notices=(*staged.notices, *body.notices(request.path.name)))


def _refuse_bombs(path: Path) -> None:
    """Refuse a small file that unpacks to more than any workbook holds, before it fills the memory."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        # A size that cannot be known could be any.
        raise Damaged(
            f"Its list of parts cannot be read: {error}.",
            where=path.name,
            hint="Open it, save it as .xlsx and try again.",
        ) from error
    if size > _MOST_UNPACKED or (size > _SMALL and size > _USUAL_PACKING * path.stat().st_size):
        raise Damaged(
            f"It unpacks to {size // 1_000_000:,} MB, which no workbook needs.",
            where=path.name,
            hint="Save the sheet as CSV and import that.",
        )


def _sheet(path: Path, sheet: str, header_row: int) -> tuple[list[list[Any]], tuple[str, ...]]:
    """Read a sheet as rows of cells, and say what their values do not show."""
    with _opened(path) as book:
        names = book.sheet_names
        wanted = sheet or names[0]
        if wanted not in names:
            raise MissingFile(f"There is no sheet {wanted!r}.", where=path.name, hint=nearest(wanted, names))
        xml = look_through(path, wanted)
        _refuse_scattered(xml, path.name)
        found = book.get_sheet_by_name(wanted)
        merged = _merged(found.merged_cell_ranges or [], header_row)
        return found.to_python(skip_empty_area=False), _said(xml, merged, path.name)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator["CalamineWorkbook"]:
    from python_calamine import CalamineError, CalamineWorkbook

    _refuse_bombs(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            if not book.sheet_names:
                raise Damaged(
                    "It has no sheet.", where=path.name, hint="Open it, save it as .xlsx and try again."
                )
            yield book
    except CalamineError as error:
        raise Damaged(
            f"It cannot be read as a spreadsheet: {_why(path) or error}.",
            where=path.name,
            hint="Open it, save it as .xlsx and try again.",
        ) from error


def _why(path: Path) -> str:
    """Say what a file really is; empty where that cannot be told."""
    with path.open("rb") as file:
        start = file.read(_START)
    if start.lstrip()[:14].lower().startswith((b"<html", b"<!doctype html", b"<table")):
        return "it is a web page"
    if "EncryptedPackage".encode("utf-16-le") in start:
        return "it is protected by a password"
    binary = start.startswith(_PACKED) or b"\0" in start or not start.strip()
    return "" if binary else "it looks like a text, which would end in .csv"


def _refuse_scattered(xml: SheetXml | None, file: str) -> None:
    """Refuse a sheet whose cells reach so far that the table around them fills the memory."""
    if xml and xml.rows * xml.columns > _MOST_CELLS:
        raise BadInput(
            f"Its cells reach to row {xml.rows:,} and column {xml.columns:,}: too far to be read as a table.",
            where=file,
            hint="Delete what stands far from the table, or save the sheet as CSV and import that.",
        )


def _merged(ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]], header_row: int) -> int:
    """Count the merged cells that reach below the header."""
    return sum(end[0] >= header_row for _, end in ranges)


def _said(xml: SheetXml | None, merged: int, file: str) -> tuple[str, ...]:
    """Say what is read as empty though a person sees something there."""
    found = xml or SheetXml()
    notices = (
        (merged, "merged", "merged", "over several; only the first of these has the value"),
        (found.errors, "an error", "errors", "such as #REF!, and read as empty"),
        (
            found.not_calculated,
            "a formula",
            "formulas",
            "without a value, and read as empty: open the file, save it, import again",
        ),
    )
    said = tuple(
        f"{file}: {counted(count, f'cell is {one}', f'cells are {many}')} {what}."
        for count, one, many, what in notices
        if count
    )
    if found.padded:
        zeros = "some numbers are shown with leading zeros that they do not have"
        said = (*said, f"{file}: {zeros}; ids come without them. Store such ids as text.")
    return said


class _Body:
    """The rows below the header, as text."""

    def __init__(self, rows: list[list[Any]], header_row: int, width: int) -> None:
        self._rows = rows
        self._header_row = header_row
        self._width = width
        self._rounded = 0

    def cells(self) -> Iterator[tuple[int, list[str]]]:
        """Give each row that holds something, with its place in the sheet."""
        for place, row in enumerate(self._rows[self._header_row :], start=self._header_row + 1):
            cells = [_text(value) for value in row[: self._width]]
            if any(text.strip() for text in cells):
                self._rounded += any(isinstance(value, float) and abs(value) >= _DIGITS_KEPT for value in row)
                yield place, cells + [""] * (self._width - len(cells))

    def notices(self, file: str) -> tuple[str, ...]:
        """Say what the spreadsheet has lost; known when all rows have been given."""
        if not self._rounded:
            return ()
        rows = counted(self._rounded, "row has a number", "rows have numbers")
        said = "of more than 15 digits, which spreadsheets round; store long ids as text."
        return (f"{file}: {rows} {said}",)


def _text(value: Any) -> str:
    """Write a cell as a CSV would hold it: whole numbers without decimals, dates as ISO has them."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _LONGEST else repr(value)
    return str(value).replace("\0", "�")
