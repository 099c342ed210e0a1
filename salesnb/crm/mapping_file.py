"""Mapping files read strictly: what is not understood is refused, with the nearest name that is."""

import hashlib
import tomllib
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from salesnb.crm.mapping import Alternatives, ColumnRule, Join, Mapping, StatusRule, TableMapping, Unpivot
from salesnb.crm.tables import TABLES, Table, table_named
from salesnb.crm.toml_values import (
    Section,
    factor,
    pattern,
    refuse_unknown,
    regular,
    section,
    text,
    texts,
    truth,
    whole,
    zone,
)
from salesnb.errors import BadInput, Damaged, MissingFile, nearest

__all__ = ["read_mapping"]

_TEXT_KEYS = ("sheet", "skip_rows_matching", "encoding", "delimiter", "decimal", "date_order")
_SWITCHES = ("skip_footer", "distinct", "late_entries")
_FURTHER_KEYS = ("file", "header_row", "missing", "ignore", "leave_out", "join", *_SWITCHES)
_TABLE_KEYS = (*_TEXT_KEYS, *_FURTHER_KEYS, "columns", "status", "repair", "unpivot")
_JOIN_KEYS = ("name", "file", "sheet", "on", "key", "where")
_GENERAL_KEYS = ("flexible", "ids")
_RULE_KEYS = ("column", "via", "take", "format", "time_zone", "scale", "unless")
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
    known = (*_GENERAL_KEYS, *(table.name for table in TABLES))
    refuse_unknown(document, known, where=name, what="table")
    tables = tuple(
        _table(table, found, f"{name} [{table.name}]")
        for table in TABLES
        if table.name in document
        for found in _variants(document[table.name])
    )
    if not tables:
        raise BadInput("It maps no table.", where=name, hint="Begin with [opportunities].")
    _check_lookups(tables, name)
    in_order = sorted(tables, key=lambda table: list(document).index(table.table))
    ids = text(document.get("ids", ""), f"{name} ids")
    if ids not in ("", "salesforce"):
        raise BadInput(f"{ids!r} is not a kind of ids.", where=f"{name} ids", hint='Write "salesforce".')
    return Mapping(
        name=name,
        tables=tuple(in_order),
        digest=hashlib.sha256(content).hexdigest(),
        flexible=truth(document.get("flexible", False), f"{name} flexible"),
        ids=ids,
    )


def _variants(value: object) -> list[object]:
    """A table may be given several times; the first that fits the source counts."""
    return value if isinstance(value, list) else [value]


def _table(table: Table, value: object, where: str) -> TableMapping:
    found = section(value, where, "a table")
    refuse_unknown(found, _TABLE_KEYS, where=where, what="key")
    given: dict[str, Any] = {key: text(found[key], f"{where} {key}") for key in _TEXT_KEYS if key in found}
    given |= {key: truth(found[key], f"{where} {key}") for key in _SWITCHES if key in found}
    for key, choices in _CHOICES.items():
        if key in given and given[key] not in choices:
            raise BadInput(f"{given[key]!r} is not one of {', '.join(choices)}.", where=f"{where} {key}")
    if len(given.get("delimiter", ",")) != 1 or given.get("delimiter") in _NO_DELIMITERS:
        raise BadInput(
            "A delimiter is one character, and neither a quote nor a line end.", where=f"{where} delimiter"
        )
    pattern(given.get("skip_rows_matching", ""), f"{where} skip_rows_matching")
    columns = _columns(table, found.get("columns", {}), where)
    statuses = _statuses(table, found.get("status"), where)
    file, files = _files(found.get("file", ""), f"{where} file")
    return TableMapping(
        table=table.name,
        file=file,
        files=files,
        header_row=whole(found.get("header_row", 1), f"{where} header_row"),
        missing=texts(found.get("missing", []), f"{where} missing"),
        ignore=texts(found.get("ignore", []), f"{where} ignore"),
        leave_out=_leave_out(found.get("leave_out", {}), where),
        joins=_joins(found.get("join", []), where),
        columns=columns,
        status=statuses[0] if len(statuses) == 1 else None,
        statuses=statuses if len(statuses) > 1 else (),
        repair=_repair(found.get("repair", {}), tuple(name for name, _ in columns), where),
        unpivot=_unpivot(found.get("unpivot"), where),
        **given,
    )


