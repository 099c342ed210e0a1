"""Which file holds each table of a mapping."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from salesnb.crm.mapping import Join, Mapping, TableMapping
from salesnb.crm.sources import SOURCES, Source, source_for
from salesnb.errors import BadInput, MissingFile, nearest
from salesnb.files import sha256_of

__all__ = ["JoinFile", "Place", "TableFile", "digest_of", "locate", "places_of"]


@dataclass(frozen=True, kw_only=True)
class JoinFile:
    """The file of a join, and what reads it."""

    join: Join
    path: Path
    source: Source


@dataclass(frozen=True, kw_only=True)
class TableFile:
    """The file of one table with those that it is joined to, and what reads it."""

    mapping: TableMapping
    path: Path
    source: Source
    joins: tuple[JoinFile, ...] = ()

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.path.name}, {self.mapping.sheet}" if self.mapping.sheet else self.path.name

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that is read for the table."""
        return (self.path, *(file.path for file in self.joins))


def locate(source: Path, mapping: Mapping) -> tuple[TableFile, ...]:
    """Find the file of every table that is mapped; of a flexible mapping, of every table that is there.

    A folder holds them under the names that the mapping gives; a workbook or database holds all of them; a
    single text or Parquet file is the one that the mapping names so, or the only one that it maps. Of a flexible
    mapping a single file is its first table, and whatever is taken out of that.

    Raises
    ------
    MissingFile
        When the source, or a file in it, is not there.
    BadInput
        When no installed source reads such a file, or several files could be meant.
    """
    if not source.exists():
        raise MissingFile(
            f"There is no {source.name or source}.", where=str(source.parent), hint="Check the path."
        )
    if not mapping.flexible:
        return tuple(_with_joins(source, _exact(source, mapping, table)) for table in mapping.tables)
    places = places_of(source)
    first = mapping.tables[0]
    found = (_find(source, places, table, first=table.table == first.table) for table in mapping.tables)
    files = tuple(_with_joins(source, file) for file in found if file is not None)
    if not any(file.mapping.table == first.table for file in files):
        names = ", ".join(place.name for place in places[:20]) or "nothing that can be read"
        raise MissingFile(
            f"No file here is named as {mapping.name} expects for {first.table}"
            f" ({', '.join(first.files[:3])}, …).",
            where=f"{source.name}: {names}",
            hint="Name the file itself, or import without --mapping to have a mapping guessed.",
        )
    return files


@dataclass(frozen=True, kw_only=True)
class Place:
    """A table of the source that could be meant: a file, or a sheet in it."""

    name: str
    path: Path
    source: Source
    sheet: str = ""


def places_of(source: Path) -> tuple[Place, ...]:
    """List every table of a source: files of a folder with their sheets, or those of one file."""
    found: list[Place] = []
    for path in sorted(source.iterdir()) if source.is_dir() else [source]:
        reader = source_for(path)
        if reader is None or not path.is_file() or path.name.startswith((".", "~$")):
            continue
        if reader.holds_many:
            sheets = reader.tables(path)
            alone = len(sheets) == 1
            found += [
                Place(name=path.stem if alone else sheet, path=path, source=reader, sheet=sheet)
                for sheet in sheets
            ]
        else:
            found.append(Place(name=path.stem, path=path, source=reader))
    return tuple(found)


def _find(source: Path, places: Sequence[Place], table: TableMapping, *, first: bool) -> TableFile | None:
    if len(places) == 1 and not source.is_dir() and (first or table.distinct):
        place: Place | None = places[0]
    else:
        place = _match(places, table.files or (Path(table.file).stem,), f"[{table.table}]")
    if place is None:
        return None
    return TableFile(mapping=replace(table, sheet=place.sheet), path=place.path, source=place.source)


def _match(places: Iterable[Place], patterns: Iterable[str], where: str) -> Place | None:
    """Give the table whose name fits the first pattern that any fits."""
    for pattern in patterns:
        fits = [place for place in places if fnmatchcase(place.name.casefold(), pattern.casefold())]
        if len(fits) > 1:
            names = ", ".join(place.sheet or place.path.name for place in fits)
            raise BadInput(
                f"Several files could be meant by {pattern!r}: {names}.",
                where=where,
                hint="Leave one of them, or name it as file in a mapping of your own.",
            )
        if fits:
            return fits[0]
    return None


def _named(places: Iterable[Place], join: Join) -> Place | None:
    fits = (place for place in places if place.path.name == join.file)
    return next((place for place in fits if join.sheet in ("", place.sheet)), None)


def _with_joins(source: Path, file: TableFile) -> TableFile:
    """Add the files of joins that are there."""
    if not file.mapping.joins:
        return file
    places = places_of(source if source.is_dir() else file.path)
    where = f"[{file.mapping.table}.join]"
    joins = []
    for join in file.mapping.joins:
        place = _match(places, join.files, where) if join.files else _named(places, join)
        if place is None and not join.files:
            raise MissingFile(
                f"{join.file} is not there; {join.name} is read from it.", where=where, hint="Check the path."
            )
        if place is not None:
            joins.append(
                JoinFile(join=replace(join, sheet=place.sheet), path=place.path, source=place.source)
            )
    return replace(file, joins=tuple(joins))


def _exact(source: Path, mapping: Mapping, table: TableMapping) -> TableFile:
    """Find a file that has to be there, by its name or by patterns of it."""
    if not table.files:
        return _table_file(source, mapping, table)
    found = _find(source, places_of(source), table, first=table is mapping.tables[0])
    if found is None:
        raise MissingFile(
            f"No file is named like {table.files[0]!r}; {mapping.name} reads {table.table} from it.",
            where=str(source),
            hint="Correct file in the mapping, or name the file itself.",
        )
    return found


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
    for path in sorted({path for file in files for path in file.paths}):
        try:
            digest.update(f"\0{path.name}\0{sha256_of(path)}".encode())
        except OSError as error:
            raise MissingFile(
                f"Cannot read {path.name}: {error.strerror}.", where=str(path.parent)
            ) from error
    return digest.hexdigest()[:16]
