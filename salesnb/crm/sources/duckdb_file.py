"""Tables in a DuckDB file."""

from pathlib import Path

from salesnb.crm.sources.parquet import stage_query
from salesnb.crm.sql import quote_identifier, quote_literal
from salesnb.crm.staging import Staged, StageRequest
from salesnb.errors import Damaged, MissingFile, nearest

__all__ = ["DuckDBSource"]


class DuckDBSource:
    """A database of somebody else's, opened read-only; the mapping's ``sheet`` names the table."""

    suffixes = (".duckdb", ".ddb", ".db")
    holds_many = True

    def tables(self, path: Path) -> tuple[str, ...]:
        """Names of the tables and views."""
        import duckdb

        try:
            with duckdb.connect(str(path), read_only=True, config={"enable_external_access": False}) as found:
                rows = found.execute("SELECT table_name FROM information_schema.tables").fetchall()
        except duckdb.Error as error:
            raise _unreadable(path, error) from error
        return tuple(str(row[0]) for row in rows)

    def head(self, path: Path, sheet: str) -> tuple[tuple[str, ...], ...]:  # noqa: ARG002 -- as the protocol has it
        """Columns have names of their own."""
        return ()

    def stage(self, request: StageRequest) -> Staged:
        """Stage a table."""
        import duckdb

        connection = request.connection
        alias = f"{request.relation}_db"
        try:
            connection.execute(f"ATTACH {quote_literal(str(request.path))} AS {alias} (READ_ONLY)")
        except duckdb.Error as error:
            raise _unreadable(request.path, error) from error
        try:
            known = _tables(request, alias)
            only = next(iter(known)) if len(known) == 1 else request.mapping.table
            name = request.sheet or only
            if name not in known:
                raise MissingFile(
                    f"There is no table {name!r}.", where=request.path.name, hint=nearest(name, known)
                )
            return stage_query(request, f"{alias}.{known[name]}.{quote_identifier(name)}")
        finally:
            connection.execute(f"DETACH {alias}")


def _unreadable(path: Path, error: Exception) -> Damaged:
    return Damaged(f"It cannot be opened: {str(error).splitlines()[0]}", where=path.name)


def _tables(request: StageRequest, alias: str) -> dict[str, str]:
    """Tables and views by name, with the quoted schema that they are in."""
    rows = request.connection.execute(
        f"SELECT table_name, table_schema FROM information_schema.tables WHERE table_catalog = {quote_literal(alias)}"
    ).fetchall()
    return {str(name): quote_identifier(str(schema)) for name, schema in rows}
