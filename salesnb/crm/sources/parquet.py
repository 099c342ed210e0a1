"""Parquet files."""

from pathlib import Path

from salesnb.crm.sql import quote_identifier, quote_literal
from salesnb.crm.staging import Staged, StageRequest, cell, refuse_unusual, unique_headers
from salesnb.errors import BadInput, Damaged

__all__ = ["ParquetSource", "stage_query"]


class ParquetSource:
    """Columnar files; a row's place is its number in the file."""

    suffixes = (".parquet", ".pq")
    holds_many = False

    def tables(self, path: Path) -> tuple[str, ...]:  # noqa: ARG002 -- as the protocol has it
        """A file is a table."""
        return ()

    def head(self, path: Path, sheet: str) -> tuple[tuple[str, ...], ...]:  # noqa: ARG002
        """Columns have names of their own."""
        return ()

    def stage(self, request: StageRequest) -> Staged:
        """Stage a file."""
        import duckdb

        try:
            return stage_query(request, f"read_parquet({quote_literal(str(request.path))})")
        except (duckdb.InvalidInputException, duckdb.IOException) as error:
            raise Damaged(
                f"It is not a Parquet file: {str(error).splitlines()[0]}", where=request.path.name
            ) from error


def stage_query(request: StageRequest, relation: str) -> Staged:
    """Stage all columns of a relation as text."""
    connection = request.connection
    found = [str(row[0]) for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
    refuse_unusual(found, request.path.name)
    cells = ", ".join(
        f"nullif(CAST({quote_identifier(name)} AS VARCHAR), '') AS {cell(i)}" for i, name in enumerate(found)
    )
    connection.execute(f'CREATE OR REPLACE TEMP TABLE "{request.relation}" AS SELECT {cells} FROM {relation}')
    headers = unique_headers(found)
    return Staged(
        relation=request.relation,
        headers=headers,
        row_sql="rowid + 1",
        keep_sql=_keep(request, len(headers)),
    )


def _keep(request: StageRequest, width: int) -> str:
    pattern = request.mapping.skip_rows_matching
    if not pattern:
        return "true"
    cells = ", ".join(f"coalesce({cell(i)}, '')" for i in range(width))
    condition = f"NOT regexp_matches(concat_ws(',', {cells}), {quote_literal(pattern)})"
    import duckdb

    try:
        request.connection.execute(f'SELECT {condition} FROM "{request.relation}" LIMIT 1')
    except duckdb.Error as error:
        raise BadInput(f"skip_rows_matching cannot be used: {error}", where=request.path.name) from error
    return condition
