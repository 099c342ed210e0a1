"""Values of a mapping file, each checked where it stands."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from salesnb.errors import BadInput, nearest

__all__ = [
    "Section",
    "factor",
    "pattern",
    "quoted",
    "refuse_unknown",
    "regular",
    "section",
    "text",
    "texts",
    "truth",
    "whole",
    "zone",
]

Section = dict[str, object]


def section(value: object, where: str, what: str) -> Section:
    """Give a table; ``what`` says what is expected there."""
    if not isinstance(value, dict):
        raise BadInput(f"{value!r} stands where {what} is expected.", where=where)
    return value


def refuse_unknown(found: Section, known: Iterable[str], *, where: str, what: str) -> None:
    """Refuse a key that means nothing here."""
    names = tuple(known)
    for name in found:
        if name not in names:
            raise BadInput(
                f"A mapping has no {what} {name!r} here.", where=where, hint=nearest(name, names, shown=20)
            )


def text(value: object, where: str) -> str:
    """Give a text."""
    if not isinstance(value, str):
        raise BadInput(f"{value!r} stands where a text in quotes is expected.", where=where)
    return value


def texts(value: object, where: str) -> tuple[str, ...]:
    """Give a list of texts."""
    if not isinstance(value, list):
        raise BadInput(
            f"{value!r} stands where a list of texts is expected.", where=where, hint='Write ["…"].'
        )
    return tuple(text(item, where) for item in value)


def truth(value: object, where: str) -> bool:
    """Give true or false."""
    if not isinstance(value, bool):
        raise BadInput(f"{value!r} stands where true or false is expected.", where=where)
    return value


def whole(value: object, where: str) -> int:
    """Give a number of 1 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadInput(f"{value!r} is not a whole number of 1 or more.", where=where)
    return value


def factor(value: object, where: str) -> str:
    """Give a factor as its exact digits; empty for none."""
    if value == "":
        return ""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite() or number == 0:
        raise BadInput(f"scale is {value!r}.", where=where, hint="Write a number other than 0, such as 0.01.")
    return f"{number:f}"


def pattern(value: object, where: str) -> str:
    """Give a regular expression."""
    found = text(value, where)
    try:
        re.compile(found)
    except re.error as error:
        raise BadInput(f"{found!r} is not a regular expression: {error}.", where=where) from None
    return found


def regular(value: str) -> str:
    """Give the regular expression that a value between slashes is; empty for a plain value."""
    return value[1:-1] if len(value) > 2 and value.startswith("/") and value.endswith("/") else ""


def quoted(text: str) -> str:
    """Quote a text as TOML does; JSON's escapes are TOML's but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def zone(name: str, where: str) -> str:
    """Give the name of a time zone; empty for none."""
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = 'Write one such as "Europe/Berlin".'
        raise BadInput(f"There is no time zone {name!r}.", where=where, hint=hint) from None
    return name
