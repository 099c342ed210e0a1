"""Frozen dataclasses to plain JSON values and back, by their field types; the schema was checked before."""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import partial
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from salesnb.errors import Damaged

__all__ = ["decode", "encode", "key_of", "unit_of"]

T = TypeVar("T")

_Reader = Callable[[Any, str], Any]

_KEY_INDEX = {"money": 0, "count": 1}


def key_of(spec: "Field[Any]", unit: str) -> str:
    """Name the key under which a field stands in the document; numbers have one a unit."""
    keys: tuple[str, str, str] | None = spec.metadata.get("keys")
    return keys[_KEY_INDEX.get(unit, 2)] if keys else spec.name


def unit_of(keys: "set[str]") -> str:
    """Tell the unit of an amount from its key alone."""
    return "money" if "amount_minor" in keys else "count"


def encode(value: object) -> Any:
    """Turn a part of a plan into JSON values, keys in the order of the fields."""
    if is_dataclass(value):
        unit = str(getattr(value, "unit", ""))
        return {
            key_of(spec, unit): _encode_field(spec, unit, getattr(value, spec.name))
            for spec in fields(value)
            if not spec.metadata.get("implied")
            and not (spec.metadata.get("left_out") and getattr(value, spec.name) == spec.default)
        }
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else str(value)
    return value


def _encode_field(spec: "Field[Any]", unit: str, value: object) -> Any:
    """Write 3.0 units of money or things as 3."""
    whole = "keys" in spec.metadata and unit in _KEY_INDEX and isinstance(value, float) and value.is_integer()
    return int(value) if whole else encode(value)  # type: ignore[call-overload]


def decode(kind: type[T], document: object, where: str = "") -> T:
    """Turn JSON values into a part of a plan.

    Raises
    ------
    Damaged
        When a date, a time or a number cannot be read, naming its path.
    """
    found: T = _reader(kind)(document, where)
    return found


def _reader(kind: Any) -> _Reader:  # noqa: PLR0911 -- one line a type
    """Find out once how values of a type are read."""
    if kind in {datetime, date}:
        return partial(_read_day, kind)
    if is_dataclass(kind):
        return _record_reader(kind)  # type: ignore[arg-type]
    if get_origin(kind) is tuple:
        return partial(_read_items, _reader(get_args(kind)[0]))
    if get_origin(kind) is UnionType:
        kinds = set(get_args(kind))
        if Fraction in kinds:
            return _read_weight
        inner = kinds - {NoneType}
        reader = _as_it_is if inner == {int, float} else _reader(inner.pop())
        return partial(_read_optional, reader)
    if kind is int:
        return lambda value, _where: int(value)
    if kind is float:
        return lambda value, _where: float(value)
    return _as_it_is


def _record_reader(kind: type) -> _Reader:
    hints = get_type_hints(kind)
    specs = fields(kind)
    readers = {spec.name: _reader(hints[spec.name]) for spec in specs}

    def read(value: dict[str, Any], where: str) -> object:
        unit = value.get("unit") or unit_of(set(value))
        found: dict[str, Any] = {}
        for spec in specs:
            key = key_of(spec, unit)
            path = f"{where}.{key}" if where else key
            if spec.metadata.get("implied"):
                found[spec.name] = unit
            elif key in value:
                number = value[key]
                whole = "keys" in spec.metadata and unit in _KEY_INDEX and number is not None
                found[spec.name] = int(number) if whole else readers[spec.name](number, path)
            elif spec.default is MISSING and spec.default_factory is MISSING:
                raise Damaged(f"The unit is {unit}, so {key!r} should be there.", where=path)
            _refuse_other_units(spec, key, value, path)
        return kind(**found)

    return read


def _refuse_other_units(spec: "Field[Any]", key: str, value: dict[str, Any], where: str) -> None:
    """Refuse a number under the key of another unit; it would be dropped in silence."""
    for other in spec.metadata.get("keys", ()):
        if other != key and other in value:
            raise Damaged(f"{other!r} does not fit the unit; it should be {key!r}.", where=where)


def _read_items(reader: _Reader, value: list[Any], where: str) -> tuple[Any, ...]:
    return tuple(reader(item, f"{where}[{index}]") for index, item in enumerate(value))


def _read_optional(reader: _Reader, value: object, where: str) -> object:
    return None if value is None else reader(value, where)


def _as_it_is(value: object, _where: str) -> object:
    return value


def _read_weight(value: object, where: str) -> int | Fraction | None:
    if value is None:
        return None
    try:
        exact = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise Damaged(f"{value!r} is not a weight.", where=where, hint='Write 3 or "1/3".') from None
    return int(exact) if exact.denominator == 1 else exact


def _read_day(kind: type[date], value: str, where: str) -> date:
    try:
        return kind.fromisoformat(value)
    except ValueError:
        example = "2017-10-02T09:30:00Z" if kind is datetime else "2017-10-02"
        raise Damaged(
            f"{value!r} is not a date.", where=where, hint=f"Write one such as {example}."
        ) from None
