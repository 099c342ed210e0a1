"""The JSON Schema of a plan, and what it finds put into words."""

import json
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from salesnb.errors import Damaged, nearest

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

__all__ = ["check_document", "plan_schema", "schema_text"]

_SHOWN = 60


def plan_schema() -> dict[str, Any]:
    """Load the JSON Schema (2020-12) that every plan is validated by."""
    found: dict[str, Any] = json.loads(schema_text())
    return found


def schema_text() -> str:
    """Load the JSON Schema as it is shipped."""
    return files("salesnb.planning").joinpath("plan.schema.json").read_text(encoding="utf-8")


def check_document(document: object, *, where: str = "plan") -> None:
    """Refuse a document that breaks the schema.

    Raises
    ------
    Damaged
        Naming the JSON path, such as ``goals[0].kpi``, and what is wrong there.
    """
    if _accepted(document):
        return
    from jsonschema import Draft202012Validator

    first = next(iter(Draft202012Validator(plan_schema()).iter_errors(document)), None)
    if first is None:
        return
    error = _deepest(first)
    raise Damaged(
        _sentence(error),
        where=f"{where}, {_path(error.absolute_path)}",
        hint="Correct it there, or restore an earlier revision with 'salesnb plan restore'.",
    )


def _accepted(document: object) -> bool:
    """Ask the validator that is imported in a tenth of the time; only what it refuses needs words.

    The schema uses no keyword that drafts 7 and 2020-12 read differently.
    """
    import fastjsonschema

    try:
        _quick_validator()(document)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return True


@cache
def _quick_validator() -> Callable[[object], object]:
    """Compile the schema once: it is shipped and does not change while a program runs."""
    import fastjsonschema

    found: Callable[[object], object] = fastjsonschema.compile(
        plan_schema() | {"$schema": "http://json-schema.org/draft-07/schema#"}
    )
    return found


def _deepest(error: "ValidationError") -> "ValidationError":
    """Look into alternatives for the one that comes closest: it failed deepest in the document."""
    while error.context and error.validator != "oneOf":
        error = max(error.context, key=lambda found: len(found.absolute_path))
    return error


def _path(parts: Iterable[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".") or "top level"


def _sentence(error: "ValidationError") -> str:
    found: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    value = _shown(found)
    match error.validator:
        case "required":
            return f"{next(name for name in rule if name not in found)!r} is missing."
        case "additionalProperties":
            extra = min(set(found) - set(schema["properties"]))
            return f"There is no field {extra!r} here. {nearest(extra, schema['properties'])}"
        case "type":
            return f"{value} should be {_types(rule)}."
        case "enum":
            return f"{value} is not one of {', '.join(map(str, rule))}."
        case "oneOf":
            keys = [" and ".join(choice["required"]) for choice in rule]
            return f"It should have exactly one of {', '.join(keys)}."
        case _:
            return f"{value} does not fit: {schema.get('description', error.message[:200])}"


def _types(names: str | list[str]) -> str:
    words = {"integer": "a whole number", "string": "text", "array": "a list", "null": "null"}
    words |= {"object": "an object", "number": "a number", "boolean": "true or false"}
    return " or ".join(words[name] for name in ([names] if isinstance(names, str) else names))


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
