"""Numbers of a plan whose key in the document tells their unit: ``amount_minor``, ``count`` or ``value``."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

__all__ = ["LEFT_OUT", "amount", "implied_unit", "number", "rarely"]

LEFT_OUT: Mapping[str, bool] = MappingProxyType({"left_out": True})
"""Of a field whose key the document holds only where it is not the default."""


def number(money: str, count: str, value: str, *, left_out: bool = False, **options: Any) -> Any:
    """Declare a number whose key in the document tells its unit; ``left_out`` where it is the default."""
    return field(metadata={"keys": (money, count, value), **(LEFT_OUT if left_out else {})}, **options)


def amount() -> Any:
    """Declare the number that a part of the plan is about."""
    return number("amount_minor", "count", "value")


def implied_unit() -> Any:
    """Declare a unit that the document tells by the key of the number alone."""
    return field(default="money", metadata={"implied": True})


def rarely() -> Any:
    """Declare items that most plans have none of; the document holds their key only where there are some."""
    return field(default=(), metadata=LEFT_OUT)
