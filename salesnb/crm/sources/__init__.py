"""Kinds of files that can be imported; others are added through the entry-point group ``salesnb.sources``."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from salesnb.crm.staging import Staged, StageRequest
from salesnb.registry import Registry

__all__ = ["SOURCES", "GridSource", "Source", "source_for"]


class Source(Protocol):
    """Reads one kind of file."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of its files, in lower case."""
        ...

    @property
    def holds_many(self) -> bool:
        """Tell whether a file holds several tables."""
        ...

    def tables(self, path: Path) -> tuple[str, ...]:
        """Names of the tables in a file that holds many, in its order; nothing for other files."""
        ...

    def head(self, path: Path, sheet: str) -> tuple[tuple[str, ...], ...]:
        """First rows as they stand, for finding the header; nothing where a table has its names beside it."""
        ...

    def stage(self, request: StageRequest) -> Staged:
        """Put all cells as text into ``request.relation``; see :class:`~salesnb.crm.staging.Staged`."""
        ...


@runtime_checkable
class GridSource(Source, Protocol):
    """Reads files that people fill in by hand, in which titles, totals and notes stand around the table."""

    def grid(self, path: Path, sheet: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
        """All rows as they stand, from the first, and what their values do not show."""
        ...


SOURCES = Registry[Source]("source", "salesnb.sources")


def source_for(path: Path) -> Source | None:
    """Return the source that reads files of this ending, or None."""
    return next((source for _, source in SOURCES.items() if path.suffix.lower() in source.suffixes), None)


def _register() -> None:
    from salesnb.crm.sources.csv_file import CsvSource
    from salesnb.crm.sources.duckdb_file import DuckDBSource
    from salesnb.crm.sources.excel import ExcelSource
    from salesnb.crm.sources.parquet import ParquetSource

    SOURCES.add("csv", CsvSource(), origin="salesnb")
    SOURCES.add("parquet", ParquetSource(), origin="salesnb")
    SOURCES.add("excel", ExcelSource(), origin="salesnb")
    SOURCES.add("duckdb", DuckDBSource(), origin="salesnb")


_register()
