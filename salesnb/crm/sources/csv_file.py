"""CSV files: the engine's own reader where every line is a row, an exact one where not."""

from pathlib import Path

from salesnb.crm.csv_format import CsvFormat, ragged_format, read_format, read_head
from salesnb.crm.csv_rows import read_grid, read_rows
from salesnb.crm.sources.rows import stage_rows
from salesnb.crm.staging import Staged, StageRequest, cell, load_text

__all__ = ["CsvSource"]


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
            staged = _fast(request, form)
            if staged:
                return staged
        return stage_rows(request, read_rows(request.path, form), form.headers, form.notices)


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
    )
