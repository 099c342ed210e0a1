"""Files beside an export that are salesnb's own: named as a table, with the table's columns, they need no mapping."""

from collections.abc import Iterator
from pathlib import Path

from salesnb.crm.files import Place, TableFile, places_of
from salesnb.crm.mapping import ColumnRule, TableMapping
from salesnb.crm.sources import source_for
from salesnb.crm.tables import Table, table_named
from salesnb.errors import BadInput, Damaged, MissingFile

__all__ = ["COMPANIONS", "companions"]

# What people write beside an export, for no CRM has it.
COMPANIONS = ("memberships", "org", "credits", "rates", "market", "activities", "effort")
# Columns without which a table says nothing, though a mapping may leave them out.
_NEEDED = {
    "activities": ("rep_id", "kind", "date"),
    "effort": ("period", "segment", "resource", "amount"),
}


def companions(source: Path, files: tuple[TableFile, ...]) -> tuple[tuple[TableFile, ...], tuple[str, ...]]:
    """Find tables of salesnb's own that lie in the folder of a source, or in its workbook.

    Parameters
    ----------
    files
        Those that the mapping reads; a table among them is not looked for.

    Returns
    -------
    tuple
        Their files, and what to say: of those that are read, and of those that lack a column.
    """
    mapped = {file.mapping.table for file in files}
    used = {(file.path, file.mapping.sheet) for file in files}
    found: dict[str, TableFile] = {}
    said: list[str] = []
    for place in _candidates(source):
        table = table_named(place.name.casefold())
        if table is None or table.name in mapped | found.keys() or (place.path, place.sheet) in used:
            continue
        file, notice = _read(table, place)
        said.append(notice)
        if file is not None:
            found[table.name] = file
    return tuple(found.values()), tuple(said)


def _candidates(source: Path) -> Iterator[Place]:
    """List files and sheets with one of the names; of other files nothing is opened."""
    reader = None if source.is_dir() else source_for(source)
    holds_many = reader is not None and reader.holds_many
    folder = source if source.is_dir() else source.parent
    named = [
        path for path in sorted(folder.iterdir()) if path.is_file() and path.stem.casefold() in COMPANIONS
    ]
    for path in [source, *named] if holds_many else named:
        try:
            yield from (place for place in places_of(path) if place.name.casefold() in COMPANIONS)
        except (BadInput, Damaged, MissingFile):
            # What is no workbook is told where it is read.
            continue


def _read(table: Table, place: Place) -> tuple[TableFile | None, str]:
    what = (
        f"{place.path.name}, {place.sheet}"
        if place.sheet and place.sheet != place.path.stem
        else place.path.name
    )
    try:
        head = place.source.head(place.path, place.sheet)
    except (BadInput, Damaged, MissingFile) as error:
        return None, f"{table.name}: {what} is not read. {error}"
    headers = [text.strip() for text in head[0]] if head else []
    columns = {_canonical(text): text for text in headers}
    needed = {*_NEEDED.get(table.name, ()), *(field.name for field in table.fields if field.required)}
    lacking = [field.name for field in table.fields if field.name in needed - columns.keys()]
    if lacking:
        names = ", ".join(field.name for field in table.fields if not field.input_only)
        return (
            None,
            f"{table.name}: {what} is not read: it has no column {', '.join(lacking)}. The columns are {names}.",
        )
    rules = tuple(
        (field.name, ColumnRule(column=columns[field.name]))
        for field in table.fields
        if field.name in columns
    )
    used = {rule.column for _, rule in rules}
    mapping = TableMapping(
        table=table.name,
        file=place.path.name,
        sheet=place.sheet,
        columns=rules,
        ignore=tuple(text for text in headers if text and text not in used),
    )
    file = TableFile(mapping=mapping, path=place.path, source=place.source)
    return file, f"{table.name}: read from {what}, which has salesnb's own columns and needs no mapping."


def _canonical(header: str) -> str:
    """Spaces and capitals in a header do not matter.

    Examples
    --------
    >>> _canonical("Valid from")
    'valid_from'
    """
    return "_".join(header.casefold().replace("-", " ").split())
