"""Canonical tables in a DuckDB file, or in a folder of Parquet files: read where they are."""

from pathlib import Path
from typing import Any

import duckdb

from salesnb.crm.embedded import Compiler, Embedded
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.crm.tables import TABLES
from salesnb.crm.warehouse.address import PLACE, Address
from salesnb.crm.warehouse.inline import Inline, ReadOnly
from salesnb.errors import BadInput, MissingFile

__all__ = ["connect"]

_NO_EXTENSIONS = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


class _Compiler(Inline, Compiler):
    __slots__ = ()


class _Files(ReadOnly, Embedded):
    compiler = _Compiler()

    def as_text(self, column: Any) -> Any:
        """Give a column as text; it compares by bytes."""
        return column.cast("string")

    def tables_in(self, schema: str) -> set[str] | None:
        """Name what there is in a schema; None where there is no such schema."""
        return set(self.list_tables(database=schema)) if schema in self.list_databases() else None

    def default_schema(self) -> str:
        """Name the schema that is looked into where none is set."""
        return str(self.current_database)

    def to_pyarrow(self, expr: Any, /, **options: Any) -> Any:
        """Fetch; what the engine refuses is told as everywhere."""
        try:
            return super().to_pyarrow(expr, **options)
        except duckdb.Error as error:
            raise _refused(error) from None


def connect(address: Address, time_zone: str, root: Path) -> _Files:
    """Open ``duckdb:///path/to/file`` or ``parquet:///path/to/folder`` read-only; ``duckdb://file`` lies in the workspace.

    Raises
    ------
    MissingFile
        When there is no such file or folder.
    BadInput
        When it is not what its name says.
    """
    path = root / f"{address.host}{address.path}"
    if not path.exists():
        raise MissingFile(f"There is no {path.name}.", where=PLACE, hint="Correct the path.")
    backend = _Files()
    try:
        if address.scheme == "duckdb":
            backend.do_connect(str(path), read_only=True, enable_external_access=False, **_NO_EXTENSIONS)
        else:
            backend.do_connect(**_NO_EXTENSIONS)
            _name_files(backend, path)
        backend.con.execute(f"SET TimeZone = {quote_literal(time_zone)}")
    except duckdb.Error as error:
        raise _refused(error) from None
    return backend


def _name_files(backend: _Files, folder: Path) -> None:
    """Make a view, in memory, of each file or folder of files that has the name of a table."""
    for table in TABLES:
        alone, many = folder / f"{table.name}.parquet", folder / table.name
        files = alone if alone.is_file() else many / "*.parquet" if many.is_dir() else None
        if files is not None:
            read = f"read_parquet({quote_literal(str(files))})"
            backend.con.execute(f"CREATE VIEW {q(table.name)} AS SELECT * FROM {read}")
    backend.con.execute(f"SET allowed_directories = [{quote_literal(str(folder))}]")
    backend.con.execute("SET enable_external_access = false")


def _refused(error: duckdb.Error) -> BadInput:
    return BadInput(f"DuckDB: {str(error).splitlines()[0]}", where=PLACE, hint="Check the file.")
