"""CSV files: the engine's own reader where every line is a row, an exact one where not."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from salesnb.crm.csv_format import CsvFormat, ragged_format, read_format, read_head
from salesnb.crm.csv_rows import read_grid, read_rows
from salesnb.crm.sources.rows import stage_rows
from salesnb.crm.staging import Staged, StageRequest, Streamed, cell, load_text, read_text_sql, write_bytes

__all__ = ["CsvSource"]

# From so many lines on a file is left where it is, and looked at in so many places.
LARGE = 200_000
_PLACES, _LINES_EACH = 100, 50


class CsvSource:
    """Comma-separated and the like, in any encoding."""

    suffixes = (".csv", ".tsv", ".txt")
    holds_many = False

    def tables(self, path: Path) -> tuple[str, ...]:  # noqa: ARG002 -- as the protocol has it
        """A file is a table."""
        return ()

    def head(self, path: Path, sheet: str) -> tuple[tuple[str, ...], ...]:  # noqa: ARG002 -- as the protocol has it
        """First lines of the file, parted where most of them are."""
        return read_head(path)

    def grid(self, path: Path, sheet: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:  # noqa: ARG002
        """All lines of the file."""
        form = ragged_format(path)
        return read_grid(path, form), form.notices

    def stage(self, request: StageRequest) -> Staged:
        """Stage a file."""
        form = read_format(request.path, request.mapping)
        if form.plain and not request.mapping.skip_rows_matching:
            staged = _streamed(request, form) or _fast(request, form)
            if staged:
                return staged
        return _exact(request, form)


def _exact(request: StageRequest, form: CsvFormat) -> Staged:
    return stage_rows(request, read_rows(request.path, form), form.headers, form.notices)


def _streamed(request: StageRequest, form: CsvFormat) -> Staged | None:
    """Leave a large file where it is; None when it is not one, or some row of the sample does not fit.

    A copy of all its texts would take as long again as reading it, and more memory than the rest of the import.
    """
    import duckdb

    if not request.once or form.lines < LARGE:
        return None
    columns, sample = tuple(cell(i) for i in range(len(form.headers))), f"{request.relation}_sample"
    picked = request.scratch / f"{sample}.csv"
    try:
        write_bytes(picked, _spread(request.path, form.header_end))
        load_text(request, picked, sample, columns, delimiter=form.delimiter)
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    picked.unlink()
    reader = read_text_sql(request.path, columns, skip=form.header_end, delimiter=form.delimiter)
    request.connection.execute(f'CREATE TEMP VIEW "{request.relation}" AS SELECT * FROM {reader}')

    def settle() -> Staged:
        staged.drop(request.connection)
        return _fast(request, form) or _exact(request, form)

    staged = Staged(
        relation=request.relation,
        headers=form.headers,
        row_sql="CAST(NULL AS BIGINT)",
        notices=form.notices,
        blanks=form.blanks,
        streamed=Streamed(
            rows=form.lines - form.header_end, first_row=form.header_end + 1, sample=sample, settle=settle
        ),
    )
    return staged


def _spread(path: Path, header_end: int) -> Iterator[bytes]:
    """Yield lines from places all over a file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for place in range(_PLACES):
            file.seek(size * place // _PLACES)
            # Mostly the rest of a line; at the beginning the header.
            for _ in range(1 if place else header_end):
                file.readline()
            yield from islice(file, _LINES_EACH)


def _fast(request: StageRequest, form: CsvFormat) -> Staged | None:
    """Let the engine read it; None when some line is not a row of its own.

    As many rows as lines means one row a line: then the place of a row tells its line.
    """
    import duckdb

    try:
        load_text(
            request,
            request.path,
            request.relation,
            (cell(i) for i in range(len(form.headers))),
            skip=form.header_end,
            delimiter=form.delimiter,
            parallel=True,
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    counted = request.connection.execute(f'SELECT count(*) FROM "{request.relation}"').fetchone()
    if counted != (form.lines - form.header_end,):
        return None
    return Staged(
        relation=request.relation,
        headers=form.headers,
        row_sql=f"rowid + {form.header_end + 1}",
        notices=form.notices,
        blanks=form.blanks,
    )
