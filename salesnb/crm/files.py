"""Which file holds each table of a mapping."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from salesnb.crm.mapping import Mapping, TableMapping
from salesnb.crm.sources import SOURCES, Source, source_for
from salesnb.errors import BadInput, MissingFile, nearest
from salesnb.files import sha256_of

__all__ = ["TableFile", "digest_of", "locate"]


@dataclass(frozen=True, kw_only=True)
class TableFile:
    """The file of one table, and what reads it."""

    mapping: TableMapping
    path: Path
    source: Source

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.path.name}, {self.mapping.sheet}" if self.mapping.sheet else self.path.name


def locate(source: Path, mapping: Mapping) -> tuple[TableFile, ...]:
    """Find the file of every table that is mapped.

    A folder holds them under the names that the mapping gives; a workbook or database holds all of them; a
    single text or Parquet file is the one that the mapping names so, or the only one that it maps.

    Raises
    ------
    MissingFile
        When the source, or a file in it, is not there.
    BadInput
        When no installed source reads such a file.
    """
    if not source.exists():
        raise MissingFile(
            f"There is no {source.name or source}.", where=str(source.parent), hint="Check the path."
        )
    return tuple(_table_file(source, mapping, table) for table in mapping.tables)


def _table_file(source: Path, mapping: Mapping, table: TableMapping) -> TableFile:
    path = source / table.file if source.is_dir() else _of_single(source, mapping, table)
    if source.is_dir() and not table.file:
        raise BadInput(
            "It names no file, and the source is a folder.",
            where=f"{mapping.name} [{table.table}]",
            hint='Add file = "…".',
        )
    if not path.is_file():
        near = [item.name for item in path.parent.iterdir() if item.is_file()] if path.parent.is_dir() else []
        raise MissingFile(
            f"{table.file or path.name} is not there; {mapping.name} reads {table.table} from it.",
            where=str(source),
            hint=nearest(path.name, near),
        )
    reader = source_for(path)
    if reader is None:
        endings = ", ".join(suffix for _, item in SOURCES.items() for suffix in item.suffixes)
        raise BadInput(
            f"Nothing here reads {path.name}.", where=str(path.parent), hint=f"Known endings: {endings}."
        )
    return TableFile(mapping=table, path=path, source=reader)


def _of_single(source: Path, mapping: Mapping, table: TableMapping) -> Path:
    reader = source_for(source)
    alone = len(mapping.tables) == 1 or not table.file or table.file == source.name
    if alone or (reader is not None and reader.holds_many):
        return source
    return source.parent / table.file


def digest_of(files: tuple[TableFile, ...], *parts: str) -> str:
    """Fingerprint of everything that an import depends on: 16 hexadecimal digits."""
    digest = hashlib.sha256("\0".join(parts).encode())
    for path in sorted({file.path for file in files}):
        try:
            digest.update(f"\0{path.name}\0{sha256_of(path)}".encode())
        except OSError as error:
            raise MissingFile(
                f"Cannot read {path.name}: {error.strerror}.", where=str(path.parent)
            ) from error
    return digest.hexdigest()[:16]