def _files(value: object, where: str) -> tuple[str, tuple[str, ...]]:
    """Give the name of a file, or patterns of its name."""
    return ("", texts(value, where)) if isinstance(value, list) else (text(value, where), ())


def _leave_out(value: object, where: str) -> Conditions:
    return _values(value, _inner(where, "leave_out"))


def _values(value: object, place: str) -> Conditions:
    found = section(value, place, "a table of source column = values")
    return tuple((name, texts(values, f"{place} {name}")) for name, values in found.items())


def _joins(value: object, where: str) -> tuple[Join, ...]:
    place = _inner(where, "join")
    if not isinstance(value, list):
        raise BadInput("It is not a list of tables.", where=place, hint=f"Write [{place.split('[')[-1]}].")
    return tuple(_join(section(item, place, "a table"), place) for item in value)


def _join(found: Section, place: str) -> Join:
    refuse_unknown(found, _JOIN_KEYS, where=place, what="key")
    for key in ("name", "file", "on", "key"):
        if key not in found:
            raise BadInput(f"{key} is missing.", where=place, hint=f'Add {key} = "…".')
    file, files = _files(found["file"], f"{place} file")
    return Join(
        name=text(found["name"], f"{place} name"),
        file=file,
        files=files,
        sheet=text(found.get("sheet", ""), f"{place} sheet"),
        on=_alternatives(found["on"], f"{place} on"),
        key=_alternatives(found["key"], f"{place} key"),
        where=_values(found.get("where", {}), f"{place} where"),
    )


def _alternatives(value: object, where: str) -> Alternatives:
    """Give columns to choose from: a text, or a list of texts and of lists that are joined by a space."""
    items = value if isinstance(value, list) else [value]
    if not items or [] in items:
        raise BadInput("It names no source column.", where=where, hint='Write ["…"].')
    return tuple(texts(item, where) if isinstance(item, list) else (text(item, where),) for item in items)


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
    if isinstance(value, list):
        choices = _alternatives(value, where)
        return ColumnRule(column=" ".join(choices[0]), alternatives=choices)
    found = section(value, where, "a source column, or a table with column = …")
    refuse_unknown(found, _RULE_KEYS, where=where, what="key")
    if "column" not in found:
        raise BadInput("It names no source column.", where=where, hint='Add column = "…".')
    if ("via" in found) != ("take" in found):
        raise BadInput("via and take belong together.", where=where, hint="Give both or neither.")
    texts_given = {key: item for key, item in found.items() if key not in ("scale", "column", "unless")}
    given: dict[str, Any] = {key: text(item, f"{where} {key}") for key, item in texts_given.items()}
    zone(given.get("time_zone", ""), where)
    named = _rule(found["column"], f"{where} column") if not isinstance(found["column"], dict) else None
    if named is None:
        raise BadInput(f"{found['column']!r} stands where a source column is expected.", where=where)
    unless = texts(found.get("unless", []), f"{where} unless")
    return replace(named, scale=factor(found.get("scale", ""), where), unless=unless, **given)


def _statuses(table: Table, value: object, where: str) -> tuple[StatusRule, ...]:
    if value is None:
        return ()
    place = _inner(where, "status")
    if table.name != "opportunities":
        raise BadInput("Only opportunities have a status.", where=place, hint="Leave this section out.")
    return tuple(_status(item, place) for item in (value if isinstance(value, list) else [value]))


def _status(value: object, place: str) -> StatusRule:
    found = section(value, place, "a table with won and lost")
    refuse_unknown(found, ("column", "won", "lost"), where=place, what="key")
    column = text(found.get("column", ""), f"{place} column")
    if "won" not in found:
        raise BadInput(
            "It does not say what is won.",
            where=place,
            hint='Add won = ["…"] with its values, or won = [] where nothing is.',
        )
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
        return tuple(
            pair for name, values in value.items() for pair in _conditions(values, name, f"{where} {name}")
        )
    values = texts(value, where)
    for item in values:
        pattern(regular(item), where)
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
