"""What the XML of an xlsx sheet says and its values do not: how far it reaches, what is not calculated, errors."""

import html
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["SheetXml", "look_through"]

_PIECE = 1 << 20
_CELL = b"<c "
_PLACE = re.compile(rb' r="([A-Z]{1,3})([0-9]{1,7})"')
_NOT_CALCULATED = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>|</c>)")
_ERROR = re.compile(rb' t="e"')
_PADDED = re.compile(rb'formatCode="(?:0{2,})"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(kw_only=True)
class SheetXml:
    """What was found.

    Attributes
    ----------
    rows, columns
        Where the last cell stands; a sheet is read as a table of so many cells.
    not_calculated
        Formulas that no program has calculated, and that therefore have no value.
    errors
        Cells that hold an error such as ``#REF!``; they are read as empty.
    padded
        Whether the workbook shows some numbers with leading zeros, which the numbers do not have.
    """

    rows: int = 0
    columns: int = 0
    not_calculated: int = 0
    errors: int = 0
    padded: bool = False


def look_through(path: Path, sheet: str) -> SheetXml | None:
    """Look through a sheet without making a table of it; None where the file is not an xlsx that can be looked into."""
    try:
        with zipfile.ZipFile(path) as packed:
            part = _part_of(packed, sheet)
            if not part:
                return None
            found = SheetXml(padded=bool(_PADDED.search(_read(packed, "xl/styles.xml"))))
            with packed.open(part) as xml:
                for piece in _whole_cells(xml):
                    _count(piece, found)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError, RuntimeError, zlib.error):
        # Whoever reads it says what is wrong with it.
        return None
    return found


def _part_of(packed: zipfile.ZipFile, sheet: str) -> str:
    """Name the part of the package that holds a sheet; empty where that is not told."""
    book = _read(packed, "xl/workbook.xml").decode("utf-8", "replace")
    sheets = {one.get("name", ""): one.get("r:id", "") for one in map(_attributes, _SHEET.findall(book))}
    relations = _read(packed, "xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    parts = {
        one.get("Id", ""): one.get("Target", "") for one in map(_attributes, _RELATION.findall(relations))
    }
    target = parts.get(sheets.get(sheet, ""), "")
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") if target else ""


def _read(packed: zipfile.ZipFile, name: str) -> bytes:
    return packed.read(name) if name in packed.namelist() else b""


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _whole_cells(xml: IO[bytes]) -> Iterator[bytes]:
    """Cut the XML before cells, so that none is counted twice or missed."""
    rest = b""
    while piece := xml.read(_PIECE):
        both = rest + piece
        cut = both.rfind(_CELL)
        cut = cut if cut > 0 else len(both)
        yield both[:cut]
        rest = both[cut:]
    yield rest


def _count(piece: bytes, found: SheetXml) -> None:
    places = _PLACE.findall(piece)
    found.rows = max(found.rows, *map(int, {row for _, row in places}), 0)
    found.columns = max(found.columns, *map(_number, {column for column, _ in places}), 0)
    found.not_calculated += len(_NOT_CALCULATED.findall(piece))
    found.errors += len(_ERROR.findall(piece))


def _number(letters: bytes) -> int:
    """Number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
