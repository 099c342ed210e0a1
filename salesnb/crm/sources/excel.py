"""Sheets of spreadsheets: xlsx, xlsm, xlsb, xls and ods."""

import contextlib
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.crm.sources.rows import stage_rows
from salesnb.crm.staging import Staged, StageRequest, header_notices, unique_headers
from salesnb.errors import BadInput, Damaged, MissingFile, nearest

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

__all__ = ["ExcelSource"]

# Sheets pack to a tenth; a file that packs to a hundredth was made to fill somebody's memory.
_HEAD = 40
_USUAL_PACKING = 100
_SMALL, _MOST_UNPACKED = 200_000_000, 2_000_000_000


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
            rows = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python(
                skip_empty_area=False, nrows=_HEAD
            )
        return tuple(tuple(_text(value) for value in row) for row in rows)

    def stage(self, request: StageRequest) -> Staged:
        """Stage a sheet."""
        rows = _sheet(request)
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
        notices = header_notices(header, request.path.name)
        return stage_rows(request, _body(rows, place, len(header)), unique_headers(header), notices)


def _refuse_bombs(path: Path) -> None:
    """Refuse a small file that unpacks to more than any workbook holds, before it fills the memory."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > _MOST_UNPACKED or (size > _SMALL and size > _USUAL_PACKING * path.stat().st_size):
        raise Damaged(
            f"It unpacks to {size // 1_000_000:,} MB, which no workbook needs.",
            where=path.name,
            hint="Save the sheet as CSV and import that.",
        )


def _sheet(request: StageRequest) -> list[list[Any]]:
    with _opened(request.path) as book:
        names = book.sheet_names
        wanted = request.sheet or names[0]
        if wanted not in names:
            raise MissingFile(
                f"There is no sheet {wanted!r}.", where=request.path.name, hint=nearest(wanted, names)
            )
        return book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator["CalamineWorkbook"]:
    from python_calamine import CalamineError, CalamineWorkbook

    _refuse_bombs(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            yield book
    except CalamineError as error:
        raise Damaged(
            f"It cannot be read as a spreadsheet: {error}.",
            where=path.name,
            hint="Open it, save it as .xlsx and try again.",
        ) from error


def _body(rows: list[list[Any]], header_row: int, width: int) -> Iterator[tuple[int, list[str]]]:
    for place, row in enumerate(rows[header_row:], start=header_row + 1):
        cells = [_text(value) for value in row[:width]]
        if any(text.strip() for text in cells):
            yield place, cells + [""] * (width - len(cells))


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
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).replace("\0", "�")
