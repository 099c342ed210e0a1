"""The plan as a JSON document: written with stable key order, read with every doubt named."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from salesnb.errors import Damaged
from salesnb.planning.codec import decode, encode
from salesnb.planning.migrations import migrate
from salesnb.planning.model import Plan
from salesnb.planning.schema import check_document

__all__ = ["json_text", "parse", "plan_from_document", "plan_from_json", "plan_to_document", "plan_to_json"]

_ONE_LINE = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def plan_to_document(plan: Plan) -> dict[str, Any]:
    """Turn a plan into JSON values."""
    found: dict[str, Any] = encode(plan)
    return found


def plan_to_json(plan: Plan) -> str:
    """Write a plan as its document: the same bytes for the same plan.

    Raises
    ------
    ValueError
        When a number is not finite.
    """
    return json_text(plan_to_document(plan))


def json_text(document: object) -> str:
    """Write JSON values so that they can be compared line by line: a value a line, and a row of numbers a line.

    Raises
    ------
    ValueError
        When a number is not finite.
    """
    return _lines(document, "\n") + "\n"


def _lines(value: object, margin: str) -> str:
    """Write a value whose lines begin with a margin."""
    inner = f"{margin}  "
    if isinstance(value, dict) and value:
        items = f",{inner}".join(f"{_ONE_LINE(key)}: {_lines(item, inner)}" for key, item in value.items())
        return f"{{{inner}{items}{margin}}}"
    if isinstance(value, list) and not all(type(item) in {int, float} for item in value):
        items = f",{inner}".join(_lines(item, inner) for item in value)
        return f"[{inner}{items}{margin}]"
    return _ONE_LINE(value)


def plan_from_json(text: str | bytes, *, where: str = "plan") -> Plan:
    """Read a plan from its document; documents of older schemas are migrated.

    Parameters
    ----------
    text
        The document.
    where
        What to call it in messages: the name of its file.

    Raises
    ------
    Damaged
        When it is not JSON (line and column are named), breaks the schema (the path is named), or is of a
        newer schema. Whether its numbers fit each other is another question: ``salesnb.planning.check``.
    """
    return plan_from_document(parse(text, where=where), where=where)


def plan_from_document(document: object, *, where: str = "plan") -> Plan:
    """Read a plan from JSON values; as ``plan_from_json``."""
    current = migrate(document, where=where)
    check_document(current, where=where)
    try:
        return decode(Plan, current)
    except Damaged as error:
        raise Damaged(error.what, where=f"{where}, {error.where}", hint=error.hint) from None


def parse(text: str | bytes, *, where: str) -> object:
    """Parse strict JSON: no key twice, no NaN, UTF-8.

    Raises
    ------
    Damaged
        Naming line and column.
    """
    try:
        string = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        found: object = json.loads(
            string,
            object_pairs_hook=_refuse_repeated(where),
            parse_constant=_refuse_constant(where),
        )
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair parses but cannot be written
    except json.JSONDecodeError as error:
        raise Damaged(
            f"Not readable as JSON: {error.msg}.",
            where=f"{where}, line {error.lineno}, column {error.colno}",
            hint=_repair(str(error.doc)),
        ) from error
    except UnicodeError as error:
        raise Damaged("Not UTF-8 text.", where=where, hint=_HISTORY) from error
    except RecursionError:
        raise Damaged("Nested too deeply to be a plan.", where=where, hint=_HISTORY) from None
    except Damaged:
        raise
    except ValueError as error:  # an integer of thousands of digits
        raise Damaged("It holds a number that is too long to read.", where=where, hint=_HISTORY) from error
    return found


_HISTORY = "Its earlier revisions are in plans/.history; 'salesnb plan restore' brings one back."


def _repair(text: str) -> str:
    if "<<<<<<<" in text:
        return "It holds marks of an unresolved merge; resolve it or restore a revision."
    return _HISTORY


def _refuse_repeated(where: str) -> Callable[[list[tuple[str, Any]]], Mapping[str, Any]]:
    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise Damaged(f"The key {twice!r} is there twice in one object.", where=where, hint=_HISTORY)
        return found

    return build


def _refuse_constant(where: str) -> Callable[[str], Any]:
    def refuse(name: str) -> object:
        raise Damaged(f"{name} is not a number.", where=where, hint=_HISTORY)

    return refuse
