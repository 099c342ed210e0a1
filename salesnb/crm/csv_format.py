"""What a CSV file is written in: encoding, delimiter, header, and whether its lines are simply its rows."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TextIO

from salesnb.crm.mapping import TableMapping
from salesnb.crm.staging import BLANKS, header_notices, refuse_unusual, unique_headers
from salesnb.errors import BadInput, Damaged, MissingFile

__all__ = ["LONGEST_LINE", "CsvFormat", "bounded_lines", "ragged_format", "read_format", "read_head"]

_PIECE = 1 << 20
# One character more than a row may have; what is so long is set aside whatever comes behind.
LONGEST_LINE = 1_000_001
_DELIMITERS = ",;\t|"
# Python's own limit is 131,072 characters a field, and an error; how long a row may be is judged where rows are read.
csv.field_size_limit(2**31 - 1)
_NAMES = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma"}
_OTHERS = {
    b"pk\x03\x04": "a workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old workbook",
    b"\x1f\x8b": "packed with gzip",
    b"%pdf-": "a PDF",
    b"<html": "a web page",
    b"<!doctype html": "a web page",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, kw_only=True)
class CsvFormat:
    """How to read a file.

    Attributes
    ----------
    header_end
        Physical line on which the header ends.
    lines
        Number of physical lines.
    plain
        Whether the engine can read the file as it is: UTF-8, no stray carriage returns or NULs.
    blanks
        Those that may stand at the ends of cells.
    """

    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    header_end: int
    lines: int
    plain: bool
    blanks: str
    notices: tuple[str, ...]


def read_format(path: Path, mapping: TableMapping) -> CsvFormat:
    """Look through a file once.

    Raises
    ------
    MissingFile
        When it cannot be read.
    Damaged
        When it is no text but a workbook, an archive or a web page.
    BadInput
        When the encoding is unknown or there is no header.
    """
    try:
        _refuse_others(path)
        encoding, notices = _encoding(path, mapping.encoding)
        scan = _scan(path)
        head = _head(path, encoding, mapping.header_row)
    except OSError as error:
        raise MissingFile(f"Cannot read {path.name}: {error.strerror}.", where=str(path.parent)) from error
    if mapping.header_row == 1 and not any(line.strip() for line in head):
        raise BadInput("It is empty.", where=path.name, hint="Export it again.")
    delimiter = mapping.delimiter or _delimiter(head)
    if not mapping.delimiter and delimiter != ",":
        notices = (*notices, f"{path.name}: columns are separated by {_NAMES[delimiter]}.")
    header, lines = _header(head, delimiter, path.name)
    if not any(text.strip() for text in header):
        raise BadInput(
            "It has no header.",
            where=f"{path.name}, row {mapping.header_row}",
            hint="Name the row with header_row.",
        )
    refuse_unusual(header, path.name)
    return CsvFormat(
        encoding=encoding,
        delimiter=delimiter,
        headers=unique_headers(header),
        header_end=mapping.header_row - 1 + lines,
        lines=scan.lines,
        plain=encoding in ("utf-8", "utf-8-sig") and scan.simple,
        blanks=scan.blanks,
        notices=(*notices, *header_notices(header, path.name)),
    )


def read_head(path: Path) -> tuple[tuple[str, ...], ...]:
    """Give the first lines as cells, parted by the delimiter that gives most lines the same number of them.

    Raises
    ------
    MissingFile
        When it cannot be read.
    Damaged
        When it is no text but a workbook, an archive or a web page.
    """
    head, _, _ = _opening(path)
    return tuple(tuple(row) for row in _rows(head, _common_delimiter(head)))


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """Part lines into rows; a quote that is never closed costs its own line only."""
    left = lines
    while left:
        reader, ended = csv.reader(left, delimiter=delimiter, strict=True), 0
        try:
            for row in reader:
                yield row
                ended = reader.line_num
        except csv.Error:
            yield next(csv.reader([left[ended]], delimiter=delimiter))
            ended += 1
        left = left[ended:]


def ragged_format(path: Path) -> CsvFormat:
    """Look at how a file is written whose rows need not have the same width, and which need not begin with a header.

    Raises
    ------
    MissingFile
        When it cannot be read.
    Damaged
        When it is no text but a workbook, an archive or a web page.
    """
    head, encoding, notices = _opening(path)
    return CsvFormat(
        encoding=encoding,
        delimiter=_common_delimiter(head),
        headers=(),
        header_end=0,
        lines=0,
        plain=False,
        blanks=BLANKS,
        notices=notices,
    )


def _opening(path: Path) -> tuple[list[str], str, tuple[str, ...]]:
    """Give the first lines of a text file, its encoding, and what to say about that."""
    try:
        _refuse_others(path)
        encoding, notices = _encoding(path, "")
        return _head(path, encoding, 1), encoding, notices
    except OSError as error:
        raise MissingFile(f"Cannot read {path.name}: {error.strerror}.", where=str(path.parent)) from error


def _refuse_others(path: Path) -> None:
    """Refuse what is named as text and begins as something else does."""
    with path.open("rb") as file:
        start = file.read(16).lstrip().lower()
    for mark, what in _OTHERS.items():
        if start.startswith(mark):
            hint = "Name it as what it is, unpack it, or open it and save the sheet as CSV."
            raise Damaged(f"It is not a text file but {what}.", where=path.name, hint=hint)


def _encoding(path: Path, given: str) -> tuple[str, tuple[str, ...]]:
    """Encoding by the mapping, by byte order mark, by whether it is UTF-8; and what to say about it."""
    if given:
        try:
            "".encode(given)
            return codecs.lookup(given).name, _unreadable(path, given)
        except LookupError:
            raise BadInput(
                f"There is no encoding {given!r}.",
                where=path.name,
                hint='Write one such as "utf-8" or "cp1252".',
            ) from None
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name, () if name == "utf-8-sig" else (f"{path.name}: read as {name.upper()}.",)
    nul = start.count(b"\0")
    if nul * 3 > len(start):
        name = "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
        return name, (f"{path.name}: read as {name.upper()}, though it has no byte order mark.",)
    stray = _stray(path)
    if not stray:
        return "utf-8", ()
    characters = "character is" if stray == 1 else "characters are"
    said = f"{path.name}: {stray} {characters} not UTF-8 and read as Windows-1252. Set encoding if that is wrong."
    return f"utf-8:{_EITHER}", (said,)


def _unreadable(path: Path, given: str) -> tuple[str, ...]:
    """Say how many characters are not in the encoding that the mapping names."""
    try:
        stray = _stray(path, given)
    except UnicodeError as error:
        raise BadInput(
            f"It is not written in {given}: {error}.",
            where=path.name,
            hint="Correct encoding, or leave it out.",
        ) from None
    characters = "character is" if stray == 1 else "characters are"
    return (f"{path.name}: {stray} {characters} not {given} and read as \ufffd.",) if stray else ()


def _stray(path: Path, encoding: str = "utf-8") -> int:
    """Count the characters that are not in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    stray = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            # Plain ASCII, unless a character of the piece before goes on in it, is right and need not be decoded.
            if encoding != "utf-8" or decoder.getstate()[0] or not piece.isascii():
                stray += decoder.decode(piece).count("\ufffd")
    return stray + decoder.decode(b"", final=True).count("\ufffd")


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as what they mostly are; files put together from two have both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_EITHER = "salesnb-windows-1252"
codecs.register_error(_EITHER, _windows_1252)


