"""Mapping files read strictly: what is not understood is refused, with the nearest name that is."""

import hashlib
import re
import tomllib
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from salesnb.crm.mapping import ColumnRule, Mapping, StatusRule, TableMapping, Unpivot
from salesnb.crm.tables import TABLES, Table, table_named
from salesnb.errors import BadInput, Damaged, MissingFile, nearest

__all__ = ["read_mapping"]

_TEXT_KEYS = ("file", "sheet", "skip_rows_matching", "encoding", "delimiter", "decimal", "date_order")
_TABLE_KEYS = (*_TEXT_KEYS, "header_row", "missing", "ignore", "columns", "status", "repair", "unpivot")
_RULE_KEYS = ("column", "via", "take", "format", "time_zone", "scale")
_CHOICES = {"decimal": (".", ","), "date_order": ("ymd", "dmy", "mdy")}
# A further column whose name is this close to a canonical one is a slip of the keyboard.
_SLIP = 0.85


def read_mapping(path: Path, *, name: str) -> Mapping:
    """Read and check a mapping file.

    Raises
    ------
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
        raise Damaged(
            f"It is not TOML: {error}.", where=name, hint="Correct it, or start from a profile."
        ) from error
    names = tuple(table.name for table in TABLES)
    _refuse_unknown(document, names, where=name, what="table")
    tables = tuple(
        _table(table, document[table.name], f"{name} [{table.name}]")
        for table in TABLES
        if table.name in document
    )
    if not tables:
        raise BadInput("It maps no table.", where=name, hint="Begin with [opportunities].")
    _check_lookups(tables, name)
    return Mapping(name=name, tables=tables, digest=hashlib.sha256(content).hexdigest())


def _table(table: Table, section: Any, where: str) -> TableMapping:
    _expect(section, dict, where, "a table")
    _refuse_unknown(section, _TABLE_KEYS, where=where, what="key")
    texts = {key: _text(section[key], f"{where} {key}") for key in _TEXT_KEYS if key in section}
    for key, choices in _CHOICES.items():
        if key in texts and texts[key] not in choices:
            raise BadInput(f"{texts[key]!r} is not one of {', '.join(choices)}.", where=f"{where} {key}")
    _pattern(texts.get("skip_rows_matching", ""), f"{where} skip_rows_matching")
    return TableMapping(
        table=table.name,
        header_row=_whole(section.get("header_row", 1), f"{where} header_row"),
        missing=_texts(section.get("missing", []), f"{where} missing"),
        ignore=_texts(section.get("ignore", []), f"{where} ignore"),
        columns=_columns(table, section.get("columns", {}), where),
        status=_status(table.name, section.get("status"), where),
        repair=_repair(section.get("repair", {}), where),
        unpivot=_unpivot(section.get("unpivot"), where),
        **texts,
    )


def _columns(table: Table, section: Any, where: str) -> tuple[tuple[str, ColumnRule], ...]:
    place = f"{where[:-1]}.columns]"
    _expect(section, dict, place, "a table of canonical column = source column")
    known = [field.name for field in table.fields]
    for name in section:
        if name in known:
            continue
        slip = get_close_matches(name, [field for field in known if field not in section], 1, _SLIP)
        if slip or not table.takes_extras:
            raise BadInput(
                f"There is no column {name!r} in {table.name}.", where=place, hint=nearest(name, known)
            )
    return tuple((name, _rule(value, f"{place} {name}")) for name, value in section.items())


def _rule(value: Any, where: str) -> ColumnRule:
    if isinstance(value, str):
        return ColumnRule(column=_text(value, where))
    _expect(value, dict, where, "a source column, or a table with column = …")
    _refuse_unknown(value, _RULE_KEYS, where=where, what="key")
    if "column" not in value:
        raise BadInput("It names no source column.", where=where, hint='Add column = "…".')
    if ("via" in value) != ("take" in value):
        raise BadInput("via and take belong together.", where=where, hint="Give both or neither.")
    scale = value.get("scale", "")
    texts = {key: _text(value[key], f"{where} {key}") for key in value if key != "scale"}
    _zone(texts.get("time_zone", ""), where)
    return ColumnRule(scale=_scale(scale, where), **texts)


def _status(table: str, section: Any, where: str) -> StatusRule | None:
    if section is None:
        return None
    place = f"{where[:-1]}.status]"
    if table != "opportunities":
        raise BadInput("Only opportunities have a status.", where=place, hint="Leave this section out.")
    _expect(section, dict, place, "a table with won and lost")
    _refuse_unknown(section, ("column", "won", "lost"), where=place, what="key")
    column = _text(section.get("column", ""), f"{place} column")
    if not section.get("won") and not section.get("lost"):
        raise BadInput("It says neither what is won nor what is lost.", where=place, hint='Add won = ["…"].')
    return StatusRule(
        won=_conditions(section.get("won", []), column, f"{place} won"),
        lost=_conditions(section.get("lost", []), column, f"{place} lost"),
    )


def _conditions(value: Any, column: str, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if isinstance(value, dict):
        return tuple((name, _texts(values, f"{where} {name}")) for name, values in value.items())
    values = _texts(value, where)
    return ((column, values),) if values else ()


def _repair(section: Any, where: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    place = f"{where[:-1]}.repair]"
    _expect(section, dict, place, "a table of columns")
    found = []
    for name, values in section.items():
        own = f"{where[:-1]}.repair.{name}]"
        _expect(values, dict, own, "a table of value as found = value meant")
        found.append((name, tuple((old, _text(new, f"{own} {old}")) for old, new in values.items())))
    return tuple(found)


def _unpivot(section: Any, where: str) -> Unpivot | None:
    if section is None:
        return None
    place = f"{where} unpivot"
    _expect(section, dict, place, "a table with columns, into and value")
    keys = ("columns", "into", "value")
    _refuse_unknown(section, keys, where=place, what="key")
    for key in keys:
        if key not in section:
            raise BadInput(f"{key} is missing.", where=place, hint=f'Add {key} = "…".')
    _pattern(section["columns"], place)
    return Unpivot(**{key: _text(section[key], f"{place} {key}") for key in keys})


def _check_lookups(tables: tuple[TableMapping, ...], name: str) -> None:
    """A lookup needs a table that is mapped, loaded earlier and has one key; and a field that is there."""
    order = [table.name for table in TABLES]
    mapped = {table.table: dict(table.columns) for table in tables}
    for table in tables:
        for field, rule in table.columns:
            if not rule.via:
                continue
            where = f"{name} [{table.table}.columns] {field}"
            if rule.via not in mapped:
                raise BadInput(
                    f"via names {rule.via!r}, which is not mapped.",
                    where=where,
                    hint=nearest(rule.via, mapped),
                )
            looked_up = table_named(rule.via)
            if (
                looked_up is None
                or len(looked_up.key) != 1
                or order.index(rule.via) >= order.index(table.table)
            ):
                raise BadInput(
                    f"{table.table} cannot look up in {rule.via}.",
                    where=where,
                    hint="Use accounts, products or reps.",
                )
            if rule.take not in mapped[rule.via]:
                raise BadInput(
                    f"{rule.via} has no column {rule.take!r}.",
                    where=where,
                    hint=nearest(rule.take, mapped[rule.via]),
                )


def _refuse_unknown(section: dict[str, Any], known: tuple[str, ...], *, where: str, what: str) -> None:
    for name in section:
        if name not in known:
            raise BadInput(
                f"There is no {what} {name!r} in a mapping here.",
                where=where,
                hint=nearest(name, known, shown=20),
            )


def _expect(value: Any, kind: type, where: str, what: str) -> None:
    if not isinstance(value, kind):
        raise BadInput(f"{value!r} stands where {what} is expected.", where=where)


def _text(value: Any, where: str) -> str:
    _expect(value, str, where, "a text in quotes")
    return str(value)


def _texts(value: Any, where: str) -> tuple[str, ...]:
    _expect(value, list, where, "a list of texts")
    return tuple(_text(item, where) for item in value)


def _whole(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadInput(f"{value!r} is not a whole number of 1 or more.", where=where)
    return value


def _scale(value: Any, where: str) -> str:
    """Give the factor as exact digits."""
    if value == "":
        return ""
    try:
        factor = Decimal(str(value))
    except InvalidOperation:
        factor = Decimal("NaN")
    if isinstance(value, bool) or not factor.is_finite() or factor == 0:
        raise BadInput(f"scale is {value!r}.", where=where, hint="Write a number other than 0, such as 0.01.")
    return f"{factor:f}"


def _pattern(pattern: Any, where: str) -> None:
    try:
        re.compile(_text(pattern, where))
    except re.error as error:
        raise BadInput(f"{pattern!r} is not a regular expression: {error}.", where=where) from None


def _zone(name: str, where: str) -> None:
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(
            f"There is no time zone {name!r}.", where=where, hint='Write one such as "Europe/Berlin".'
        ) from None
