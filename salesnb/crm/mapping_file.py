"""Mapping files read strictly: what is not understood is refused, with the nearest name that is."""

import hashlib
import tomllib
from difflib import get_close_matches
from pathlib import Path

from salesnb.crm.mapping import ColumnRule, Mapping, StatusRule, TableMapping, Unpivot
from salesnb.crm.tables import TABLES, Table, table_named
from salesnb.crm.toml_values import factor, pattern, refuse_unknown, section, text, texts, whole, zone
from salesnb.errors import BadInput, Damaged, MissingFile, nearest

__all__ = ["read_mapping"]

_TEXT_KEYS = ("file", "sheet", "skip_rows_matching", "encoding", "delimiter", "decimal", "date_order")
_TABLE_KEYS = (*_TEXT_KEYS, "header_row", "missing", "ignore", "columns", "status", "repair", "unpivot")
_RULE_KEYS = ("column", "via", "take", "format", "time_zone", "scale")
_CHOICES = {"decimal": (".", ","), "date_order": ("ymd", "dmy", "mdy")}
_NO_DELIMITERS = ('"', "\n", "\r", "\0")
# A further column whose name is this close to a canonical one is a slip of the keyboard.
_SLIP = 0.85

Conditions = tuple[tuple[str, tuple[str, ...]], ...]
Repairs = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def read_mapping(path: Path, *, name: str) -> Mapping:
    """Read and check a mapping file.

    Raises
    ------
    MissingFile
        When it cannot be read.
    Damaged
        When the file is not TOML.
    BadInput
        When a table, key or value is not one that a mapping can have.
    """
    try:
        content = path.read_bytes()
        document = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise MissingFile(f"Cannot read {path.name}: {error.strerror}.", where=str(path.parent)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        hint = "Correct it, or start from a profile."
        raise Damaged(f"It is not TOML: {error}.", where=name, hint=hint) from error
    refuse_unknown(document, (table.name for table in TABLES), where=name, what="table")
    tables = tuple(
        _table(table, document[table.name], f"{name} [{table.name}]")
        for table in TABLES
        if table.name in document
    )
    if not tables:
        raise BadInput("It maps no table.", where=name, hint="Begin with [opportunities].")
    _check_lookups(tables, name)
    in_order = sorted(tables, key=lambda table: list(document).index(table.table))
    return Mapping(name=name, tables=tuple(in_order), digest=hashlib.sha256(content).hexdigest())


def _table(table: Table, value: object, where: str) -> TableMapping:
    found = section(value, where, "a table")
    refuse_unknown(found, _TABLE_KEYS, where=where, what="key")
    given = {key: text(found[key], f"{where} {key}") for key in _TEXT_KEYS if key in found}
    for key, choices in _CHOICES.items():
        if key in given and given[key] not in choices:
            raise BadInput(f"{given[key]!r} is not one of {', '.join(choices)}.", where=f"{where} {key}")
    if len(given.get("delimiter", ",")) != 1 or given.get("delimiter") in _NO_DELIMITERS:
        raise BadInput(
            "A delimiter is one character, and neither a quote nor a line end.", where=f"{where} delimiter"
        )
    pattern(given.get("skip_rows_matching", ""), f"{where} skip_rows_matching")
    columns = _columns(table, found.get("columns", {}), where)
    return TableMapping(
        table=table.name,
        header_row=whole(found.get("header_row", 1), f"{where} header_row"),
        missing=texts(found.get("missing", []), f"{where} missing"),
        ignore=texts(found.get("ignore", []), f"{where} ignore"),
        columns=columns,
        status=_status(table, found.get("status"), where),
        repair=_repair(found.get("repair", {}), tuple(name for name, _ in columns), where),
        unpivot=_unpivot(found.get("unpivot"), where),
        **given,
    )


def _inner(where: str, name: str) -> str:
    """Name a table inside a table: ``maven.toml [opportunities.columns]``."""
    return f"{where[:-1]}.{name}]"


def _columns(table: Table, value: object, where: str) -> tuple[tuple[str, ColumnRule], ...]:
    place = _inner(where, "columns")
    found = section(value, place, "a table of canonical column = source column")
    known = [field.name for field in table.fields]
    for name in found:
        if name in known:
            continue
        free = [field for field in known if field not in found]
        if not table.takes_extras or get_close_matches(name, free, 1, _SLIP):
            raise BadInput(
                f"There is no column {name!r} in {table.name}.", where=place, hint=nearest(name, known)
            )
    for field in table.fields:
        if field.required and field.name not in found:
            hint = f'Add {field.name} = "…", the name of the source\'s column.'
            raise BadInput(f"{table.name} need the column {field.name}.", where=place, hint=hint)
    return tuple((name, _rule(rule, f"{place} {name}")) for name, rule in found.items())


def _rule(value: object, where: str) -> ColumnRule:
    if isinstance(value, str):
        return ColumnRule(column=value)
    found = section(value, where, "a source column, or a table with column = …")
    refuse_unknown(found, _RULE_KEYS, where=where, what="key")
    if "column" not in found:
        raise BadInput("It names no source column.", where=where, hint='Add column = "…".')
    if ("via" in found) != ("take" in found):
        raise BadInput("via and take belong together.", where=where, hint="Give both or neither.")
    given = {key: text(item, f"{where} {key}") for key, item in found.items() if key != "scale"}
    zone(given.get("time_zone", ""), where)
    return ColumnRule(scale=factor(found.get("scale", ""), where), **given)


def _status(table: Table, value: object, where: str) -> StatusRule | None:
    if value is None:
        return None
    place = _inner(where, "status")
    if table.name != "opportunities":
        raise BadInput("Only opportunities have a status.", where=place, hint="Leave this section out.")
    found = section(value, place, "a table with won and lost")
    refuse_unknown(found, ("column", "won", "lost"), where=place, what="key")
    column = text(found.get("column", ""), f"{place} column")
    if not found.get("won") and not found.get("lost"):
        raise BadInput("It says neither what is won nor what is lost.", where=place, hint='Add won = ["…"].')
    won = _conditions(found.get("won", []), column, f"{place} won")
    lost = _conditions(found.get("lost", []), column, f"{place} lost")
    if len(won) == len(lost) == 1 and won[0][0] == lost[0][0]:
        both = {value.casefold() for value in won[0][1]} & {value.casefold() for value in lost[0][1]}
        if both:
            raise BadInput(
                f"{min(both)!r} is both won and lost.", where=place, hint="Leave it in one of them."
            )
    return StatusRule(won=won, lost=lost)


def _conditions(value: object, column: str, where: str) -> Conditions:
    """Give (column, values) pairs; over several columns they are a table."""
    if isinstance(value, dict):
        return tuple((name, texts(values, f"{where} {name}")) for name, values in value.items())
    values = texts(value, where)
    return ((column, values),) if values else ()


def _repair(value: object, columns: tuple[str, ...], where: str) -> Repairs:
    place = _inner(where, "repair")
    found = section(value, place, "a table of columns")
    refuse_unknown(found, columns, where=place, what="column")
    return tuple((name, _replacements(values, _inner(place, name))) for name, values in found.items())


def _replacements(value: object, where: str) -> tuple[tuple[str, str], ...]:
    found = section(value, where, "a table of value as found = value meant")
    return tuple((old, text(new, f"{where} {old}")) for old, new in found.items())


def _unpivot(value: object, where: str) -> Unpivot | None:
    if value is None:
        return None
    place = f"{where} unpivot"
    found = section(value, place, "a table with columns, into and value")
    keys = ("columns", "into", "value")
    refuse_unknown(found, keys, where=place, what="key")
    for key in keys:
        if key not in found:
            raise BadInput(f"{key} is missing.", where=place, hint=f'Add {key} = "…".')
    pattern(found["columns"], place)
    return Unpivot(**{key: text(found[key], f"{place} {key}") for key in keys})


def _check_lookups(tables: tuple[TableMapping, ...], name: str) -> None:
    """A lookup needs a table that is mapped, loaded earlier and has one key; and a field that is there."""
    mapped = {table.table: dict(table.columns) for table in tables}
    for table in tables:
        for field, rule in table.columns:
            if rule.via:
                _check_lookup(table.table, rule, mapped, f"{name} [{table.table}.columns] {field}")


def _check_lookup(table: str, rule: ColumnRule, mapped: dict[str, dict[str, ColumnRule]], where: str) -> None:
    order = [known.name for known in TABLES]
    if rule.via not in mapped:
        raise BadInput(
            f"via names {rule.via!r}, which is not mapped.", where=where, hint=nearest(rule.via, mapped)
        )
    looked_up = table_named(rule.via)
    if looked_up is None or len(looked_up.key) != 1 or order.index(rule.via) >= order.index(table):
        hint = "Use accounts, products or reps."
        raise BadInput(f"{table} cannot look up in {rule.via}.", where=where, hint=hint)
    field = looked_up.field(rule.take)
    if rule.take not in mapped[rule.via] or field is None or field.input_only:
        known = [item.name for item in looked_up.kept if item.name in mapped[rule.via]]
        raise BadInput(
            f"{rule.via} has no column {rule.take!r}.", where=where, hint=nearest(rule.take, known)
        )
