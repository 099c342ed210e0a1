"""Definitions of KPIs as TOML: read strictly, written so that they read well in a diff."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from salesnb.errors import BadInput, Damaged, SalesnbError, nearest
from salesnb.kpis.definition import Definition, Expected

__all__ = ["read_definition", "written_definition"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# Written whatever they are, so that a reader sees them.
_ALWAYS = ("name", "expression", "unit", "version", "status")
_WRITTEN = (
    "name", "label", "expression", "where", "at", "unit", "description", "owner", "source", "version", "status",
    "additive_over", "higher_is_better", "mixed_dates",
    "restates", "certified",
)  # fmt: skip


def read_definition(text: str, *, where: str) -> Definition:
    """Read a definition; ``where`` names the file in messages.

    Raises
    ------
    Damaged
        When it is not TOML.
    BadInput
        When a key is unknown, a value is of the wrong type, or a part cannot be meant.
    """
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Damaged(f"It is not valid TOML: {error}.", where=where, hint="Mend that line.") from None
    made: Definition = _made(Definition, document, _DEFINITION, where)
    return made


def written_definition(definition: Definition) -> str:
    """Write a definition; what is as usual is left out, so that a file says what is its own."""
    lines = [
        f"{key} = {_value(getattr(definition, key))}"
        for key in _WRITTEN
        if key in _ALWAYS or getattr(definition, key) != _usual(Definition, key)
    ]
    for expected in definition.expected:
        lines += ["", "[[expected]]", *_expected_lines(expected)]
    return "\n".join(lines) + "\n"


def _made(kind: Callable[..., Any], content: Mapping[str, Any], readers: "_Readers", where: str) -> Any:
    """Make a definition or an expected figure of its table, each key read by its own reader."""
    for key in content:
        if key not in readers:
            raise BadInput(
                f"There is no key {key!r} here.", where=where, hint=nearest(key, readers, shown=20)
            )
    needed = [own.name for own in fields(kind) if own.default is MISSING]  # type: ignore[arg-type]
    missing = next((name for name in needed if name not in content), None)
    if missing:
        raise BadInput(f"{missing} is missing.", where=where, hint=f"Add a line {missing} = …")
    values = {key: readers[key](value, f"{where}, {key}") for key, value in content.items()}
    try:
        return kind(**values)
    except SalesnbError as error:
        raise BadInput(error.what, where=error.where or where, hint=error.hint) from None


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{_told(value)} stands where text in quotes is expected.", where=where)
    return value


def _truth(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"{_told(value)} stands where true or false is expected.", where=where)
    return value


def _whole(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(f"{_told(value)} stands where a whole number is expected.", where=where)
    return value


def _figure(value: object, where: str) -> str:
    """Take text, or a number with the digits as they were written."""
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    return _text(value, where)


def _day(value: object, where: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise BadInput(f"{_told(value)} stands where a date such as 2017-01-31 is expected.", where=where)


def _names(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadInput(
            f"{_told(value)} stands where a list is expected.", where=where, hint='Write ["region", "time"].'
        )
    return tuple(_text(item, where) for item in value)


def _pairs(value: object, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise BadInput(
            f"{_told(value)} stands where a table is expected.",
            where=where,
            hint='Write { region = "East" }.',
        )
    return tuple((key, _text(item, f"{where}, {key}")) for key, item in value.items())


def _expected(value: object, where: str) -> tuple[Expected, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadInput(
            f"{_told(value)} stands where tables are expected.",
            where=where,
            hint="Write [[expected]] above each.",
        )
    return tuple(
        _made(Expected, item, _EXPECTED, f"{where} {number}") for number, item in enumerate(value, 1)
    )


_Readers = dict[str, Callable[[Any, str], Any]]
_EXPECTED: _Readers = {
    "value": _figure, "period": _text, "first": _day, "last": _day, "where": _pairs, "note": _text,
}  # fmt: skip
_DEFINITION: _Readers = {
    **dict.fromkeys(
        (
            "name",
            "expression",
            "unit",
            "label",
            "at",
            "where",
            "description",
            "owner",
            "source",
            "status",
            "certified",
        ),
        _text,
    ),
    "version": _whole,
    "additive_over": _names,
    "higher_is_better": _truth,
    "mixed_dates": _truth,
    "restates": _truth,
    "expected": _expected,
}


def _told(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _usual(kind: type, key: str) -> object:
    return next(own.default for own in fields(kind) if own.name == key)


def _expected_lines(expected: Expected) -> Iterator[str]:
    for key in _EXPECTED:
        value = getattr(expected, key)
        if key == "value" or value != _usual(Expected, key):
            yield f"{key} = {_table(value) if key == 'where' else _value(value)}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return _quoted(value) if isinstance(value, str) else str(value)


def _table(pairs: Iterable[tuple[str, str]]) -> str:
    return f"{{ {', '.join(f'{_key(name)} = {_quoted(value)}' for name, value in pairs)} }}"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    """Quote text as a basic string of TOML, whose escapes are those of JSON; several lines stay lines."""
    if "\n" not in text:
        return json.dumps(text, ensure_ascii=False)
    lines = [json.dumps(line, ensure_ascii=False)[1:-1] for line in text.split("\n")]
    return '"""\n' + "\n".join(lines) + '"""'