@dataclass(frozen=True)
class _Scan:
    lines: int
    simple: bool
    blanks: str


def _scan(path: Path) -> _Scan:
    """Count lines, and look for carriage returns that stand alone, for NULs and for blanks that are rare."""
    feeds = returns = pairs = 0
    seen = dict.fromkeys((b"\0", b"\t", b"\xc2"), False)
    last = b"\n"
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            feeds += piece.count(b"\n")
            # To look for a byte takes a quarter of the time of counting it, and most files have none of these.
            if b"\r" in piece:
                returns += piece.count(b"\r")
                pairs += piece.count(b"\r\n")
            pairs += last == b"\r" and piece.startswith(b"\n")
            seen |= {byte: seen[byte] or byte in piece for byte in seen}
            last = piece[-1:]
    # A cell that ends in a line end takes more than one line, and such a file is not plain; the no-break space begins
    # with the byte C2.
    rare = (("\t", b"\t"), ("\u00a0", b"\xc2"))
    return _Scan(
        lines=feeds + (last != b"\n"),
        simple=returns == pairs and not seen[b"\0"],
        blanks=" " + "".join(blank for blank, byte in rare if seen[byte]),
    )


def _head(path: Path, encoding: str, header_row: int, rows: int = 40) -> list[str]:
    """Give the first physical lines from the header on."""
    codec, _, errors = encoding.partition(":")
    with path.open(encoding=codec, errors=errors or "replace", newline="") as file:
        wanted = islice(bounded_lines(file), header_row - 1 + rows)
        return [line for place, line in enumerate(wanted) if place >= header_row - 1]


def bounded_lines(file: TextIO) -> Iterator[str]:
    """Give the lines of a file; of one that is longer than any row may be, only its begin, so that it fits in memory."""
    cut = False
    while line := file.readline(LONGEST_LINE):
        # Cut between the two characters of a line end, the second is no line of its own.
        if not (cut and line == "\n"):
            yield line
        while len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            line = file.readline(LONGEST_LINE)
        cut = len(line) == LONGEST_LINE and line.endswith("\r")


def _header(head: list[str], delimiter: str, file: str) -> tuple[list[str], int]:
    """Give the headers and the number of lines that they take."""
    if "\0" in "".join(head[:1]):
        raise Damaged("It is not a text file.", where=file, hint="Unpack it, or save the sheet as CSV.")
    strict = csv.reader(StringIO("".join(head), newline=""), delimiter=delimiter, strict=True)
    try:
        return next(strict, []), strict.line_num
    except csv.Error:
        if strict.line_num >= len(head):
            raise BadInput("A quote in the header is never closed.", where=file, hint="Close it.") from None
    reader = csv.reader(StringIO("".join(head), newline=""), delimiter=delimiter)
    return next(reader, []), reader.line_num


def _common_delimiter(head: list[str]) -> str:
    """Choose the delimiter that gives most lines the same number of cells."""

    def score(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(head, delimiter=delimiter) if len(row) > 1)
        width, count = widths.most_common(1)[0] if widths else (1, 0)
        return count, width

    return max(_DELIMITERS, key=score)


def _delimiter(head: list[str]) -> str:
    """Choose the delimiter that gives most columns in most rows."""

    def score(delimiter: str) -> tuple[int, int]:
        rows = [row for row in csv.reader(head, delimiter=delimiter) if row]
        widths = Counter(len(row) for row in rows)
        width = len(rows[0]) if rows else 1
        return (widths[width] if width > 1 else 0, width)

    return max(_DELIMITERS, key=score)
